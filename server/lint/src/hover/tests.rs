use dockerfile::parse::parse;
use expect_test::{Expect, expect};

use super::*;

/// `$0` in the text is the place.
#[track_caller]
fn check(text: &str, expect: Expect) {
    let offset = text.find("$0").expect("the place is marked");
    let text = text.replacen("$0", "", 1);
    let file = parse(&text);
    let shown = match hover(&file, offset, &Context::default()) {
        Some(hover) => format!("[{}]\n{}", hover.range.of(&text), hover.markdown),
        None => "nothing".to_owned(),
    };
    expect.assert_eq(&shown);
}

#[test]
fn instructions_and_flags() {
    check(
        "FROM a\nWORK$0DIR /app\n",
        expect![[r#"
        [WORKDIR]
        **WORKDIR** is the folder that the instructions behind it, and the container, run in. It is created if it is not there.

        ```dockerfile
        WORKDIR PATH
        ```

        For example

        ```dockerfile
        WORKDIR /app
        ```"#]],
    );
    check(
        "FROM a\nCOPY --fr$0om=b . /app\n",
        expect![[r#"
        [--from=b]
        **--from** takes the files from a stage, by name or number, or from an image, not from the build's folder.

        ```dockerfile
        COPY --from=build /usr/local/bin/tool /usr/local/bin/
        ```"#]],
    );
    check(
        "FROM a\nHEALTHCHECK NO$0NE\n",
        expect![[r#"
        [NONE]
        **NONE** takes the base image's check away.

        ```dockerfile
        HEALTHCHECK NONE
        ```"#]],
    );
    check(
        "FROM a\nONBUILD US$0ER b\n",
        expect![[r#"
        [USER]
        **USER** is who the instructions behind it, and the container, run as.

        ```dockerfile
        USER NAME[:GROUP]
        USER UID[:GID]
        ```

        For example

        ```dockerfile
        USER 1000:1000
        ```"#]],
    );
    check("FROM a\nUSRE$0 b\n", expect!["nothing"]);
    check("FROM a\n\n$0\n", expect!["nothing"]);
}

#[test]
fn variables_have_the_value_of_the_place() {
    let text = "ARG V=1\nFROM a:$V\nARG V\nENV P=/x:$PATH W=$V\nENV W=2\n";
    check(
        &format!("{text}WORKDIR /a/$W$0/b\n"),
        expect![[r#"
        [$W]
        ```sh
        W=2
        ```

        ENV, line 5"#]],
    );
    check(
        &text.replace("$PATH", "$PA$0TH"),
        expect![[r#"
            [$PATH]
            `PATH` has the value that the base image sets"#]],
    );
    check(
        &text.replace("a:$V", "a:$0$V"),
        expect![[r#"
            [$V]
            ```sh
            V=1
            ```

            ARG, line 1

            ---

            **a:1**

            Nothing is known of this image here."#]],
    );
    check(
        &text.replace("ENV P", "ENV $0P"),
        expect![[r#"
        [P]
        ```sh
        P=/x:
        ```

        ENV, line 4. Not set here, and part of it: PATH"#]],
    );
    check(
        &text.replace("FROM a:$V\nARG V", "FROM a:$V\nARG V$0"),
        expect![[r#"
            [V]
            ```sh
            V=1
            ```

            ARG, line 3"#]],
    );
    check(
        &format!("{text}RUN echo \\\n  # why\n  ${{V$0:-x}}\n"),
        expect![[r#"
            [${V]
            ```sh
            V=1
            ```

            ARG, line 3"#]],
    );
    check(
        &format!("{text}RUN for i in 1; do echo $i$0; done\n"),
        expect![[r#"
            [$i]
            `i` is not set by ARG or ENV: the shell's own, the base image's, or empty"#]],
    );
    check(
        &format!("{text}CMD echo $V$0\n"),
        expect![[r#"
        [$V]
        `V` is an ARG, which is gone when the container runs: empty

        ARG, line 3"#]],
    );
    check(
        &format!("{text}RUN <<EOF\necho $W$0\nEOF\n"),
        expect![[r#"
        [$W]
        ```sh
        W=2
        ```

        ENV, line 5"#]],
    );
}

#[test]
fn images_and_stages() {
    check(
        "ARG C=12.1.1\nFROM nvidia/cuda:${C}$0-devel-ubuntu22.04\n",
        expect![[r#"
            [${C}]
            ```sh
            C=12.1.1
            ```

            ARG, line 1

            ---

            **nvidia/cuda:12.1.1-devel-ubuntu22.04**

            - CUDA 12.1.1, devel (with nvcc and headers)
            - NVIDIA driver 525.60.13 or newer
            - Ubuntu
            - ENTRYPOINT `["/opt/nvidia/nvidia_entrypoint.sh"]`
            - CMD `["/bin/bash"]`
            - USER root, WORKDIR /

            From Warpdock's table of images."#]],
    );
    check(
        "FROM nvidia/cu$0da:12.4.1-cudnn-devel-ubuntu22.04\n",
        expect![[r#"
            [nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04]
            **nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04**

            - CUDA 12.4.1, cuDNN, devel (with nvcc and headers)
            - NVIDIA driver 525.60.13 or newer
            - Ubuntu
            - ENTRYPOINT `["/opt/nvidia/nvidia_entrypoint.sh"]`
            - CMD `["/bin/bash"]`
            - USER root, WORKDIR /

            From Warpdock's table of images."#]],
    );
    check(
        "FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-run$0time\n",
        expect![[r#"
            [pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime]
            **pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime**

            - CUDA 12.1, cuDNN 8, runtime (libraries, no nvcc)
            - NVIDIA driver 525.60.13 or newer
            - torch 2.1.0
            - Ubuntu
            - CMD `["/bin/bash"]`
            - USER root, WORKDIR /workspace

            From Warpdock's table of images."#]],
    );
    check(
        "FROM python:3.11 AS build\nUSER me\nFROM bu$0ild\n",
        expect![[r#"
            [build]
            **build**, stage 0, line 1

            Built on python:3.11.
            - USER `me` (line 2)"#]],
    );
    check(
        "FROM python:3.11 AS build\nFROM a\nCOPY --from=bui$0ld /a /b\n",
        expect![[r#"
            [build]
            **build**, stage 0, line 1

            Built on python:3.11."#]],
    );
    check(
        "FROM python:3.11 AS bui$0ld\nCMD [\"a\"]\n",
        expect![[r#"
        [build]
        **build**, stage 0, line 1

        Built on python:3.11.
        - CMD `["a"]` (line 2)"#]],
    );
    check(
        "FROM $X$0\n",
        expect![[r#"
            [$X]
            `X` is not set: FROM sees the ARGs before the first FROM, and what the build is given

            ---

            No image: X has no value"#]],
    );
    check(
        "FROM scr$0atch\n",
        expect![[r#"
        [scratch]
        **scratch** is nothing: no shell, no libraries. What runs in it has to be copied into it."#]],
    );
    check(
        "FROM unheard-of:1$0\n",
        expect![[r#"
        [unheard-of:1]
        **unheard-of:1**

        Nothing is known of this image here."#]],
    );
}

#[test]
fn directives_and_pragmas() {
    check(
        "# syn$0tax=docker/dockerfile:1\nFROM a\n",
        expect![[r#"
        [# syntax=docker/dockerfile:1]
        **syntax** names the image that reads this file.

        The builder fetches it before anything else, which takes the network. Without the line the reader that the engine carries is used.

        ```dockerfile
        # syntax=docker/dockerfile:1
        ```"#]],
    );
    check(
        "FROM a\n# hadolint ignore=DL3008,DL30$000\nWORKDIR b\n",
        expect![[r#"
            [DL3000]
            **DL3000** absolute-workdir

            `WORKDIR` with a relative path.

            [About this rule](warpdock:rules/DL3000)"#]],
    );
    check(
        "FROM a\n# hado$0lint ignore=DL3000\nWORKDIR b\n",
        expect![[r#"
            [# hadolint ignore=DL3000]
            Takes findings away: of the next instruction, or of the file with `global`. Rules go by code, name, or another tool's name."#]],
    );
    check("FROM a\n# just a rem$0ark\nWORKDIR b\n", expect!["nothing"]);
}
