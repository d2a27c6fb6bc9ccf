//! The figures. Each is an SQL file and a Rust file of the same name: what it counts, over which events, and how its values
//! are named in the report.

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

use super::statement::FigureSql;

/// The statements of every figure.
pub(crate) const FIGURES: [FigureSql; 10] = [
    backlog::SQL,
    batches::SQL,
    completeness::SQL,
    conformance::SQL,
    duplicates::SQL,
    flow::SQL,
    issuance::SQL,
    register_agreement::SQL,
    time_per_step::SQL,
    turnaround::SQL,
];
