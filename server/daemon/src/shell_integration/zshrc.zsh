# Warpdock's shell integration for zsh: marks in the output (OSC 633) that say where prompts,
# commands and their output begin. Nothing here is exported.

if [[ -n $__warpdock_own_zdotdir ]]; then
    ZDOTDIR=$__warpdock_own_zdotdir
else
    unset ZDOTDIR
fi
unset __warpdock_zdotdir __warpdock_own_zdotdir
# The history is where it would be without us.
if [[ -r ${ZDOTDIR:-$HOME}/.zshrc ]]; then
    . "${ZDOTDIR:-$HOME}/.zshrc"
fi

typeset -g __warpdock_nonce=${VSCODE_NONCE-} __warpdock_ran=
typeset -g __warpdock_inside=${WARPDOCK_FOLDER_INSIDE-} __warpdock_outside=${WARPDOCK_FOLDER_OUTSIDE-}
unset VSCODE_INJECTION VSCODE_NONCE WARPDOCK_FOLDER_INSIDE WARPDOCK_FOLDER_OUTSIDE

# A text that may stand in a mark.
__warpdock_escaped() {
    emulate -L zsh
    local text=$1 character code
    REPLY=
    for character in ${(s::)text}; do
        case $character in
        \\) REPLY+='\\' ;;
        \;) REPLY+='\x3b' ;;
        [[:cntrl:]])
            printf -v code '\\x%02x' "'$character"
            REPLY+=$code
            ;;
        *) REPLY+=$character ;;
        esac
    done
}

# Folders of the workspace as the editor calls them, any other as the workspace.
__warpdock_before_prompt() {
    local code=$? REPLY folder=$PWD
    if [[ -n $__warpdock_ran ]]; then
        print -n "\e]633;D;$code\a"
    else
        print -n '\e]633;D\a'
    fi
    __warpdock_ran=
    if [[ -n $__warpdock_outside ]]; then
        case $folder/ in
        "$__warpdock_inside"/*) folder=$__warpdock_outside${folder#"$__warpdock_inside"} ;;
        *) folder=$__warpdock_outside ;;
        esac
    fi
    __warpdock_escaped "${folder%/}"
    print -rn $'\e]633;P;Cwd='$REPLY$'\a'
    if [[ $PS1 != *']633;A'* ]]; then
        PS1=$'%{\e]633;A\a%}'$PS1$'%{\e]633;B\a%}'
    fi
}

__warpdock_before_command() {
    local REPLY
    __warpdock_ran=1
    __warpdock_escaped "$1"
    print -rn $'\e]633;E;'$REPLY\;$__warpdock_nonce$'\a\e]633;C\a'
}

autoload -Uz add-zsh-hook
# First, while the code of the command is still to be seen.
precmd_functions=(__warpdock_before_prompt ${precmd_functions-})
add-zsh-hook preexec __warpdock_before_command
print -n '\e]633;P;HasRichCommandDetection=True\a'
