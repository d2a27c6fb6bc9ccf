//! The monthly review: a first page with the essentials, then the details.
//!
//! Reads   the review of a month, with the words that each figure has for it
//! Gives   what the layout `laporan_bulanan.typ` reads, and what the sentences on its first page read

use crate::book::provenance;
use crate::compliance::{Shown, not_judged, printed};
use crate::indonesian::{duration, integer, long_date, percent, whole};
use crate::templates::{TemplateError, Templates};
use schemas::Verdict;
use schemas::document::{BacklogAge, Change, ChangeWords, KecamatanRow, MonthlyReview, NamedTime, Office, Quantity};
use schemas::figures::{self, MonthFigures, StepByRole, Succession, TrendPoint};
use serde_json::{Value, json};

/// The greatest number of sentences per list on the first page.
const SENTENCES: usize = 3;

/// Returns what the layout `laporan_bulanan.typ` reads.
pub(crate) fn page(review: &MonthlyReview, office: &Office, templates: &Templates) -> Result<Value, TemplateError> {
    let sheet = &review.sheet;
    let month = &sheet.figures;
    let changed = |better: bool| {
        let changes: Vec<_> =
            review.changes.iter().filter(|c| c.better == better).take(SENTENCES).map(change).collect();
        templates.sentences("perubahan.txt.j2", json!({"changes": changes}))
    };
    let decisions = templates.sentences("perlu_keputusan.txt.j2", decisions(review))?;
    Ok(json!({
        "kantor": office,
        "bulan": sheet.month.indonesian(),
        "layanan": sheet.service,
        "tanggal": long_date(sheet.signed_on),
        "utama": headlines(month),
        "membaik": changed(true)?,
        "memburuk": changed(false)?,
        "ada_pembanding": review.previous.is_some(),
        "keputusan": decisions,
        "tanpa_putusan": not_judged(sheet),
        "standar": sheet.judgements.iter().filter(|j| j.decides && j.verdict() != Verdict::NoTarget).map(|j| printed(j, Shown::of(sheet))).collect::<Vec<_>>(),
        "tanpa_target": sheet.judgements.iter().filter(|j| j.decides && j.verdict() == Verdict::NoTarget).count(),
        "tren": month.trend.iter().map(trend_point).collect::<Vec<_>>(),
        "langkah": steps(review),
        "kelengkapan": completeness(review),
        "duplikat": duplicates(review),
        "tunggakan": backlog(review),
        "waktu": times(review),
        "kesesuaian": conformance(review),
        "kecamatan": kecamatan(review),
        "buku": books(review),
        "mutu": review.quality.iter().map(|f| json!([f.text.code, f.text.sentence, f.text.remedy, integer(f.n)])).collect::<Vec<_>>(),
        "tidak_dihitung": month.left_out.iter().map(|l| json!([l.words, integer(l.n)])).collect::<Vec<_>>(),
        "asal": provenance(&sheet.provenance),
    }))
}

/// Returns what the sentence about a change reads. An office's own template may use the id and the numbers instead of the words.
fn change(change: &Change) -> Value {
    let ChangeWords { subject, quantity, tail } = change.words;
    let written = |value: f64| match quantity {
        Quantity::Share => percent(value),
        Quantity::Time => duration(whole(value)),
        Quantity::Count => integer(whole(value).unsigned_abs()),
    };
    json!({
        "id": change.id,
        "now": change.now,
        "before": change.before,
        "better": change.better,
        "pokok": subject,
        "dari": written(change.before),
        "menjadi": written(change.now),
        "lanjutan": tail,
    })
}

fn headlines(month: &MonthFigures) -> Vec<Value> {
    let points = &month.trend;
    let headline = |name: &str, value: fn(&TrendPoint) -> u64| {
        let now = points.last().map_or(0, value);
        let before = points.len().checked_sub(2).and_then(|i| points.get(i)).map(value);
        let change = before.map(|b| match now.cmp(&b) {
            std::cmp::Ordering::Greater => format!("naik {}", integer(now - b)),
            std::cmp::Ordering::Less => format!("turun {}", integer(b - now)),
            std::cmp::Ordering::Equal => "tetap".to_owned(),
        });
        json!({"nama": name, "nilai": integer(now), "perubahan": change, "deret": points.iter().map(value).collect::<Vec<_>>()})
    };
    vec![
        headline("diterima", |p| p.received),
        headline("tercetak", |p| p.printed),
        headline("diserahkan", |p| p.handed_over),
        headline("terbuka", |p| p.open),
    ]
}

fn trend_point(p: &TrendPoint) -> Value {
    let name: String = p.month.name().chars().take(3).collect();
    json!({
        "bulan": format!("{name} {}", p.month.year() % 100),
        "diterima": p.received,
        "tercetak": p.printed,
        "diserahkan": p.handed_over,
        "terbuka": p.open,
    })
}

/// Returns the times of each step: seconds for the chart, words for the table.
fn steps(review: &MonthlyReview) -> Vec<Value> {
    let sheet = &review.sheet;
    let words = |s: Option<i64>| s.map_or_else(|| "–".to_owned(), duration);
    review
        .steps
        .iter()
        .filter_map(|(number, act)| {
            let t = sheet.figures.figures.time_per_step.get(number)?;
            let target = sheet
                .judgements
                .iter()
                .find(|j| j.decides && j.jenis.is_none() && j.step == Some(*number))
                .and_then(|j| j.compared.value());
            let (handling, waiting) = (&t.handling_working, &t.waiting_working);
            Some(json!({
                "nomor": number,
                "nama": act,
                "n": integer(t.events),
                "tangani_p50_s": handling.p50(),
                "tangani_p90_s": handling.p90(),
                "tunggu_p50_s": waiting.p50(),
                "tunggu_p90_s": waiting.p90(),
                "target_s": target,
                "tangani_p50": words(handling.p50()),
                "tangani_p90": words(handling.p90()),
                "tunggu_p50": words(waiting.p50()),
                "tunggu_p90": words(waiting.p90()),
            }))
        })
        .collect()
}

fn completeness(review: &MonthlyReview) -> Value {
    let c = &review.sheet.figures.figures.completeness;
    let mut missing: Vec<(&String, u64)> = c.missing.iter().map(|(code, n)| (code, *n)).collect();
    missing.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let label = |code: &String| review.documents.get(code).cloned().unwrap_or_else(|| code.clone());
    json!({
        "pertama": integer(c.first_checks),
        "lengkap": integer(c.complete),
        "bagian": share(c.complete, c.first_checks),
        "kembali": integer(c.returned),
        "kurang": missing.iter().map(|(code, n)| json!([label(code), integer(*n)])).collect::<Vec<_>>(),
    })
}

fn duplicates(review: &MonthlyReview) -> Value {
    let d = &review.sheet.figures.figures.duplicates;
    let (probable, compared) = review.probable_duplicates;
    json!([
        [
            "Duplikat record pada pengecekan langkah 6",
            integer(d.record_duplicates),
            integer(d.record_checks),
            share(d.record_duplicates, d.record_checks)
        ],
        [
            "NIK yang sama dua kali dalam satu batch",
            integer(d.batch_same_nik),
            integer(d.batch_berkas),
            share(d.batch_same_nik, d.batch_berkas)
        ],
        [
            "NIK datang lagi dalam 90 hari pada batch lain",
            integer(d.repeat_within_90_days),
            integer(d.arrivals),
            share(d.repeat_within_90_days, d.arrivals)
        ],
        [
            "Kemungkinan orang yang sama dengan NIK lain",
            integer(probable),
            integer(compared),
            share(probable, compared)
        ],
    ])
}

/// Returns the open berkas by last step and class of age.
fn backlog(review: &MonthlyReview) -> Value {
    let BacklogAge { up_to, steps } = &review.backlog_age;
    let name = |step: u8| review.steps.iter().find(|(n, _)| *n == step).map_or("", |(_, act)| act);
    let from = std::iter::once(0).chain(up_to.iter().map(|most| most + 1));
    let mut classes: Vec<String> = from.zip(up_to).map(|(least, most)| format!("{least}–{most} hari")).collect();
    classes.extend(up_to.last().map(|most| format!("> {most} hari")));
    let rows = steps.iter().map(|(step, counts)| {
        let mut row = vec![step.to_string(), name(*step).to_owned()];
        row.extend(counts.iter().map(|n| integer(*n)));
        row.push(integer(counts.iter().sum()));
        row
    });
    let overdue: u64 = steps.values().filter_map(|counts| counts.last()).sum();
    json!({"golongan": classes, "baris": rows.collect::<Vec<_>>(), "terlama": integer(overdue)})
}

/// Returns the counts of each kecamatan, and the length of the bars for receipts and open berkas as a share of the longest bar.
fn kecamatan(review: &MonthlyReview) -> Vec<Value> {
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
    review.kecamatan.iter().map(row).collect()
}

fn times(review: &MonthlyReview) -> Vec<Value> {
    let words = |v: Option<i64>| v.map_or_else(|| "–".to_owned(), duration);
    let row = |NamedTime { words: name, spread: s }: &NamedTime| {
        json!([name, integer(s.n), words(s.p50()), words(s.p90()), words(s.values.map(|v| v.max))])
    };
    review.times.iter().map(row).collect()
}

fn conformance(review: &MonthlyReview) -> Value {
    let c = &review.sheet.figures.figures.conformance;
    let succession = |(s, n): (&Succession, &u64)| {
        let (from, to, outcome) = (s.from, s.to, s.outcome.replace('_', " "));
        (from, format!("Langkah {from} ({outcome}) disusul langkah {to}"), *n)
    };
    let role = |(r, n): (&StepByRole, &u64)| {
        let words = review.roles.get(&r.role).unwrap_or(&r.role);
        (r.step, format!("Langkah {} oleh {words}", r.step), *n)
    };
    // Rows are in order of step, then of the printed words.
    let rows = |mut rows: Vec<(u8, String, u64)>| {
        rows.sort();
        rows.into_iter().map(|(_, words, n)| json!([words, integer(n)])).collect::<Vec<_>>()
    };
    json!({
        "selesai": integer(c.finished),
        "sesuai": integer(c.conforming),
        "bagian": share(c.conforming, c.finished),
        "langkah_wajib": integer(c.all_mandatory_steps),
        "urutan": rows(c.wrong_succession.iter().map(succession).collect()),
        "peran": rows(c.wrong_role.iter().map(role).collect()),
    })
}

fn books(review: &MonthlyReview) -> Vec<Value> {
    let list = |numbers: &[u64]| match numbers.len() {
        0 => "tidak ada".to_owned(),
        n if n > 12 => format!("{} nomor", integer(n as u64)),
        _ => numbers.iter().map(|n| format!("{n:06}")).collect::<Vec<_>>().join(", "),
    };
    let dash = |t: &Option<String>| t.clone().unwrap_or_else(|| "–".to_owned());
    let ledgers = &review.sheet.figures.figures.ledgers;
    review
        .books
        .iter()
        .filter_map(|(id, title)| Some((title, ledgers.get(id)?)))
        .map(|(title, r)| {
            json!([
                title,
                integer(r.entries),
                dash(&r.first),
                dash(&r.last),
                list(&r.numbers_missing),
                list(&r.numbers_used_twice)
            ])
        })
        .collect()
}

/// Returns a share as it is printed; a dash if the whole is nothing.
fn share(part: u64, n: u64) -> String {
    figures::share(part, n).map_or_else(|| "–".to_owned(), percent)
}

/// Returns the data for the sentences about matters that only the Kepala Dinas can decide.
fn decisions(review: &MonthlyReview) -> Value {
    let sheet = &review.sheet;
    let missed: Vec<Value> = sheet
        .judgements
        .iter()
        .filter(|j| j.decides && j.verdict() == Verdict::Missed)
        .map(|j| printed(j, Shown::of(sheet)))
        .collect();
    let ledgers = &sheet.figures.figures.ledgers;
    let faulty: Vec<Value> = review
        .books
        .iter()
        .filter_map(|(id, title)| Some((title, ledgers.get(id)?)))
        .filter(|(_, r)| !r.numbers_missing.is_empty() || !r.numbers_used_twice.is_empty())
        .map(|(title, r)| {
            json!({
                "buku": title,
                "terlewat": r.numbers_missing.len(),
                "ganda": r.numbers_used_twice.len(),
            })
        })
        .collect();
    let most_open = review.kecamatan.iter().max_by_key(|k| k.open).filter(|k| k.open > 0);
    json!({
        "tanpa_target": sheet.judgements.iter().filter(|j| j.decides && j.verdict() == Verdict::NoTarget).count(),
        "terlewati": missed,
        "buku": faulty,
        "karantina": review.quarantined,
        "kecamatan_terbanyak": most_open.map(|k| json!({"nama": k.kecamatan, "terbuka": k.open})),
    })
}
