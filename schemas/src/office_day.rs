//! A day of the office: its kind and its working hours.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The kind of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A working day of the week.
    Kerja,
    /// A working day in a period with its own hours.
    Periode,
    /// An exceptional working day.
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
    /// Returns the words that reports print.
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
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct OfficeDay {
    /// The date.
    pub date: NaiveDate,
    /// The kind of the day.
    pub kind: DayKind,
    /// The spans of work, in seconds from midnight. A free day has none.
    pub spans: Vec<(i64, i64)>,
    /// The name of the day or period; empty for an ordinary day.
    pub name: String,
    /// The decree; empty for an ordinary day.
    pub decree: String,
}

impl OfficeDay {
    /// Whether the office works at all.
    #[must_use]
    pub fn works(&self) -> bool {
        !self.spans.is_empty()
    }

    /// Whether it differs from the ordinary week.
    #[must_use]
    pub fn is_special(&self) -> bool {
        !matches!(self.kind, DayKind::Kerja | DayKind::AkhirPekan)
    }

    /// Returns its working seconds.
    #[must_use]
    pub fn working_s(&self) -> i64 {
        self.spans.iter().map(|(a, b)| b - a).sum()
    }
}

/// Formats spans as pages show them: `07.30–12.00, 13.00–16.00`.
#[must_use]
pub fn printed(spans: &[(i64, i64)]) -> String {
    let clock = |s: i64| format!("{:02}.{:02}", s / 3_600, s % 3_600 / 60);
    spans.iter().map(|(a, b)| format!("{}–{}", clock(*a), clock(*b))).collect::<Vec<_>>().join(", ")
}
