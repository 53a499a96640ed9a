//! What the engines here say of images, remembered, so that the linter gets its answer from memory
//! while somebody types. Asking an engine is a task's business, and never a keystroke's.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use lint::context::ImageFacts;

use crate::hub::Hub;

/// An answer that is older is used, and asked for anew.
const FRESH: Duration = Duration::from_secs(20);

/// An engine that could not be reached is left alone for so long: asking may mean asking `sudo`,
/// and each time that fails is a line in somebody's log.
const UNREACHABLE: Duration = Duration::from_secs(5 * 60);

/// Names are typed letter by letter, and each is asked for; beyond so many all are forgotten.
const MOST: usize = 1000;

/// What decides which engine it is, in a client's environment.
const DECIDES: [&str; 4] = ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "HOME"];

/// What is remembered.
#[derive(Debug, Default)]
pub struct Images {
    engines: Mutex<HashMap<EngineKey, Known>>,
}

/// An engine, by what leads a client to it.
pub type EngineKey = Arc<[Option<String>; 4]>;

/// What is known of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `None`: the engine does not have it, or it is not known.
    pub facts: Option<ImageFacts>,
    /// It is worth asking the engine.
    pub ask: bool,
}

#[derive(Debug, Default)]
struct Known {
    images: HashMap<String, (Option<ImageFacts>, Instant)>,
    unreachable: Option<Instant>,
}

/// The engine of a client with this environment.
pub fn engine(environment: &BTreeMap<String, String>) -> EngineKey {
    Arc::new(DECIDES.map(|name| environment.get(name).cloned()))
}

impl Images {
    /// What is known of an image. Never waits.
    pub fn get(&self, engine: &EngineKey, name: &str) -> Answer {
        let mut engines = self.engines();
        let known = engines.entry(Arc::clone(engine)).or_default();
        let unreachable = known
            .unreachable
            .is_some_and(|at| at.elapsed() < UNREACHABLE);
        match known.images.get(name) {
            Some((facts, asked)) => Answer {
                facts: facts.clone(),
                ask: asked.elapsed() > FRESH && !unreachable,
            },
            None => Answer {
                facts: None,
                ask: !unreachable,
            },
        }
    }

    /// Asks the engine for an image. Whether something is known now that was not known before.
    pub async fn look(
        hub: &Arc<Hub>,
        environment: &BTreeMap<String, String>,
        engine: &EngineKey,
        name: &str,
    ) -> bool {
        let Ok(machine) = hub.machine(environment).await else {
            let mut engines = hub.images.engines();
            let known = engines.entry(Arc::clone(engine)).or_default();
            known.unreachable = Some(Instant::now());
            return false;
        };
        let facts = match machine.engine.image(name).await {
            Ok(image) => image.map(facts),
            // A name that is no name, most likely: somebody is typing it.
            Err(_) => None,
        };
        hub.images.keep(engine, name, facts)
    }

    fn keep(&self, engine: &EngineKey, name: &str, facts: Option<ImageFacts>) -> bool {
        let mut engines = self.engines();
        let known = engines.entry(Arc::clone(engine)).or_default();
        known.unreachable = None;
        if known.images.len() >= MOST {
            known.images.clear();
        }
        let news = facts.clone();
        let before = known
            .images
            .insert(name.to_owned(), (facts, Instant::now()));
        before.and_then(|(facts, _)| facts) != news
    }

    fn engines(&self) -> MutexGuard<'_, HashMap<EngineKey, Known>> {
        self.engines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn facts(image: engine::image::ImageFacts) -> ImageFacts {
    ImageFacts {
        cmd: image.cmd.unwrap_or_default(),
        entrypoint: image.entrypoint.unwrap_or_default(),
        user: image.user.unwrap_or_default(),
        workdir: image.working_folder.unwrap_or_default(),
        shell: image.shell.unwrap_or_default(),
        env: image.env,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_news_once() {
        let images = Images::default();
        let engine = engine(&BTreeMap::new());
        assert_eq!(
            images.get(&engine, "a"),
            Answer {
                facts: None,
                ask: true
            }
        );
        assert!(!images.keep(&engine, "a", None));
        assert!(!images.get(&engine, "a").ask);
        let facts = Some(ImageFacts::default());
        assert!(images.keep(&engine, "a", facts.clone()));
        assert!(!images.keep(&engine, "a", facts.clone()));
        assert_eq!(images.get(&engine, "a"), Answer { facts, ask: false });
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let images = Images::default();
        let engine = engine(&BTreeMap::new());
        for number in 0..3 * MOST {
            images.keep(&engine, &number.to_string(), None);
        }
        let engines = images.engines();
        assert!(engines[&engine].images.len() <= MOST);
    }
}
