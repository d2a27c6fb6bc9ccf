//! The first page of the monthly review: what a head of office reads in two minutes, and signs.
//!
//! Reads   the review of a month
//! Gives   the conclusion, the flow, the measures, what has to be decided, and what slows the office down, as printed text
//! Rule    a figure that was judged is printed with the digits that its verdict needs

use crate::compliance::{not_judged, printed, told};
use crate::indonesian::{duration, integer};
use crate::public_copy::matters;
use crate::state::end;
use crate::supply::{blanks, outages};
use crate::templates::{TemplateError, Templates};
use schemas::document::{Coverage, Measure, Measured, MonthlyReview, Pending, Side};
use schemas::figures::StepTimes;
use schemas::{Judgement, Language, Month, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The measure with which the conclusion begins.
pub(crate) const ISSUED_IN_TIME: &str = "issued_within_24_hours";
/// How many matters the first page has room for.
const MATTERS: usize = 6;
/// How many of the slowest steps it names, and of the villages with uncollected cards.
const FEW: usize = 4;
/// The fewest months with which one is compared, as the measures are.
const ENOUGH_MONTHS: usize = 6;

/// Returns what the first page reads.
pub(crate) fn page_one(review: &MonthlyReview, templates: &Templates) -> Result<Value, TemplateError> {
    let (first, others) = review.pending.split_at(review.pending.len().min(MATTERS));
    Ok(json!({
        "kesimpulan": conclusion(review, templates)?,
        "arus": flow_and_batches(review),
        "ukuran": judged_measures(review),
        "keputusan": first.iter().map(pending).collect::<Vec<_>>(),
        "keputusan_lain": others.iter().map(pending).collect::<Vec<_>>(),
        "keputusan_tak_diketahui": matters(review),
        "langkah_terlama": slowest(review),
        "belum_diambil": uncollected(review),
        "blangko": blanks(review),
        "gangguan": outages(review),
    }))
}

/// Returns a month as the head of a column: `Okt 26`.
pub(crate) fn short_month(month: Month) -> String {
    let name: String = month.name().chars().take(3).collect();
    format!("{name} {:02}", month.year() % 100)
}

/// Returns a time in which the office worked, in working days from one on; a dash if there is none.
pub(crate) fn working(review: &MonthlyReview, seconds: Option<i64>) -> String {
    let day_s = review.sheet.working_day_s;
    seconds.map_or_else(|| "–".to_owned(), |seconds| Language::Indonesian.working_duration(seconds, day_s))
}

/// Returns the sentence of conclusion.
fn conclusion(review: &MonthlyReview, templates: &Templates) -> Result<Vec<String>, TemplateError> {
    let sheet = &review.sheet;
    let provenance = &sheet.provenance;
    let deadline = sheet.figures.deadlines.within_24_hours_less_outages;
    let day_s = sheet.working_day_s;
    let judged: Vec<&Judgement> = sheet
        .judgements
        .iter()
        .filter(|j| j.decides && matches!(j.verdict(), Verdict::Met | Verdict::Missed))
        .collect();
    let unusual = review.measures.iter().filter_map(|measure| {
        let unusual = measure.comparison.unusual?;
        let (value, place) = (measure.now()?.words(review.target(measure), day_s), place(measure)?);
        Some(json!({
            "id": measure.id,
            "ukuran": within_a_sentence(&measure.in_sentence()),
            "nilai": value,
            "letak": place,
            "membaik": unusual.better,
        }))
    });
    let compared = review.measures.iter().map(|measure| measure.comparison.months).max().unwrap_or_default();
    let issuance = &sheet.figures.figures.issuance;
    let data = json!({
        "ada_peristiwa": review.has_events(),
        "terbuka": review.open(),
        "sementara": (provenance.coverage(sheet.month) == Coverage::Provisional).then(|| provenance.extent()),
        "terbit": {
            "jumlah": deadline.n(),
            "tepat": deadline.on_time,
            "bagian": now(review, ISSUED_IN_TIME),
            "catatan_gangguan": sheet.outage_log,
            "terlama": issuance.wall_less_outages.values.map(|values| duration(values.max)),
        },
        "target": {
            "dinilai": judged.len(),
            "terpenuhi": judged.iter().filter(|j| j.verdict() == Verdict::Met).count(),
        },
        "menonjol": unusual.collect::<Vec<_>>(),
        "pembanding": compared,
        "cukup_pembanding": compared >= ENOUGH_MONTHS,
    });
    templates.sentences("kesimpulan.txt.j2", data)
}

/// Returns words that begin with a capital as they stand within a sentence; an abbreviation keeps its capitals.
fn within_a_sentence(words: &str) -> String {
    let mut letters = words.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => words.to_owned(),
    }
}

/// Returns the flow of berkas, with that of batches.
fn flow_and_batches(review: &MonthlyReview) -> Value {
    let batches = &review.sheet.figures.figures.batches;
    let mut flow = flow(review);
    flow["kolektif"] = json!([integer(batches.received), integer(batches.completed)]);
    flow
}

/// Returns the flow of berkas, which adds up, and what is to be said of it.
pub(crate) fn flow(review: &MonthlyReview) -> Value {
    let (movement, figures) = (review.movement(), &review.sheet.figures);
    let mut notes = Vec::new();
    if review.open_before.is_none() {
        notes.push(
            "Arsip mulai dengan bulan ini: berkas yang diterima sebelumnya terhitung masuk pada peristiwa pertamanya."
                .to_owned(),
        );
    }
    if let Some(now) = figures.trend.last() {
        if now.received != movement.entered {
            let (received, entered) = (integer(now.received), integer(movement.entered));
            notes.push(format!(
                "Penerimaan (langkah 1) tercatat untuk {received} berkas; yang masuk, yaitu yang peristiwa pertamanya jatuh pada bulan ini, {entered}."
            ));
        }
        if now.handed_over != movement.handed_over {
            let (handed_over, ended) = (integer(now.handed_over), integer(movement.handed_over));
            notes.push(format!(
                "Penyerahan tercatat untuk {handed_over} berkas; {ended} di antaranya belum berakhir karena ditolak atau rekaman ganda."
            ));
        }
    }
    json!({
        "suku": [
            ["", "awal bulan", review.open_before.map_or_else(|| "–".to_owned(), integer)],
            ["+", "masuk", integer(movement.entered)],
            ["−", "diserahkan", integer(movement.handed_over)],
            ["−", "ditolak", integer(movement.rejected)],
            ["−", "rekaman ganda", integer(movement.duplicate)],
            ["=", end(&review.sheet), integer(review.open())],
        ],
        "catatan": notes,
    })
}

/// Returns the table of measures with the verdicts about them.
fn judged_measures(review: &MonthlyReview) -> Value {
    let judged = |measure: &Measure| {
        let verdict = judgement(review, measure).map_or("–", |judgement| told(judgement.verdict(), &review.sheet));
        let mut row = row(review, measure);
        row["putusan"] = verdict.into();
        row
    };
    let rows = review.measures.iter().map(judged).chain(other_targets(review)).collect();
    let mut table = measures(review, rows);
    table["tanpa_putusan"] = not_judged(&review.sheet).into();
    table
}

/// Returns the table of measures with these rows.
pub(crate) fn measures(review: &MonthlyReview, rows: Vec<Value>) -> Value {
    json!({
        "kini": short_month(review.sheet.month),
        "lalu": short_month(review.sheet.month.back(1)),
        "pembanding": compared_months(review),
        "baris": rows,
        "catatan": measure_notes(review),
    })
}

/// Returns with how many months the month is compared.
fn compared_months(review: &MonthlyReview) -> usize {
    review.measures.iter().map(|measure| measure.comparison.months).max().unwrap_or_default()
}

/// Returns what is said below the table of measures.
pub(crate) fn measure_notes(review: &MonthlyReview) -> Vec<String> {
    let (sheet, compared) = (&review.sheet, compared_months(review));
    let provisional = sheet.provenance.coverage(sheet.month) == Coverage::Provisional;
    let mut notes = Vec::new();
    if let Some(day_s) = sheet.working_day_s {
        notes.push(format!(
            "Lama terbit dihitung sejak berkas dinyatakan lengkap, lama sampai diserahkan pada jam kerja. Satu hari kerja bulan ini rata-rata {}; arti istilah pada akhir laporan.",
            duration(day_s)
        ));
    }
    if !review.has_events() && sheet.figures.deadlines.within_24_hours_less_outages.n() > 0 {
        notes.push("Bulan ini tanpa peristiwa: yang dinilai hanya berkas dari bulan sebelumnya yang batas waktunya lewat pada bulan ini.".to_owned());
    }
    if provisional {
        notes.push("Data bulan ini belum lengkap, sehingga tidak dibandingkan.".to_owned());
    } else if compared == 0 {
        notes.push("Tidak ada bulan lengkap sebelumnya dalam arsip, sehingga belum ada pembanding.".to_owned());
    } else if compared < ENOUGH_MONTHS {
        notes.push(format!(
            "Arsip baru memuat {compared} bulan lengkap sebelumnya; perubahan dinilai mulai {ENOUGH_MONTHS} bulan."
        ));
    } else {
        notes.push("(!) di luar rentang itu, menyangkut sedikitnya 5 kasus, dan bukan hanya karena gangguan dikeluarkan; selebihnya perubahan biasa. (!!) juga di luar batas ragam alaminya (peta kendali).".to_owned());
    }
    if review.previous.is_none() && compared > 0 {
        notes.push(format!("{} tidak lengkap dalam arsip.", sheet.month.back(1).indonesian()));
    }
    notes
}

/// Returns the value of a measure as it is printed everywhere; `None` where nothing was measured.
pub(crate) fn now(review: &MonthlyReview, id: &str) -> Option<String> {
    let measure = review.measures.iter().find(|measure| measure.id == id)?;
    Some(measure.now()?.words(review.target(measure), review.sheet.working_day_s))
}

/// Returns the judgement about a measure, where its target has a value.
fn judgement<'r>(review: &'r MonthlyReview, measure: &Measure) -> Option<&'r Judgement> {
    let judgement = measure.judgement.and_then(|place| review.sheet.judgements.get(place));
    judgement.filter(|j| j.verdict() != Verdict::NoTarget)
}

/// Returns a row of the table of measures: the measure, the months before, the target, and no verdict.
pub(crate) fn row(review: &MonthlyReview, measure: &Measure) -> Value {
    let judged = judgement(review, measure).map(|j| printed(j, &review.sheet));
    let beside = review.target(measure);
    let words = |value: Measured, month: Month| value.words(beside, review.working_days_s.get(&month).copied());
    let text =
        |value: Option<Measured>, month: Month| value.map_or_else(|| "–".to_owned(), |value| words(value, month));
    let of_judgement = |name: &str| judged.as_ref().and_then(|judged| judged[name].as_str().map(str::to_owned));
    let comparison = &measure.comparison;
    let range = measure.edges().filter(|_| comparison.range.is_some());
    let range = range.map(|[(of_least, least), (of_greatest, greatest)]| {
        together(&words(least, of_least), &words(greatest, of_greatest))
    });
    let mark = match comparison.unusual {
        Some(unusual) if unusual.beyond_limits => "(!!)",
        Some(_) => "(!)",
        None => "",
    };
    json!({
        "nama": measure.words.replace("akhir bulan", end(&review.sheet)),
        "kini": text(measure.now(), review.sheet.month),
        "lalu": text(measure.before(), review.sheet.month.back(1)),
        "rentang": range.unwrap_or_else(|| "–".to_owned()),
        "tanda": mark,
        "target": of_judgement("target").unwrap_or_else(|| "–".to_owned()),
        "catatan": behind(measure),
        "titik": measure.months.iter().map(|(_, value)| value.map(Measured::value)).collect::<Vec<_>>(),
        "sebaran": comparison.range.map(|(least, greatest)| [least, greatest]),
    })
}

/// Returns two texts as a range, with their unit once.
fn together(least: &str, greatest: &str) -> String {
    let parts = |text: &str| text.split_once([' ', '\u{A0}']).map(|(n, unit)| (n.to_owned(), unit.to_owned()));
    match (parts(least), parts(greatest)) {
        _ if least == greatest => least.to_owned(),
        (None, None) => format!("{least}–{greatest}"),
        // "3 jam 5 menit" is not one number and its unit.
        (Some((a, unit)), Some((b, same))) if unit == same && !unit.contains(|c: char| c.is_ascii_digit()) => {
            if unit == "%" { format!("{a}–{b}\u{A0}%") } else { format!("{a}–{b} {unit}") }
        }
        _ => format!("{least} – {greatest}"),
    }
}

/// Returns the cases behind a value.
fn behind(measure: &Measure) -> String {
    match measure.now() {
        Some(Measured::Share { part, of }) => {
            let bad = if measure.more_is_better { of - part } else { part };
            format!("{} dari {} {}", integer(bad), integer(of), measure.bad)
        }
        Some(Measured::WorkingTime { of, .. }) => format!("{} berkas", integer(of)),
        Some(Measured::Count(_)) => String::new(),
        None => "tidak ada kasus".to_owned(),
    }
}

/// Returns one row for all targets that no measure is about: those of the steps, and of kinds of application.
fn other_targets(review: &MonthlyReview) -> Option<Value> {
    let sheet = &review.sheet;
    let shown: Vec<&Judgement> =
        review.measures.iter().filter_map(|measure| sheet.judgements.get(measure.judgement?)).collect();
    let is_shown = |j: &Judgement| shown.iter().any(|shown| (&shown.target, &shown.jenis) == (&j.target, &j.jenis));
    let valued = |judgements: &[Judgement]| -> Vec<Verdict> {
        let others = judgements.iter().filter(|j| j.decides && !is_shown(j));
        others.map(Judgement::verdict).filter(|verdict| *verdict != Verdict::NoTarget).collect()
    };
    let count = |of: &[Verdict], verdict: Verdict| of.iter().filter(|other| **other == verdict).count() as u64;
    let met = |of: &[Verdict]| format!("{} dari {}", integer(count(of, Verdict::Met)), integer(of.len() as u64));
    let (now, before) = (valued(&sheet.judgements), valued(&review.previous_judgements));
    let missed = sheet.judgements.iter().filter(|j| j.decides && !is_shown(j) && j.verdict() == Verdict::Missed);
    let missed: BTreeSet<(Option<u8>, &str)> = missed.map(|j| (j.step, j.step.map_or(&*j.title, |_| ""))).collect();
    let steps: Vec<String> = missed.iter().filter_map(|(step, _)| Some(step.as_ref()?.to_string())).collect();
    let others = missed.iter().filter(|(step, _)| step.is_none()).count() as u64;
    let of_steps = (!steps.is_empty()).then(|| format!("langkah {}", steps.join(", ")));
    let of_others = (others > 0).then(|| format!("{} target khusus", integer(others)));
    let missed: Vec<String> = of_steps.into_iter().chain(of_others).collect();
    let verdict = match () {
        () if count(&now, Verdict::Missed) > 0 => Verdict::Missed,
        () if count(&now, Verdict::Met) > 0 => Verdict::Met,
        () => Verdict::NoData,
    };
    (!now.is_empty()).then(|| {
        json!({
            "nama": "Target waktu langkah dan target khusus lainnya",
            "kini": met(&now),
            "lalu": if before.is_empty() { "–".to_owned() } else { met(&before) },
            "rentang": "–",
            "tanda": "",
            "target": "semua",
            "putusan": told(verdict, sheet),
            "catatan": if missed.is_empty() { String::new() } else { format!("lewat: {}", missed.join(" dan ")) },
            "titik": [],
            "sebaran": null,
        })
    })
}

/// Returns where an unusual value stands, in words.
fn place(measure: &Measure) -> Option<String> {
    let side = match measure.comparison.unusual?.side {
        Side::Lowest => "terendah",
        Side::Highest => "tertinggi",
    };
    Some(format!("{side} dalam {} bulan", measure.comparison.months + 1))
}

fn pending(pending: &Pending) -> Value {
    json!({
        "perkara": pending.sentence.to_string(),
        "usul": pending.proposal,
        "oleh": pending.actor,
        "tenggat": format!("{} hari kerja", integer(pending.within)),
        "bagian": pending.section,
    })
}

/// Returns the steps before which berkas waited longest in all, each with its share of all waiting.
pub(crate) fn slowest(review: &MonthlyReview) -> Vec<Value> {
    let all: u64 = review.sheet.figures.figures.time_per_step.values().map(waited).sum();
    let named = slowest_steps(review).into_iter().map(|(step, times)| {
        let name = review.steps.iter().find(|(number, _)| *number == step).map_or("", |(_, name)| name);
        let waiting = &times.waiting_working;
        json!({
            "nama": format!("{step}. {name}"),
            "tengah": working(review, waiting.p50()),
            "sembilan_puluh": working(review, waiting.p90()),
            "bagian": schemas::figures::share(waited(times), all),
        })
    });
    named.collect()
}

/// Returns the steps that it names.
pub(crate) fn slowest_steps(review: &MonthlyReview) -> Vec<(u8, &StepTimes)> {
    let steps = review.sheet.figures.figures.time_per_step.iter().map(|(step, times)| (*step, times));
    let mut slowest: Vec<(u8, &StepTimes)> = steps.filter(|(_, times)| waited(times) > 0).collect();
    slowest.sort_by_key(|(step, times)| (std::cmp::Reverse(waited(times)), *step));
    slowest.truncate(FEW);
    slowest
}

/// Returns how long berkas waited for a step in all.
fn waited(times: &StepTimes) -> u64 {
    times.waiting_working.values.map_or(0, |values| values.sum).unsigned_abs()
}

pub(crate) fn uncollected(review: &MonthlyReview) -> Value {
    let all: u64 = review.uncollected.iter().map(|waiting| waiting.n).sum();
    let (first, others) = review.uncollected.split_at(review.uncollected.len().min(FEW));
    let rest: u64 = others.iter().map(|waiting| waiting.n).sum();
    json!({
        "jumlah": integer(all),
        "pekon": first.iter().map(|w| json!([w.pekon, integer(w.n), format!("{} hari kerja", integer(w.oldest_working_days))])).collect::<Vec<_>>(),
        "lainnya": (!others.is_empty()).then(|| format!("{} pekon lain: {}", integer(others.len() as u64), integer(rest))),
        "semua": review.uncollected.iter().map(|w| json!([w.pekon, w.kecamatan, integer(w.n), integer(w.oldest_working_days)])).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::{Compared, Share};

    #[test]
    fn words_within_a_sentence_begin_small_but_for_abbreviations() {
        assert_eq!(
            ["Lama sejak diterima", "KTP-el terbit", ""].map(within_a_sentence),
            ["lama sejak diterima", "KTP-el terbit", ""]
        );
    }

    #[test]
    fn a_value_is_never_rounded_onto_the_other_side_of_its_target() {
        let all = Some(Compared::Share { figure: None, at_least: Share::new(1, 1) });
        let share = |part| Measured::share(part, 5_000).unwrap();
        assert_eq!([share(4_999).words(all, None), share(4_999).words(None, None)], ["99,98\u{a0}%", "100,0\u{a0}%"]);
        assert_eq!([share(5_000).words(all, None), share(4_000).words(all, None)], ["100,0\u{a0}%", "80,0\u{a0}%"]);
        let limit = Some(Compared::Time { figure_s: None, at_most_s: Some(300) });
        let time = Measured::WorkingTime { seconds: 320, of: 9 };
        assert_eq!([time.words(limit, None), time.words(None, None)], ["5 menit 20 detik", "5 menit"]);
    }
}
