#!/usr/bin/env bash
# npm test: installs what the tests need, starts a private engine, makes the images,
# runs all tests and checks. `npm test -- NAME` runs the tests of that name alone,
# `npm test -- editors [NAME...]` those with real editors.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root"

need_root "a private engine for the tests"
need_cargo
packages=()
# want PROGRAM PACKAGE...
want() {
    local program=$1
    shift
    has "$program" || packages+=("$@")
}
want cc gcc libc6-dev
want curl curl
want ps procps
want sudo sudo
want useradd passwd
want setsid util-linux
want tmux tmux
want debootstrap debootstrap
want dockerd docker.io
busybox --list >/dev/null 2>&1 || packages+=(busybox-static)
[ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"

# An engine that somebody else has started here stays when the tests are done.
engine=$state/engine
started=no
stop_engine() {
    if [ "$started" = yes ]; then
        say "stopping the engine"
        scripts/engine.sh stop --folder "$engine" || true
    fi
}
trap stop_engine EXIT
if ! scripts/engine.sh status --folder "$engine" >/dev/null 2>&1; then
    started=yes
fi
say "the engine"
environment=$(scripts/engine.sh start --folder "$engine") || fail "the tests need an engine"
eval "$environment"
say "the images"
scripts/images.sh tests examples || fail "the tests need these images"

export WARPDOCK_TEST_ENGINE=${DOCKER_HOST#unix://}
export WARPDOCK_TEST_FOLDER=$state
unset DOCKER_CONTEXT
# Other people's files, measured but not committed, where they are at hand.
if [ -d ../shared/corpus ]; then
    export WARPDOCK_CORPUS=${WARPDOCK_CORPUS:-$(cd ../shared/corpus && pwd -P)}
fi
if [ -d ../shared/acceptance ]; then
    export WARPDOCK_ACCEPTANCE=${WARPDOCK_ACCEPTANCE:-$(cd ../shared/acceptance && pwd -P)}
fi

if [ "${1:-}" = editors ]; then
    shift
    scripts/editors.sh "$@"
    exit
fi

# Most tests wait more than they compute.
export RUST_TEST_THREADS=${RUST_TEST_THREADS:-4}
say "cargo test"
failed=()
cargo test --workspace --locked --no-fail-fast "$@" || failed+=("cargo test")
if [ $# -eq 0 ]; then
    # One run says everything that is wrong.
    say "the editors"
    scripts/editors.sh || failed+=("the tests with real editors")
    scripts/check.sh || failed+=("the checks")
fi
[ ${#failed[@]} -eq 0 ] || fail "failed, above: $(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
[ $# -gt 0 ] || say "all tests and checks passed"
