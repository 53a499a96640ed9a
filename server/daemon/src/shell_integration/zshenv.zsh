# Warpdock's shell integration for zsh: its start-up files are looked for here, so that the
# user's own are read by us. What they do is in .zshrc beside this file.

__warpdock_zdotdir=$ZDOTDIR
if [[ -n ${WARPDOCK_ZDOTDIR-} ]]; then
    ZDOTDIR=$WARPDOCK_ZDOTDIR
else
    unset ZDOTDIR
fi
unset WARPDOCK_ZDOTDIR
if [[ -r ${ZDOTDIR:-$HOME}/.zshenv ]]; then
    . "${ZDOTDIR:-$HOME}/.zshenv"
fi
# The user's, which the file may have set; ours until .zshrc was read.
__warpdock_own_zdotdir=${ZDOTDIR-}
ZDOTDIR=$__warpdock_zdotdir
