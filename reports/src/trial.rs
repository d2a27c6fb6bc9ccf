//! The page of a trial: what a target would have said of past months with another value, for those who draft the regulation.
//!
//! Reads   a trial
//! Gives   what the layout `percobaan_target.typ` reads, and the months as a table for spreadsheets

use crate::book::provenance;
use crate::compliance::told_of;
use crate::compliance_workbook::{measured, unit};
use crate::indonesian::{integer, percent};
use crate::page_one::short_month;
use crate::table::{Item, Table};
use schemas::document::{Office, TargetTrial, TrialMonth};
use schemas::{Compared, Language};
use serde_json::{Value, json};

/// Returns what the layout reads.
pub(crate) fn page(trial: &TargetTrial, office: &Office) -> Value {
    let (met, of) = trial.met();
    json!({
        "kantor": office,
        "judul": trial.title,
        "jenis": trial.jenis_words.as_ref().map(|words| words.to_lowercase()),
        "nilai": value(trial),
        "sampai": trial.months.last().map(|month| month.month.indonesian()),
        "terpenuhi": integer(met as u64),
        "dari": integer(of as u64),
        "terketat": strictest(trial),
        "baris": trial.months.iter().map(row).collect::<Vec<_>>(),
        "sumbu": axis(trial),
        "nilai_coba": trial.months.first().and_then(|month| month.compared.value()),
        "berwaktu": trial.months.iter().any(|month| month.within.is_some()),
        "asal": provenance(&trial.provenance),
    })
}

/// Returns the value that is tried, with the side on which a figure is good.
fn value(trial: &TargetTrial) -> Option<String> {
    let compared = trial.months.first()?.compared;
    let (_, value) = Language::Indonesian.compared(compared.without_figure(), trial.working_day_s);
    Some(format!("{}\u{A0}{}", compared.comparison().sign(), value?))
}

/// Returns the values at which the axis of the chart is marked, with their words: that which is tried, the greatest and the least.
fn axis(trial: &TargetTrial) -> Vec<Value> {
    let Some(first) = trial.months.first() else { return Vec::new() };
    let words = |compared: Compared, day_s| Language::Indonesian.compared(compared, day_s);
    let tried = first.compared.value().zip(words(first.compared.without_figure(), trial.working_day_s).1);
    let shown =
        || trial.months.iter().filter_map(|month| Some((month.figure?, words(month.compared, month.working_day_s).0?)));
    let greatest = shown().max_by(|a, b| a.0.total_cmp(&b.0));
    let least = shown().min_by(|a, b| a.0.total_cmp(&b.0));
    tried.into_iter().chain(greatest).chain(least).map(|(value, words)| json!([value, words])).collect()
}

/// Returns the strictest value that all whole months met. A share is cut off and not rounded, so that it is really met.
fn strictest(trial: &TargetTrial) -> Option<String> {
    let strictest = trial.strictest?;
    Some(match trial.months.first()?.compared {
        Compared::Time { .. } => {
            let strictest = Compared::Time { figure_s: None, at_most_s: Some(crate::indonesian::whole(strictest)) };
            Language::Indonesian.compared(strictest, trial.working_day_s).1?
        }
        Compared::Share { .. } => percent((strictest * 1000.0).floor() / 1000.0),
    })
}

fn row(month: &TrialMonth) -> Value {
    let day_s = month.working_day_s;
    let dash = || "–".to_owned();
    let in_force = month.in_force.as_ref().filter(|in_force| in_force.value.is_some());
    let beside: Vec<Compared> =
        [month.compared].into_iter().chain(in_force.map(|in_force| in_force.compared)).collect();
    let figure = Language::Indonesian.figure_beside(&beside, day_s);
    let told = |verdict| told_of(verdict, month.is_complete);
    let value = in_force.and_then(|in_force| Language::Indonesian.compared(in_force.compared, day_s).1);
    let within = month.within.and_then(|within| {
        let share = schemas::figures::share(within, month.n).map(percent)?;
        Some(format!("{} dari {} ({share})", integer(within), integer(month.n)))
    });
    json!({
        "bulan": short_month(month.month),
        "lengkap": month.is_complete,
        "kasus": integer(month.n),
        "hasil": figure.unwrap_or_else(dash),
        "putusan": told(month.verdict),
        "dalam": within.unwrap_or_else(dash),
        "berlaku": in_force.zip(value).map_or_else(dash, |(in_force, value)| format!("{}\u{A0}{value}", in_force.compared.comparison().sign())),
        "putusan_berlaku": in_force.map_or_else(dash, |in_force| told(in_force.verdict).to_owned()),
        "titik": month.figure,
    })
}

/// Returns the months as a table for spreadsheets. A column that no month fills is left out, since no case is within a share, or beyond
/// it.
pub(crate) fn table(trial: &TargetTrial) -> Table {
    let unit = trial.months.first().map_or("", |month| unit(month.compared));
    let head = [
        "Bulan".to_owned(),
        "Jumlah kasus".to_owned(),
        format!("Capaian ({unit})"),
        format!("Nilai percobaan ({unit})"),
        "Putusan".to_owned(),
        "Kasus dalam nilai percobaan".to_owned(),
        format!("Nilai berlaku ({unit})"),
        "Putusan menurut nilai berlaku".to_owned(),
    ];
    let row = |month: &TrialMonth| {
        let in_force = month.in_force.as_ref();
        let [figure, value, _] = measured(month.compared);
        let [_, value_in_force, _] =
            in_force.map_or([Item::Empty, Item::Empty, Item::Empty], |of| measured(of.compared));
        vec![
            Item::from(&month.month.to_string()),
            month.n.into(),
            figure,
            value,
            told_of(month.verdict, month.is_complete).into(),
            month.within.map_or(Item::Empty, Item::from),
            value_in_force,
            in_force.map_or("", |in_force| told_of(in_force.verdict, month.is_complete)).into(),
        ]
    };
    let rows = trial.months.iter().map(row).collect();
    Table { head: head.to_vec(), rows, ..Table::default() }.without_empty_columns()
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::document::ValueInForce;
    use schemas::{Authority, Verdict};

    /// A figure agrees with the value that is tried and with that in force; of a month that is not over there is no verdict.
    #[test]
    fn a_row_contradicts_neither_value_nor_the_reports() {
        let of = |at_most_s| Compared::Time { figure_s: Some(922), at_most_s: Some(at_most_s) };
        let value_in_force = ValueInForce {
            compared: of(900),
            value: Some(900.0),
            verdict: Verdict::Missed,
            authority: Authority::Sementara,
        };
        let month = TrialMonth {
            month: "2026-10".parse().unwrap(),
            is_complete: true,
            working_day_s: Some(27_000),
            n: 10,
            compared: of(840),
            figure: Some(922.0),
            verdict: Verdict::Missed,
            within: Some(8),
            in_force: Some(value_in_force),
        };
        let said = row(&month);
        assert_eq!(
            (said["hasil"].as_str(), said["berlaku"].as_str()),
            (Some("15 menit 22 detik"), Some("≤\u{A0}15 menit"))
        );
        assert_eq!(said["putusan_berlaku"], "tidak memenuhi");
        // Working time is told in the days of its own month, as the report of that month tells it.
        let days = |working_day_s| {
            let compared = Compared::Time { figure_s: Some(54_000), at_most_s: Some(54_000) };
            row(&TrialMonth { working_day_s, compared, in_force: None, ..month.clone() })["hasil"].clone()
        };
        assert_ne!(days(Some(27_000)), days(Some(18_000)));
        let said = row(&TrialMonth { is_complete: false, ..month });
        assert_eq!(
            (said["putusan"].as_str(), said["putusan_berlaku"].as_str()),
            (Some("sementara"), Some("sementara"))
        );
    }
}
