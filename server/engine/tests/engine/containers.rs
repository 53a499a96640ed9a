//! Verbs over containers and images, on a real engine.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use crate::support::{self, Fixture, IMAGE, LABEL, engine, engine_with_image, eventually};
use anyhow::Result;
use engine::container::ContainerState;
use engine::engine::Engine;
use engine::error::Error;
use engine::events::ContainerEventKind;
use engine::spec::Mount;

const SLEEP: &str = "trap 'exit 7' TERM; while true; do sleep 0.05; done";

#[tokio::test]
async fn the_engine_says_what_it_is() -> Result<()> {
    let engine = engine().await?;
    let facts = engine.facts().await?;
    assert!(!facts.version.is_empty());
    assert!(!facts.id.is_empty());
    assert!(facts.runtimes.iter().any(|runtime| runtime == "runc"));
    assert!(facts.local, "{facts:?}");
    assert!(facts.cpus > 0 && facts.memory_bytes > 0);
    if !engine.over_sudo() {
        assert!(
            facts.pid.is_some() && facts.started_at.is_some(),
            "{facts:?}"
        );
    }
    let usage = engine.usage().await?;
    assert!(usage.free_bytes.is_some_and(|free| free > 0), "{usage:?}");
    Ok(())
}

#[tokio::test]
async fn an_image_is_described() -> Result<()> {
    let engine = engine_with_image().await?;
    let image = engine.image(IMAGE).await?.expect("it was just loaded");
    assert_eq!(image.cmd, Some(vec!["sh".to_owned()]));
    assert_eq!(image.entrypoint, None);
    assert_eq!(image.env[1], ("GREETING".to_owned(), "a=b".to_owned()));
    assert_eq!(image.labels.get("x").map(String::as_str), Some("y"));
    assert!(image.tags.iter().any(|tag| tag == IMAGE));
    assert_eq!(engine.image("nosuch/image:1").await?, None);
    let images = engine.images().await?;
    assert!(images.iter().any(|found| found.id == image.id));
    Ok(())
}

#[tokio::test]
async fn a_truncated_archive_is_refused() -> Result<()> {
    let engine = engine().await?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("half.tar");
    let bytes = support::image()?;
    std::fs::write(&path, &bytes[..bytes.len() / 2])?;
    let error = engine.load(&path, |_| {}).await.expect_err("it is cut");
    assert!(matches!(&error, Error::LoadFailed { .. }), "{error:?}");
    let absent = folder.path().join("absent.tar");
    let error = engine
        .load(&absent, |_| {})
        .await
        .expect_err("no such file");
    assert!(
        matches!(&error, Error::ArchiveUnreadable { .. }),
        "{error:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_container_lives_and_dies() -> Result<()> {
    let engine = engine_with_image().await?;
    let mut fixture = Fixture::new(SLEEP)?;
    let strange = fixture.folder.path().join("a b:c,d\"e'ü");
    std::fs::create_dir(&strange)?;
    fixture.spec.mounts = vec![Mount::Bind {
        source: strange.display().to_string(),
        target: "/app".to_owned(),
        read_only: false,
    }];
    fixture.spec.env = vec![("A".to_owned(), "b c".to_owned())];
    fixture.spec.shm_bytes = Some(128 << 20);
    let filter = [(LABEL, Some(fixture.label.as_str()))];
    let mut events = engine.events(&filter);

    let id = engine.create_and_start(&fixture.spec).await?;
    let facts = engine.inspect(&id).await?;
    assert_eq!(facts.state, ContainerState::Running);
    assert!(facts.pid.is_some());
    assert_eq!(facts.exit_code, None);
    assert_eq!(facts.shm_bytes, Some(128 << 20));
    assert!(facts.env.contains(&("A".to_owned(), "b c".to_owned())));
    let app = facts.mounts.iter().find(|mount| mount.target == "/app");
    assert_eq!(
        app.map(|mount| mount.source.clone()),
        Some(strange.display().to_string())
    );
    engine.start(&id).await?;
    let name = format!("warpdock-test-{}", fixture.label);
    engine.rename(&id, &name).await?;
    assert_eq!(engine.inspect(&name).await?.id, id);
    engine.stop(&id, 10).await?;
    let facts = engine.inspect(&id).await?;
    assert_eq!(facts.state, ContainerState::Exited);
    assert_eq!(facts.exit_code, Some(7));
    assert_eq!(facts.pid, None);
    engine.remove(&id, false).await?;
    engine.remove(&id, true).await?;
    let gone = engine.inspect(&id).await;
    assert_eq!(gone, Err(Error::ContainerGone { id: id.clone() }));

    let mut kinds = Vec::new();
    while kinds.last() != Some(&ContainerEventKind::Destroyed) {
        let next = tokio::time::timeout(Duration::from_secs(20), events.next()).await?;
        let event = next.expect("the engine is still there")?;
        assert_eq!(event.id, id);
        kinds.push(event.kind);
    }
    assert_eq!(
        kinds,
        [
            ContainerEventKind::Started,
            ContainerEventKind::Renamed,
            ContainerEventKind::Died { exit_code: Some(7) },
            ContainerEventKind::Destroyed,
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_failed_start_leaves_nothing() -> Result<()> {
    let engine = engine_with_image().await?;
    let fixture = Fixture::new(SLEEP)?;
    let not_executable = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(&fixture.spec.init_path, not_executable)?;
    let outcome = engine.create_and_start(&fixture.spec).await;
    let Err(Error::StartFailed { message }) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(message.contains("permission denied"), "{message}");
    assert_eq!(fixture.containers(&engine).await?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn a_start_that_is_given_up_leaves_nothing() -> Result<()> {
    let engine = engine_with_image().await?;
    let fixture = Fixture::new(SLEEP)?;
    let times = [0, 5, 20, 60, 150];
    for milliseconds in times {
        let limit = Duration::from_millis(milliseconds);
        let outcome = tokio::time::timeout(limit, engine.create_and_start(&fixture.spec)).await;
        if let Ok(outcome) = outcome {
            engine.remove(&outcome?, true).await?;
        }
        nothing_left(&engine, &fixture).await?;
    }
    Ok(())
}

async fn nothing_left(engine: &Engine, fixture: &Fixture) -> Result<()> {
    // A creation that was under way ends first, so one empty look proves nothing.
    let mut empty = 0;
    eventually("no container of a given-up start", async || {
        let left = fixture.containers(engine).await?;
        empty = if left.is_empty() { empty + 1 } else { 0 };
        Ok((empty >= 15, left))
    })
    .await
}

#[tokio::test]
async fn what_is_missing_is_named() -> Result<()> {
    let engine = engine_with_image().await?;
    let mut fixture = Fixture::new(SLEEP)?;
    fixture.spec.image = "nosuch/image:1".to_owned();
    assert_eq!(
        engine.create(&fixture.spec).await,
        Err(Error::ImageMissing {
            name: "nosuch/image:1".to_owned()
        })
    );
    fixture.spec.image = IMAGE.to_owned();
    let absent = fixture.folder.path().join("absent").display().to_string();
    fixture.spec.mounts = vec![Mount::Bind {
        source: absent.clone(),
        target: "/app".to_owned(),
        read_only: false,
    }];
    assert_eq!(
        engine.create(&fixture.spec).await,
        Err(Error::MountMissing { path: absent })
    );
    fixture.spec.mounts.clear();
    fixture.spec.options.network = Some("nosuch".to_owned());
    let outcome = engine.create_and_start(&fixture.spec).await;
    // Newer engines refuse to create it, older ones to start it.
    let named = matches!(
        &outcome,
        Err(Error::StartFailed { message } | Error::Refused { message, .. })
            if message.contains("network nosuch not found")
    );
    assert!(named, "{outcome:?}");
    assert_eq!(fixture.containers(&engine).await?, Vec::<String>::new());
    let gone = engine.start("0123456789ab").await;
    assert!(matches!(gone, Err(Error::ContainerGone { .. })), "{gone:?}");
    Ok(())
}

#[tokio::test]
async fn a_name_in_use_is_a_conflict() -> Result<()> {
    let engine = engine_with_image().await?;
    let mut fixture = Fixture::new(SLEEP)?;
    fixture.spec.name = Some(format!("warpdock-test-{}", fixture.label));
    let id = engine.create(&fixture.spec).await?;
    let second = engine.create(&fixture.spec).await;
    engine.remove(&id, true).await?;
    assert!(matches!(second, Err(Error::Conflict { .. })), "{second:?}");
    Ok(())
}

#[tokio::test]
async fn many_questions_at_once_share_the_connections() -> Result<()> {
    let engine = engine_with_image().await?;
    let questions = (0..40).map(|_| {
        let engine = engine.clone();
        tokio::spawn(async move { engine.image(IMAGE).await })
    });
    for question in questions.collect::<Vec<_>>() {
        assert!(question.await??.is_some());
    }
    Ok(())
}
