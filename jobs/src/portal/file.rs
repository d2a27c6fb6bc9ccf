//! Bytes with what a browser must know of them.

use axum::body::Bytes;
use axum::http::HeaderValue;
use std::path::Path;

/// Bytes, and the tag by which a browser asks whether they are still the same.
#[derive(Clone, Debug)]
pub(super) struct Tagged {
    pub(super) bytes: Bytes,
    pub(super) tag: HeaderValue,
}

/// A file.
#[derive(Clone, Debug)]
pub(super) struct File {
    /// Its media type.
    pub(super) media: &'static str,
    /// The name under which it is kept.
    pub(super) name: Option<String>,
    pub(super) body: Tagged,
    /// Whether it is packed by gzip, to be unpacked by the browser.
    pub(super) is_packed: bool,
}

impl Tagged {
    pub(super) fn new(bytes: Bytes) -> Self {
        let tag = HeaderValue::try_from(format!("\"{}\"", pipeline::sha256(&bytes)));
        Self { bytes, tag: tag.unwrap_or(HeaderValue::from_static("\"\"")) }
    }
}

impl File {
    pub(super) fn new(media: &'static str, bytes: Bytes) -> Self {
        Self { media, name: None, body: Tagged::new(bytes), is_packed: false }
    }

    pub(super) fn named(self, name: String) -> Self {
        Self { name: Some(name), ..self }
    }
}

/// The media type of a file by its ending; nothing for a kind that is not shown.
pub(super) fn media(name: &str) -> Option<&'static str> {
    Some(match Path::new(name).extension()?.to_str()? {
        "pdf" => "application/pdf",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "tlog-proof" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "zip" => "application/zip",
        "svg" => "image/svg+xml",
        "sql" => "application/sql",
        _ => return None,
    })
}
