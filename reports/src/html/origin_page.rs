//! What the pages say that show where a number comes from, and the cases behind it.
//!
//! Reads   the origin or the cases of a number, the words of the facts
//! Gives   what the templates `angka` and `angka_baris` read

use crate::cases::table;
use crate::compliance::judged_of;
use crate::indonesian::{duration, integer, percent, signed};
use crate::table::{Item, Table};
use schemas::figures::SpreadValues;
use schemas::{CaseValue, Facts, FigureCases, FigureKey, FigureOrigin, Language, MEASURES, Numbered};
use serde_json::{Value, json};

/// So many cases stand on the page; the files have all.
const SHOWN: usize = 1_000;

/// Returns what the page of an origin says; `has_cases` tells whether the reader may see the cases.
#[must_use]
pub fn origin_values(origin: &FigureOrigin, facts: &Facts, has_cases: bool) -> Value {
    let page = origin.key.page(origin.month);
    let query = origin.key.query();
    let has_statements = !origin.statements.is_empty();
    let term = |term: &schemas::OriginTerm| {
        let limit = [("paling banyak", term.at_most), ("lebih dari", term.above)];
        let limit =
            limit.into_iter().find_map(|(words, limit)| Some(format!("{words} {}", limit_words(limit?, term.value))));
        let detail = term.detail.as_ref().map(|detail| label(detail, facts));
        json!({
            "judul": term.title,
            "batas": limit.or(detail),
            "bagian": term.is_part,
            "kasus": integer(term.n),
            "alamat": term.path,
        })
    };
    json!({
        "judul": origin.title,
        "arti": origin.meaning,
        "bulan": origin.month.indonesian(),
        "tinjauan": format!("/tinjauan/{}", origin.month),
        "saringan": narrowed(&origin.key, origin.value, facts),
        "nilai": amounts(origin),
        "bagian_angka": origin.part.map(|part| shares(part, origin.spread.n)),
        "dari": origin.whole.as_ref().map(|whole| json!({
            "judul": whole.title,
            "alamat": whole.path,
            "kasus": integer(whole.n),
            "bagian": share(origin.spread.n, whole.n),
        })),
        "putusan": judged_of(origin),
        "susunan": origin.terms.iter().map(term).collect::<Vec<_>>(),
        "tidak_dihitung": origin.left_out.iter().map(|left| json!([left.words, integer(left.n)])).collect::<Vec<_>>(),
        "pernyataan": origin.statements.iter().map(|run| json!({"nama": run.name, "isi": run.text})).collect::<Vec<_>>(),
        "jumlahan": origin.sums.iter().map(|sum| json!({
            "syarat": sum.condition,
            "bagian": sum.is_part.map(|is_part| if is_part { "ya" } else { "tidak" }),
            "kasus": integer(sum.n),
        })).collect::<Vec<_>>(),
        "berukur": origin.spread.values.is_some(),
        "naskah": has_statements.then(|| format!("{page}/duckdb.sql{query}")),
        "baris": (origin.names_cases && has_cases).then(|| format!("{page}/baris{query}")),
        "temuan": origin.key.name.as_ref().filter(|_| origin.key.items == ["mutu"]).map(|code| format!("/temuan/{}/{code}", origin.month)),
        "perintah": origin.command,
        "fail": origin.inputs.files.iter().map(|file| json!([file.path, integer(file.rows), file.sha256])).collect::<Vec<_>>(),
        "jumlah_fail": integer(origin.inputs.files.len() as u64),
        "kalender": origin.inputs.calendar_sha256,
        "sop": origin.inputs.sop_sha256,
        "versi": integer(origin.provenance.archive_version),
        "komit": origin.provenance.head,
    })
}

/// Returns what the page of the cases says.
#[must_use]
pub fn cases_values(cases: &FigureCases, facts: &Facts) -> Value {
    let table = shown(cases, facts);
    let all = cases.cases.len();
    let counts = cases.cases.iter().filter(|_| cases.value == Some(CaseValue::Count)).filter_map(|case| case.value);
    let counted = counts.map(i64::unsigned_abs).reduce(|sum, n| sum + n).unwrap_or(all as u64);
    json!({
        "judul": cases.title,
        "bulan": cases.month.indonesian(),
        "saringan": narrowed(&cases.key, cases.value, facts),
        "jumlah": integer(counted),
        "hitung": cases.counted,
        "tampil": (all > SHOWN).then(|| integer(SHOWN as u64)),
        "kolom": table.head,
        "angka": table.head.iter().enumerate().filter(|(_, name)| crate::cases::is_number(name)).map(|(at, _)| at).collect::<Vec<_>>(),
        "baris": table.rows.iter().take(SHOWN).map(|row| row.iter().map(text).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "asal": cases.path,
    })
}

/// Returns the table that stands on the page: that of the files, with times in words too.
fn shown(cases: &FigureCases, facts: &Facts) -> Table {
    let mut table = table(cases, facts);
    if matches!(cases.value, Some(CaseValue::WorkingTime | CaseValue::WallTime)) {
        table.head.push("Lama".to_owned());
        for (row, case) in table.rows.iter_mut().zip(&cases.cases) {
            row.push(case.value.map_or(Item::Empty, |seconds| duration(seconds).as_str().into()));
        }
    }
    table
}

/// Returns a cell as it is read.
fn text(cell: &Item) -> String {
    match cell {
        Item::Integer(n) => signed(*n),
        other => other.text(),
    }
}

/// Returns what a number is narrowed to, in words.
fn narrowed(key: &FigureKey, value: Option<CaseValue>, facts: &Facts) -> Value {
    let step = |step: u8| facts.sop.step(step).map_or_else(|| step.to_string(), |of| format!("{step}. {}", of.label));
    let known = |labels: &schemas::Labels, id: &String| labels.get(id).unwrap_or(id).clone();
    let numbered = |of: Numbered| match of {
        Numbered::Any => "yang bernomor",
        Numbered::Unreadable => "yang nomornya tidak terbaca",
    };
    let all = [
        ("Langkah", key.step.map(step)),
        ("Disusul langkah", key.next_step.map(step)),
        ("Keterangan", key.name.as_ref().map(|name| label(name, facts))),
        ("Rincian", key.detail.as_ref().map(|name| label(name, facts))),
        ("Dokumen yang kurang", key.document.as_ref().map(|code| known(&facts.dokumen, code))),
        ("Entri buku", key.numbered.map(|of| numbered(of).to_owned())),
        ("Jenis permohonan", key.jenis.as_ref().map(|id| known(&facts.jenis, id))),
        ("Kecamatan", key.kecamatan.clone()),
        ("Pekon/kelurahan", key.pekon.clone()),
        ("Nilai paling banyak", key.at_most.map(|limit| limit_words(limit, value))),
        ("Nilai lebih dari", key.above.map(|limit| limit_words(limit, value))),
    ];
    all.into_iter().filter_map(|(what, value)| Some(json!([what, value?]))).collect()
}

/// Returns a name in words: an outcome, a milestone, a role; a number that is empty is none.
fn label(name: &String, facts: &Facts) -> String {
    let outcomes = || facts.sop.steps.iter().flat_map(|step| &step.outcomes);
    let outcome = outcomes().find(|of| of.hasil == *name || of.milestone.is_some_and(|end| end.name() == name));
    let role = || facts.pelaksana.get(name).cloned();
    let text = outcome.map(|of| of.label.clone()).or_else(role).unwrap_or_else(|| name.clone());
    if text.is_empty() { "tanpa nomor".to_owned() } else { text }
}

/// Returns a limit of a value in words.
fn limit_words(limit: i64, of: Option<CaseValue>) -> String {
    match of {
        Some(CaseValue::WorkingTime | CaseValue::WallTime) => duration(limit),
        Some(CaseValue::WorkingDays) => format!("{} hari kerja", integer(limit.unsigned_abs())),
        Some(CaseValue::Steps | CaseValue::Count) | None => integer(limit.unsigned_abs()),
    }
}

/// Returns the count, the order statistics, and what is known with them, in words.
fn amounts(origin: &FigureOrigin) -> Vec<Value> {
    let details = origin.details.iter().map(|detail| json!([detail.name, detail.words]));
    let mut all = Vec::new();
    if let Some(amount) = origin.amount {
        let sign = if amount < 0 { "−" } else { "" };
        all.push(json!(["Jumlah", format!("{sign}{} {}", integer(amount.unsigned_abs()), origin.counted)]));
    } else if origin.spread.n > 0 || origin.details.is_empty() {
        all.push(json!(["Kasus", format!("{} {}", integer(origin.spread.n), origin.counted)]));
    }
    if let (Some(of), Some(SpreadValues { min, p50, p90, p95, max, .. })) = (origin.value, origin.spread.values) {
        let values =
            [("Terkecil", min), ("Nilai tengah", p50), ("90 % kasus", p90), ("95 % kasus", p95), ("Terbesar", max)];
        all.extend(values.map(|(name, value)| json!([name, words(value, of, origin)])));
    }
    all.extend(details);
    all
}

/// Returns a value as the reports print it, then in every other way in which they do.
fn words(value: i64, of: CaseValue, origin: &FigureOrigin) -> String {
    let day_s = origin.working_day_s;
    let number = integer(value.unsigned_abs());
    let (first, clock) = match of {
        CaseValue::WorkingTime => (Language::Indonesian.working_duration(value, day_s), "detik kerja"),
        CaseValue::WallTime => (duration(value), "detik"),
        CaseValue::WorkingDays => return format!("{number} hari kerja"),
        CaseValue::Steps => return format!("{number} langkah wajib"),
        CaseValue::Count => return number,
    };
    let days = day_s.filter(|_| of == CaseValue::WorkingTime && value >= 0);
    let days = days.map(|day_s| Language::Indonesian.working_days(value, day_s, 1));
    // The table of months tells measures in days, however short; elsewhere none says nothing.
    let days =
        days.filter(|days| origin.key.figure == MEASURES || days != "0,0").map(|days| format!("{days} hari kerja"));
    let exact = Language::Indonesian.duration_with_seconds(value);
    let others = days.into_iter().chain([exact, format!("{number} {clock}")]).filter(|other| *other != first);
    format!("{first} ({})", others.collect::<Vec<_>>().join("; "))
}

/// Returns a share with its part and whole, and that of the rest.
fn shares(part: u64, whole: u64) -> Value {
    let of = |part: u64| json!([integer(part), integer(whole), share(part, whole)]);
    json!([of(part), of(whole.saturating_sub(part))])
}

fn share(part: u64, whole: u64) -> String {
    schemas::figures::share(part, whole).map_or_else(|| "–".to_owned(), percent)
}
