//! What was written aside, to be sent as it is read: memory stays flat, whatever its length, and it ends with the program.

use anyhow::{Context, Result};
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// How much of a file is sent at once.
pub(super) const AT_ONCE: usize = 1 << 16;

/// A file without a name.
#[derive(Clone, Debug)]
pub(super) struct Spool {
    file: Arc<File>,
    length: u64,
}

impl Spool {
    /// What was written into a file.
    pub(super) fn of(file: File) -> Result<Self> {
        let length = file.metadata().context("what was written aside cannot be read")?.len();
        Ok(Self { file: Arc::new(file), length })
    }

    /// An answer that sends it under a name, to be kept (`attachment`) or opened (`inline`).
    pub(super) fn sent(&self, media: &'static str, disposition: &str, name: &str) -> Result<Response> {
        let (file, length) = (Arc::clone(&self.file), self.length);
        let pieces = stream::unfold(0, move |sent| {
            let file = Arc::clone(&file);
            async move {
                if sent >= length {
                    return None;
                }
                let read = tokio::task::spawn_blocking(move || {
                    let mut piece = vec![0; AT_ONCE.min(usize::try_from(length - sent).unwrap_or(AT_ONCE))];
                    file.read_exact_at(&mut piece, sent).map(|()| piece)
                });
                match read.await.map_err(std::io::Error::other).and_then(|read| read) {
                    Ok(piece) => {
                        let next = sent + piece.len() as u64;
                        Some((Ok(piece), next))
                    }
                    Err(fault) => Some((Err(fault), u64::MAX)),
                }
            }
        });
        let mut response = Response::new(Body::from_stream(pieces));
        let name = HeaderValue::try_from(format!("{disposition}; filename=\"{name}\""));
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(media)),
            (header::CONTENT_LENGTH, HeaderValue::from(length)),
            (header::CONTENT_DISPOSITION, name.context("a name is no header")?),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        response.headers_mut().extend(headers);
        Ok(response)
    }
}
