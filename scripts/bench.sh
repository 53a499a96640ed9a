#!/usr/bin/env bash
# npm run bench: the figures of docs/figures.md, side by side with the raw Engine API,
# docker and the devcontainers CLI, in one interleaved run on a private engine.
#
#   npm run bench                      prints the table
#   npm run bench -- --faults          kills things a hundred times each instead
#   npm run bench -- --write           writes docs/figures.md, too
#   npm run bench -- --only TEXT       the rows (or faults) with TEXT in their name
#   npm run bench -- --rounds N        more is steadier
#
# WARPDOCK_BINARY: this binary instead of a release build.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root"

need_root "a private engine for the figures"
has python3 || install_packages python3
build_release

started=no
stop_engine() {
    if [ "$started" = yes ]; then
        scripts/engine.sh stop || true
    fi
}
trap stop_engine EXIT
scripts/engine.sh status >/dev/null 2>&1 || started=yes
environment=$(scripts/engine.sh start) || fail "no engine, no figures"
eval "$environment"
scripts/images.sh examples || fail "the figures need these images"

# The devcontainers CLI lives in a folder of its own, which git ignores.
contender=$state/bench/node_modules/.bin/devcontainer
if [ ! -x "$contender" ] && has npm; then
    say "installing the devcontainers CLI (npm)"
    mkdir -p "$state/bench"
    quietly npm install --silent --no-audit --no-fund --prefix "$state/bench" @devcontainers/cli ||
        say "that did not work; its column stays empty"
fi
options=(--warpdock "$warpdock" --engine "${DOCKER_HOST#unix://}")
[ ! -x "$contender" ] || options+=(--devcontainer "$contender")
python3 scripts/bench/main.py "${options[@]}" "$@"
