# Warpdock's shell integration for bash, read instead of ~/.bashrc by the terminals of VS Code:
# marks in the output (OSC 633) that say where prompts, commands and their output begin.
# Nothing here is exported, and shells inside this shell know nothing of it.

if [ -r ~/.bashrc ]; then
    . ~/.bashrc
fi

__warpdock_nonce=${VSCODE_NONCE-}
__warpdock_inside=${WARPDOCK_FOLDER_INSIDE-}
__warpdock_outside=${WARPDOCK_FOLDER_OUTSIDE-}
unset VSCODE_INJECTION VSCODE_NONCE WARPDOCK_FOLDER_INSIDE WARPDOCK_FOLDER_OUTSIDE

__warpdock_ran=
__warpdock_void=
__warpdock_newest=
__warpdock_begin=$'\\[\e]633;A\a\\]'
__warpdock_end=$'\\[\e]633;B\a\\]'

# A text that may stand in a mark.
__warpdock_escaped() {
    local text=$1 mark code
    text=${text//\\/'\\'}
    text=${text//;/'\x3b'}
    while [[ $text =~ [[:cntrl:]] ]]; do
        mark=${BASH_REMATCH[0]}
        printf -v code '\\x%02x' "'$mark"
        text=${text//"$mark"/"$code"}
    done
    REPLY=$text
}

# The editor's files are outside: a folder of the workspace is told as it is called there, and
# any other, which the editor could not open, as the workspace.
__warpdock_tell_folder() {
    local REPLY folder=$PWD
    if [[ -n $__warpdock_outside ]]; then
        case $folder/ in
        "$__warpdock_inside"/*) folder=$__warpdock_outside${folder#"$__warpdock_inside"} ;;
        *) folder=$__warpdock_outside ;;
        esac
    fi
    __warpdock_escaped "${folder%/}"
    printf '\e]633;P;Cwd=%s\a' "$REPLY"
}

# Before each prompt, and before what the user has there.
__warpdock_before_prompt() {
    local code=$?
    if [[ -n $__warpdock_ran ]]; then
        printf '\e]633;D;%s\a' "$code"
    else
        printf '\e]633;D\a'
    fi
    __warpdock_ran=
    __warpdock_tell_folder
    return "$code"
}

# And after it, when the prompt is what it will be. Some set it anew each time.
__warpdock_after_prompt() {
    local code=$?
    if [[ $PS1 != *']633;A'* ]]; then
        PS1=$__warpdock_begin$PS1$__warpdock_end
    fi
    if [[ $__warpdock_tells_commands ]]; then
        __warpdock_newest_command
        __warpdock_newest=$__warpdock_entry_number
    fi
    return "$code"
}

# Between Enter and the command, in a shell of its own. The command is the newest in the history
# if it went there; if it did not, VS Code reads it off the screen.
__warpdock_before_command() {
    local REPLY
    __warpdock_newest_command
    if [[ $__warpdock_entry_number != "$__warpdock_newest" ]]; then
        __warpdock_escaped "$__warpdock_entry"
        printf '\e]633;E;%s;%s\a' "$REPLY" "$__warpdock_nonce"
    fi
    printf '\e]633;C\a'
}

# The newest entry of the history, and its number.
__warpdock_newest_command() {
    local entry
    entry=$(HISTTIMEFORMAT= builtin history 1 2>/dev/null)
    entry=${entry#"${entry%%[![:space:]]*}"}
    __warpdock_entry_number=${entry%%[!0-9]*}
    entry=${entry#"$__warpdock_entry_number"}
    entry=${entry#\*}
    __warpdock_entry=${entry#"${entry%%[![:space:]]*}"}
}

# PS0 came with 4.4; an older bash marks its prompts only.
__warpdock_tells_commands=
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404)); then
    __warpdock_tells_commands=1
    # The assignment happens in this shell, the function runs in another.
    PS0='${__warpdock_void:$((__warpdock_ran = 1, 0)):0}$(__warpdock_before_command)'${PS0-}
    printf '\e]633;P;HasRichCommandDetection=True\a'
fi
PS2=$'\\[\e]633;F\a\\]'${PS2-}$'\\[\e]633;G\a\\]'
if [[ $(declare -p PROMPT_COMMAND 2>/dev/null) == 'declare -a'* ]] &&
    ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)); then
    PROMPT_COMMAND=(__warpdock_before_prompt "${PROMPT_COMMAND[@]}" __warpdock_after_prompt)
else
    PROMPT_COMMAND=__warpdock_before_prompt${PROMPT_COMMAND:+$'\n'$PROMPT_COMMAND}
    PROMPT_COMMAND+=$'\n'__warpdock_after_prompt
fi
