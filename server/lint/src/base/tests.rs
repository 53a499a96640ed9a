use expect_test::{Expect, expect};

use super::*;

#[track_caller]
fn check(image: &str, expect: Expect) {
    let reference = Reference::parse(image).expect("it is a reference");
    let text = match facts(&reference) {
        Some(facts) => show(&facts),
        None => "unknown".to_owned(),
    };
    expect.assert_eq(&text);
}

fn show(facts: &BaseFacts) -> String {
    let mut text = format!("{:?}", facts.known);
    if let Some(family) = facts.family {
        text.push_str(&format!(" {}", family.name()));
    }
    if let Some(python) = &facts.python {
        text.push_str(&format!(" python {python}"));
    }
    if let Some(image) = &facts.image {
        text.push_str(&format!("\n{:?} {:?}", image.entrypoint, image.cmd));
        text.push_str(&format!(" user {:?} in {:?}", image.user, image.workdir));
    }
    if let Some(gpu) = &facts.gpu {
        text.push_str(&format!("\n{:?}", gpu.vendor));
        let cuda = gpu.cuda.as_ref().map(Version::to_string);
        let parts = [
            ("cuda", &cuda),
            ("rocm", &gpu.rocm),
            ("cudnn", &gpu.cudnn),
            ("torch", &gpu.torch),
            ("tensorflow", &gpu.tensorflow),
            ("ngc", &gpu.ngc),
        ];
        for (name, value) in parts {
            if let Some(value) = value {
                text.push_str(&format!(" {name} {value}"));
            }
        }
        if let Some(flavour) = gpu.flavour {
            text.push_str(&format!(" {}", flavour.name()));
        }
    }
    text
}

#[test]
fn cuda_images() {
    check(
        "nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04",
        expect![[r#"
            Listed Ubuntu
            ["/opt/nvidia/nvidia_entrypoint.sh"] ["/bin/bash"] user "" in ""
            Nvidia cuda 12.1.1 cudnn 8 devel"#]],
    );
    check(
        "mirror.example:5000/hub/nvidia/cuda:12.4.1-cudnn-runtime-rockylinux9",
        expect![[r#"
            Listed Red Hat family
            ["/opt/nvidia/nvidia_entrypoint.sh"] ["/bin/bash"] user "" in ""
            Nvidia cuda 12.4.1 cudnn  runtime"#]],
    );
    check(
        "nvcr.io/nvidia/cuda:11.0-base",
        expect![[r#"
            Listed Ubuntu
            [] ["/bin/bash"] user "" in ""
            Nvidia cuda 11.0 base"#]],
    );
    check(
        "nvidia/cuda",
        expect![[r#"
            Listed Ubuntu
            [] ["/bin/bash"] user "" in ""
            Nvidia"#]],
    );
}

#[test]
fn framework_images() {
    check(
        "pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime",
        expect![[r#"
            Listed Ubuntu
            [] ["/bin/bash"] user "" in "/workspace"
            Nvidia cuda 12.1 cudnn 8 torch 2.1.0 runtime"#]],
    );
    check(
        "nvcr.io/nvidia/pytorch:24.05-py3",
        expect![[r#"
            Listed Ubuntu
            ["/opt/nvidia/nvidia_entrypoint.sh"] ["/bin/bash"] user "" in "/workspace"
            Nvidia cuda 12.4.1 cudnn  torch 2.4.0a0+07cecf4168 ngc 24.05 devel"#]],
    );
    check(
        "tensorflow/tensorflow:2.15.0-gpu",
        expect![[r#"
            Listed Ubuntu
            [] ["/bin/bash"] user "" in ""
            Nvidia cuda 12.2 cudnn 8.9 tensorflow 2.15.0"#]],
    );
    check(
        "tensorflow/tensorflow:2.15.0",
        expect![[r#"
            Listed Ubuntu
            [] ["/bin/bash"] user "" in """#]],
    );
    check(
        "rocm/pytorch:rocm6.1_ubuntu22.04_py3.10_pytorch_2.1.2",
        expect![[r#"
            Listed Ubuntu python 3.10
            Amd rocm 6.1 torch 2.1.2"#]],
    );
    check(
        "mosaicml/pytorch:2.1.0_cu121-python3.10-ubuntu20.04",
        expect![[r#"
            Listed Ubuntu python 3.10
            Nvidia cuda 12.1 torch 2.1.0"#]],
    );
    check(
        "mambaorg/micromamba:1.5.8-jammy-cuda-12.4.1",
        expect![[r#"
            Listed Ubuntu
            ["/usr/local/bin/_entrypoint.sh"] ["/bin/bash"] user "mambauser" in "/tmp"
            Nvidia cuda 12.4.1"#]],
    );
}

#[test]
fn ordinary_images() {
    check(
        "python:3.11-slim",
        expect![[r#"
            Listed Debian python 3.11
            [] ["python3"] user "" in """#]],
    );
    check(
        "arm64v8/python:3.12-alpine",
        expect![[r#"
            Listed Alpine python 3.12
            [] ["python3"] user "" in """#]],
    );
    check(
        "registry.example/library/node:20",
        expect![[r#"
            Listed Debian
            ["docker-entrypoint.sh"] ["node"] user "" in """#]],
    );
    check(
        "quay.io/jupyter/scipy-notebook:2024-05-27",
        expect![[r#"
            Listed Ubuntu
            ["tini", "-g", "--", "start.sh"] ["start-notebook.py"] user "1000" in "/home/jovyan""#]],
    );
}

#[test]
fn the_unknown_stays_unknown() {
    // Somebody's own image that is called like an official one is not it.
    check("registry.example/team/python:3", expect!["unknown"]);
    check("team/python", expect!["unknown"]);
    check("my_gpu_env:1229", expect!["unknown"]);
    check(
        "registry.example/team/train:cu118-py310",
        expect![[r#"
            Tag python 3.10
            Nvidia cuda 11.8"#]],
    );
}

#[test]
fn the_engine_goes_before_the_table() {
    let image = ImageFacts {
        cmd: vec!["train".to_owned()],
        env: [
            ("CUDA_VERSION", "11.8.0"),
            ("NV_CUDA_CUDART_VERSION", "11.8.89-1"),
            ("NV_CUDA_LIB_VERSION", "11.8.0-1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec(),
        ..ImageFacts::default()
    };
    let context = Context {
        images: &|_| Some(image.clone()),
        ..Context::default()
    };
    let reference = Reference::parse("my_gpu_env:1229").expect("it is a reference");
    let facts = known(&reference, &context).expect("the engine has it");
    expect![[r#"
        Inspected
        [] ["train"] user "" in ""
        Nvidia cuda 11.8.0 runtime"#]]
    .assert_eq(&show(&facts));
    assert_eq!(facts.sets("CUDA_VERSION"), Some(true));
    assert_eq!(facts.sets("PYTHONPATH"), Some(false));
}

#[test]
fn every_name_of_the_table_is_a_reference() {
    for name in table::names() {
        let text = name.replace('*', "anything");
        let reference = Reference::parse(&text).expect("the name is a reference");
        assert_eq!((reference.tag, reference.digest), (None, None), "{name}");
    }
}

#[test]
fn tags_that_name_no_version_say_nothing() {
    for tag in [
        "",
        "-",
        "cu",
        "cuda",
        "cu12345",
        "cuda-",
        "py",
        "py3",
        "1..2",
        "é-cu١٢",
    ] {
        assert_eq!(tag::read(tag).cuda, None, "{tag}");
    }
}
