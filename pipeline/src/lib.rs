#![doc = include_str!("../README.md")]

mod archive;
mod columns;
mod compliance;
mod deviations;
mod doubles;
mod events;
mod intake;
mod key;
mod known;
mod ledger_rows;
mod metrics;
mod pull;
mod quality;
mod query;
mod reconcile;
mod review;
mod selftest;
mod sources;
mod stages;
mod time;
mod validate;
mod view;

pub use archive::{Archive, ArchiveError, CommitNote, Fence, FileEntry, SourceNote, Verification, verify};
pub use compliance::judge;
pub use deviations::{Deviation, deviations};
pub use key::{Key, KeyError};
pub use known::waiting_in_quarantine;
pub use ledger_rows::{BookWriter, Disclosure};
pub use metrics::{By, FigureBook, FigureError};
pub use pull::{Progress, PullError, PullOptions, PullReport, pull};
pub use quality::{ColumnQuality, Quality, QualityFinding, quality, quality_cells};
pub use query::{Answer, QueryError, query};
pub use reconcile::{Reconciliation, reconcile};
pub use review::review;
pub use selftest::{Check, SelftestError, selftest};
pub use sources::{Horizon, Shape, Source, SourceConfig, SourceError, Timeouts};
