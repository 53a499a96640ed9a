#!/usr/bin/env bash
# npm run picture: records docs/terminal.svg, the picture of the README, from a real
# terminal on a private engine. WARPDOCK_BINARY: this binary instead of a release build.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root"

need_root "a private engine for the picture"
packages=()
has python3 || packages+=(python3)
has tmux || packages+=(tmux)
[ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
build_release

started=no
home=$(mktemp -d)
export WARPDOCK_RUNTIME_DIR=$home/run
finish() {
    (cd "$home/hmm" && HOME=$home "$warpdock" down && HOME=$home "$warpdock" daemon stop) >/dev/null 2>&1 || true
    [ "$started" = no ] || scripts/engine.sh stop || true
    rm -rf "$home"
}
trap finish EXIT
scripts/engine.sh status >/dev/null 2>&1 || started=yes
environment=$(scripts/engine.sh start) || fail "no engine, no picture"
eval "$environment"
scripts/images.sh examples || fail "the picture needs these images"
cp -r examples/hmm "$home/hmm"
python3 scripts/picture.py "$warpdock" "$home/hmm" docs/terminal.svg
say "docs/terminal.svg is written"
