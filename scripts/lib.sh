# What the scripts share: telling, failing, installing. Sourced, never run.
# shellcheck shell=bash

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck disable=SC2034 # the scripts use it
state=${WARPDOCK_TEST_FOLDER:-$root/.warpdock-test}

# Says what happens, on standard error: standard output belongs to values.
say() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# Ends the script with a reason.
fail() {
    say "error: $*"
    exit 1
}

# Runs a command quietly; shows what it printed only when it fails.
quietly() {
    local log code=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 || code=$?
    if [ "$code" -ne 0 ]; then
        tail -n 30 "$log" >&2
    fi
    rm -f "$log"
    return "$code"
}

# need_root WHAT: ends the script when the user is not root.
need_root() {
    [ "$(id -u)" -eq 0 ] || fail "$1 needs root; run it as root or with sudo"
}

# Whether a command exists, /usr/sbin and /sbin included, which a user's PATH may lack.
has() {
    PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null 2>&1
}

# install_packages PACKAGE...: Debian's or Ubuntu's packages, with one retry, because
# dpkg and mirrors fail now and then.
install_packages() {
    local attempt
    has apt-get || fail "this machine has no apt-get, so $* cannot be installed here; install them by hand and run this again"
    need_root "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    for attempt in 1 2; do
        say "installing $* (apt-get)"
        if { [ "$attempt" -eq 1 ] && [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -print -quit 2>/dev/null)" ]; } ||
            quietly apt-get update; then
            if quietly apt-get install -y --no-install-recommends "$@"; then
                return 0
            fi
        fi
        say "that did not work"
        sleep 2
    done
    fail "apt-get could not install $*; its words are above"
}

# until_true SECONDS COMMAND...: polls the command until it succeeds or time is up.
until_true() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

# Ends the script when there is no Rust toolchain, with the way to one.
need_cargo() {
    if ! has cargo && [ -x "$HOME/.cargo/bin/cargo" ]; then
        PATH=$HOME/.cargo/bin:$PATH
    fi
    has cargo || fail "there is no Rust toolchain here; rustup installs one (https://rustup.rs)"
}

# Builds the release and sets `warpdock` to the binary; with WARPDOCK_BINARY, that one.
build_release() {
    warpdock=${WARPDOCK_BINARY:-}
    [ -z "$warpdock" ] || return 0
    need_cargo
    has cc || install_packages gcc libc6-dev
    warpdock=${CARGO_TARGET_DIR:-$root/target}/release/warpdock
    if [ -x "$warpdock" ]; then
        say "building what has changed"
    else
        say "building (the first time takes some minutes)"
    fi
    (cd "$root" && cargo build --release --locked) || fail "the build failed, above"
}

# The programs of package.json's devDependencies, as the lock file says.
node_packages() {
    has npm || fail "npm is not here; it comes with Node.js (https://nodejs.org, or apt-get install npm)"
    if [ "$root/node_modules/.package-lock.json" -nt "$root/package-lock.json" ]; then
        return 0
    fi
    say "installing the packages of package-lock.json (npm)"
    (cd "$root" && quietly npm ci --ignore-scripts) || fail "npm could not install them; its words are above"
}
