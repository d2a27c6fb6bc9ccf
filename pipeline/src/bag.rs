//! Bags of `BagIt` 1.0, with SHA-256 alone: folders that say of themselves what belongs to them, to be kept or carried away.
//!
//! Reads   files of the caller; a bag from elsewhere
//! Gives   [`BagWriter`], which makes a bag; [`examine_bag`], which checks one; what a bag of the archive holds
//! Rule    RFC 8493. Everything but the signature is named in a manifest, and a name that is not is a finding
//!
//! Invariant: under its name a bag is whole or not there, whatever stops the program. The same files give the same bytes.
//! Invariant: a bag from elsewhere is read piece by piece; no link is followed, nothing but ordinary files is opened, and no name
//! leads out of its folder.

mod contents;
mod error;
mod examination;
mod fault;
mod keeping;
mod layout;
mod log_extract;
mod logged_commit;
mod logged_parts;
mod manifest;
mod month_rows;
mod packing;
mod proof_check;
mod reading;
mod recipe;
mod staging;
mod writer;

pub use contents::{archive_views, event_scripts, put_events, put_persons};
pub use error::BagError;
pub use examination::{BagExamination, BagTrust, examine_bag};
pub use fault::BagFault;
pub use keeping::{KeptBagRequest, keep_bag};
pub use layout::BAG_MONTHS;
pub use log_extract::{LogExtract, log_extract, put_log};
pub use logged_commit::LoggedCommit;
pub use month_rows::{MonthRows, month_rows};
pub use recipe::{ComputedTable, OF_ROWS, ScriptError};
pub use writer::{BagWriter, ClosedBag};
