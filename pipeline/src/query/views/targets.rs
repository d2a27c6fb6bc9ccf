//! `targets`: every target in force, month by month.

use super::super::datum::{Datum, Kind};
use super::{Subject, month, text};
use chrono::Datelike;

/// The columns of `targets`.
pub(super) const COLUMNS: [(&str, Kind); 16] = [
    ("bulan", Kind::Text),
    ("target", Kind::Text),
    ("judul", Kind::Text),
    ("jenis", Kind::Text),
    ("langkah", Kind::Integer),
    ("nilai", Kind::Float),
    ("satuan", Kind::Text),
    ("jam", Kind::Text),
    ("peraturan", Kind::Text),
    ("pasal", Kind::Text),
    ("kedudukan", Kind::Text),
    ("menentukan", Kind::Boolean),
    ("sumber", Kind::Text),
    ("diisi", Kind::Text),
    ("berlaku_dari", Kind::Date),
    ("berlaku_sampai", Kind::Date),
];

/// Returns one row per rule and month of the archive.
pub(super) fn rows(subject: &Subject) -> Vec<Vec<Datum>> {
    let Some(decisions) = &subject.decisions else { return Vec::new() };
    let day = |day: Option<chrono::NaiveDate>| {
        day.filter(|day| (1..=9999).contains(&day.year())).map_or(Datum::Null, |day| Datum::Date(day.to_epoch_days()))
    };
    let filled = |words: &str| text(Some(words).filter(|words| !words.is_empty()));
    let of_month = |in_force: schemas::Month| {
        let rules = decisions.rules(&subject.facts, in_force);
        let row = move |rule: &schemas::Rule<'_>| {
            let standard = rule.target.standard;
            vec![
                month(Some(in_force)),
                text(Some(&rule.target.id)),
                text(Some(&rule.target.title)),
                text(rule.jenis.as_deref()),
                standard.step().map_or(Datum::Null, |step| Datum::Integer(step.into())),
                standard.written().map_or(Datum::Null, Datum::float),
                text(Some(standard.unit().word())),
                text(Some(standard.clock().word())),
                text(Some(&rule.regulation.title)),
                filled(&rule.target.article),
                text(Some(rule.target.authority.word())),
                Datum::Boolean(rule.decides),
                filled(&rule.source),
                filled(&rule.entered),
                day(rule.target.valid_from),
                day(rule.target.valid_to),
            ]
        };
        rules.iter().map(row).collect::<Vec<_>>()
    };
    subject.archive.months().into_iter().flat_map(of_month).collect()
}
