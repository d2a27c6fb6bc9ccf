//! Kinds of columns, and the levels in which their values agree.

/// How a column is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words of a name, separated by blanks, in any order.
    Name,
    /// A date, `YYYYMMDD`.
    Date,
    /// Digits of a number or code.
    Code,
    /// Words of a place or an address.
    Text,
    /// Equal or not.
    Exact,
}

/// A level of agreement: 0 if a value is missing, 1 if they differ, and the higher the more similar they are.
pub type Level = u8;

/// The level of values that differ.
pub(super) const DIFFERENT: Level = 1;

/// Returns the meaning of a level, in Indonesian.
pub(super) fn words(kind: Kind, level: Level) -> &'static str {
    let levels: &[&str] = match kind {
        Kind::Name => &[
            "berbeda",
            "satu kata mirip",
            "satu kata sama",
            "satu kata sama, lainnya tidak tercatat",
            "semua kata mirip",
            "sebagian sama, lainnya mirip",
            "sama, satu lebih lengkap",
            "sama",
        ],
        Kind::Date => &["berbeda", "dua bagian sama", "satu angka berbeda", "hari dan bulan tertukar", "sama"],
        Kind::Code => &["berbeda", "dua angka berbeda", "satu angka berbeda", "sama"],
        Kind::Text => &["berbeda", "mirip", "hampir sama", "sama"],
        Kind::Exact => &["berbeda", "sama"],
    };
    match usize::from(level).checked_sub(1) {
        Some(place) => levels.get(place).copied().unwrap_or_default(),
        None => "tidak tercatat",
    }
}

/// Returns the highest level of a kind: equal values.
pub(super) fn same(kind: Kind) -> Level {
    match kind {
        Kind::Name => 8,
        Kind::Date => 5,
        Kind::Code | Kind::Text => 4,
        Kind::Exact => 2,
    }
}
