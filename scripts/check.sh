#!/usr/bin/env bash
# npm run check: format, lints, and the syntax of the scripts.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root"
need_cargo

say "cargo fmt"
cargo fmt --all --check || fail "the format differs; cargo fmt mends it"

say "cargo clippy"
cargo clippy --quiet --workspace --all-targets --locked -- -D warnings || fail "clippy has something to say, above"

say "the extension"
node_packages
"$root/node_modules/.bin/biome" check --error-on-warnings || fail "biome has something to say, above; \`npx biome check --write\` mends what it can"
(
    cd editors/vscode
    "$root/node_modules/.bin/tsc" --noEmit && node esbuild.mjs --tests && quietly node --test dist/tests/
) || fail "the extension does not build or its tests fail, above"

say "the editors' tests"
"$root/node_modules/.bin/tsc" --noEmit -p tests || fail "the types of tests/editors and tests/vscode do not agree, above"

say "scripts"
scripts=()
for file in scripts/* scripts/*/* .ci/run tests/gpu-stand-in/*; do
    [ -f "$file" ] || continue
    case $file in
    *.py)
        ! has python3 || python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$file" || fail "$file does not parse"
        continue
        ;;
    esac
    case $(head -n 1 "$file") in
    *bash*) bash -n "$file" ;;
    '#!/bin/sh') sh -n "$file" ;;
    *) case $file in *.sh) bash -n "$file" ;; *) continue ;; esac ;;
    esac || fail "$file does not parse"
    scripts+=("$file")
done
if has shellcheck; then
    shellcheck --external-sources --source-path=SCRIPTDIR --severity=warning "${scripts[@]}" || fail "shellcheck has something to say, above"
else
    say "shellcheck is not installed, so scripts were only parsed"
fi
say "all is well"
