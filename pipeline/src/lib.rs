#![doc = include_str!("../README.md")]

mod archive;
mod columns;
mod compliance;
mod deviations;
mod doubles;
mod events;
mod files;
mod intake;
mod key;
mod known;
mod ledger_rows;
pub mod linkage;
mod metrics;
mod order;
mod probable;
mod pull;
mod quality;
mod query;
mod reconcile;
mod review;
mod seal;
mod selftest;
mod sources;
mod stages;
mod time;
mod validate;
mod view;

pub use archive::{
    Archive, ArchiveError, CommitNote, Examination, Fence, FileEntry, KeptHead, KeptHeadError, Seal, SourceNote,
    Verification, verify,
};
pub use compliance::{judge, unjudged};
pub use deviations::{Deviation, deviations};
pub use files::{Readers, create_private_file, make_folder, others_may, read_file, replace_file};
pub use key::{Key, KeyError};
pub use known::waiting_in_quarantine;
pub use ledger_rows::{BookError, BookWriter, Disclosure};
pub use metrics::{By, FigureBook, FigureError};
pub use order::by_case;
pub use probable::{PROBABLE, Probable, ProbableDuplicates, probable_duplicates};
pub use pull::{Progress, PullError, PullOptions, PullReport, pull};
pub use quality::{ColumnQuality, Quality, QualityFinding, quality, quality_cells, released_quality_cells};
pub use query::{Answer, QueryError, query};
pub use reconcile::{Difference, Reconciliation, reconcile};
pub use review::review;
pub use seal::{SealError, SealRequest, seal};
pub use selftest::{Check, Selftest, SelftestError, Statistic, selftest};
pub use sources::{Horizon, Identity, Shape, Source, SourceConfig, SourceError, Timeouts};
