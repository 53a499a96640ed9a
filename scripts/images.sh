#!/usr/bin/env bash
# Makes the images of the tests and the examples, without any registry, in the engine
# that DOCKER_HOST names (or docker's current context).
#
#   scripts/images.sh tests      small ones, made in a second each
#   scripts/images.sh examples   stand-ins for the example's base and its ready image
#   scripts/images.sh NAME...    those alone
#
# An image that is there already stays as it is, above all a real one of that name.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

base=pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime
ready=my_gpu_env:1229
tests=(busybox noshell prints-and-exits no-cmd other-arch ordinary-user)
cache=$state/cache
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

present() {
    docker image inspect "$1" >/dev/null 2>&1
}

# import NAME [CHANGE...] <tar: a one-layer image.
import() {
    local name=$1 options=()
    shift
    while [ $# -gt 0 ]; do
        case $1 in
        --*) options+=("$1") ;;
        *) options+=(--change "$1") ;;
        esac
        shift
    done
    quietly docker import "${options[@]}" - "$name" || fail "the engine did not take the image $name"
    say "$name made"
}

static_busybox() {
    local path
    has busybox || install_packages busybox-static
    path=$(command -v busybox)
    if ldd "$path" >/dev/null 2>&1; then
        install_packages busybox-static
        path=$(command -v busybox)
    fi
    printf %s "$path"
}

# A root file system with busybox, a passwd of root and of one ordinary user.
busybox_root() {
    local folder=$1 busybox applet
    busybox=$(static_busybox)
    mkdir -p "$folder"/{bin,etc,tmp,root,home/worker,usr/bin,var}
    chmod 1777 "$folder/tmp"
    cp "$busybox" "$folder/bin/busybox"
    for applet in $("$busybox" --list); do
        [ -e "$folder/bin/$applet" ] || ln -s busybox "$folder/bin/$applet"
    done
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'worker:x:1000:1000:worker:/home/worker:/bin/sh' >"$folder/etc/passwd"
    printf '%s\n' 'root:x:0:' 'worker:x:1000:' >"$folder/etc/group"
    chown -R 1000:1000 "$folder/home/worker"
}

busybox_tar() {
    [ -d "$work/busybox" ] || busybox_root "$work/busybox"
    tar -C "$work/busybox" -c .
}

make_busybox() {
    busybox_tar | import warpdock-test/busybox:1 'CMD ["sh"]'
}

# One static program and nothing else: no shell, no passwd. The program is busybox
# under the name true, which then is true and nothing more.
make_noshell() {
    mkdir -p "$work/noshell"
    cp "$(static_busybox)" "$work/noshell/true"
    tar -C "$work/noshell" -c . | import warpdock-test/noshell:1 'CMD ["/true"]'
}

make_prints-and-exits() {
    busybox_tar | import warpdock-test/prints-and-exits:1 \
        'ENTRYPOINT ["/bin/echo", "hello from the entrypoint"]' 'CMD ["and", "its", "arguments"]'
}

make_no-cmd() {
    busybox_tar | import warpdock-test/no-cmd:1
}

make_ordinary-user() {
    busybox_tar | import warpdock-test/ordinary-user:1 'USER worker' 'WORKDIR /home/worker' 'CMD ["sh"]'
}

# An image that says it is for the other architecture. `docker import --platform` wants
# an experimental engine before 23, so this one is loaded as an archive.
make_other-arch() {
    local other=arm64 layer
    [ "$(uname -m)" = x86_64 ] || other=amd64
    mkdir -p "$work/archive"
    busybox_tar >"$work/archive/layer.tar"
    layer=$(sha256sum "$work/archive/layer.tar" | cut -d' ' -f1)
    printf '{"architecture":"%s","os":"linux","config":{"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},"history":[{"created_by":"warpdock"}]}' \
        "$other" "$layer" >"$work/archive/config.json"
    printf '[{"Config":"config.json","RepoTags":["warpdock-test/other-arch:1"],"Layers":["layer.tar"]}]' >"$work/archive/manifest.json"
    tar -C "$work/archive" -c . | quietly docker load || fail "the engine did not take the image warpdock-test/other-arch:1"
    say "warpdock-test/other-arch:1 made (says it is for $other)"
}

# The mirror and the release that this machine itself was installed from.
debian_source() {
    # shellcheck source=/dev/null
    suite=$(. /etc/os-release && printf %s "${VERSION_CODENAME:-}")
    mirror=$(apt-get indextargets --format "\$(REPO_URI) \$(CODENAME) \$(COMPONENT)" 'Created-By: Packages' |
        awk -v suite="$suite" '$2 == suite && $3 == "main" {print $1; exit}')
    # Without a suite no line of apt's can match.
    [ -n "$mirror" ] || fail "apt's sources name no mirror of this machine's release; the stand-in image needs one (or load the real image: docker load -i FILE)"
    components=main
    case $mirror in *ubuntu*) components=main,universe ;; esac
}

# A small Debian (or Ubuntu) with Python, as a tar in the cache.
debian_tar() {
    local folder=$work/debian proxy="" suite mirror components file
    has apt-get || fail "this machine has no apt-get, so no stand-in for $base can be made; load the real one: docker load -i FILE"
    need_root "making a Debian root file system"
    debian_source
    file=$cache/$suite-$(uname -m)-3.tar
    if [ ! -s "$file" ]; then
        has debootstrap || install_packages debootstrap
        # Apt's own proxy, if it has one: debootstrap asks the environment only.
        eval "$(apt-config shell proxy Acquire::http::Proxy)"
        say "making a small $suite with Python (debootstrap, half a minute)"
        mkdir -p "$cache"
        http_proxy=${proxy:-${http_proxy:-}} quietly debootstrap --variant=minbase --components="$components" \
            --include=python3,python3-pip,procps,less,vim-tiny "$suite" "$folder" "$mirror" ||
            fail "debootstrap failed; its words are above"
        rm -rf "${folder:?}"/{var/cache/apt,var/lib/apt/lists,var/log,usr/share/doc,usr/share/man,usr/share/info,usr/share/locale,dev}/*
        # The real base has conda's Python first on PATH, under both names.
        mkdir -p "$folder/opt/conda/bin" "$folder/workspace"
        ln -s /usr/bin/python3 "$folder/opt/conda/bin/python"
        ln -s /usr/bin/python3 "$folder/opt/conda/bin/python3"
        # conda's pip installs without a word; Debian's refuses, by this file.
        ln -s /usr/bin/pip3 "$folder/opt/conda/bin/pip"
        rm -f "$folder"/usr/lib/python3*/EXTERNALLY-MANAGED
        printf '%s\n' 'This is a stand-in made by Warpdock: a small Debian with Python, without PyTorch and CUDA.' >"$folder/etc/motd"
        tar -C "$folder" -cf "$file.part" .
        mv "$file.part" "$file"
        rm -rf "$folder"
    fi
    printf %s "$file"
}

# What the real image sets (its Dockerfile and its base's), so that projects behave on
# the stand-in as on the real one; and a label that says what it is.
make_base() {
    local file
    file=$(debian_tar)
    import "$base" \
        'ENV PATH=/opt/conda/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
        'ENV NVIDIA_VISIBLE_DEVICES=all' \
        'ENV NVIDIA_DRIVER_CAPABILITIES=compute,utility' \
        'ENV LD_LIBRARY_PATH=/usr/local/nvidia/lib:/usr/local/nvidia/lib64' \
        'ENV PYTORCH_VERSION=2.1.0' \
        'LABEL com.nvidia.volumes.needed=nvidia_driver' \
        'LABEL org.opencontainers.image.ref.name=ubuntu' \
        'LABEL org.opencontainers.image.version=22.04' \
        'LABEL dev.warpdock.stand-in=true' \
        'WORKDIR /workspace' \
        'CMD ["/bin/bash"]' <"$file"
    say "  it is a stand-in: Debian with Python, no PyTorch, no CUDA"
}

# What examples/hmm/Dockerfile would make of that base, without its downloads.
make_ready() {
    local code=0
    present "$base" || make_base
    printf '%s\n' "FROM $base" 'ENV DEBIAN_FRONTEND=noninteractive' 'WORKDIR /app' 'CMD ["/bin/bash"]' |
        DOCKER_BUILDKIT=0 quietly docker build --tag "$ready" - || code=$?
    [ "$code" -eq 0 ] || fail "the engine did not build $ready"
    say "$ready made from it"
}

ensure() {
    case $1 in
    base) present "$base" || make_base ;;
    ready) present "$ready" || make_ready ;;
    *) present "warpdock-test/$1:1" || "make_$1" ;;
    esac
}

[ $# -gt 0 ] || set -- tests examples
has docker || fail "docker is not installed; scripts/engine.sh start installs it and starts a private engine"
quietly docker version || fail "no engine answers at ${DOCKER_HOST:-the current context of docker}; scripts/engine.sh start starts one and prints its DOCKER_HOST"
for wanted in "$@"; do
    case $wanted in
    tests) for name in "${tests[@]}"; do ensure "$name"; done ;;
    examples)
        ensure base
        ensure ready
        ;;
    base | ready) ensure "$wanted" ;;
    *)
        declare -F "make_$wanted" >/dev/null || fail "no image is called $wanted; there are ${tests[*]} base ready"
        ensure "$wanted"
        ;;
    esac
done
