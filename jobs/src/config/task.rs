//! What a job does, what a run of it covers, and what to do about those that were missed.

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use schemas::{Month, Quarter, Zone};
use serde::{Deserialize, Serialize};

/// What to do about slots that were missed while the PC was off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CatchUp {
    /// Every one, in order.
    All,
    /// Only the last.
    #[default]
    Last,
    /// None.
    None,
}

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Task {
    /// Bring new events in.
    Pull,
    /// Check every file of the archive.
    Verify,
    /// Check the log of the archive, and the files that were added since the last check.
    VerifyNew,
    /// Compare the last months that are over with the source.
    Reconcile,
    /// Write the books and reports of the month before.
    MonthlyReports,
    /// Close the books of the month before, and write its books and reports.
    CloseMonth,
    /// Write the compliance of the quarter before for the province.
    ProvinceReport,
    /// Tell the summary of the day.
    Digest,
    /// Copy everything to the targets of the configuration.
    Backup,
    /// Try whether a backup can be restored.
    RestoreDrill,
    /// Look at everything on which the next months rest.
    Doctor,
}

/// What a run covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    /// A month, a quarter, or the instant at which the run was due.
    pub key: String,
    /// When it ends; nothing where it is an instant.
    pub ends_s: Option<i64>,
}

impl Task {
    /// Its word in the configuration.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Verify => "verify",
            Self::VerifyNew => "verify-new",
            Self::Reconcile => "reconcile",
            Self::MonthlyReports => "monthly-reports",
            Self::CloseMonth => "close-month",
            Self::ProvinceReport => "province-report",
            Self::Digest => "digest",
            Self::Backup => "backup",
            Self::RestoreDrill => "restore-drill",
            Self::Doctor => "doctor",
        }
    }

    /// What a run that is due at an instant covers: the month or the quarter before, in the office's zone, or the instant itself.
    ///
    /// # Errors
    /// When the instant lies outside every calendar.
    pub(crate) fn period(self, due_s: i64, zone: Zone) -> Result<Period> {
        Ok(match self {
            Self::Pull
            | Self::Verify
            | Self::VerifyNew
            | Self::Reconcile
            | Self::Digest
            | Self::Backup
            | Self::RestoreDrill
            | Self::Doctor => {
                let due = DateTime::<Utc>::from_timestamp(due_s, 0).context("outside every calendar")?;
                Period { key: due.format("%Y-%m-%dT%H:%MZ").to_string(), ends_s: None }
            }
            Self::MonthlyReports | Self::CloseMonth => Self::of_month(month(due_s, zone)?.back(1), zone),
            Self::ProvinceReport => Self::of_quarter(Quarter::of(month(due_s, zone)?).before(), zone),
        })
    }

    /// What a run covers that somebody asks for with a month; nothing where a run has none.
    pub(crate) fn period_with(self, month: Month, zone: Zone) -> Option<Period> {
        match self {
            Self::MonthlyReports | Self::CloseMonth => Some(Self::of_month(month, zone)),
            Self::ProvinceReport => Some(Self::of_quarter(Quarter::of(month), zone)),
            _ => None,
        }
    }

    fn of_month(month: Month, zone: Zone) -> Period {
        Period { key: month.to_string(), ends_s: Some(month.end_s(zone)) }
    }

    fn of_quarter(quarter: Quarter, zone: Zone) -> Period {
        let [.., last] = quarter.months();
        Period { key: quarter.to_string(), ends_s: Some(last.end_s(zone)) }
    }
}

fn month(due_s: i64, zone: Zone) -> Result<Month> {
    zone.month(due_s).with_context(|| format!("{due_s} lies in no month"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_month_before_is_of_the_offices_zone() {
        // 22:30 on the last day in the west, half past midnight of the first in the east.
        let due: DateTime<Utc> = "2026-10-31T15:30:00Z".parse().unwrap();
        let month = |zone| Task::MonthlyReports.period(due.timestamp(), zone).unwrap().key;
        assert_eq!(Zone::ALL.map(month), ["2026-09", "2026-09", "2026-10"]);
    }
}
