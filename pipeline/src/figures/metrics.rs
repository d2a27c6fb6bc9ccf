//! The figures, each an SQL file and a Rust file of its name.

pub(super) mod backlog;
pub(super) mod batches;
pub(super) mod completeness;
pub(super) mod conformance;
pub(super) mod duplicates;
pub(super) mod flow;
pub(super) mod issuance;
pub(super) mod register_agreement;
pub(super) mod time_per_step;
pub(super) mod turnaround;
