//! Images out of an archive that `docker save` wrote.

use std::path::Path;

use bytes::Bytes;
use hyper::Request;
use hyper::header::CONTENT_TYPE;
use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;

use crate::engine::Engine;
use crate::error::Error;
use crate::exchange::{self, ChunkSender};
use crate::image::TransferEvent;

const CHUNK: usize = 256 << 10;
/// zstd's, which engines before 26 do not read.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

impl Engine {
    /// Loads the images of a tar or tar.gz, streamed, and returns their names (or ids).
    ///
    /// # Errors
    /// [`Error::ArchiveUnreadable`], [`Error::LoadFailed`] with the engine's words, [`Error::DiskFull`].
    pub async fn load(
        &self,
        path: &Path,
        mut on_event: impl FnMut(TransferEvent) + Send,
    ) -> Result<Vec<String>, Error> {
        let unreadable = |error: std::io::Error| Error::ArchiveUnreadable {
            path: path.display().to_string(),
            message: error.to_string(),
        };
        let failed = |message: String| Error::LoadFailed {
            path: path.display().to_string(),
            message,
        };
        let mut file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let total = file.metadata().await.map_err(unreadable)?.len();
        let mut start = vec![0; 4];
        let length = file.read(&mut start).await.map_err(unreadable)?;
        start.truncate(length);
        if start == ZSTD_MAGIC {
            return Err(failed(
                "it is compressed by zstd, which not every engine reads: unpack it first (`zstd -d`)"
                    .to_owned(),
            ));
        }
        let (sender, body) = exchange::channel_body(4);
        let (counter, mut counts) = mpsc::unbounded_channel();
        let upload = Upload {
            file,
            start,
            sender,
            counter,
        };
        // Ends by itself: with the file, or when the request is dropped and sending fails.
        let reader = tokio::spawn(upload.run());
        let request = Request::post("/images/load?quiet=0")
            .header(CONTENT_TYPE, "application/x-tar")
            .body(body)
            .map_err(|error| self.transport().lost("loading", error))?;
        let what = format!("loading {}", path.display());
        let answer = async {
            let mut lines = exchange::answer(self, &what, request).await?;
            let mut collected = Vec::new();
            while let Some(line) = lines.next().await? {
                collected.push(line);
            }
            Ok::<_, Error>(collected)
        };
        tokio::pin!(answer);
        let outcome = loop {
            tokio::select! {
                biased;
                Some(bytes) = counts.recv() => on_event(TransferEvent::Sent { bytes, total }),
                outcome = &mut answer => break outcome,
            }
        };
        if let Ok(Err(error)) = reader.await {
            return Err(unreadable(error));
        }
        let lines = outcome.map_err(|error| match error {
            Error::Refused { message, .. } => failed(message),
            other => other,
        })?;
        let mut loaded = Vec::new();
        for line in lines {
            let Ok(line) = serde_json::from_slice::<Line>(&line) else {
                continue;
            };
            if let Some(message) = line.message() {
                return Err(match crate::engine::refused(&what, 200, message) {
                    Error::Refused { message, .. } => failed(message),
                    other => other,
                });
            }
            let Some(text) = line.stream else { continue };
            let text = text.trim();
            if let Some(name) = text
                .strip_prefix("Loaded image: ")
                .or_else(|| text.strip_prefix("Loaded image ID: "))
            {
                loaded.push(name.to_owned());
            }
            on_event(TransferEvent::Status {
                text: text.to_owned(),
            });
        }
        match loaded.is_empty() {
            true => Err(failed("the engine found no image in it".to_owned())),
            false => Ok(loaded),
        }
    }
}

struct Upload {
    file: tokio::fs::File,
    start: Vec<u8>,
    sender: ChunkSender,
    counter: mpsc::UnboundedSender<u64>,
}

impl Upload {
    async fn run(mut self) -> std::io::Result<()> {
        let mut sent = 0;
        let mut chunk = std::mem::take(&mut self.start);
        while !chunk.is_empty() {
            sent += chunk.len() as u64;
            if self.sender.send(Ok(Bytes::from(chunk))).await.is_err() {
                return Ok(());
            }
            let _ = self.counter.send(sent);
            chunk = vec![0; CHUNK];
            let length = match self.file.read(&mut chunk).await {
                Ok(length) => length,
                Err(error) => {
                    let told = std::io::Error::new(error.kind(), error.to_string());
                    let _ = self.sender.send(Err(told)).await;
                    return Err(error);
                }
            };
            chunk.truncate(length);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Line {
    stream: Option<String>,
    error: Option<String>,
    #[serde(rename = "errorDetail")]
    error_detail: Option<ErrorDetail>,
}

#[derive(Deserialize)]
struct ErrorDetail {
    message: Option<String>,
}

impl Line {
    fn message(&self) -> Option<String> {
        let detail = self.error_detail.as_ref();
        detail
            .and_then(|detail| detail.message.clone())
            .or_else(|| self.error.clone())
    }
}
