//! Images that the linter would like to know: asked for in the background, and the documents are
//! linted again when there is news.

use std::sync::Arc;

use crate::{event::Event, handlers::text, images::Images, window::Window};

/// Asks the engine for images of these names.
pub fn ask(window: &mut Window, names: Vec<String>) {
    for name in names {
        if !window.asking.insert(name.clone()) {
            continue;
        }
        let hub = Arc::clone(&window.hub);
        let environment = window.client.environment.clone();
        let engine = Arc::clone(&window.engine);
        let events = window.events.clone();
        tokio::spawn(async move {
            let news = Images::look(&hub, &environment, &engine, &name).await;
            if let Some(events) = events.upgrade() {
                let _gone = events.send(Event::ImageAsked { name, news });
            }
        });
    }
}

/// The engine has answered, or cannot be asked.
pub fn asked(window: &mut Window, name: &str, news: bool) {
    window.asking.remove(name);
    if news {
        text::check_all(window);
    }
}
