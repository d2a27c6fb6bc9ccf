//! An invented office: a counter application's database with three months of work and planted faults.
//!
//! Everyone in it is invented: NIK serials start at 9001, which a real register never reaches. The same seed gives the
//! same rows. Pekon are the real 302 of the kabupaten; queues, returns, late entries and outages are drawn.

mod database;
mod story;

pub(crate) use database::write;
pub(crate) use story::{Plan, invent};
