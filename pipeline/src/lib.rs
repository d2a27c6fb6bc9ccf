#![doc = include_str!("../README.md")]

mod archive;
mod blanks;
mod books;
mod figures;
mod files;
mod hash;
mod pull;
mod query;
mod selftest;
mod source;
#[cfg(test)]
mod sql_subset;
mod verdicts;

pub use archive::{
    Archive, ArchiveError, CommitNote, CopiedCommit, CopiedPart, Examination, FileEntry, KeptHead, KeptHeadError, Key,
    KeyError, PaperError, Presence, Reassembly, Seal, SealError, SealRequest, SourceNote, Verification, WriterLock,
    seal, verify, waiting_in_quarantine,
};
pub use books::{BookError, BookWriter, Disclosure};
pub use figures::{
    ColumnQuality, FigureBook, FigureError, PROBABLE, Probable, ProbableDuplicates, Quality, QualityFinding, by_case,
    linkage, probable_duplicates, quality, quality_cells, released_quality_cells,
};
pub use files::{
    Readers, create_private_file, is_temporary, make_folder, name_if_absent, others_may, read_file, replace_file,
};
pub use hash::sha256;
pub use pull::{
    Difference, Progress, PullError, PullOptions, PullReport, Reason, Reconciliation, Sample, pull, reconcile, sample,
};
pub use query::{Answer, AnswerColumn, AnswerKind, Ended, Given, QueryError, Questions, write_parquet};
pub use selftest::{Check, Selftest, SelftestError, Statistic, selftest};
pub use source::{
    Catalog, CatalogColumn, CatalogTable, DateFormat, Link, Profile, RelationSchema, Source, SourceConfig, SourceError,
    SourceHealth, Timeouts, Words,
};
pub use verdicts::{
    Departure, Deviation, TrialError, cases_beside, deviations, failing_cases, judge, judgements_about,
    narrowed_review, origin_beside, review, trial, unjudged,
};
