//! The forms of the tables.
//!
//! An archive is never rewritten: the digests of its commits are printed in documents. A newer program reads it as it is, and the
//! next commit that it writes names the new form in a `metaData` of its own. Parts keep the form of the commit that names them;
//! their rows are read as those of the newest form, and verified as those of their own.
//!
//! Rule    what earlier programs could not read, be it a column or an action of the log, is written only under a new form
//!
//! Invariant: a form that was ever published stays in [`FORMS`]; `tests/archive_forms.rs` keeps an archive of each.

use schemas::Column;

/// A form of the tables.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// How the log names it.
    pub(crate) name: &'static str,
    /// The columns of the contract that came with a later form; they must be optional.
    pub(crate) lacks: &'static [Column],
}

/// The forms that this program reads, the oldest first. It writes the last one.
///
/// Under form 3 a commit may declare more than rows and a seal: a bag, another key, a hold, what was destroyed.
pub(crate) static FORMS: &[Form] =
    &[Form { name: "1", lacks: &SINCE_2 }, Form { name: "2", lacks: &[] }, Form { name: "3", lacks: &[] }];

/// What came with form 2.
const SINCE_2: [Column; 4] = [Column::NomorBukti, Column::JumlahLembar, Column::KtpLamaDiterima, Column::Penerima];

/// Whether a column came after the first form. A row without a value in it is, to digests and to the quarantine, the row that it
/// was before there was such a column; else every row that is read again would look changed.
pub(crate) fn came_later(column: Column) -> bool {
    SINCE_2.contains(&column)
}

/// Returns the form of that name.
pub(super) fn named<'f>(forms: &'f [Form], name: &str) -> Option<&'f Form> {
    forms.iter().find(|form| form.name == name)
}
