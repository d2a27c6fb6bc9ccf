//! The page of a document, and its charts as pictures.
//!
//! Reads   what the layout of its PDF reads, and nothing else: so the page cannot show another number than the PDF
//! Gives   the name of a template with what it says; SVG

use super::origin_links;
use crate::pdf::{Output, Request};
use crate::{Document, RenderError, Renderer};
use flate2::Compression;
use flate2::write::GzEncoder;
use schemas::Narrowing;
use schemas::document::Office;
use serde_json::Value;
use std::io::Write;

/// The layout of single charts.
const LAYOUT: &str = "gambar.typ";

/// The page of the review, of a part of its cases, and that of a trial.
const REVIEW: &str = "tinjauan";
const NARROWED: &str = "tinjauan_tersaring";
const TRIAL: &str = "andai";

/// What the page of a document says.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentPage {
    /// The template of the page.
    pub template: &'static str,
    /// What it reads, which is what the layout of the PDF reads.
    pub values: Value,
    /// The paths of the pages that explain its numbers, of the form of `values`; null where it has none.
    pub origins: Value,
}

/// A chart as an SVG picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The picture packed by gzip, which makes a fifth of it: what is sent as `image/svg+xml` with `Content-Encoding: gzip`.
    pub gzip: Vec<u8>,
}

impl DocumentPage {
    /// The names of the pictures that the page of the review has.
    pub const PICTURES: [&'static str; 3] = ["tren", "langkah", "titik"];
    /// The name of the picture that the page of a trial has; the others have none.
    pub const TRIAL: &'static str = "percobaan";
}

impl Document<'_> {
    /// Returns the template of its page; `None` if it is on paper only.
    fn page_template(&self) -> Option<&'static str> {
        match self {
            Self::Review(_) => Some(REVIEW),
            Self::Narrowed(_) => Some(NARROWED),
            Self::Compliance(_) => Some("kepatuhan"),
            Self::Calendar(_) => Some("kalender"),
            Self::Trial(_) => Some(TRIAL),
            Self::Book(_)
            | Self::Paper(_)
            | Self::Verification(_)
            | Self::Disposal(_)
            | Self::Destruction(..)
            | Self::Trace(_) => None,
        }
    }
}

impl Renderer {
    /// Returns what the page of a document says; `None` if it is on paper only.
    ///
    /// # Errors
    /// [`RenderError`] when a sentence cannot be made.
    pub fn document_page(&self, document: Document<'_>, office: &Office) -> Result<Option<DocumentPage>, RenderError> {
        let Some(template) = document.page_template() else { return Ok(None) };
        let (values, _) = self.page(document, 1, office, document.usual_standard())?;
        let origins = match document {
            Document::Review(review) => origin_links::of_review(review, &Narrowing::default()),
            Document::Narrowed(review) => origin_links::of_review(&review.cases, &review.to),
            // What leaves the office has no pages that explain it.
            Document::Compliance(sheet) if !sheet.hide_small => origin_links::of_compliance(sheet),
            _ => Value::Null,
        };
        Ok(Some(DocumentPage { template, values, origins }))
    }

    /// Returns a picture of a page, drawn by the code that draws it in the PDF; `None` if it has no picture of this name.
    ///
    /// # Errors
    /// [`RenderError`] names the place in the template.
    pub fn picture(&self, page: &DocumentPage, name: &str) -> Result<Option<Picture>, RenderError> {
        let is_there = match page.template {
            REVIEW | NARROWED => DocumentPage::PICTURES.contains(&name),
            TRIAL => name == DocumentPage::TRIAL,
            _ => false,
        };
        if !is_there {
            return Ok(None);
        }
        let values = super::extended(page.template, &page.values, "gambar", name.into())?;
        let request = Request {
            name: format!("{}, {name}", page.template),
            layout: LAYOUT,
            page: Value::from(values).to_string(),
            output: Output::Svg,
        };
        let svg = self.set(&request)?.bytes;
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        let packed = packed.write_all(&svg).and_then(|()| packed.finish());
        let fault = |e: std::io::Error| RenderError::Data { document: request.name.clone(), reason: e.to_string() };
        packed.map(|gzip| Some(Picture { gzip })).map_err(fault)
    }
}
