//! One day of the office: what kind of day it is, and when it works.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What kind of day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A working day of the week.
    Kerja,
    /// A working day of a period with hours of its own.
    Periode,
    /// A working day that the week would not have.
    KerjaKhusus,
    /// A free day of the week.
    AkhirPekan,
    /// A national holiday.
    LiburNasional,
    /// Joint leave.
    CutiBersama,
    /// A local closure.
    Tutup,
}

impl DayKind {
    /// The words that reports print.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Kerja => "hari kerja",
            Self::Periode => "hari kerja, jam khusus",
            Self::KerjaKhusus => "hari kerja khusus",
            Self::AkhirPekan => "akhir pekan",
            Self::LiburNasional => "libur nasional",
            Self::CutiBersama => "cuti bersama",
            Self::Tutup => "kantor tutup",
        }
    }
}

/// One day of the office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeDay {
    /// The date.
    pub date: NaiveDate,
    /// What kind of day it is.
    pub kind: DayKind,
    /// Spans of work, in seconds from midnight; none on a free day.
    pub spans: Vec<(i64, i64)>,
    /// What the day or period is called; empty for ordinary days.
    pub name: String,
    /// By which decree; empty for ordinary days.
    pub decree: String,
}

impl OfficeDay {
    /// Whether the office works at all.
    #[must_use]
    pub fn works(&self) -> bool {
        !self.spans.is_empty()
    }

    /// Whether it is not as the week says.
    #[must_use]
    pub fn is_special(&self) -> bool {
        !matches!(self.kind, DayKind::Kerja | DayKind::AkhirPekan)
    }

    /// How long, in seconds.
    #[must_use]
    pub fn working_s(&self) -> i64 {
        self.spans.iter().map(|(a, b)| b - a).sum()
    }
}

/// Spans as a page shows them: `07.30–12.00, 13.00–16.00`.
#[must_use]
pub fn printed(spans: &[(i64, i64)]) -> String {
    let clock = |s: i64| format!("{:02}.{:02}", s / 3_600, s % 3_600 / 60);
    spans.iter().map(|(a, b)| format!("{}–{}", clock(*a), clock(*b))).collect::<Vec<_>>().join(", ")
}
