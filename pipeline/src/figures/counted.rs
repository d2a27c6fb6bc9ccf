//! The rows of a figure as values: additive ones, and those of the twins, which are one case each.

use super::summary::{count, numbers, texts, whole};
use polars::prelude::{DataFrame, PolarsError};
use schemas::figures::Spread;
use schemas::{FigureKey, Numbered, Wilayah, serial};
use std::collections::BTreeMap;

/// A row with all columns of [`super::additive`] but the figure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Counted {
    pub(crate) item: String,
    pub(crate) pekon: String,
    pub(crate) jenis: String,
    pub(crate) officer: String,
    pub(crate) name: String,
    pub(crate) detail: String,
    pub(crate) step: i64,
    pub(crate) next_step: i64,
    /// What is measured, where anything is.
    pub(crate) v: Option<i64>,
    pub(crate) n: u64,
}

/// Reads the rows of a frame that has all columns.
pub(crate) fn rows_of(frame: &DataFrame) -> Result<Vec<Counted>, PolarsError> {
    let text = |name: &str| texts(frame, name);
    let (items, pekon, jenis, officer) = (text("item")?, text("pekon")?, text("jenis")?, text("officer")?);
    let (names, details) = (text("name")?, text("detail")?);
    let (step, next_step, n) = (whole(frame, "step")?, whole(frame, "next_step")?, whole(frame, "n")?);
    let v = numbers(frame, "v")?;
    let row = |i: usize| -> Result<Counted, PolarsError> {
        Ok(Counted {
            item: items[i].clone(),
            pekon: pekon[i].clone(),
            jenis: jenis[i].clone(),
            officer: officer[i].clone(),
            name: names[i].clone(),
            detail: details[i].clone(),
            step: step[i],
            next_step: next_step[i],
            v: v[i],
            n: count(n[i])?,
        })
    };
    (0..frame.height()).map(row).collect()
}

impl Counted {
    /// Whether a number counts it.
    pub(crate) fn is_of(&self, key: &FigureKey, areas: &Wilayah) -> bool {
        let is = |wanted: &Option<String>, text: &str| wanted.as_deref().is_none_or(|wanted| wanted == text);
        let is_step = |wanted: Option<u8>, step: i64| wanted.is_none_or(|wanted| i64::from(wanted) == step);
        let (pekon, kecamatan) = named(&self.pekon, areas);
        key.items.contains(&self.item)
            && is_step(key.step, self.step)
            && is_step(key.next_step, self.next_step)
            && is(&key.name, &self.name)
            && is(&key.detail, &self.detail)
            && is(&key.jenis, &self.jenis)
            && is(&key.pekon, pekon)
            && is(&key.kecamatan, kecamatan)
            && key.document.as_ref().is_none_or(|code| self.name.split(';').any(|one| one == code))
            && key.at_most.is_none_or(|most| self.v.is_some_and(|v| v <= most))
            && key.above.is_none_or(|least| self.v.is_some_and(|v| v > least))
            && match key.numbered {
                None => true,
                Some(Numbered::Any) => !self.name.is_empty(),
                Some(Numbered::Unreadable) => !self.name.is_empty() && serial(&self.name).is_none(),
            }
    }
}

/// Returns the name of a village and of its kecamatan; the code for both where the area table does not know it.
pub(crate) fn named<'a>(code: &'a str, areas: &'a Wilayah) -> (&'a str, &'a str) {
    areas.get(code).map_or((code, code), |area| (&area.name, &area.kecamatan))
}

/// Returns how many cases some rows count, and the distribution of what is measured of them.
pub(crate) fn spread<'r>(rows: impl Iterator<Item = &'r Counted> + Clone) -> Spread {
    let mut histogram = BTreeMap::new();
    for row in rows.clone() {
        if let Some(v) = row.v {
            *histogram.entry(v).or_insert(0) += row.n;
        }
    }
    Spread { n: rows.map(|row| row.n).sum(), ..Spread::of_histogram(&histogram) }
}
