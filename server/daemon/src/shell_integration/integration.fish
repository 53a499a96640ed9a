# Warpdock's shell integration for fish: marks in the output (OSC 633) that say where prompts,
# commands and their output begin.

set -g __warpdock_nonce "$VSCODE_NONCE"
set -g __warpdock_inside "$WARPDOCK_FOLDER_INSIDE"
set -g __warpdock_outside "$WARPDOCK_FOLDER_OUTSIDE"
set -e VSCODE_INJECTION
set -e VSCODE_NONCE
set -e WARPDOCK_FOLDER_INSIDE
set -e WARPDOCK_FOLDER_OUTSIDE

# A text that may stand in a mark.
function __warpdock_escaped
    string join \n -- $argv | string replace --all \\ \\\\ | string replace --all ';' '\\x3b' \
        | string replace --all \e '\\x1b' | string replace --all \a '\\x07' \
        | string join '\\x0a'
end

# Folders of the workspace as the editor calls them, any other as the workspace.
function __warpdock_folder
    if test -z "$__warpdock_outside"
        echo $PWD
    else if string match --quiet -- "$__warpdock_inside/*" "$PWD/"
        echo $__warpdock_outside(string sub --start (math 1 + (string length -- "$__warpdock_inside")) -- $PWD)
    else
        echo $__warpdock_outside
    end
end

function __warpdock_before_command --on-event fish_preexec
    set -g __warpdock_ran 1
    printf '\e]633;E;%s;%s\a\e]633;C\a' (__warpdock_escaped $argv) $__warpdock_nonce
end

function __warpdock_after_command --on-event fish_postexec
    printf '\e]633;D;%s\a' $status
end

function __warpdock_before_prompt --on-event fish_prompt
    if not set -q __warpdock_ran
        printf '\e]633;D\a'
    end
    set -e __warpdock_ran
    printf '\e]633;P;Cwd=%s\a' (__warpdock_escaped (__warpdock_folder))
end

# The prompt is defined by now: the user's configuration is read before this file.
if functions --query fish_prompt; and not functions --query __warpdock_user_prompt
    functions --copy fish_prompt __warpdock_user_prompt
    function fish_prompt
        printf '\e]633;A\a'
        __warpdock_user_prompt
        printf '\e]633;B\a'
    end
end
printf '\e]633;P;HasRichCommandDetection=True\a'
