//! Compares two values, and returns how similar they are as a level.

use super::levels::{DIFFERENT, Kind, Level, same};
use super::names;

/// The values of one column. Equal values have equal numbers; 0 is an empty value.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The value of each record; for a name, its words in order of number.
    pub(super) values: Vec<Vec<u32>>,
    /// The text of each number.
    pub(super) texts: Vec<String>,
    /// How often each number occurs.
    pub(super) counts: Vec<u32>,
}

impl Column {
    #[expect(clippy::disallowed_types, reason = "numbers follow the order of the records, never that of the map")]
    pub(super) fn new<'a>(name: &str, kind: Kind, given: impl Iterator<Item = &'a str>) -> Self {
        let mut numbers: std::collections::HashMap<&str, u32> = std::collections::HashMap::new();
        let (mut texts, mut counts) = (vec![String::new()], vec![0]);
        let mut number = |text: &'a str| -> u32 {
            let n = *numbers.entry(text).or_insert_with(|| {
                texts.push(text.to_owned());
                counts.push(0);
                u32::try_from(texts.len() - 1).unwrap_or(u32::MAX)
            });
            counts[n as usize] += 1;
            n
        };
        let values = given
            .map(|text| match kind {
                Kind::Name => {
                    let mut words: Vec<u32> = text.split_whitespace().map(&mut number).collect();
                    words.sort_unstable();
                    words
                }
                _ if text.is_empty() => Vec::new(),
                _ => vec![number(text)],
            })
            .collect();
        Self { name: name.to_owned(), kind, values, texts, counts }
    }

    pub(super) fn value(&self, record: usize) -> &[u32] {
        self.values.get(record).map_or(&[], Vec::as_slice)
    }

    /// Returns the level of agreement of two records.
    pub(super) fn level(&self, first: usize, second: usize) -> Level {
        let (a, b) = (self.value(first), self.value(second));
        match (a, b) {
            ([], _) | (_, []) => 0,
            _ if a == b => same(self.kind),
            _ if self.kind == Kind::Name => names::level(a, b, &self.texts),
            ([a, ..], [b, ..]) => {
                let (a, b) = (&self.texts[*a as usize], &self.texts[*b as usize]);
                match self.kind {
                    Kind::Date => date(a, b),
                    Kind::Code => match strsim::osa_distance(a, b) {
                        1 => 3,
                        2 => 2,
                        _ => DIFFERENT,
                    },
                    Kind::Text => match strsim::jaro_winkler(a, b) {
                        s if s >= 0.94 => 3,
                        s if s >= 0.86 => 2,
                        _ => DIFFERENT,
                    },
                    Kind::Exact | Kind::Name => DIFFERENT,
                }
            }
        }
    }

    /// Returns the values that two records have in common.
    pub(super) fn common(&self, first: usize, second: usize) -> impl Iterator<Item = u32> {
        let other = self.value(second);
        self.value(first).iter().copied().filter(move |value| other.contains(value))
    }
}

/// Returns the level of two different dates.
fn date(a: &str, b: &str) -> Level {
    let parts = |d: &'_ str| -> Option<(String, String, String)> {
        Some((d.get(..4)?.to_owned(), d.get(4..6)?.to_owned(), d.get(6..8)?.to_owned()))
    };
    let (Some(a_parts), Some(b_parts)) = (parts(a), parts(b)) else { return DIFFERENT };
    if a_parts.0 == b_parts.0 && a_parts.1 == b_parts.2 && a_parts.2 == b_parts.1 {
        return 4;
    }
    if strsim::osa_distance(a, b) <= 1 {
        return 3;
    }
    let equal = [a_parts.0 == b_parts.0, a_parts.1 == b_parts.1, a_parts.2 == b_parts.2];
    if equal.iter().filter(|e| **e).count() == 2 { 2 } else { DIFFERENT }
}

#[cfg(test)]
mod tests {
    use super::super::levels::words;
    use super::*;

    #[test]
    fn levels_of_agreement() {
        let level = |kind: Kind, a: &str, b: &str| {
            let level = Column::new("x", kind, [a, b].into_iter()).level(0, 1);
            words(kind, level)
        };
        for (kind, a, b, expected) in [
            (Kind::Date, "19900512", "19900512", "sama"),
            (Kind::Date, "19900512", "19901205", "hari dan bulan tertukar"),
            (Kind::Date, "19900512", "19900513", "satu angka berbeda"),
            (Kind::Date, "19900512", "19905012", "satu angka berbeda"),
            (Kind::Date, "19900512", "19940512", "satu angka berbeda"),
            (Kind::Date, "19900512", "19880512", "dua bagian sama"),
            (Kind::Date, "19900512", "19880513", "berbeda"),
            (Kind::Date, "19900512", "", "tidak tercatat"),
            (Kind::Code, "1804974", "1804947", "satu angka berbeda"),
            (Kind::Code, "1804974", "1804", "berbeda"),
            (Kind::Text, "KOTA AGUNG", "KOTAAGUNG", "hampir sama"),
            (Kind::Exact, "L", "P", "berbeda"),
            (Kind::Name, "SITI AMINAH", "AMINAH SITI", "sama"),
            (Kind::Name, "SITI AMINAH", "SITI NUR AMINAH", "sama, satu lebih lengkap"),
            (Kind::Name, "SITI AMINAH", "SITI AMINNAH", "sebagian sama, lainnya mirip"),
            (Kind::Name, "SITI AMINAH", "AMINAH", "satu kata sama, lainnya tidak tercatat"),
            (Kind::Name, "SITI AMINAH", "SITI ROHANI", "satu kata sama"),
            (Kind::Name, "SUPARNI", "SUPARMI", "semua kata mirip"),
            (Kind::Name, "SUPARNI JAYA", "SUPARMI WATI", "satu kata mirip"),
            (Kind::Name, "SUPARNI", "HENDRA", "berbeda"),
        ] {
            assert_eq!(level(kind, a, b), expected, "{a} {b}");
            assert_eq!(level(kind, b, a), expected, "{b} {a}");
        }
    }
}
