//! Building images, on a real engine, with both builders and without a network.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::{IMAGE, engine_with_image, eventually};
use anyhow::Result;
use engine::build::{BuildEvent, BuildSpec, Builder, Built};
use engine::engine::Engine;
use engine::error::Error;
use tempfile::TempDir;

const BOTH: [Builder; 2] = [Builder::BuildKit, Builder::Classic];

struct Project {
    folder: TempDir,
    spec: BuildSpec,
}

fn project(builder: Builder, dockerfile: &str) -> Result<Project> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("Dockerfile");
    fs::write(&path, dockerfile)?;
    let spec = BuildSpec {
        dockerfile: dockerfile.to_owned(),
        dockerfile_path: path,
        context: folder.path().to_owned(),
        builder,
        ..BuildSpec::default()
    };
    Ok(Project { folder, spec })
}

/// The outcome and a readable list of what happened.
async fn build(engine: &Engine, spec: &BuildSpec) -> (Result<Built, Error>, String) {
    let mut log = String::new();
    let outcome = engine
        .build(spec, |event| {
            log += &match event {
                BuildEvent::StepStarted { .. } => return,
                BuildEvent::StepDone { name, .. } => format!("done {name}\n"),
                BuildEvent::StepCached { name, .. } => format!("cached {name}\n"),
                BuildEvent::Log { bytes, .. } => {
                    format!("log {}\n", String::from_utf8_lossy(&bytes).trim_end())
                }
                other => format!("{other:?}\n"),
            };
        })
        .await;
    (outcome, log)
}

#[tokio::test]
async fn an_image_is_built_and_then_cached() -> Result<()> {
    let engine = engine_with_image().await?;
    for builder in BOTH {
        let marker = format!("{builder:?} {:?}", Instant::now());
        let dockerfile = format!(
            "FROM {IMAGE}\nARG WORDS\nRUN echo $WORDS; echo {marker:?} > /marker\nCOPY . /app\nRUN find /app\nCMD [\"echo\", \"built\"]\n"
        );
        let mut project = project(builder, &dockerfile)?;
        let root = project.folder.path();
        fs::write(root.join(".dockerignore"), "secret\n")?;
        fs::write(root.join("secret"), "")?;
        fs::write(root.join("wanted"), "")?;
        let tag = format!("warpdock-engine-test-build-{builder:?}:1").to_lowercase();
        project.spec.tag = Some(tag.clone());
        project.spec.args = vec![("WORDS".to_owned(), "hello there".to_owned())];
        project.spec.labels = vec![("made".to_owned(), "by a test".to_owned())];
        let (built, log) = build(&engine, &project.spec).await;
        let built = built?;
        assert!(log.contains("log hello there"), "{log}");
        assert!(log.contains("/app/wanted"), "{log}");
        assert!(!log.contains("/app/secret"), "{log}");
        let image = engine.image(&tag).await?.expect("it was just built");
        assert_eq!(image.id, built.image_id);
        assert_eq!(image.cmd, Some(vec!["echo".to_owned(), "built".to_owned()]));
        assert_eq!(
            image.labels.get("made").map(String::as_str),
            Some("by a test")
        );

        let (again, log) = build(&engine, &project.spec).await;
        assert_eq!(again?.image_id, built.image_id);
        assert!(
            log.contains("cached") && !log.contains("log hello there"),
            "{log}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_failed_step_says_what_it_said() -> Result<()> {
    let engine = engine_with_image().await?;
    for builder in BOTH {
        let dockerfile = format!(
            "FROM {IMAGE}\nRUN seq 1 50; echo {:?}; exit 3\n",
            Instant::now()
        );
        let project = project(builder, &dockerfile)?;
        let (outcome, _) = build(&engine, &project.spec).await;
        let Err(Error::BuildFailed {
            step,
            exit_code,
            tail,
            ..
        }) = outcome
        else {
            panic!("{outcome:?}");
        };
        assert!(step.contains("RUN seq 1 50"), "{step}");
        assert_eq!(exit_code, Some(3));
        assert_eq!(tail.len(), 20, "{tail:?}");
        assert_eq!(tail[18], "50", "{tail:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_mistake_in_the_dockerfile_has_a_line() -> Result<()> {
    let engine = engine_with_image().await?;
    for builder in BOTH {
        let project = project(builder, &format!("FROM {IMAGE}\n\nRNU true\n"))?;
        let (outcome, _) = build(&engine, &project.spec).await;
        let Err(Error::DockerfileInvalid {
            line,
            message,
            dockerfile,
        }) = outcome
        else {
            panic!("{outcome:?}");
        };
        assert_eq!(line, Some(3));
        assert!(message.starts_with("unknown instruction: RNU"), "{message}");
        // Without a name of the caller's: as the build context has it.
        assert_eq!(dockerfile, "Dockerfile");
    }
    Ok(())
}

#[tokio::test]
async fn a_stage_that_is_not_there_is_named() -> Result<()> {
    let engine = engine_with_image().await?;
    for builder in BOTH {
        let mut project = project(builder, &format!("FROM {IMAGE} AS a\n"))?;
        project.spec.target = Some("nosuch".to_owned());
        let (outcome, _) = build(&engine, &project.spec).await;
        let Err(Error::DockerfileInvalid { message, .. }) = &outcome else {
            panic!("{outcome:?}");
        };
        assert!(message.contains("nosuch"), "{message}");
    }
    Ok(())
}

#[tokio::test]
async fn a_base_that_is_not_here_is_named() -> Result<()> {
    let engine = engine_with_image().await?;
    for builder in BOTH {
        let mut project = project(builder, "FROM registry.invalid/lab/nosuch:1\n")?;
        project.spec.network_limit = Duration::from_secs(10);
        let begin = Instant::now();
        let (outcome, _) = build(&engine, &project.spec).await;
        let text = format!("{outcome:?}");
        // Which of the two depends on whether the machine's resolver says no or says nothing.
        let named = matches!(
            &outcome,
            Err(Error::BaseMissing { name, .. }) if name == "registry.invalid/lab/nosuch:1"
        ) || matches!(
            &outcome,
            Err(Error::NetworkWait { what, .. }) if what.contains("registry.invalid/lab/nosuch:1")
        );
        assert!(named, "{text}");
        assert!(begin.elapsed() < Duration::from_secs(15), "{text}");
    }
    Ok(())
}

#[tokio::test]
async fn a_registry_that_says_nothing_is_not_waited_for() -> Result<()> {
    let engine = engine_with_image().await?;
    // Takes connections and never says a word, as a network does that swallows packets.
    let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    let name = format!("{}/lab/nosuch:1", silent.local_addr()?);
    for builder in BOTH {
        let mut project = project(builder, &format!("FROM {name}\n"))?;
        project.spec.network_limit = Duration::from_secs(2);
        let begin = Instant::now();
        let (outcome, _) = build(&engine, &project.spec).await;
        let Err(Error::NetworkWait { what, seconds: 2 }) = &outcome else {
            panic!("{outcome:?}");
        };
        assert!(what.contains(&name), "{what}");
        assert!(begin.elapsed() < Duration::from_secs(8));
    }
    Ok(())
}

#[tokio::test]
async fn a_build_that_is_given_up_ends_in_the_engine() -> Result<()> {
    let engine = engine_with_image().await?;
    for builder in BOTH {
        let marker = format!("31{}", std::process::id());
        let dockerfile = format!(
            "FROM {IMAGE}\nRUN echo {:?}; sleep {marker}\n",
            Instant::now()
        );
        let project = project(builder, &dockerfile)?;
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let builds = engine.clone();
        let spec = project.spec.clone();
        let task = tokio::spawn(async move {
            let told = |event| {
                let _ = sender.send(event);
            };
            builds.build(&spec, told).await
        });
        eventually("the step runs", async || Ok((runs(&marker), ()))).await?;
        task.abort();
        eventually("the step is gone", async || Ok((!runs(&marker), ()))).await?;
        let mut began = false;
        while let Ok(event) = receiver.try_recv() {
            began |= matches!(event, BuildEvent::Began { .. });
        }
        assert!(began);
    }
    Ok(())
}

/// Whether a process with this last argument is there.
fn runs(argument: &str) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else {
        return false;
    };
    processes.flatten().any(|process| {
        let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        let mut words = line
            .split(|byte| *byte == 0)
            .filter(|word| !word.is_empty());
        words.next_back() == Some(argument.as_bytes())
    })
}

#[tokio::test]
async fn a_context_that_cannot_be_read_is_named() -> Result<()> {
    let engine = engine_with_image().await?;
    for builder in BOTH {
        let mut project = project(builder, &format!("FROM {IMAGE}\nCOPY . /app\n"))?;
        project.spec.context = project.folder.path().join("absent");
        let (outcome, _) = build(&engine, &project.spec).await;
        assert!(
            matches!(&outcome, Err(Error::Unreadable { path, .. }) if path.ends_with("absent")),
            "{outcome:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_big_context_is_streamed() -> Result<()> {
    let engine = engine_with_image().await?;
    let project = project(Builder::Auto, &format!("FROM {IMAGE}\nCOPY big /big\n"))?;
    write_zeros(&project.folder.path().join("big"), 100 << 20)?;
    let mut last = 0;
    let mut reports = 0;
    let sent = engine.build(&project.spec, |event| {
        if let BuildEvent::Context { bytes, .. } = event {
            assert!(bytes >= last);
            last = bytes;
            reports += 1;
        }
    });
    sent.await?;
    assert!(last > 100 << 20, "{last}");
    assert!(reports >= 1);
    Ok(())
}

fn write_zeros(path: &Path, length: u64) -> Result<()> {
    let file = fs::File::create(path)?;
    file.set_len(length)?;
    Ok(())
}
