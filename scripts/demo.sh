#!/usr/bin/env bash
# npm run demo: builds Warpdock, makes sure that an engine is there, brings the example
# up and shows what one can rely on. With `-- --editor` it serves a real VS Code instead, with
# the extension installed and the example open.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=demo_editor.sh
. "$(dirname "$0")/demo_editor.sh"
cd "$root"

editor_wanted=no
case ${1:-} in
'') ;;
--editor) editor_wanted=yes ;;
*) fail "unknown argument $1; there is --editor" ;;
esac

other=
finish() {
    if [ -n "$other" ]; then
        (cd "$other/hmm" && "$warpdock" down >/dev/null 2>&1) || true
        rm -rf "$other"
    fi
}
trap finish EXIT

title() {
    printf '\n== %s\n' "$*"
}

# Shows a command as one would type it, and runs it.
show() {
    local line=warpdock word
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_.:/=@%+,-]* | '') line+=" '$word'" ;;
        *) line+=" $word" ;;
        esac
    done
    printf '\n$ %s\n' "$line"
    "$warpdock" "$@" </dev/null || fail "\`$line\` ended with $?"
}

# promise TEXT COMMAND...: runs the command and says whether the promise holds.
promise() {
    local text=$1
    shift
    if "$@" </dev/null; then
        printf '  kept: %s\n' "$text"
    else
        fail "not kept: $text ($*)"
    fi
}

inside() {
    "$warpdock" exec -- "$@"
}

not_inside() {
    ! inside test -e "$1"
}

real_gpu() {
    [ -e /proc/driver/nvidia/version ]
}

reach_engine() {
    local gpu=stand-in environment
    if has docker && docker version >/dev/null 2>&1; then
        say "the engine at ${DOCKER_HOST:-the current context of docker} is used"
        return
    fi
    if environment=$(scripts/engine.sh status 2>/dev/null); then
        eval "$environment"
        started_engine=yes
        engine_was_there=yes
        say "the private engine of this folder is used"
        return
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if has docker; then
            fail "docker is installed, but $(id -un) does not reach its engine. One of these helps:
  sudo usermod -aG docker $(id -un)    and a new login: for ever, and as good as root
  export DOCKER_HOST=unix:///PATH      if the engine listens elsewhere (docker context ls)
  sudo npm run demo                    once, with a private engine in this folder"
        fi
        fail "there is no Docker engine here. Install one (sudo apt-get install docker.io, then
  sudo usermod -aG docker $(id -un) and a new login), or let the demo do it: sudo npm run demo"
    fi
    ! real_gpu || gpu=real
    say "there is no engine; one is started for this folder alone"
    environment=$(scripts/engine.sh start --gpu "$gpu") || fail "no engine, no demo"
    eval "$environment"
    started_engine=yes
}

started_engine=no
engine_was_there=no
build_release
reach_engine
scripts/images.sh examples no-cmd || fail "the example needs its images"
if [ "$(docker image inspect --format '{{index .Config.Labels "dev.warpdock.stand-in"}}' my_gpu_env:1229)" = true ]; then
    say "my_gpu_env:1229 is a stand-in: Debian with Python instead of PyTorch"
fi
real_gpu || say "this machine has no NVIDIA GPU: where the demo shows one, it is a stand-in"
[ "$editor_wanted" = no ] || serve_editor

title "The line that this replaces"
show explain 'sudo docker run --gpus all -it --rm -v /data/sww_code/hmm:/app my_gpu_env:1229 /bin/bash'

title "The example, up"
cd "$root/examples/hmm"
# What an earlier demo left would spoil the promises.
"$warpdock" down >/dev/null 2>&1 </dev/null || true
show up
show status

title "Its training script, in the container"
show exec -- env HMM_ITERATIONS=5 python train.py

title "What you can rely on"
echo_123() {
    inside sh -c 'echo 123 > /app/test.txt' && [ "$(cat test.txt)" = 123 ]
}
promise "a file written to /app inside is on the host at once" echo_123
rm -f test.txt
promise "a file removed on the host is gone inside at once" not_inside /app/test.txt
promise "a program can be put into the container" inside sh -c 'echo hello > /opt/inside'
image_has_it() {
    docker run --rm --entrypoint test my_gpu_env:1229 ! -e /opt/inside
}
promise "which does not change the image" image_has_it
other=$(mktemp -d)
cp -r "$root/examples/hmm" "$other/hmm"
second_sees_nothing() {
    (cd "$other/hmm" && "$warpdock" up >/dev/null 2>&1 && "$warpdock" exec -- test ! -e /opt/inside)
}
promise "a second container of the same image does not see it" second_sees_nothing
layer_goes() {
    "$warpdock" down >/dev/null 2>&1 && "$warpdock" up >/dev/null 2>&1 && not_inside /opt/inside
}
promise "what was written outside /app goes with the container" layer_goes

trains_on() {
    "$warpdock" run --detach --name night -- python train.py >/dev/null &&
        "$warpdock" daemon stop >/dev/null &&
        "$warpdock" logs --follow night | grep -q '^written to /app/runs/'
}
promise "a detached run goes on when its terminal and our background process have gone" trains_on

title "What a command in the container costs"
began=$(date +%s%N)
for _ in 1 2 3 4 5 6 7 8 9 10; do inside true; done
printf '\n  warpdock exec -- true     %s ms\n' $((($(date +%s%N) - began) / 10000000))
id=$("$warpdock" status --json | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
began=$(date +%s%N)
for _ in 1 2 3 4 5 6 7 8 9 10; do docker exec "$id" true; done
printf '  docker exec … true        %s ms\n' $((($(date +%s%N) - began) / 10000000))

title "Without a command: the Dockerfile's last CMD, a shell, which has no terminal here"
show run
title "A project that is only a Dockerfile, built without network"
cd "$root/examples/offline-build"
show up
show run
show down

title "Next"
reach=
[ "$started_engine" = no ] || reach="  export DOCKER_HOST=$DOCKER_HOST"$'\n'
cat <<END

Try it yourself:

$reach  export PATH=${warpdock%/*}:\$PATH
  cd $root/examples/hmm

  warpdock                     a shell in the container; exit leaves the container up
  warpdock run --detach --name train -- python train.py
  warpdock sessions            what runs in it; \`warpdock attach train\` joins that one
  warpdock doctor              what this machine can do
  warpdock --help              the rest
  warpdock down                removes the container
END
if [ "$started_engine" = yes ]; then
    printf '\nThe engine keeps running. In %s:\n\n  scripts/engine.sh stop --purge   ends it and deletes its images\n' "$root"
fi
