//! The error of making a document.

use crate::templates::TemplateError;

/// An error because of which a document cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The layout failed.
    #[error("{document} could not be set: {reason}")]
    Layout {
        /// Which document.
        document: String,
        /// File, line and message of the first fault.
        reason: String,
    },
    /// The document is a page and data, and nothing on paper.
    #[error("{0} is not set on paper; ask for it as a page, xlsx, csv or json")]
    NotOnPaper(String),
    /// The typesetting program failed.
    #[error("{program} failed: {reason}; check [render] in tertib.toml and the office's own templates")]
    Program {
        /// The program.
        program: String,
        /// The reason.
        reason: String,
    },
    /// The typesetting program took too long.
    #[error("{program} was ended after {seconds} s; `deadline-seconds` under [render] gives it more")]
    Deadline {
        /// The program.
        program: String,
        /// The deadline.
        seconds: u64,
    },
    /// A code is too long for a QR code.
    #[error("the code of a document cannot be drawn: {0}")]
    Code(qrcode::types::QrError),
    /// The data could not be written.
    #[error("{document} could not be written: {reason}")]
    Data {
        /// Which document.
        document: String,
        /// What went wrong.
        reason: String,
    },
}
