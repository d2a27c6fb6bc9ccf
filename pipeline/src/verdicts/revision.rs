//! What has changed in the reports of a month since its books were closed.
//!
//! Reads   the archive as it was when the books were closed, after each later commit that may have changed the reports, and as it is;
//!         the decisions about targets that were entered since
//! Gives   the number of the revision, the counts that are not what they were, and the parts of the reports in which something is not
//! Rule    each commit and each decision after which the reports are not what they were before it is a revision, whatever the cause:
//!         no two reports that differ have one number, and one archive with its decisions gives one number. Books do not change, since
//!         late rows stand in later ones. A copy that does not tell whether a part changed names it, and has a number only where each
//!         commit changed what it tells

use super::review::{Made, made};
use super::touching::touching;
use super::{Subject, judgements};
use crate::figures::FigureError;
use chrono::NaiveDate;
use schemas::document::{ComplianceSheet, Measure, Measured, MonthlyReview, Revised, RevisedPart, Revision};
use schemas::figures::{Figures, MonthFigures, RegisterNumbers};
use schemas::{Decisions, Facts, Month, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// A count by which two reviews of a month are compared: its id, its words, and where it is; `None` where it is not known.
type Count = (&'static str, &'static str, fn(&MonthlyReview) -> Option<u64>);

/// The counts that every month has, in the order of the reports.
const COUNTS: [Count; 29] = [
    ("received", "berkas diterima", |r| Some(r.sheet.figures.trend.last().map_or(0, |point| point.received))),
    ("entered", "berkas masuk", |r| Some(r.movement().entered)),
    ("handed_over", "berkas diserahkan", |r| Some(r.movement().handed_over)),
    ("rejected", "berkas ditolak", |r| Some(r.movement().rejected)),
    ("duplicate", "berkas berakhir karena rekaman ganda", |r| Some(r.movement().duplicate)),
    ("open", "berkas terbuka pada akhir bulan", |r| Some(r.open())),
    ("printed", "KTP-el tercetak", |r| Some(r.sheet.figures.trend.last().map_or(0, |point| point.printed))),
    ("uncollected", "KTP-el belum diambil", |r| Some(r.uncollected.iter().map(|of| of.n).sum())),
    ("batches_received", "permohonan kolektif masuk", |r| Some(figures(r).batches.received)),
    ("batches_completed", "permohonan kolektif selesai", |r| Some(figures(r).batches.completed)),
    ("targets_judged", "target yang dapat dinilai", |r| {
        Some(decided(r, |verdict| matches!(verdict, Verdict::Met | Verdict::Missed)))
    }),
    ("targets_met", "target yang terpenuhi", |r| Some(decided(r, |verdict| verdict == Verdict::Met))),
    ("within_1_hour", "KTP-el terbit dalam 1 jam kalender", |r| {
        Some(r.sheet.figures.deadlines.within_1_hour_less_outages.on_time)
    }),
    ("within_24_hours", "KTP-el terbit dalam 24 jam kalender", |r| {
        Some(r.sheet.figures.deadlines.within_24_hours_less_outages.on_time)
    }),
    ("within_14_working_days", "KTP-el terbit dalam 14 hari kerja", |r| {
        Some(r.sheet.figures.deadlines.within_14_working_days.on_time)
    }),
    ("first_checks", "pemeriksaan pertama", |r| Some(figures(r).completeness.first_checks)),
    ("complete", "berkas lengkap pada pemeriksaan pertama", |r| Some(figures(r).completeness.complete)),
    ("returned", "pengembalian berkas", |r| Some(figures(r).completeness.returned)),
    ("needless_returns", "pengembalian karena dokumen yang tidak disyaratkan", |r| r.needless_returns),
    ("record_checks", "pemeriksaan rekaman", |r| Some(figures(r).duplicates.record_checks)),
    ("record_duplicates", "temuan rekaman ganda", |r| Some(figures(r).duplicates.record_duplicates)),
    ("arrivals", "kedatangan berkas dengan NIK", |r| Some(figures(r).duplicates.arrivals)),
    ("same_nik", "NIK yang sama dalam satu permohonan kolektif", |r| Some(figures(r).duplicates.batch_same_nik)),
    ("repeated", "NIK yang diajukan kembali dalam 90 hari", |r| Some(figures(r).duplicates.repeat_within_90_days)),
    ("probable_duplicates", "kemungkinan orang yang sama dengan NIK lain", |r| Some(r.probable_duplicates?.0)),
    ("finished", "berkas yang diperiksa kesesuaiannya dengan SOP", |r| Some(figures(r).conformance.finished)),
    ("conforming", "berkas yang sesuai SOP", |r| Some(figures(r).conformance.conforming)),
    ("all_mandatory_steps", "berkas dengan semua langkah wajib", |r| Some(figures(r).conformance.all_mandatory_steps)),
    ("quarantined", "baris data sumber yang tertahan", |r| r.quarantined),
];

fn figures(review: &MonthlyReview) -> &Figures {
    &review.sheet.figures.figures
}

/// Counts the verdicts of rules that decide.
fn decided(review: &MonthlyReview, is_counted: fn(Verdict) -> bool) -> u64 {
    review.sheet.judgements.iter().filter(|j| j.decides && is_counted(j.verdict())).count() as u64
}

/// What may have changed the reports of a month since its books were closed.
#[derive(Clone, Copy)]
enum Cause {
    /// A commit created this version of the archive.
    Commit(u64),
    /// The office decided about a target.
    Decision,
}

/// Returns what changed; `None` while the books are open, and if nothing did. `now` makes the review of the archive as it is.
pub(super) fn revision(
    subject: Subject<'_>,
    now: impl FnOnce() -> Result<Made, FigureError>,
) -> Result<Option<Revision>, FigureError> {
    let Subject { archive, facts, decisions, month, .. } = subject;
    let Some(seal) = archive.seal(month) else { return Ok(None) };
    let touching = touching(archive, facts, month, seal.version)?;
    let commits = touching.iter().map(|touching| (touching.at_ms, Cause::Commit(touching.version)));
    let mut causes: Vec<(i64, Cause)> = commits.chain(decided_after(seal.at_ms, decisions, month)).collect();
    causes.sort_by_key(|(at_ms, _)| *at_ms);
    if causes.is_empty() {
        return Ok(None);
    }
    let from = touching.iter().map(|touching| touching.from).min().unwrap_or_else(|| month.next());
    let now = now()?;
    let at = |version: u64, at_ms: i64| -> Result<MonthlyReview, FigureError> {
        let archive = archive.at(version).ok_or_else(|| archive.empty())?;
        let book = subject.book.of_version(&archive)?;
        let decisions = &decisions.entered_until(at_ms);
        Ok(made(Subject { archive: &archive, book: &book, decisions, ..subject }, Some((&now, from)))?.review)
    };
    let zone = archive.zone().unwrap_or_default();
    let closed = at(seal.version, seal.at_ms)?;
    let (mut number, mut last): (u64, Option<(NaiveDate, Vec<RevisedPart>)>) = (0, None);
    // Whether it is known of each commit that it changed something, or nothing.
    let mut is_certain = true;
    let (mut before, mut version) = (closed.clone(), seal.version);
    let mut ahead = causes.iter().peekable();
    while let Some((at_ms, cause)) = ahead.next() {
        let is_last = ahead.peek().is_none();
        let after = match cause {
            // What came after the last of them changed nothing.
            _ if is_last => now.review.clone(),
            Cause::Commit(of) => {
                version = *of;
                at(version, *at_ms)?
            }
            Cause::Decision => {
                let archive = archive.at(version).ok_or_else(|| archive.empty())?;
                let book = subject.book.of_version(&archive)?;
                judged_anew(&before, Subject { book: &book, decisions: &decisions.entered_until(*at_ms), ..subject })?
            }
        };
        let parts = parts(&before, &after);
        if parts.is_empty() {
            is_certain &= matches!(cause, Cause::Decision) || unknown(&before, &after).is_empty();
        } else {
            number += 1;
            last = zone.date(at_ms.div_euclid(1_000)).map(|on| (on, parts));
        }
        before = after;
    }
    if last.is_none() && is_certain {
        return Ok(None);
    }
    let (on, of_last) = last.filter(|_| is_certain).unzip();
    let (changed, parts) = (counts(&closed, &now.review, facts), parts(&closed, &now.review));
    let mut unknown = unknown(&closed, &now.review);
    unknown.retain(|part| !parts.contains(part));
    let since_last = of_last.filter(|_| number > 1).unwrap_or_default();
    Ok(Some(Revision { number: is_certain.then_some(number), on, changed, parts, since_last, unknown }))
}

/// Returns when, after an instant, decisions were entered that may bind a month or the one before it, with which it is compared.
fn decided_after(at_ms: i64, decisions: &Decisions, month: Month) -> impl Iterator<Item = (i64, Cause)> {
    let later = decisions.iter().filter(|decision| decision.valid_from <= month.last_day());
    let later = later.map(|decision| decision.entered.timestamp_millis()).filter(|entered_ms| *entered_ms > at_ms);
    later.collect::<BTreeSet<_>>().into_iter().map(|entered_ms| (entered_ms, Cause::Decision))
}

/// Returns a review of the same data by other decisions.
fn judged_anew(review: &MonthlyReview, subject: Subject<'_>) -> Result<MonthlyReview, FigureError> {
    let Subject { book, facts, decisions, month, .. } = subject;
    let of = |month: Month, figures: &MonthFigures| judgements(book, facts, decisions, month, figures);
    let mut anew = review.clone();
    anew.sheet.judgements = of(month, &review.sheet.figures)?;
    if let Some(previous) = &review.previous {
        anew.previous_judgements = of(month.back(1), previous)?;
    }
    Ok(anew)
}

/// Returns the counts that differ, of those that both reviews know.
fn counts(then: &MonthlyReview, now: &MonthlyReview, facts: &Facts) -> Vec<Revised> {
    let revised = |id: String, words: String, [before, now]: [Option<u64>; 2]| {
        let (before, now) = (before?, now?);
        (before != now).then_some(Revised { words, id, before, now })
    };
    let both = [then, now];
    let fixed =
        COUNTS.iter().map(|(id, words, value)| revised((*id).to_owned(), (*words).to_owned(), both.map(*value)));
    let of_figures = both.map(figures);
    let steps: BTreeSet<u8> = of_figures.iter().flat_map(|of| of.time_per_step.keys().copied()).collect();
    let steps = steps.into_iter().map(|step| {
        let events = |of: &Figures| Some(of.time_per_step.get(&step).map_or(0, |times| times.events));
        revised(format!("events_{step}"), format!("peristiwa langkah {step}:"), of_figures.map(events))
    });
    let books = facts.ledgers.iter().flat_map(|ledger| {
        type Value = fn(&RegisterNumbers) -> Option<u64>;
        let values: [(&str, &str, Value); 4] = [
            ("entries", "nomor dalam", |of| Some(of.entries)),
            ("missing", "nomor terlewat dalam", RegisterNumbers::missing),
            ("held_back", "entri tertahan dalam", |of| Some(of.held_back.as_ref()?.entries)),
            ("used_twice", "nomor ganda dalam", |of| Some(of.numbers_used_twice.len() as u64)),
        ];
        values.map(|(what, words, value)| {
            let of_book = |of: &Figures| of.ledgers.get(&ledger.id).map_or(Some(0), value);
            revised(format!("{what}_{}", ledger.id), format!("{words} {}", ledger.title), of_figures.map(of_book))
        })
    });
    let codes: BTreeSet<&str> =
        both.iter().flat_map(|of| of.quality.iter().flatten()).map(|found| found.text.code.as_str()).collect();
    let findings = codes.into_iter().map(|code| {
        let n = |of: &MonthlyReview| of.quality.as_ref().map(|_| of.found(code).map_or(0, |found| found.n));
        revised(format!("finding_{code}"), format!("temuan {code}:"), both.map(n))
    });
    fixed.chain(steps).chain(books).chain(findings).flatten().collect()
}

/// The parts of the reports, in their order: id and words.
const PARTS: [(&str, &str); 21] = [
    ("movement", "arus berkas"),
    ("comparison", "bulan pembanding"),
    ("deadlines", "ketepatan waktu penerbitan"),
    ("targets", "putusan atas target"),
    ("trend", "perkembangan tiga belas bulan"),
    ("time_per_step", "waktu per langkah"),
    ("issuance", "lama penerbitan"),
    ("turnaround", "lama penyelesaian"),
    ("batches", "permohonan kolektif"),
    ("left_out", "data yang dikecualikan"),
    ("completeness", "kelengkapan"),
    ("backlog", "tunggakan"),
    ("uncollected", "KTP-el yang belum diambil"),
    ("blanks", "blangko"),
    ("outages", "gangguan"),
    ("duplicates", "data ganda"),
    ("conformance", "kesesuaian dengan SOP"),
    ("kecamatan", "angka menurut kecamatan"),
    ("ledgers", "penomoran buku"),
    ("quality", "mutu data"),
    ("quarantine", "data yang tertahan"),
];

/// Returns the parts of the reports in which something differs. Whatever a review prints belongs to one of them, so that of two that
/// differ at least one does; the rest of a review says the same in other words, or what no commit changes.
fn parts(then: &MonthlyReview, now: &MonthlyReview) -> Vec<RevisedPart> {
    let of_figures = figures_that_differ(&then.sheet.figures, &now.sheet.figures);
    let others = others_that_differ(then, now);
    named(of_figures.into_iter().chain(others))
}

/// Returns the parts of which one of two reviews does not tell everything, so that they may differ unknown to anybody.
fn unknown(then: &MonthlyReview, now: &MonthlyReview) -> Vec<RevisedPart> {
    let in_one = |lacks: fn(&MonthlyReview) -> bool| lacks(then) || lacks(now);
    named([
        ("completeness", in_one(|of| of.needless_returns.is_none())),
        ("duplicates", in_one(|of| of.probable_duplicates.is_none())),
        ("ledgers", in_one(|of| figures(of).ledgers.values().any(|book| book.held_back.is_none()))),
        ("quality", in_one(|of| of.quality.is_none())),
        ("quarantine", in_one(|of| of.quarantined.is_none())),
    ])
}

/// Returns the parts that are marked, in the order of the reports.
fn named(marked: impl IntoIterator<Item = (&'static str, bool)>) -> Vec<RevisedPart> {
    let ids: BTreeSet<&str> = marked.into_iter().filter_map(|(id, is_marked)| is_marked.then_some(id)).collect();
    let parts = PARTS.iter().filter(|(id, _)| ids.contains(id));
    parts.map(|(id, words)| RevisedPart { words, id }).collect()
}

/// Whether two values differ, as far as both are known.
fn differ<T: PartialEq>(then: Option<&T>, now: Option<&T>) -> bool {
    then.zip(now).is_some_and(|(then, now)| then != now)
}

/// Whether the numbers of the books differ. Where it is not known which entries are held back, it is not known which numbers are missing.
fn numbers_differ(then: &BTreeMap<String, RegisterNumbers>, now: &BTreeMap<String, RegisterNumbers>) -> bool {
    let is_known = then.values().chain(now.values()).all(|book| book.held_back.is_some());
    let known = |(id, book): (&String, &RegisterNumbers)| {
        let in_books = RegisterNumbers { numbers_missing: Vec::new(), held_back: None, ..book.clone() };
        (id.clone(), if is_known { book.clone() } else { in_books })
    };
    then.iter().map(known).ne(now.iter().map(known))
}

/// Returns of the parts that have figures whether these differ.
fn figures_that_differ(then: &MonthFigures, now: &MonthFigures) -> [(&'static str, bool); 14] {
    let MonthFigures { figures, deadlines, trend, left_out } = then;
    let Figures {
        month: _,
        time_per_step,
        completeness,
        issuance,
        turnaround,
        batches,
        duplicates,
        conformance,
        movement,
        backlog,
        uncollected,
        ledgers,
    } = figures;
    let after = &now.figures;
    [
        ("movement", *movement != after.movement),
        ("deadlines", *deadlines != now.deadlines),
        ("trend", *trend != now.trend),
        ("time_per_step", *time_per_step != after.time_per_step),
        ("issuance", *issuance != after.issuance),
        ("turnaround", *turnaround != after.turnaround),
        ("batches", *batches != after.batches),
        ("left_out", *left_out != now.left_out),
        ("completeness", *completeness != after.completeness),
        ("backlog", *backlog != after.backlog),
        ("uncollected", *uncollected != after.uncollected),
        ("duplicates", *duplicates != after.duplicates),
        ("conformance", *conformance != after.conformance),
        ("ledgers", numbers_differ(ledgers, &after.ledgers)),
    ]
}

/// Returns of the parts that have something else than figures of the month whether it differs.
fn others_that_differ(then: &MonthlyReview, now: &MonthlyReview) -> [(&'static str, bool); 12] {
    let MonthlyReview {
        sheet: ComplianceSheet { judgements, .. },
        previous,
        previous_judgements,
        measures,
        open_before,
        uncollected,
        blanks,
        outages,
        needless_returns,
        backlog_age,
        kecamatan,
        quarantined,
        probable_duplicates,
        quality,
        pending: _,
        times: _,
        steps: _,
        documents: _,
        books: _,
        book_steps: _,
        working_days_s: _,
        mandatory_steps: _,
        roles: _,
        outcomes: _,
        remarks: _,
    } = then;
    let is_compared_anew = (previous.is_some(), previous_judgements)
        != (now.previous.is_some(), &now.previous_judgements)
        || before(measures) != before(&now.measures);
    [
        ("movement", *open_before != now.open_before),
        ("comparison", is_compared_anew),
        ("targets", *judgements != now.sheet.judgements),
        ("completeness", differ(needless_returns.as_ref(), now.needless_returns.as_ref())),
        ("backlog", *backlog_age != now.backlog_age),
        ("uncollected", *uncollected != now.uncollected),
        ("blanks", *blanks != now.blanks),
        ("outages", *outages != now.outages),
        ("duplicates", differ(probable_duplicates.as_ref(), now.probable_duplicates.as_ref())),
        ("kecamatan", *kecamatan != now.kecamatan),
        ("quality", differ(quality.as_ref(), now.quality.as_ref())),
        ("quarantine", differ(quarantined.as_ref(), now.quarantined.as_ref())),
    ]
}

/// Returns the values of the months before, with which the measures are compared.
fn before(measures: &[Measure]) -> Vec<&[(Month, Option<Measured>)]> {
    measures.iter().map(|measure| measure.months.split_last().map_or(&[][..], |(_, before)| before)).collect()
}
