//! Printed words by the ids that the facts have for them.

use std::collections::BTreeMap;

/// Printed words by id.
pub type Labels = BTreeMap<String, String>;
