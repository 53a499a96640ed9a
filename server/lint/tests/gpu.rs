//! What the GPU rules say of Dockerfiles as people write them, and of what they leave alone.

use dockerfile::{image::Reference, parse::parse};
use expect_test::{Expect, expect};
use lint::{
    context::{Context, ImageFacts},
    finding::Finding,
};

#[track_caller]
fn check(text: &str, expect: Expect) {
    check_in(text, &Context::default(), expect);
}

#[track_caller]
fn check_in(text: &str, context: &Context<'_>, expect: Expect) {
    let file = parse(text);
    let mut findings = lint::lint::lint(&file, context);
    findings.retain(|finding| finding.code.starts_with("GPU"));
    let shown: Vec<String> = findings.iter().map(|it| show(it, text)).collect();
    expect.assert_eq(&shown.join("\n"));
}

fn show(finding: &Finding, text: &str) -> String {
    let place = finding.range.of(text);
    let level = finding.level.name();
    let mut shown = format!("{} {level} [{place}] {}", finding.code, finding.message);
    for fix in &finding.fixes {
        let fixed = fix.apply(text).unwrap_or_default();
        let changed = fixed
            .lines()
            .zip(text.lines())
            .find(|(new, old)| new != old);
        let changed = changed.map_or("", |(new, _)| new);
        shown.push_str(&format!("\n  {}: {changed}", fix.title));
    }
    shown
}

#[test]
fn wheels_for_a_newer_cuda_than_the_image() {
    check(
        "FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN pip install torch==2.5.1+cu124 torchvision==0.20.1+cu124 --extra-index-url https://download.pytorch.org/whl/cu124\n",
        expect![[r#"
            GPU005 warning [cu124] torch is built for CUDA 12.4, the base image has 11.8.0: it needs driver 525.60.13 or newer, where the image starts from 450.80.02 on
              Take the wheels of cu118: RUN pip install torch==2.5.1+cu118 torchvision==0.20.1+cu118 --extra-index-url https://download.pytorch.org/whl/cu118"#]],
    );
    check(
        "FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN pip install torch==2.5.1\n",
        expect![
            "GPU005 warning [torch==2.5.1] torch 2.5.1 is built for CUDA 12.4, the base image has 11.8.0: it needs driver 525.60.13 or newer, where the image starts from 450.80.02 on"
        ],
    );
    check(
        "FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN pip install 'jax[cuda13]'\n",
        expect![
            "GPU005 warning [cuda13] jax[cuda13] is built for CUDA 13, the base image has 12.4.1: it needs driver 580.65.06 or newer, where the image starts from 525.60.13 on"
        ],
    );
}

#[test]
fn wheels_for_an_older_cuda_than_the_image() {
    check(
        "ARG CUDA=12.4.1\nARG FLAVOUR=devel\nFROM nvidia/cuda:${CUDA}-${FLAVOUR}-ubuntu22.04 AS base\nFROM base\nENV PIP_INDEX_URL=https://download.pytorch.org/whl/cu118\nRUN pip install torch\nRUN pip install flash-attn\n",
        expect![
            "GPU005 warning [torch] torch is built for CUDA 11.8, the base image has 12.4.1: it runs with its own, but what flash-attn compiles here with 12.4.1 does not fit it"
        ],
    );
    check(
        "FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN uv pip install --system --torch-backend=cu118 torch\n",
        expect![[r#"
            GPU005 info [cu118] torch is built for CUDA 11.8, the base image has 12.4.1: it runs with its own, and the image's is there for nothing
              Take the wheels of cu124: RUN uv pip install --system --torch-backend=cu124 torch"#]],
    );
    check(
        "FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN conda install -y pytorch pytorch-cuda=11.8 -c pytorch -c nvidia\n",
        expect![
            "GPU005 warning [11.8] pytorch-cuda is built for CUDA 11.8, the base image has 12.4.1: it runs with its own, but nothing compiled with the image's nvcc 12.4.1 fits it"
        ],
    );
    check(
        "FROM mirror.example/nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN pip install -r requirements.txt --extra-index-url https://download.pytorch.org/whl/cu118\n",
        expect![[r#"
            GPU005 warning [cu118] torch is built for CUDA 11.8, the base image has 12.4.1: it runs with its own, but nothing compiled with the image's nvcc 12.4.1 fits it
              Take the wheels of cu124: RUN pip install -r requirements.txt --extra-index-url https://download.pytorch.org/whl/cu124"#]],
    );
}

#[test]
fn extensions_for_another_cuda_than_torch() {
    check(
        "FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-devel\nRUN pip install torch-scatter -f https://data.pyg.org/whl/torch-2.1.0+cu118.html\n",
        expect![
            "GPU005 warning [cu118] torch-scatter is built for CUDA 11.8, the base image's torch for 12.1: its import fails for want of the libraries"
        ],
    );
    check(
        "FROM python:3.11\nRUN pip install torch==2.6.0 --index-url https://download.pytorch.org/whl/cu118\nRUN pip install https://example.com/flash_attn-2.7.4+cu12torch2.6cxx11abiFALSE-cp311-cp311-linux_x86_64.whl\n",
        expect![
            "GPU005 warning [cu12] flash-attn is built for CUDA 12, torch here for 11.8: its import fails for want of the libraries"
        ],
    );
}

#[test]
fn what_fits_is_left_alone() {
    for text in [
        "FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN pip install torch==2.4.0 --index-url https://download.pytorch.org/whl/cu121\n",
        "FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\nRUN pip install torch==2.5.1 cupy-cuda12x jax[cuda12]\n",
        "FROM nvidia/cuda:12.1.1-devel-ubuntu22.04\nRUN pip install torch==2.5.1 --index-url https://download.pytorch.org/whl/cpu\n",
        "FROM python:3.11\nRUN pip install torch==2.5.1\n",
        "FROM team/image:cu118\nRUN pip install torch==2.5.1\n",
        "ARG BASE\nFROM $BASE\nRUN pip install torch==2.5.1+cu118\n",
        "FROM rocm/pytorch:latest\nRUN pip install flash-attn\n",
        "FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime\nRUN pip install torch transformers accelerate timm torchvision\n",
        "FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y cuda-nvcc-12-4\nRUN pip install flash-attn\n",
        "FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nCOPY --from=build /usr/local/cuda /usr/local/cuda\nRUN pip install flash-attn\n",
        "FROM python:3.11\nCMD nvidia-smi\n",
        "FROM python:3.11\nRUN echo 'nvidia-smi' > /check.sh\n",
        "FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nENV LD_LIBRARY_PATH=/opt/lib:${LD_LIBRARY_PATH}\n",
    ] {
        check(text, expect![""]);
    }
}

fn on_torch(run: &str) -> String {
    format!("FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime\nRUN {run}\n")
}

#[test]
fn the_torch_of_the_image_is_replaced() {
    check(
        &on_torch("pip install xformers"),
        expect![[r#"
        GPU002 warning [xformers] the newest xformers (at least 0.0.35) needs torch>=2.10: pip replaces the torch 2.1.0 of the base image
          Take xformers 0.0.22.post7: RUN pip install xformers==0.0.22.post7"#]],
    );
    check(
        &on_torch("pip install -U torch"),
        expect![
            "GPU002 warning [torch] this replaces the torch 2.1.0 of the base image with the newest"
        ],
    );
    check(
        &on_torch(
            "pip install torch==2.1.0+cu118 --index-url https://download.pytorch.org/whl/cu118",
        ),
        expect![
            "GPU002 warning [torch==2.1.0+cu118] this replaces the torch 2.1.0 (CUDA 12.1) of the base image with 2.1.0+cu118 (CUDA 11.8)"
        ],
    );
    for run in [
        "pip install torch==2.1",
        "pip install --no-deps xformers",
        "/opt/venv/bin/pip install torch==2.2.0",
    ] {
        check(&on_torch(run), expect![""]);
    }
    check(
        "FROM nvcr.io/nvidia/pytorch:25.06-py3\nRUN pip install torch==2.7.1\n",
        expect![
            "GPU002 warning [torch==2.7.1] pip is held to the torch 2.8.0a0+5228986c39 of the base image (/etc/pip/constraint.txt): 2.7.1 is refused"
        ],
    );
    check(
        "FROM nvcr.io/nvidia/pytorch:25.06-py3\nENV PIP_CONSTRAINT=\nRUN pip install torch==2.7.1\n",
        expect![
            "GPU002 warning [torch==2.7.1] this replaces the torch 2.8.0a0+5228986c39 (CUDA 12.9.1) of the base image with 2.7.1 (CUDA 12.6)"
        ],
    );
}

#[test]
fn builds_have_no_gpu() {
    check(
        "FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN if nvidia-smi; then echo yes; fi\nRUN nvidia-smi -L || true\nRUN CC=$(nvidia-smi --query-gpu=compute_cap --format=csv) make\nRUN apt-get update && \\\n    nvidia-smi\n",
        expect![[r#"
            GPU009 info [nvidia-smi] there is no GPU and no nvidia-smi in a build: this always takes the way without
            GPU009 info [nvidia-smi] there is no GPU and no nvidia-smi in a build: this always takes the way without
            GPU009 warning [nvidia-smi] there is no GPU and no nvidia-smi in a build: what is read from it is empty
            GPU009 warning [nvidia-smi] there is no GPU and no nvidia-smi in a build: this fails"#]],
    );
    check(
        "FROM python:3.11\nRUN <<EOF\n#!/usr/bin/env python3\nimport torch\nassert torch.cuda.is_available()\nEOF\nRUN python <<EOF\nimport torch\ntorch.zeros(1).cuda()\nEOF\n",
        expect![[r#"
            GPU009 warning [torch.cuda.is_available()] a build has no GPU: `torch.cuda.is_available()` fails here
            GPU009 warning [.cuda()] a build has no GPU: `cuda()` fails here"#]],
    );
}

#[test]
fn images_without_the_compiler() {
    check(
        "ARG V=2.5.1\nFROM pytorch/pytorch:${V}-cuda12.4-cudnn9-runtime\nRUN git clone https://github.com/facebookresearch/detectron2 && pip install -e detectron2 && pip install mamba-ssm\n",
        expect![[r#"
            GPU008 warning [detectron2] detectron2 is compiled with nvcc, and the `runtime` flavour of the base image has none: it is built for the CPU alone
              Take the devel flavour: FROM pytorch/pytorch:${V}-cuda12.4-cudnn9-devel
            GPU008 warning [mamba-ssm] mamba-ssm is compiled with nvcc, and the `runtime` flavour of the base image has none: the installation fails; wheels are at https://github.com/state-spaces/mamba/releases
              Take the devel flavour: FROM pytorch/pytorch:${V}-cuda12.4-cudnn9-devel"#]],
    );
    check(
        "FROM python:3.10\nRUN pip install torch && pip install flash-attn\n",
        expect![
            "GPU008 warning [flash-attn] flash-attn is compiled with nvcc, and the base image has none: the installation fails; wheels are at https://github.com/Dao-AILab/flash-attention/releases"
        ],
    );
}

#[test]
fn the_engine_knows_private_images() {
    let facts = ImageFacts {
        env: [
            ("CUDA_VERSION", "11.8.0"),
            ("NV_CUDA_CUDART_VERSION", "11.8.89-1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
        ..ImageFacts::default()
    };
    let images =
        |reference: &Reference| (reference.repository == "my_gpu_env").then(|| facts.clone());
    let context = Context {
        images: &images,
        ..Context::default()
    };
    check_in(
        "FROM my_gpu_env:1229\nRUN pip install torch==2.5.1 flash-attn\n",
        &context,
        expect![[r#"
            GPU005 warning [torch==2.5.1] torch 2.5.1 is built for CUDA 12.4, the base image has 11.8.0: it needs driver 525.60.13 or newer, where the image starts from 450.80.02 on
            GPU008 warning [flash-attn] flash-attn is compiled with nvcc, and the `base` flavour of the base image has none: the installation fails; wheels are at https://github.com/Dao-AILab/flash-attention/releases"#]],
    );
}
