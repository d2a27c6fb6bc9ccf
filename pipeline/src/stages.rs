//! From events to figures in two stages: rows that may be added, and what they say in the cells of a division.

pub(crate) mod additive;
pub(crate) mod cells;
pub(crate) mod failed;
pub(crate) mod kept;
#[cfg(test)]
mod subset;
pub(crate) mod summary;
pub(crate) mod suppression;
