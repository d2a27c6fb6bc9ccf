//! The provenance of a document's data: which archive, which version of it, and which period it covers.

use crate::{Finding, Month, Zone};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize, Serializer};

/// Where the data of a document come from. In JSON its instants are those of the office's clocks, by ISO 8601.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The version of the archive, which is the number of its last commit.
    pub archive_version: u64,
    /// The number of events in the archive.
    pub events: u64,
    /// The instant, in seconds since 1970 UTC, before which rows were never requested; `None` if all rows were requested.
    pub complete_from_s: Option<i64>,
    /// The instant, in seconds since 1970 UTC, before which every recorded row was seen; `None` if no pull has established it.
    pub complete_until_s: Option<i64>,
    /// The office's zone.
    pub zone: Zone,
    /// The SHA-256 of the last commit. It names the commit before it, and so on to the first one.
    pub head: String,
    /// What the archive's log states after that commit; `None` if the log does not reach it.
    pub statement: Option<LogStatement>,
    /// The version of the program.
    pub program: String,
}

/// How far a log had come: the three lines of a checkpoint (C2SP tlog-checkpoint).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct LogStatement {
    /// The name of the log.
    pub origin: String,
    /// How many rows and commits it has.
    pub size: u64,
    /// The root of the Merkle tree over them, in Base64.
    #[cfg_attr(feature = "schemars", schemars(regex(pattern = "^[A-Za-z0-9+/]{43}=$")))]
    pub root: String,
}

/// Where the data come from, as it is written to JSON.
#[derive(Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schemars", schemars(rename = "Provenance"))]
struct WrittenProvenance<'a> {
    /// The version of the archive, which is the number of its last commit.
    archive_version: u64,
    /// The number of events in the archive.
    events: u64,
    /// Before it rows were never requested; absent if all rows were requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    complete_from: Option<DateTime<FixedOffset>>,
    /// Before it every recorded row was seen; null if no pull has established it.
    complete_until: Option<DateTime<FixedOffset>>,
    /// The office's zone; absent for WIB.
    #[serde(skip_serializing_if = "Zone::is_default")]
    zone: Zone,
    /// The SHA-256 of the last commit.
    #[cfg_attr(feature = "schemars", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    head: &'a str,
    /// What the archive's log states after that commit; absent if the log does not reach it.
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'a LogStatement>,
    /// The version of the program.
    program: &'a str,
}

impl Serialize for Provenance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let instant = |at: Option<i64>| at.and_then(|at| self.zone.instant(at));
        let written = WrittenProvenance {
            archive_version: self.archive_version,
            events: self.events,
            complete_from: instant(self.complete_from_s),
            complete_until: instant(self.complete_until_s),
            zone: self.zone,
            head: &self.head,
            statement: self.statement.as_ref(),
            program: &self.program,
        };
        written.serialize(serializer)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Provenance {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Provenance".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenProvenance::json_schema(generator)
    }
}

/// Whether an archive holds all rows that its source had of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// Every row that was recorded in the month was seen.
    Complete,
    /// Rows of the month may still come, or its first ones were never requested.
    Provisional,
}

impl Provenance {
    /// Returns whether all of a month is there.
    #[must_use]
    pub fn coverage(&self, month: Month) -> Coverage {
        let until_its_end = self.complete_until_s.is_some_and(|until| until >= month.end_s(self.zone));
        if until_its_end && !self.lacks_the_beginning_of(month) { Coverage::Complete } else { Coverage::Provisional }
    }

    /// Whether rows of a month may have been recorded before the instant from which rows were requested.
    #[must_use]
    pub fn lacks_the_beginning_of(&self, month: Month) -> bool {
        self.complete_from_s.is_some_and(|from| from > month.start_s(self.zone))
    }

    /// Returns the end of the covered period in words: `01-11-2026 00.00 WIB`.
    #[must_use]
    pub fn complete_until(&self) -> String {
        self.in_words(self.complete_until_s)
    }

    /// Returns the covered period in words: `data sampai 01-11-2026 00.00 WIB`.
    #[must_use]
    pub fn extent(&self) -> String {
        let until = self.complete_until();
        self.complete_from_s.map_or_else(
            || format!("data sampai {until}"),
            |from| format!("data dari {} sampai {until}", self.in_words(Some(from))),
        )
    }

    fn in_words(&self, at_s: Option<i64>) -> String {
        at_s.and_then(|at| self.zone.datetime(at)).map_or_else(
            || "waktu yang tidak diketahui".to_owned(),
            |at| format!("{} {}", at.format("%d-%m-%Y %H.%M"), self.zone),
        )
    }

    /// Returns a finding if a month is incomplete: its end is missing (K001), or its beginning was never requested (K005).
    #[must_use]
    pub fn gap(&self, month: Month) -> Option<Finding> {
        let code = if self.lacks_the_beginning_of(month) { "K005" } else { "K001" };
        let place = || format!("{month}: {}", self.extent());
        (self.coverage(month) == Coverage::Provisional).then(|| Finding { code, place: place(), count: 1 })
    }
}
