//! One command, one file.

pub(crate) mod calendar;
pub(crate) mod compliance;
pub(crate) mod conformance;
pub(crate) mod contract;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod duplicates;
pub(crate) mod init;
pub(crate) mod licences;
pub(crate) mod manual;
pub(crate) mod metrics;
pub(crate) mod notify;
pub(crate) mod pull;
pub(crate) mod quality;
pub(crate) mod query;
pub(crate) mod reconcile;
pub(crate) mod render;
pub(crate) mod run;
pub(crate) mod seal;
pub(crate) mod selftest;
pub(crate) mod serve;
pub(crate) mod status;
pub(crate) mod target;
pub(crate) mod verify;
