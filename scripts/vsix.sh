#!/usr/bin/env bash
# Makes the VS Code extension's package, with the program in it, and prints its path.
#
#   scripts/vsix.sh [--debug] [FILE]
#
#   --debug  with a debug build of the program, stripped: quick to make, large
#   FILE     where it goes (target/warpdock.vsix, or where CARGO_TARGET_DIR says)
#
# WARPDOCK_BINARY names a program that is there already and takes the place of a build.
# The package needs nothing but itself: it installs and runs without a network.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
out=
profile=release
while [ $# -gt 0 ]; do
    case $1 in
    --debug) profile=debug ;;
    -h | --help)
        sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
        exit
        ;;
    -*) fail "unknown argument $1; see scripts/vsix.sh --help" ;;
    *) out=$(realpath -m "$1") ;;
    esac
    shift
done
cd "$root"

target=${CARGO_TARGET_DIR:-$root/target}
out=${out:-$target/warpdock.vsix}
folder=$root/editors/vscode

case $profile in
release) build_release ;;
debug)
    warpdock=${WARPDOCK_BINARY:-}
    if [ -z "$warpdock" ]; then
        need_cargo
        say "building the program"
        quietly cargo build --locked || fail "the build failed, above"
        warpdock=$target/debug/warpdock
    fi
    ;;
esac
[ -x "$warpdock" ] || fail "$warpdock is not a program"

node_packages
say "the extension"
mkdir -p "$folder/bin" "$(dirname "$out")"
# Put in place whole: an editor may be running the one that is there.
install -m 755 "$warpdock" "$folder/bin/warpdock.new"
[ "$profile" = release ] || strip "$folder/bin/warpdock.new"
mv -f "$folder/bin/warpdock.new" "$folder/bin/warpdock"
cp "$root"/LICENSE "$root"/LICENSE-APACHE "$root"/LICENSE-MIT "$folder"
cd "$folder"
quietly node esbuild.mjs
case $(uname -m) in
x86_64) platform=linux-x64 ;;
aarch64) platform=linux-arm64 ;;
*) fail "there is no VS Code for $(uname -m)" ;;
esac
quietly "$root/node_modules/.bin/vsce" package --no-dependencies --target "$platform" --out "$out"
say "$(du -h --apparent-size "$out" | cut -f 1) in"
printf '%s\n' "$out"
