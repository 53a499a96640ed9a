#!/usr/bin/env bash
# The tests with real editors: VS Code in a browser, Neovim, Emacs. Part of npm test, which
# brings the engine and its images; `npm test -- editors [NAME...]` runs these alone.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root"

[ -n "${WARPDOCK_TEST_ENGINE:-}" ] || fail "these tests need an engine; run them as: npm test -- editors"
need_cargo
packages=()
has nvim || packages+=(neovim)
has emacs || packages+=(emacs-nox)
[ -d /usr/share/emacs/site-lisp/elpa-src ] && compgen -G '/usr/share/emacs/site-lisp/elpa-src/eglot-*' >/dev/null || packages+=(elpa-eglot)
[ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
node_packages
WARPDOCK_TEST_VSCODE=$(scripts/vscode.sh --browser) || fail "no VS Code, no tests with it"

# The same binary as the other tests': already built, without its line tables small enough
# to be packed and installed in seconds.
say "the extension"
cargo build --locked || fail "the build failed, above"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strip -o "$work/warpdock" "${CARGO_TARGET_DIR:-$root/target}/debug/warpdock"
WARPDOCK_BINARY=$work/warpdock scripts/vsix.sh "$work/warpdock.vsix" || fail "the extension was not packed"

export WARPDOCK_TEST_FOLDER=$state
export WARPDOCK_TEST_VSCODE WARPDOCK_TEST_VSIX=$work/warpdock.vsix WARPDOCK_TEST_BINARY=$work/warpdock
rm -rf "$state/screenshots"
"$WARPDOCK_TEST_VSCODE/node" tests/editors/run.ts "$@" || fail "tests failed, above; pictures are in $state/screenshots"
