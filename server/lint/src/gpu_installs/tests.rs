use dockerfile::parse::parse;
use expect_test::{Expect, expect};

use super::*;
use crate::{context::Context, gpu_claims::claims};

#[track_caller]
fn check(run: &str, expect: Expect) {
    let file = parse(&format!("FROM a\nENV V=2.1.0\nRUN {run}\n"));
    let context = Context::default();
    let facts = Facts::new(&file, &context);
    let mut shown = String::new();
    for install in facts.installs() {
        for package in &install.packages {
            shown.push_str(&format!("{} {:?}", package.name, package.from));
            if let Some(version) = &package.version {
                shown.push_str(&format!(" = {version}"));
            }
            if package.bounded {
                shown.push_str(" bounded");
            }
            if !package.extras.is_empty() {
                shown.push_str(&format!(" {:?}", package.extras));
            }
            shown.push('\n');
        }
        for source in &install.sources {
            shown.push_str(&format!("{:?} {}\n", source.kind, source.url));
        }
        for claim in claims(install) {
            let word = claim.range.of(&file.text);
            shown.push_str(&format!(
                "{} for CUDA {}, libraries of {:?}, by [{word}]\n",
                claim.what, claim.cuda, claim.libraries
            ));
        }
    }
    expect.assert_eq(&shown);
}

#[test]
fn what_pip_installs() {
    check(
        "python3 -m pip install --no-cache-dir 'torch==2.1.0+cu118' torchvision -f https://download.pytorch.org/whl/torch_stable.html",
        expect![[r#"
            torch Index = 2.1.0+cu118
            torchvision Index
            Links https://download.pytorch.org/whl/torch_stable.html
            torch for CUDA 11.8, libraries of Own, by [cu118]
        "#]],
    );
    check(
        "pip install -c limits.txt torch==$V \\\n    --index-url https://download.pytorch.org/whl/cu118",
        expect![[r#"
            torch Index = 2.1.0
            Index https://download.pytorch.org/whl/cu118
            torch for CUDA 11.8, libraries of Own, by [cu118]
        "#]],
    );
    check(
        "pip install \"torch>=2.0,<3\" flash_attn==2.5.8",
        expect![[r#"
            torch Index bounded
            flash-attn Index = 2.5.8
        "#]],
    );
    check(
        "uv pip install --system --torch-backend=cu121 torch",
        expect![[r#"
            torch Index
            Backend cu121
            torch for CUDA 12.1, libraries of Own, by [cu121]
        "#]],
    );
    check(
        "pip install -r requirements.txt --extra-index-url https://download.pytorch.org/whl/cu124",
        expect![[r#"
            Extra https://download.pytorch.org/whl/cu124
            torch for CUDA 12.4, libraries of Own, by [cu124]
        "#]],
    );
    check(
        "pip install git+https://github.com/NVIDIA/apex.git@master ./here -e there",
        expect![[r#"
            apex Sources
            here Sources
            there Sources
        "#]],
    );
    check(
        "pip install https://example.com/flash_attn-2.5.8+cu122torch2.3-cp310-cp310-linux_x86_64.whl",
        expect![[r#"
            flash-attn Wheel = 2.5.8+cu122torch2.3
            flash-attn for CUDA 12.2, libraries of Torch, by [cu122]
        "#]],
    );
}

#[test]
fn cuda_in_names() {
    check(
        "pip install cupy-cuda11x jax[cuda12_local]",
        expect![[r#"
        cupy-cuda11x Index
        jax Index ["cuda12_local"]
        cupy-cuda11x for CUDA 11, libraries of Image, by [cuda11x]
        jax[cuda12_local] for CUDA 12, libraries of Image, by [cuda12_local]
    "#]],
    );
    check(
        "pip install 'jax[cuda12]' onnxruntime-gpu==1.18.0",
        expect![[r#"
            jax Index ["cuda12"]
            onnxruntime-gpu Index = 1.18.0
            onnxruntime-gpu 1.18.0 for CUDA 11, libraries of Image, by [onnxruntime-gpu==1.18.0]
            jax[cuda12] for CUDA 12, libraries of Own, by [cuda12]
        "#]],
    );
    check(
        "pip install torch==2.1.0",
        expect![[r#"
        torch Index = 2.1.0
        torch 2.1.0 for CUDA 12.1, libraries of Own, by [torch==2.1.0]
    "#]],
    );
    check(
        "pip install torch==2.1.0 -i https://mirror.example/simple",
        expect![[r#"
            torch Index = 2.1.0
            Index https://mirror.example/simple
            torch 2.1.0 for CUDA 12.1, libraries of Own, by [torch==2.1.0]
        "#]],
    );
    check(
        "pip install torch==2.1.0 --index-url https://download.pytorch.org/whl/cpu",
        expect![[r#"
            torch Index = 2.1.0
            Index https://download.pytorch.org/whl/cpu
        "#]],
    );
    check(
        "pip install torch-scatter -f https://data.pyg.org/whl/torch-2.1.0+cu118.html",
        expect![[r#"
            torch-scatter Index
            Links https://data.pyg.org/whl/torch-2.1.0+cu118.html
            torch-scatter for CUDA 11.8, libraries of Torch, by [cu118]
        "#]],
    );
    check(
        "conda install -y -c pytorch -c nvidia pytorch=2.1 pytorch-cuda=11.8",
        expect![[r#"
            pytorch Index = 2.1
            pytorch-cuda Index = 11.8
            Extra pytorch
            Extra nvidia
            pytorch-cuda for CUDA 11.8, libraries of Own, by [11.8]
        "#]],
    );
    check(
        "apt-get install -y libcudnn8=8.9.0.131-1+cuda11.8 cuda-toolkit-12-1",
        expect![[r#"
            libcudnn8 Index = 8.9.0.131-1+cuda11.8
            cuda-toolkit-12-1 Index
        "#]],
    );
}
