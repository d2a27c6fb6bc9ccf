//! The monthly review: a first page with the essentials, then the details.
//!
//! Reads   the review of a month, with the words that each figure has for it
//! Gives   what the layout `laporan_bulanan.typ` reads

use crate::book::provenance;
use crate::compliance::{explained, printed};
use crate::indonesian::{duration, in_words, integer, long_date, percent};
use crate::page_one::{now, page_one, short_month, working};
use crate::public_copy::{UNKNOWN, notice};
use crate::state::{end, revision};
use crate::templates::{TemplateError, Templates};
use schemas::document::{BacklogAge, FindingCount, KecamatanRow, Measure, Measured, MonthlyReview, NamedTime, Office};
use schemas::figures::{self, RegisterNumbers, StepByRole, Succession, TrendPoint};
use schemas::{Compared, FigureKey, Judgement, Language, Month, Remark, Verdict};
use serde_json::{Value, json};

/// Returns what the layout `laporan_bulanan.typ` reads.
pub(crate) fn page(review: &MonthlyReview, office: &Office, templates: &Templates) -> Result<Value, TemplateError> {
    let sheet = &review.sheet;
    let month = &sheet.figures;
    let mut page = json!({
        "kantor": office,
        "bulan": sheet.month.indonesian(),
        "layanan": sheet.service,
        "tanggal": sheet.signed_on().map(long_date),
        "perbaikan": revision(sheet),
        "akhir": end(sheet),
        "ada_peristiwa": review.has_events(),
        "standar": sheet.judgements.iter().filter(|j| is_listed(j)).map(|j| printed(j, sheet)).collect::<Vec<_>>(),
        "tanpa_target": sheet.judgements.iter().filter(|j| j.decides && j.verdict() == Verdict::NoTarget).count(),
        "judul_tren": trend_title(review),
        "tren": month.trend.iter().map(trend_point).collect::<Vec<_>>(),
        "riwayat": history(review),
        "langkah": steps(review),
        "tanpa_garis": no_step_target(review),
        "kelengkapan": completeness(review),
        "duplikat": duplicates(review),
        "tunggakan": backlog(review),
        "waktu": times(review),
        "kesesuaian": conformance(review),
        "kecamatan": kecamatan(review),
        "buku": books(review),
        "mutu": review.quality.as_ref().map(|found| found.iter().map(finding).collect::<Vec<_>>()),
        "catatan_temuan": review.remarks.iter().map(remark).collect::<Vec<_>>(),
        "tertahan": known(review.quarantined),
        "salinan_arsip": notice(review),
        "tidak_dihitung": month.left_out.iter().map(|l| json!([l.words, integer(l.n)])).collect::<Vec<_>>(),
        "istilah": explained(sheet, "laporan_bulanan"),
        "asal": provenance(&sheet.provenance),
    });
    if let (Some(page), Value::Object(first)) = (page.as_object_mut(), page_one(review, templates)?) {
        page.extend(first);
    }
    Ok(page)
}

/// Whether a judgement is listed: it decides, and its target has a value.
pub(crate) fn is_listed(judgement: &Judgement) -> bool {
    judgement.decides && judgement.verdict() != Verdict::NoTarget
}

/// Returns a finding of data quality as a row.
fn finding(found: &FindingCount) -> Value {
    json!([found.text.code, found.text.sentence, found.text.remedy, integer(found.n)])
}

/// Returns a count that a public copy of the archive may not tell.
fn known(n: Option<u64>) -> String {
    n.map_or_else(|| UNKNOWN.to_owned(), integer)
}

/// Returns a remark on a finding: the code, the text, who made it and on which day.
pub(crate) fn remark(remark: &Remark) -> Value {
    let day = crate::indonesian::short_date(remark.entered.date_naive());
    json!([remark.finding, remark.text, format!("{}, {day}", remark.by)])
}

/// Returns the head over the months, which says how many there are.
pub(crate) fn trend_title(review: &MonthlyReview) -> String {
    format!("Perkembangan {} bulan", in_words(review.sheet.figures.trend.len() as u64))
}

pub(crate) fn trend_point(p: &TrendPoint) -> Value {
    let counts = [p.received, p.printed, p.handed_over, p.movement.rejected, p.movement.duplicate, p.open];
    json!({
        "bulan": short_month(p.month),
        "diterima": p.received,
        "tercetak": p.printed,
        "diserahkan": p.handed_over,
        "terbuka": p.open,
        "angka": counts.map(integer),
    })
}

/// Returns the months of a measure that the table of months shows: from the first of the archive on.
pub(crate) fn months_held<'m>(
    review: &'m MonthlyReview,
    measure: &'m Measure,
) -> impl Iterator<Item = &'m (Month, Option<Measured>)> {
    measure.months.iter().filter(|(month, _)| Some(*month) >= review.first_month())
}

/// Returns the measures of thirteen months as a table: shares in percent, times in working days of their month.
pub(crate) fn history(review: &MonthlyReview) -> Value {
    let number = |month: &Month, value: Measured, target: Option<Compared>| {
        match (value, review.working_days_s.get(month)) {
            (Measured::Share { .. }, _) => value.words(target, None).replace("\u{A0}%", ""),
            (Measured::WorkingTime { seconds, .. }, Some(day_s)) => {
                // Two decimals are the most that are read.
                let decimals = value.beside(target).map_or(1, |compared| compared.day_decimals(*day_s).unwrap_or(2));
                Language::Indonesian.working_days(seconds, *day_s, decimals)
            }
            (Measured::WorkingTime { .. } | Measured::Count(_), _) => value.words(target, None),
        }
    };
    let rows = review.measures.iter().map(|measure| {
        let unit = match measure.months.iter().find_map(|(_, value)| *value) {
            Some(Measured::Share { .. }) => "%",
            Some(Measured::WorkingTime { .. }) => "hari kerja",
            Some(Measured::Count(_)) | None => "",
        };
        let target = review.target(measure);
        let text = |(month, value): &(Month, Option<Measured>)| {
            value.map_or_else(|| "–".to_owned(), |value| number(month, value, target))
        };
        let values = months_held(review, measure).map(text);
        json!({"nama": measure.words, "satuan": unit, "nilai": values.collect::<Vec<_>>()})
    });
    let first = review.measures.first().into_iter();
    let months: Vec<String> =
        first.flat_map(|measure| months_held(review, measure)).map(|(month, _)| short_month(*month)).collect();
    json!({"bulan": months, "baris": rows.collect::<Vec<_>>()})
}

/// Returns why the chart of steps has no line of a target; `None` where it has one, and where there is no chart.
pub(crate) fn no_step_target(review: &MonthlyReview) -> Option<&'static str> {
    let valued = || review.sheet.judgements.iter().filter(|j| is_listed(j) && j.step.is_some());
    match () {
        () if !review.has_events() || valued().any(|j| j.jenis.is_none()) => None,
        () if valued().next().is_some() => Some(
            "Target waktu langkah yang sudah bernilai berlaku bagi jenis permohonan tertentu saja dan tercantum pada bagian standar pelayanan, jadi di sini tidak ada garis target.",
        ),
        () => Some("Target waktu per langkah belum ditetapkan nilainya, jadi belum ada garis target."),
    }
}

/// Returns the times of each step: seconds for the chart, words for the table.
pub(crate) fn steps(review: &MonthlyReview) -> Vec<Value> {
    let sheet = &review.sheet;
    let words = |s: Option<i64>| working(review, s);
    review
        .steps
        .iter()
        .filter_map(|(number, act)| {
            let t = sheet.figures.figures.time_per_step.get(number)?;
            let target = sheet
                .judgements
                .iter()
                .find(|j| j.decides && j.jenis.is_none() && j.step == Some(*number))
                .filter(|j| j.verdict() != Verdict::NoTarget);
            let (handling, waiting) = (&t.handling_working, &t.waiting_working);
            Some(json!({
                "nomor": number,
                "nama": act,
                "n": integer(t.events),
                "terukur": integer(handling.n),
                "tangani_p50_s": handling.p50(),
                "tangani_p90_s": handling.p90(),
                "tunggu_p50_s": waiting.p50(),
                "tunggu_p90_s": waiting.p90(),
                "target_s": target.and_then(|j| j.compared.value()),
                "tangani_p50": words(handling.p50()),
                // The same number stands beside its target, with the digits that the verdict needs.
                "tangani_p90": target.and_then(|j| Language::Indonesian.compared(j.compared, sheet.working_day_s).0).unwrap_or_else(|| words(handling.p90())),
                "tunggu_p50": words(waiting.p50()),
                "tunggu_p90": words(waiting.p90()),
            }))
        })
        .collect()
}

fn completeness(review: &MonthlyReview) -> Value {
    let mut checks = checks(review);
    checks["tanpa_syarat"] = review.needless_returns.map(integer).into();
    checks
}

/// Returns the checks of requirements, without what is known of all cases only.
pub(crate) fn checks(review: &MonthlyReview) -> Value {
    let c = &review.sheet.figures.figures.completeness;
    let label = |code: &String| review.documents.get(code).cloned().unwrap_or_else(|| code.clone());
    json!({
        "pertama": integer(c.first_checks),
        "lengkap": integer(c.complete),
        "bagian": now(review, "complete_at_first_check").unwrap_or_else(|| "–".to_owned()),
        "kembali": integer(c.returned),
        "kurang": missing(review).into_iter().map(|(code, n)| json!([label(code), integer(n)])).collect::<Vec<_>>(),
    })
}

/// Returns the documents that were missing, the most frequent first.
pub(crate) fn missing(review: &MonthlyReview) -> Vec<(&String, u64)> {
    let missing = review.sheet.figures.figures.completeness.missing.iter().map(|(code, n)| (code, *n));
    let mut missing: Vec<_> = missing.collect();
    missing.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    missing
}

fn duplicates(review: &MonthlyReview) -> Vec<Value> {
    const PROBABLE: &str = "Kemungkinan orang yang sama dengan NIK lain";
    let probable = match review.probable_duplicates {
        Some((probable, compared)) => found(PROBABLE, probable, compared),
        None => json!([PROBABLE, UNKNOWN, "–", "–"]),
    };
    found_duplicates(review).into_iter().chain([probable]).collect()
}

/// Returns the three rates of duplicates, without what is known of all cases only.
pub(crate) fn found_duplicates(review: &MonthlyReview) -> [Value; 3] {
    let d = &review.sheet.figures.figures.duplicates;
    [
        found("Rekaman ganda pada pemeriksaan langkah 6", d.record_duplicates, d.record_checks),
        found("NIK yang sama dua kali dalam satu permohonan kolektif", d.batch_same_nik, d.batch_berkas),
        found("NIK diajukan kembali dalam 90 hari pada permohonan kolektif lain", d.repeat_within_90_days, d.arrivals),
    ]
}

fn found(words: &str, part: u64, of: u64) -> Value {
    json!([words, integer(part), integer(of), share(part, of)])
}

/// Returns the names of the classes of age.
pub(crate) fn age_classes(review: &MonthlyReview) -> Vec<String> {
    let up_to = &review.backlog_age.up_to;
    let from = std::iter::once(0).chain(up_to.iter().map(|most| most + 1));
    let classes = from.zip(up_to).map(|(least, most)| format!("{least}–{most} hari"));
    classes.chain(up_to.last().map(|most| format!("> {most} hari"))).collect()
}

/// Returns the open berkas by last step and class of age.
pub(crate) fn backlog(review: &MonthlyReview) -> Value {
    let BacklogAge { steps, .. } = &review.backlog_age;
    let name = |step: u8| review.steps.iter().find(|(n, _)| *n == step).map_or("", |(_, act)| act);
    let rows = steps.iter().map(|(step, counts)| {
        let mut row = vec![step.to_string(), name(*step).to_owned()];
        row.extend(counts.iter().map(|n| integer(*n)));
        row.push(integer(counts.iter().sum()));
        row
    });
    let overdue: u64 = steps.values().filter_map(|counts| counts.last()).sum();
    json!({"golongan": age_classes(review), "baris": rows.collect::<Vec<_>>(), "terlama": integer(overdue)})
}

/// Returns the counts of each kecamatan with their sum, and the length of the bars for receipts and open berkas as a share of the
/// longest bar.
pub(crate) fn kecamatan(review: &MonthlyReview) -> Value {
    let most = review.kecamatan.iter().map(|k| k.received.max(k.open)).max();
    let part = |n: u64| schemas::figures::share(n, most.unwrap_or(0)).unwrap_or(0.0);
    let row = |k: &KecamatanRow| {
        json!({
            "nama": k.kecamatan,
            "angka": [integer(k.received), integer(k.printed), integer(k.handed_over), integer(k.open)],
            "diterima": part(k.received),
            "terbuka": part(k.open),
        })
    };
    let sum = |of: fn(&KecamatanRow) -> u64| integer(review.kecamatan.iter().map(of).sum());
    json!({
        "baris": review.kecamatan.iter().map(row).collect::<Vec<_>>(),
        "jumlah": [sum(|k| k.received), sum(|k| k.printed), sum(|k| k.handed_over), sum(|k| k.open)],
    })
}

pub(crate) fn times(review: &MonthlyReview) -> Value {
    let row = |NamedTime { words: name, is_working, spread: s, key, .. }: &NamedTime| {
        let words = |v: Option<i64>| {
            if *is_working { working(review, v) } else { v.map_or_else(|| "–".to_owned(), duration) }
        };
        let judged = (*key == FigureKey::of("turnaround", "working")).then(|| now(review, "turnaround_working_p90"));
        let p90 = judged.flatten().unwrap_or_else(|| words(s.p90()));
        json!([name, integer(s.n), words(s.p50()), p90, words(s.values.map(|v| v.max))])
    };
    let notes = review.times.iter().filter(|time| !time.note.is_empty());
    json!({
        "baris": review.times.iter().map(row).collect::<Vec<_>>(),
        "catatan": notes.map(|time| format!("{}: {}.", time.words, time.note)).collect::<Vec<_>>(),
    })
}

pub(crate) fn conformance(review: &MonthlyReview) -> Value {
    let c = &review.sheet.figures.figures.conformance;
    json!({
        "selesai": integer(c.finished),
        "sesuai": integer(c.conforming),
        "bagian": share(c.conforming, c.finished),
        "langkah_wajib": integer(c.all_mandatory_steps),
        "urutan": pairs(successions(review)),
        "peran": pairs(roles(review)),
    })
}

fn pairs<T>(rows: Vec<(u8, String, u64, T)>) -> Vec<Value> {
    rows.into_iter().map(|(_, words, n, _)| json!([words, integer(n)])).collect()
}

/// Returns the successions that the SOP does not have, with their words, in order of step and of these.
pub(crate) fn successions(review: &MonthlyReview) -> Vec<(u8, String, u64, &Succession)> {
    let words = |s: &Succession, n: u64| {
        let (from, to, outcome) = (s.from, s.to, review.outcomes.get(&s.outcome).unwrap_or(&s.outcome));
        (from, format!("Langkah {from} ({outcome}) disusul langkah {to}"), n)
    };
    let all = review.sheet.figures.figures.conformance.wrong_succession.iter();
    let mut all: Vec<_> = all.map(|(s, n)| (words(s, *n), s)).collect();
    all.sort();
    all.into_iter().map(|((step, words, n), s)| (step, words, n, s)).collect()
}

/// Returns the steps that another role took than the SOP's, likewise.
pub(crate) fn roles(review: &MonthlyReview) -> Vec<(u8, String, u64, &StepByRole)> {
    let words = |r: &StepByRole, n: u64| {
        let words = review.roles.get(&r.role).unwrap_or(&r.role);
        (r.step, format!("Langkah {} oleh {words}", r.step), n)
    };
    let all = review.sheet.figures.figures.conformance.wrong_role.iter();
    let mut all: Vec<_> = all.map(|(r, n)| (words(r, *n), r)).collect();
    all.sort();
    all.into_iter().map(|((step, words, n), r)| (step, words, n, r)).collect()
}

fn books(review: &MonthlyReview) -> Vec<Value> {
    let dash = |t: &Option<String>| t.clone().unwrap_or_else(|| "–".to_owned());
    let held = |r: &RegisterNumbers| r.held_told(RegisterNumbers::LISTED).unwrap_or_else(|| UNKNOWN.to_owned());
    ledgers(review)
        .map(|(_, title, r)| {
            json!([
                title,
                integer(r.entries),
                dash(&r.first),
                dash(&r.last),
                r.missing_told(RegisterNumbers::LISTED),
                held(r),
                r.told(&r.numbers_used_twice, RegisterNumbers::LISTED)
            ])
        })
        .collect()
}

/// Returns the books with their numbers: the step that writes it, the title, the numbers.
pub(crate) fn ledgers(review: &MonthlyReview) -> impl Iterator<Item = (u8, &str, &RegisterNumbers)> {
    let ledgers = &review.sheet.figures.figures.ledgers;
    let books = review.books.iter().zip(&review.book_steps);
    books.filter_map(|((id, title), step)| Some((*step, title.as_str(), ledgers.get(id)?)))
}

/// Returns a share as it is printed; a dash if the whole is nothing.
fn share(part: u64, n: u64) -> String {
    figures::share(part, n).map_or_else(|| "–".to_owned(), percent)
}
