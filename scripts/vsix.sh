#!/usr/bin/env bash
# Makes the VS Code extension's package, with the program in it, and prints its path.
#
#   scripts/vsix.sh [--debug | --binary FILE] [--out FILE]
#
#   --debug        with a debug build of the program, stripped: quick to make, large
#   --binary FILE  with this program instead of one that is built here
#   --out FILE     where it goes (target/warpdock.vsix, or where CARGO_TARGET_DIR says)
#
# The package needs nothing but itself: it installs and runs without a network.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root"

profile=release
binary=
out=
while [ $# -gt 0 ]; do
    case $1 in
    --debug)
        profile=debug
        shift
        ;;
    --binary | --out)
        [ $# -ge 2 ] || fail "$1 needs a value"
        case $1 in
        --binary) binary=$2 ;;
        --out) out=$2 ;;
        esac
        shift 2
        ;;
    -h | --help)
        sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
        exit
        ;;
    *) fail "unknown argument $1; see scripts/vsix.sh --help" ;;
    esac
done

target=${CARGO_TARGET_DIR:-$root/target}
out=$(realpath -m "${out:-$target/warpdock.vsix}")
folder=$root/editors/vscode

if [ -z "$binary" ]; then
    need_cargo
    say "the program ($profile)"
    case $profile in
    release) quietly cargo build --release --locked ;;
    debug) quietly cargo build --locked ;;
    esac
    binary=$target/$profile/warpdock
fi
[ -x "$binary" ] || fail "$binary is not a program"

node_packages
say "the extension"
mkdir -p "$folder/bin" "$(dirname "$out")"
# Put in place whole: an editor may be running the one that is there.
install -m 755 "$binary" "$folder/bin/warpdock.new"
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
