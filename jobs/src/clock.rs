//! The only place where the time is asked for.

use chrono::{DateTime, Utc};

/// Now.
#[expect(clippy::disallowed_methods, reason = "everything else takes the instant as an argument")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}
