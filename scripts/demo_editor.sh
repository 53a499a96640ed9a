# npm run demo -- --editor: serves a real VS Code with the extension installed and the
# example open, to this machine alone, until Ctrl-C. Sourced by demo.sh, which has built the
# binary and reached an engine.
# shellcheck shell=bash
# shellcheck disable=SC2154 # demo.sh sets root, warpdock and what it knows of the engine

server=
editor=

# Sets `port` to one that is free, the same one as the last time where that can be.
choose_port() {
    for port in ${WARPDOCK_DEMO_PORT:-7680 7681 7682 7683 7684 7685}; do
        if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            return
        fi
    done
    fail "port $port is taken; choose another: WARPDOCK_DEMO_PORT=8000 npm run demo -- --editor"
}

listens() {
    grep -q "agent listening on $port" "$editor/log" || ! kill -0 "$server" 2>/dev/null
}

stop_editor() {
    if [ -n "$server" ]; then
        kill -TERM -- "-$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    (cd "$root/examples/hmm" && "$warpdock" down >/dev/null 2>&1 </dev/null) || true
    [ -z "$editor" ] || rm -rf "$editor"
    if [ "$started_engine" = yes ] && [ "$engine_was_there" = no ]; then
        scripts/engine.sh stop || true
    fi
    say "the editor is gone, the example's container too"
}

serve_editor() {
    local vscode token words address
    vscode=$(scripts/vscode.sh) || fail "no VS Code, no demo with it"
    editor=$(mktemp -d "${TMPDIR:-/tmp}/wd-XXXXXX")
    trap stop_editor EXIT
    trap 'exit 130' INT TERM
    WARPDOCK_BINARY=$warpdock quietly scripts/vsix.sh "$editor/warpdock.vsix" || fail "the extension was not packed"
    mkdir -p "$editor"/{user/User,extensions}
    cat >"$editor/user/User/settings.json" <<'END'
{
  "workbench.startupEditor": "none",
  "workbench.colorTheme": "Default Dark Modern",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false
}
END
    words=(
        --accept-server-license-terms --telemetry-level off
        --server-data-dir "$editor/server" --user-data-dir "$editor/user" --extensions-dir "$editor/extensions"
    )
    quietly "$vscode/node" "$vscode/vs/out/server-main.js" "${words[@]}" --install-extension "$editor/warpdock.vsix" ||
        fail "VS Code did not take the extension"
    choose_port
    # Whoever reaches the port has a shell here: other users of this machine need the token.
    token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    (umask 077 && printf %s "$token" >"$editor/token")
    # A process group of its own, which ends as a whole.
    set -m
    "$vscode/node" "$vscode/vs/out/server-main.js" "${words[@]}" --host 127.0.0.1 --port "$port" \
        --connection-token-file "$editor/token" --disable-workspace-trust --disable-telemetry \
        </dev/null >"$editor/log" 2>&1 &
    server=$!
    set +m
    until_true 30 listens || true
    grep -q "agent listening on $port" "$editor/log" || {
        tail -n 20 "$editor/log" >&2
        fail "VS Code does not start; its last words are above"
    }
    address="http://127.0.0.1:$port/?tkn=$token&folder=$root/examples/hmm"
    title "A real VS Code, with the extension and the example"
    printf '\n  %s\n' "$address"
    if [ -n "${SSH_CONNECTION:-}" ]; then
        printf '\nFrom where you sit, first:\n\n  ssh -L %s:127.0.0.1:%s %s@%s\n' \
            "$port" "$port" "$(id -un)" "$(printf %s "$SSH_CONNECTION" | cut -d' ' -f3)"
    else
        printf '\nFrom another machine, first: ssh -L %s:127.0.0.1:%s %s@THIS-MACHINE\n' "$port" "$port" "$(id -un)"
    fi
    cat <<END

Try, with F1:

  Warpdock: Reopen in GPU Container   then Terminal: Create New Terminal, and nvidia-smi -L
  Warpdock: Run Default Command       what the image runs by itself
  Warpdock: Reopen Locally            and back

and open the Dockerfile: it is checked while you type. Ctrl-C here ends it all.
END
    wait "$server" || true
    fail "VS Code has ended; its log was: $(tail -n 5 "$editor/log")"
}
