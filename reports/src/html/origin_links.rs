//! The paths of the pages that explain the numbers of the review and of the compliance sheet, each at the place that its number has among
//! the values of the page: a path, or the pieces of a text of which some have one.
//!
//! Rule    what is not linked has no number, or its number is that of a place nearby that is

use crate::compliance::by_regulation;
use crate::indonesian::{duration, integer};
use crate::page_one::{ISSUED_IN_TIME, measure_notes, slowest_steps};
use crate::review::{ledgers, missing, months_held, roles, successions};
use crate::supply::outages;
use schemas::document::{Blanks, ComplianceSheet, Measure, Measured, MonthlyReview, PekonWaiting};
use schemas::{BESIDE, FigureKey, MEASURES, Month, Narrowing, Numbered, Sentence, Within};
use serde_json::{Value, json};

/// The section of the service standard.
const STANDARD: &str = "#standar";
/// The item of the time of which it tells the greatest.
const LONGEST_ISSUANCE: &str = "wall_less_outages";

/// Returns the links of a review of all cases, or of a part of them.
pub(super) fn of_review(review: &MonthlyReview, to: &Narrowing) -> Value {
    let month = review.sheet.month;
    let at = |figure: &str, item: &str| FigureKey::of(figure, item).within(to).path(month);
    let beside = |item: &str| FigureKey::of(BESIDE, item).path(month);
    let of_measures = |month: Month| move |id: &str| FigureKey::of(MEASURES, id).within(to).path(month);
    let measures = review.measures.iter().map(|measure| {
        let before = measure.before().is_some().then(|| of_measures(month.back(1))(&measure.id));
        json!({"kini": of_measures(month)(&measure.id), "lalu": before})
    });
    // The row of all other targets counts rows of the service standard; so did that of the month before.
    let before = format!("/tinjauan/{}#ukuran", month.back(1));
    let measures = measures.chain([json!({"kini": STANDARD, "lalu": before})]);
    let waiting = |waiting: &PekonWaiting| waiting.origin().within(to).path(month);
    json!({
        "kesimpulan": conclusion(review, to),
        "keputusan": review.pending.iter().map(|pending| pieces(month, &pending.sentence)).collect::<Vec<_>>(),
        "suku": flow(review, to),
        "kolektif": [at("batches", "received"), at("batches", "held_up_by")],
        "ukuran": measures.collect::<Vec<_>>(),
        "langkah_terlama": slowest_steps(review).iter().map(|(step, _)| of_step(month, to, "waiting_working", *step)).collect::<Vec<_>>(),
        "pekon": review.uncollected.iter().map(waiting).map(|link| in_row([None, Some(&link), Some(&link)])).collect::<Vec<_>>(),
        "belum_diambil": review.uncollected.iter().map(waiting).map(|link| in_row([None, None, Some(&link), Some(&link)])).collect::<Vec<_>>(),
        "semua_belum_diambil": at("uncollected", "waiting"),
        "blangko": blanks(review),
        "gangguan": outage_rows(review),
        "catatan_ukuran": notes(review),
        "tanpa_target": beside("tanpa_target"),
        "kepatuhan": format!("/kepatuhan/{month}"),
        "tren": review.sheet.figures.trend.iter().map(|point| trend(point.month, to)).collect::<Vec<_>>(),
        "riwayat": review.measures.iter().map(|measure| {
            let link = |(month, value): &(Month, Option<Measured>)| value.map(|_| of_measures(*month)(&measure.id));
            months_held(review, measure).map(link).collect::<Vec<_>>()
        }).collect::<Vec<_>>(),
        "standar": review.sheet.judgements.iter().filter(|j| crate::review::is_listed(j)).map(|j| j.origin.clone().within(to).path(month)).collect::<Vec<_>>(),
        "langkah": review.steps.iter().filter(|(step, _)| review.sheet.figures.figures.time_per_step.contains_key(step)).map(|(step, _)| json!({
            "peristiwa": of_step(month, to, "events", *step),
            "tangani": of_step(month, to, "handling_working", *step),
            "tunggu": of_step(month, to, "waiting_working", *step),
        })).collect::<Vec<_>>(),
        "waktu": review.times.iter().map(|time| time.key.clone().within(to).path(month)).map(|link| {
            in_row([None, Some(&link), Some(&link), Some(&link), Some(&link)])
        }).collect::<Vec<_>>(),
        "tidak_dihitung": review.sheet.figures.left_out.iter().map(|left_out| {
            in_row([None, left(month, to, &left_out.reason).as_ref()])
        }).collect::<Vec<_>>(),
        "kelengkapan": completeness(review, to),
        "tunggakan": backlog(review, to),
        "duplikat": [
            share([&at("duplicates", "record_duplicates"), &at("duplicates", "record_checks"), &of_measures(month)("record_duplicates")]),
            pair(month, to, "batch_same_nik", "batch_berkas"),
            pair(month, to, "repeat_within_90_days", "arrivals"),
            review.probable_duplicates.map(|_| share([&beside("kemungkinan_ganda"); 3])),
        ],
        "kesesuaian": conformance(review, to),
        "kecamatan": review.kecamatan.iter().map(|row| kecamatan(month, to, Some(&row.kecamatan))).collect::<Vec<_>>(),
        "semua_kecamatan": kecamatan(month, to, None),
        "buku": books(review),
        "mutu": review.quality.iter().flatten().map(|found| {
            let finding = format!("/temuan/{month}/{}", found.text.code);
            let count = FigureKey::of(BESIDE, "mutu").named(&found.text.code).path(month);
            in_row([Some(&finding), None, None, Some(&count)])
        }).collect::<Vec<_>>(),
        "tertahan": review.quarantined.map(|_| beside("tertahan")),
    })
}

/// Returns the words and links of the measures of which the conclusion tells; its one number of a month without events is in the flow.
fn conclusion(review: &MonthlyReview, to: &Narrowing) -> Vec<Value> {
    let is_told = |measure: &&Measure| measure.id == ISSUED_IN_TIME || measure.comparison.unusual.is_some();
    let measures = review.measures.iter().filter(is_told).map(|m| (m.in_sentence(), FigureKey::of(MEASURES, &m.id)));
    let longest = review.times.iter().filter(|time| time.key.items == [LONGEST_ISSUANCE]);
    let told = measures.chain(longest.map(|time| (time.words.to_owned(), time.key.clone())));
    let told = told.filter(|_| review.has_events());
    told.map(|(words, key)| json!([words, key.within(to).path(review.sheet.month)])).collect()
}

/// Returns the pieces of a sentence, each with the link of its number.
fn pieces(month: Month, sentence: &Sentence) -> Value {
    sentence.pieces.iter().map(|piece| json!([piece.text, piece.origin.as_ref().map(|key| key.path(month))])).collect()
}

/// Returns the terms of the flow.
fn flow(review: &MonthlyReview, to: &Narrowing) -> Value {
    let month = review.sheet.month;
    let at = |item: &str| FigureKey::of("flow", item).within(to).path(month);
    let ended = |name: &str| FigureKey::of("flow", "ended").named(name).within(to).path(month);
    let before = review.open_before.map(|_| FigureKey::of("flow", "open").within(to).path(month.back(1)));
    json!([
        before,
        at("entered"),
        ended("handed_over"),
        ended("rejected"),
        ended("duplicate"),
        FigureKey::of("backlog", "open").within(to).path(month)
    ])
}

/// Returns the rows of the stock; that of an archive without a stock, and what nobody knows, have no link.
fn blanks(review: &MonthlyReview) -> Vec<Value> {
    let month = review.sheet.month;
    let link = |name: &str| in_row([None, Some(&FigureKey::of(BESIDE, "blangko").named(name).path(month))]);
    let rows = ["awal bulan", "diterima", "dicetak", "gagal cetak", "akhir bulan", "cukup untuk"];
    // What was there before the log, and what is left of it, nobody knows.
    let row = |blanks: &Blanks, name: &str| {
        let is_known = match name {
            "awal bulan" => blanks.left_before.is_some(),
            "akhir bulan" | "cukup untuk" => blanks.left.is_some(),
            _ => true,
        };
        if is_known { link(name) } else { in_row([None, None]) }
    };
    let linked = review.blanks.as_ref().map(|blanks| rows.map(|name| row(blanks, name)).to_vec());
    linked.unwrap_or_else(|| vec![in_row([None, None])])
}

/// Returns the rows of the outages: what their log says, then how many cards were in time without and with them.
fn outage_rows(review: &MonthlyReview) -> Vec<Value> {
    let month = review.sheet.month;
    let log = FigureKey::of(BESIDE, "gangguan").path(month);
    let within = |limit: Within| {
        ["wall_less_outages", "wall"].map(|item| at_most(&FigureKey::of("issuance", item), limit.limit()).path(month))
    };
    let deadlines = [Within::OneHour, Within::TwentyFourHours].map(within);
    let rows = outages(review).into_iter().enumerate().map(|(at, row)| {
        let printed = row[1].as_str().unwrap_or_default();
        match at.checked_sub(3).and_then(|at| deadlines.get(at)) {
            Some(links) => json!([null, numbers_of(printed, links)]),
            None => json!([null, review.outages.map(|_| &log)]),
        }
    });
    rows.collect()
}

/// Returns the notes below the measures: how long a working day is has its origin.
fn notes(review: &MonthlyReview) -> Vec<Value> {
    let link = FigureKey::of(BESIDE, "hari_kerja").path(review.sheet.month);
    let length = review.sheet.working_day_s.map(duration);
    let pieces =
        |note: String| match length.as_ref().and_then(|length| Some((note.split_once(length.as_str())?, length))) {
            Some(((before, after), length)) => json!([[before, null], [length, link], [after, null]]),
            None => json!([[note, null]]),
        };
    measure_notes(review).into_iter().map(pieces).collect()
}

/// Returns the rows of the books: the entries come from a figure, the rest from the numbers of the book.
fn books(review: &MonthlyReview) -> Vec<Value> {
    let month = review.sheet.month;
    let entries = FigureKey { numbered: Some(Numbered::Any), ..FigureKey::of("register_agreement", "numbers") };
    let row = |(step, title, _): (u8, &str, _)| {
        let id = review.books.iter().find(|(_, of)| of == title).map_or("", |(id, _)| id);
        let book = FigureKey::of(BESIDE, "penomoran").named(id).path(month);
        let entries = entries.clone().at_step(step).path(month);
        in_row([None, Some(&entries), Some(&book), Some(&book), Some(&book), Some(&book), Some(&book)])
    };
    ledgers(review).map(row).collect()
}

/// Returns the pieces of a printed text: its numbers in order, each with its link, and what is between them.
fn numbers_of(printed: &str, links: &[String]) -> Value {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let mut links = links.iter();
    let mut pieces: Vec<(String, Option<&String>)> = Vec::new();
    for c in printed.chars() {
        match pieces.last_mut() {
            Some((text, link)) if link.is_some() == is_number(c) => text.push(c),
            _ => pieces.push((c.to_string(), if is_number(c) { links.next() } else { None })),
        }
    }
    json!(pieces)
}

/// Returns the cases of a number whose value is not above a limit.
fn at_most(of: &FigureKey, limit: i64) -> FigureKey {
    FigureKey { at_most: Some(limit), ..of.clone() }
}

/// Returns the links of a compliance sheet.
pub(super) fn of_compliance(sheet: &ComplianceSheet) -> Value {
    let month = sheet.month;
    let key = FigureKey::of;
    let path = |key: FigureKey| key.path(month);
    let beside = |item: &str| FigureKey::of(BESIDE, item).path(month);
    let figures = &sheet.figures.figures;
    let pair = |part: u64, part_of: FigureKey, whole: u64, of: FigureKey| {
        let printed = format!("{} dari {}", integer(part), integer(whole));
        json!([null, numbers_of(&printed, &[part_of.path(month), of.path(month)])])
    };
    let checks = key("completeness", "first_checks");
    let complete = FigureKey { detail: Some("complete".to_owned()), ..checks.clone() };
    let finished = FigureKey { items: vec!["conforming".to_owned(), "deviating".to_owned()], ..key("conformance", "") };
    let (c, d, f) = (&figures.completeness, &figures.duplicates, &figures.conformance);
    let record = |item: &str| key("duplicates", item);
    let deadline = |clock: &str, within: Within, measure: &str| {
        let (printed, open) = (key("issuance", clock), key("issuance", &format!("open_{clock}")));
        let above = |of: FigureKey| FigureKey { above: Some(within.limit()), ..of }.path(month);
        let on_time = at_most(&printed, within.limit()).path(month);
        let all = path(key(MEASURES, measure));
        json!([null, on_time, above(printed), above(open), &all, &all])
    };
    let rows = by_regulation(sheet)
        .into_iter()
        .map(|(_, rows)| rows.into_iter().map(|j| path(j.origin.clone())).collect::<Vec<_>>());
    json!({
        "ringkasan": [
            [null, path(record("arrivals"))],
            [null, path(key("issuance", "wall"))],
            [null, path(key("turnaround", "working"))],
            [null, path(key("backlog", "open"))],
            pair(c.complete, complete, c.first_checks, checks),
            pair(d.record_duplicates, record("record_duplicates"), d.record_checks, record("record_checks")),
            pair(f.conforming, key("conformance", "conforming"), f.finished, finished),
        ],
        "tenggat": [
            deadline("wall_less_outages", Within::OneHour, "issued_within_1_hour"),
            deadline("wall_less_outages", Within::TwentyFourHours, "issued_within_24_hours"),
            deadline("working_days", Within::FourteenWorkingDays, "issued_within_14_working_days"),
        ],
        "hitungan": [null, "#target"],
        "peraturan": rows.collect::<Vec<_>>(),
        "tanpa_target": beside("tanpa_target"),
    })
}

fn of_step(month: Month, to: &Narrowing, item: &str, step: u8) -> String {
    FigureKey::of("time_per_step", item).at_step(step).within(to).path(month)
}

fn pair(month: Month, to: &Narrowing, part: &str, whole: &str) -> Value {
    let at = |item: &str| FigureKey::of("duplicates", item).within(to).path(month);
    share([&at(part), &at(whole), &at(part)])
}

/// Returns the links of a row that names a part, a whole and the share.
fn share([part, whole, share]: [&String; 3]) -> Value {
    in_row([None, Some(part), Some(whole), Some(share)])
}

/// Returns the links of the columns of a row.
fn in_row<const N: usize>(links: [Option<&String>; N]) -> Value {
    links.into_iter().map(|link| link.map_or(Value::Null, |link| link.as_str().into())).collect()
}

/// Returns the six numbers of a month of the trend.
fn trend(month: Month, to: &Narrowing) -> Value {
    let at = |item: &str| FigureKey::of("flow", item).within(to).path(month);
    let ended = |name: &str| FigureKey::of("flow", "ended").named(name).within(to).path(month);
    json!([at("received"), at("printed"), at("handed_over"), ended("rejected"), ended("duplicate"), at("open")])
}

/// Returns the cases that a figure left out, by the figure and the reason.
fn left(month: Month, to: &Narrowing, reason: &str) -> Option<String> {
    let numbers = || FigureKey::of("register_agreement", "numbers");
    let key = match reason.split_once('.')? {
        ("register_agreement", "no_number") => numbers().named(""),
        ("register_agreement", _) => FigureKey { numbered: Some(Numbered::Unreadable), ..numbers() },
        (figure, reason) => FigureKey::of(figure, "left_out").named(reason),
    };
    Some(key.within(to).path(month))
}

fn completeness(review: &MonthlyReview, to: &Narrowing) -> Value {
    let month = review.sheet.month;
    let checks = || FigureKey::of("completeness", "first_checks");
    let returned = || FigureKey::of("completeness", "returned");
    let lacking = |code: &String| FigureKey { document: Some(code.clone()), ..returned() }.within(to).path(month);
    json!({
        "pertama": checks().within(to).path(month),
        "lengkap": FigureKey { detail: Some("complete".to_owned()), ..checks() }.within(to).path(month),
        "bagian": FigureKey::of(MEASURES, "complete_at_first_check").within(to).path(month),
        "kembali": returned().within(to).path(month),
        "tanpa_syarat": review.needless_returns.map(|_| FigureKey::of(BESIDE, "tanpa_syarat").path(month)),
        "kurang": missing(review).into_iter().map(|(code, _)| in_row([None, Some(&lacking(code))])).collect::<Vec<_>>(),
    })
}

/// Returns the classes of age of each step, and their sum.
fn backlog(review: &MonthlyReview, to: &Narrowing) -> Value {
    let month = review.sheet.month;
    let open = || FigureKey::of("backlog", "open");
    let up_to: Vec<i64> = review.backlog_age.up_to.iter().filter_map(|most| i64::try_from(*most).ok()).collect();
    let above = std::iter::once(None).chain(up_to.iter().copied().map(Some));
    let at_most = up_to.iter().copied().map(Some).chain(std::iter::once(None));
    let classes: Vec<_> = above.zip(at_most).collect();
    let row = |step: u8| {
        let class = |(above, at_most): &(Option<i64>, Option<i64>)| {
            FigureKey { above: *above, at_most: *at_most, ..open().at_step(step) }.within(to).path(month)
        };
        let links = classes.iter().map(class).chain([open().at_step(step).within(to).path(month)]).map(Some);
        [None, None].into_iter().chain(links).collect::<Vec<Option<String>>>()
    };
    json!({
        "baris": review.backlog_age.steps.keys().map(|step| row(*step)).collect::<Vec<_>>(),
        "terlama": FigureKey { above: up_to.last().copied(), ..open() }.within(to).path(month),
    })
}

fn conformance(review: &MonthlyReview, to: &Narrowing) -> Value {
    let month = review.sheet.month;
    let at = |item: &str| FigureKey::of("conformance", item);
    let finished = || FigureKey { items: vec!["conforming".to_owned(), "deviating".to_owned()], ..at("") };
    let mandatory = i64::from(review.mandatory_steps);
    let succession = |s: &schemas::figures::Succession| {
        FigureKey { next_step: Some(s.to), ..at("wrong_succession").at_step(s.from).named(&s.outcome) }
            .within(to)
            .path(month)
    };
    let role =
        |r: &schemas::figures::StepByRole| at("wrong_role").at_step(r.step).named(&r.role).within(to).path(month);
    let wrong = successions(review).into_iter().map(|(.., s)| succession(s)).collect::<Vec<_>>().into_iter();
    let wrong = wrong.chain(roles(review).into_iter().map(|(.., r)| role(r)));
    json!({
        "selesai": finished().within(to).path(month),
        "sesuai": at("conforming").within(to).path(month),
        "bagian": FigureKey::of(MEASURES, "conforming").within(to).path(month),
        "langkah_wajib": FigureKey { above: Some(mandatory - 1), ..finished() }.within(to).path(month),
        "penyimpangan": wrong.map(|link| in_row([None, Some(&link)])).collect::<Vec<_>>(),
    })
}

fn kecamatan(month: Month, to: &Narrowing, name: Option<&String>) -> [String; 4] {
    ["received", "printed", "handed_over", "open"]
        .map(|item| FigureKey { kecamatan: name.cloned(), ..FigureKey::of("flow", item) }.within(to).path(month))
}
