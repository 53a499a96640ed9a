#!/usr/bin/env bash
# A private Docker engine for the tests and the demo, which touches no other engine
# of the machine, its bridges or its firewall.
#
#   scripts/engine.sh start [OPTIONS] [-- DOCKERD-ARGUMENTS]   prints export DOCKER_HOST=…
#   scripts/engine.sh status [--folder DIR]                    prints the same, or fails
#   scripts/engine.sh stop [--folder DIR] [--purge]            --purge: images too
#
# Options of start:
#   --folder DIR     where it lives (.warpdock-test/engine); one engine for each folder
#   --gpu WHICH      stand-in (default): `--gpus` is answered by tests/gpu-stand-in
#                    none: `--gpus` is refused, as on a machine without NVIDIA's toolkit
#                    real: the machine's own toolkit
#   --dockerd PATH   another dockerd than the one on PATH
#   --config JSON    the text of daemon.json ({})
#   --keep-running   leave containers of a dockerd that was killed alone (live-restore)
#
# start and stop can be repeated at will and clear up after a run that was killed.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

usage() {
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
}

action=${1:-}
[ $# -eq 0 ] || shift
folder=$state/engine
gpu=stand-in
dockerd=
config='{}'
purge=no
keep_running=no
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
    --folder | --gpu | --dockerd | --config)
        [ $# -ge 2 ] || fail "$1 needs a value"
        declare "${1#--}=$2"
        shift 2
        ;;
    --purge)
        purge=yes
        shift
        ;;
    --keep-running)
        keep_running=yes
        shift
        ;;
    --)
        shift
        arguments=("$@")
        break
        ;;
    *) fail "unknown argument $1; see scripts/engine.sh --help" ;;
    esac
done
case $gpu in stand-in | none | real) ;; *) fail "--gpu is $gpu, expected stand-in, none or real" ;; esac

# A socket's path has at most 107 bytes, and containerd's is the longest below here.
# Folders in deep trees get their sockets in /tmp.
locate() {
    mkdir -p "$folder"
    folder=$(cd "$folder" && pwd -P)
    tag=warpdock-$(printf %s "$folder" | cksum | cut -d' ' -f1)
    run=$folder/run
    if [ ${#run} -gt 70 ]; then
        run=/tmp/$tag
    fi
    socket=$run/docker.sock
    log=$folder/dockerd.log
}

answers() {
    [ -S "$socket" ] && [ "$(curl --silent --max-time 5 --unix-socket "$socket" http://engine/_ping)" = OK ]
}

# The process ids of this engine: dockerd, its containerd, its shims.
processes() {
    ps -eo pid=,args= | awk -v run="$run" '
        (/dockerd / && index($0, " unix://" run "/docker.sock ")) ||
        (/containerd(-shim[^ ]*)? / && index($0, " " run "/exec/")) { print $1 }'
}

children() {
    ps -o pid= --ppid "$1" 2>/dev/null || true
}

# Processes of this engine's containers whose shim is gone: their control group still
# has the container's id.
orphans() {
    local file groups=(/proc/[0-9]*/cgroup)
    [ -d "$folder/data/containers" ] || return 0
    for file in "$folder"/data/containers/*; do
        basename "$file"
    done | grep -E '^[0-9a-f]{64}$' | grep -l --fixed-strings --file=- -- "${groups[@]}" 2>/dev/null | cut -d/ -f3 || true
}

none_left() {
    [ -z "$(processes)$(orphans)" ]
}

# Ends what a killed run left behind: containers first, because a shim's death would
# orphan them.
clear_processes() {
    local pid child
    for pid in $(processes); do
        case $(ps -o args= -p "$pid") in
        *containerd-shim*)
            for child in $(children "$pid"); do
                kill -KILL "$child" 2>/dev/null || true
            done
            ;;
        esac
    done
    for pid in $(processes) $(orphans); do
        kill -KILL "$pid" 2>/dev/null || true
    done
    until_true 10 none_left || fail "processes of the engine in $folder do not end: $(processes | tr '\n' ' ')"
}

# dockerd binds its data folder onto itself and leaves overlays and namespaces behind.
clear_mounts() {
    local point round
    for round in 1 2 3; do
        # mountinfo writes a space as \040.
        awk '{print $5}' /proc/self/mountinfo | tac | while read -r point; do
            point=$(printf '%b' "$point")
            case $point in
            "$folder" | "$folder"/* | "$run"/*) umount "$point" 2>/dev/null || umount -l "$point" 2>/dev/null || true ;;
            esac
        done
        awk -v a="$folder/" -v b="$run/" 'index($5, a) == 1 || index($5, b) == 1 {found = 1} END {exit !found}' /proc/self/mountinfo || return 0
        say "mounts below $folder remain after round $round"
    done
    fail "mounts below $folder cannot be undone"
}

clear_left_overs() {
    clear_processes
    clear_mounts
    rm -rf "$run"
}

launch() {
    local path=$PATH:/usr/sbin:/sbin
    mkdir -p "$folder/stand-in" "$folder/data" "$run/exec"
    printf '%s\n' "$config" >"$folder/daemon.json"
    local options=(
        --config-file "$folder/daemon.json"
        --data-root "$folder/data" --exec-root "$run/exec" --pidfile "$run/pid"
        --host "unix://$socket"
        --bridge=none --iptables=false --ip6tables=false
        --containerd-namespace "$tag" --containerd-plugins-namespace "$tag-plugins"
    )
    case $gpu in
    stand-in)
        path=$root/tests/gpu-stand-in:$path
        if "$dockerd" --help 2>&1 | grep -q -- --cdi-spec-dir; then
            "$root/tests/gpu-stand-in/cdi-spec" "$folder/cdi"
            options+=(--cdi-spec-dir "$folder/cdi")
        fi
        ;;
    none)
        path=$(without_toolkit "$path")
        ;;
    esac
    # 4 and above are whatever the caller holds open (a pipe, a lock): dockerd must not.
    PATH=$path WARPDOCK_STAND_IN_STATE=$folder/stand-in \
        setsid "$dockerd" "${options[@]}" "${arguments[@]}" </dev/null >"$log" 2>&1 3>&- &
    launched=$!
    disown "$launched"
}

# A PATH on which no folder has NVIDIA's hooks.
without_toolkit() {
    local entry kept=
    local IFS=:
    for entry in $1; do
        if [ -n "$entry" ] && [ ! -x "$entry/nvidia-container-runtime-hook" ] && [ ! -x "$entry/nvidia-cdi-hook" ]; then
            kept=${kept:+$kept:}$entry
        fi
    done
    printf %s "$kept"
}

answers_or_died() {
    answers || ! kill -0 "$launched" 2>/dev/null
}

start() {
    local attempt packages=()
    need_root "starting an engine"
    has curl || packages+=(curl)
    has ps || packages+=(procps)
    if [ -z "$dockerd" ]; then
        has dockerd || packages+=(docker.io)
        dockerd=dockerd
    fi
    has docker || case " ${packages[*]} " in
    *" docker.io "*) ;;
    # Since Debian 13 and Ubuntu 24.04 the client is a package of its own.
    *) if apt-cache show docker-cli >/dev/null 2>&1; then packages+=(docker-cli); else packages+=(docker.io); fi ;;
    esac
    [ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
    has docker || install_packages docker-cli
    if [ "$dockerd" = dockerd ]; then
        dockerd=$(PATH=$PATH:/usr/sbin:/sbin command -v dockerd) || fail "dockerd is still missing after the installation"
    fi
    locate
    exec 9>"$folder/lock"
    flock 9
    if answers; then
        return
    fi
    for attempt in 1 2; do
        [ "$keep_running" = yes ] || clear_left_overs
        # The lock stays ours: a dockerd that inherited it would hold it for ever.
        launch 9>&-
        until_true 60 answers_or_died || true
        if answers; then
            say "engine $(curl --silent --unix-socket "$socket" http://engine/version | sed -n 's/.*"Version":"\([^"]*\)","ApiVersion.*/\1/p') started in $folder (gpu: $gpu)"
            return
        fi
        say "dockerd did not come up, attempt $attempt"
    done
    tail -n 20 "$log" >&2
    fail "dockerd does not start; its last words are above, all of them in $log"
}

stop() {
    locate
    if [ -z "$(processes)" ] && [ ! -e "$run" ] && [ "$purge" = no ]; then
        return
    fi
    need_root "stopping an engine"
    exec 9>"$folder/lock"
    flock 9
    if answers; then
        # Without this every container has ten seconds to think about it.
        DOCKER_HOST=unix://$socket docker ps --all --quiet | DOCKER_HOST=unix://$socket xargs --no-run-if-empty docker rm --force --volumes >/dev/null 2>&1 || true
        kill -TERM "$(cat "$run/pid")" 2>/dev/null || true
        until_true 20 none_left || say "dockerd does not stop by itself"
    fi
    clear_left_overs
    if [ "$purge" = yes ]; then
        rm -rf "$folder"
    fi
}

case $action in
start)
    start
    printf 'export DOCKER_HOST=unix://%s\n' "$socket"
    ;;
status)
    locate
    answers || fail "no engine answers in $folder; scripts/engine.sh start starts one"
    printf 'export DOCKER_HOST=unix://%s\n' "$socket"
    ;;
stop) stop ;;
-h | --help | help) usage ;;
*)
    usage >&2
    exit 2
    ;;
esac
