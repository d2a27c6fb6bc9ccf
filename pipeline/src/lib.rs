#![doc = include_str!("../README.md")]

mod archive;
mod bag;
mod blanks;
mod books;
mod disposal;
mod figures;
mod files;
mod hash;
mod paper_key;
mod pull;
mod query;
mod selftest;
mod source;
#[cfg(test)]
mod sql_subset;
mod trace;
mod transparency;
mod verdicts;

pub use archive::{
    AcceptError, Access, Archive, ArchiveError, BagNote, CommitNote, CopiedCommit, CopiedPart, Disposal, Examination,
    FileEntry, Hold, HoldError, HoldRequest, KeptHead, KeptHeadError, Key, KeyChange, KeyError, KeyRotation, LogFile,
    Presence, Provable, Proved, Reassembly, RotationError, Seal, SealError, SealRequest, SignerChange, SignerRotation,
    SourceNote, UnprovedError, Verification, WriterLock, complete_log, hold, rotate_key, rotate_signer, seal, sign_log,
    verify, waiting_in_quarantine,
};
pub use bag::{
    BAG_MONTHS, BagError, BagExamination, BagFault, BagTrust, BagWriter, ClosedBag, ComputedTable, KeptBagRequest,
    LogExtract, LoggedCommit, MonthRows, OF_ROWS, ScriptError, archive_views, event_scripts, examine_bag, keep_bag,
    log_extract, month_rows, put_events, put_log, put_persons,
};
pub use books::{BookError, BookWriter, Disclosure};
pub use disposal::{Disposable, DisposableMonth, DisposalError, DisposalRequest, dispose};
pub use figures::{
    ColumnQuality, FigureBook, FigureError, PROBABLE, Probable, ProbableDuplicates, Quality, QualityFinding, by_case,
    linkage, probable_duplicates, quality, quality_cells, released_quality_cells,
};
pub use files::{
    Readers, create_private_file, is_temporary, make_folder, name_if_absent, others_may, read_file, replace_file,
};
pub use hash::sha256;
pub use paper_key::{PaperError, PaperKey};
pub use pull::{
    Difference, Progress, PullError, PullOptions, PullReport, Reason, Reconciliation, Sample, Stage, pull, reconcile,
    sample,
};
pub use query::{
    Answer, AnswerColumn, AnswerKind, DescribedView, Ended, Given, QueryError, Questions, Reads, write_parquet,
};
pub use selftest::{Check, Selftest, SelftestError, Statistic, selftest};
pub use source::{
    Catalog, CatalogColumn, CatalogTable, DateFormat, Link, Profile, RelationSchema, Source, SourceConfig, SourceError,
    SourceHealth, Timeouts, Words,
};
pub use trace::{TraceError, TraceRequest, Traced, trace};
pub use transparency::{
    Checkpoint, CheckpointError, ConsistencyProof, Cosignature, InclusionProof, NoteError, ProofError, SigningKey,
    VerifyingKey,
};
pub use verdicts::{
    Departure, Deviation, TrialError, cases_beside, deviations, failing_cases, judge, judgements_about,
    narrowed_review, origin_beside, review, trial, unjudged,
};
