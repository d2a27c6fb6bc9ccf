//! The definitions of papers: what the steps of the SOP hand to people, and the letters of a month.
//!
//! Reads   data/surat
//! Gives   which rows make a sheet, what it says above and below them, who signs it, and how it is numbered

use crate::{
    APPLICANT, DocumentGroup, HEAD_OF_OFFICE, Labels, LedgerColumn, LedgerField, Milestone, OF_THE_PEKON, RowKind, Step,
};
use serde::{Deserialize, Serialize};

/// The definition of a paper, from `data/surat/<id>.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Same as the file name.
    pub id: String,
    /// As printed.
    pub title: String,
    /// Where its form comes from.
    pub source: String,
    /// By which it is asked for together with others.
    pub group: DocumentGroup,
    /// How it is set.
    pub layout: PaperLayout,
    /// What its numbers hold; a letter has none.
    pub code: Option<String>,
    /// Whether it is handed to people outside the office, and therefore tagged for programs that read aloud.
    #[serde(default)]
    pub leaves_office: bool,
    /// Whether a dossier has one such sheet for ever, whose number has no day.
    #[serde(default)]
    pub lasting: bool,
    /// The least height of a row in millimetres, where people sign in one.
    pub row_mm: Option<u32>,
    /// What one sheet is of.
    pub sheet: SheetOf,
    /// Which rows it has.
    pub rows: PaperRows,
    /// The head of a letter.
    pub letter: Option<Letter>,
    /// Sentences above the rows, in minijinja.
    #[serde(default)]
    pub opening: Vec<String>,
    /// Sentences below them.
    #[serde(default)]
    pub closing: Vec<String>,
    /// What is said of the sheet as a whole, from its first row.
    #[serde(default)]
    pub head: Vec<HeadField>,
    /// Columns of its table from left to right; none where the head says all.
    #[serde(default, rename = "column")]
    pub columns: Vec<LedgerColumn>,
    /// Who signs: first on the left, then on the right, the third in the middle below; one alone on the right.
    #[serde(default, rename = "signer")]
    pub signers: Vec<PaperSigner>,
}

/// How a paper is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PaperLayout {
    /// Slips, several to a page, to be cut.
    Potong,
    /// A sheet of its own with a table and signatures.
    Lembar,
    /// A statement of two parties.
    BeritaAcara,
    /// A letter.
    Surat,
}

/// What one sheet is of. Sheets of the group `harian` are also of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetOf {
    /// One dossier.
    Berkas,
    /// One batch.
    Kolektif,
    /// One pekon or kelurahan.
    Pekon,
    /// The whole office.
    Kantor,
}

/// The rows of a paper.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "per", rename_all = "snake_case", deny_unknown_fields)]
pub enum PaperRows {
    /// Each event of a kind.
    Event {
        /// Of which kind.
        of: EventsOf,
    },
    /// Each document that such an event names as lacking.
    Lack {
        /// Of which kind.
        of: EventsOf,
    },
    /// Each card that was printed before the end of the month, and that nobody has collected since, for a working day or more.
    Uncollected,
    /// The counts of a pekon.
    Pekon,
    /// Each thing that comes with a letter.
    Enclosure {
        /// What they are called.
        titles: Vec<String>,
    },
}

/// A kind of event: what it is to the figures, or the step of the SOP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventsOf {
    /// What its outcome is to the figures.
    Milestone(Milestone),
    /// The step that it ends.
    Step(u8),
}

/// What is said of a sheet as a whole.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadField {
    /// In Indonesian.
    pub label: String,
    /// What it shows.
    pub field: LedgerField,
    /// Whether its numbers are added up over all sheets in a workbook.
    #[serde(default)]
    pub sum: bool,
}

/// The head of a letter; each text is a sentence in minijinja.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// How confidential it is.
    pub sifat: String,
    /// What comes with it.
    pub lampiran: String,
    /// What it is about.
    pub hal: String,
    /// To whom, in lines.
    pub yth: Vec<String>,
    /// Who gets a copy.
    #[serde(default)]
    pub tembusan: Vec<String>,
}

/// Who signs a paper.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperSigner {
    /// What stands above the post: as what the person signs.
    pub role: String,
    /// A role of pelaksana.toml or a post of jabatan.toml.
    pub post: String,
    /// A recorded name that is printed; without one the office's own, or a line for the pen.
    pub name: Option<RecordedName>,
}

/// A name that the source records of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordedName {
    /// Who brought it.
    Pembawa,
    /// Who received its cards.
    Penerima,
}

impl PaperSigner {
    /// Whether somebody of that post signs who is not of the office's own roles, or of one of these posts.
    pub(crate) fn is_known(&self, posts: &Labels) -> bool {
        let outside = [HEAD_OF_OFFICE, OF_THE_PEKON, APPLICANT];
        self.post.is_empty() || outside.contains(&self.post.as_str()) || posts.contains_key(&self.post)
    }

    /// Forgets a post that an office with an SOP of its own does not have; who answers for its papers then signs.
    pub(crate) fn keep_known(&mut self, posts: &Labels) {
        if !self.is_known(posts) {
            self.post.clear();
        }
    }
}

impl PaperRows {
    /// Returns the kind of its events, if they are events of the month.
    #[must_use]
    pub fn events(&self) -> Option<EventsOf> {
        match self {
            Self::Event { of } | Self::Lack { of } => Some(*of),
            Self::Uncollected | Self::Pekon | Self::Enclosure { .. } => None,
        }
    }

    /// Returns the kind of its rows.
    #[must_use]
    pub fn kind(&self) -> RowKind {
        match self {
            Self::Event { .. } => RowKind::Entry,
            Self::Lack { .. } => RowKind::Lack,
            Self::Uncollected => RowKind::Uncollected,
            Self::Pekon => RowKind::Pekon,
            Self::Enclosure { .. } => RowKind::Line,
        }
    }
}

impl EventsOf {
    /// Whether a step makes such events.
    #[must_use]
    pub fn are_of(self, step: &Step) -> bool {
        match self {
            Self::Step(number) => step.number == number,
            Self::Milestone(milestone) => step.outcomes.iter().any(|outcome| outcome.milestone == Some(milestone)),
        }
    }
}
