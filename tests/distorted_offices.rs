//! Small offices whose records are distorted in every way that a counter application can distort them, thousands by seed, each
//! pulled, computed and compared with the Python reference, all figures, key for key and integer for integer.
//!
//! Events on the boundaries of months, berkas that change their batch, village or kind, steps that are missing, repeated or
//! shuffled, no value where one may be missing, everything in one second, ends before starts, corrections that come in four
//! pulls, outages that overlap, in each of the three zones.
//!
//! `TERTIB_OFFICES=0..2000` asks for other offices than the few of every run, `17..18` for one again.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]
#![expect(clippy::print_stdout, reason = "how many offices were compared is what the long run is for")]

use pipeline::{FigureBook, failing_cases};
use schemas::document::Measured;
use schemas::figures::Spread;
use schemas::{
    BESIDE, Decisions, FactFiles, Facts, FigureKey, MEASURES, Month, Narrowing, OfficeDays, ShareMeasure, Standard,
    Zone,
};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tests::generated::{DAY_S, Made, Row, VILLAGES, asked, made, office, pulled, straight};
use tests::reference::Reference;
use tests::tools::Tool;

/// The offices of every run.
const SHORT: Range<u64> = 0..120;
const PYTHON: Tool = Tool::Python(&[]);

tests::trials! {
    every_figure_is_the_reference_s needs PYTHON;
    a_berkas_that_changes_its_batch needs PYTHON;
    a_print_before_its_check needs PYTHON;
    a_receipt_written_again needs PYTHON;
    the_flow_adds_up;
    a_batch_is_held_up_by_a_kind;
    figure_and_list_agree_in_every_kind;
    the_cases_behind_a_number_are_those_it_counts;
}

/// Compares an office with the reference; how many months there were.
fn compare(what: &str, made: &Made, facts: &Arc<Facts>, reference: &mut Reference) -> u64 {
    let pulled = pulled(made, facts);
    let book = FigureBook::open(&pulled.archive, facts).unwrap().keeping(&pulled.key).unwrap();
    let months = book.months();
    let truth = reference.figures(&pulled.database(), facts.zone, &months);
    let mut open_before = 0;
    for month in &months {
        let figures = book.month(*month).unwrap();
        let movement = figures.figures.movement;
        let open: u64 = figures.figures.backlog.values().sum();
        let ended = movement.handed_over + movement.rejected + movement.duplicate;
        assert_eq!(open_before + movement.entered, ended + open, "{what}: the flow of {month} does not add up");
        assert_eq!(figures.trend.last().map(|now| (now.movement, now.open)), Some((movement, open)), "{what}: {month}");
        open_before = open;
        let ours = serde_json::to_value(figures.figures).unwrap();
        let truth = &truth[month.to_string()];
        for (figure, value) in truth.as_object().unwrap() {
            assert_eq!(&ours[figure], value, "{what}: {figure} of {month}, ours and the reference's");
        }
        assert_eq!(&ours, truth, "{what}: {month}");
    }
    months.len() as u64
}

/// What the generator must have put before the figures, or it proves nothing.
#[derive(Default)]
struct Met {
    changed_batch: AtomicU64,
    printed_before_check: AtomicU64,
    corrected: AtomicU64,
    received_twice: AtomicU64,
}

impl Met {
    fn count(&self, made: &Made) {
        let mut rows: Vec<&Row> = made.rows.iter().collect();
        rows.sort_by_key(|row| (&row.berkas, row.end, row.step, row.id));
        let add = |counter: &AtomicU64, n: usize| {
            counter.fetch_add(n as u64, Ordering::Relaxed);
        };
        for berkas in rows.chunk_by(|a, b| a.berkas == b.berkas) {
            let first = |outcomes: &[&str]| berkas.iter().find(|row| outcomes.contains(&row.outcome.as_str()));
            let gathered = berkas.iter().find(|row| row.step == 7);
            let changes = gathered.is_some_and(|row| row.batch != berkas[0].batch);
            add(&self.changed_batch, usize::from(changes));
            let (check, print) = (first(&["lengkap", "perlu_rekam"]), first(&["tercetak"]));
            let before = check.zip(print).is_some_and(|(check, print)| check.end > print.end);
            add(&self.printed_before_check, usize::from(before));
            let receipts = berkas.iter().filter(|row| row.step == 1).count();
            add(&self.received_twice, usize::from(receipts > 1));
        }
        add(&self.corrected, made.first_seen.iter().filter(|(_, before)| before.is_some()).count());
    }
}

fn every_figure_is_the_reference_s() {
    let zones =
        Zone::ALL.map(|zone| Arc::new(Facts::load(&FactFiles::default(), &OfficeDays::default(), zone).unwrap()));
    let (range, met) = (asked(SHORT), Met::default());
    let (seeds, months, wrong) = (Mutex::new(range.clone()), AtomicU64::new(0), Mutex::new(Vec::new()));
    let work = || {
        let mut reference = Reference::start();
        loop {
            let Some(seed) = seeds.lock().unwrap().next() else { break };
            let facts = &zones[usize::try_from(seed % 3).unwrap()];
            let made = made(seed, 2..25, facts);
            if made.rows.is_empty() {
                continue;
            }
            met.count(&made);
            let compared = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                compare(&format!("TERTIB_OFFICES={seed}..{}", seed + 1), &made, facts, &mut reference)
            }));
            match compared {
                Ok(n) => {
                    months.fetch_add(n, Ordering::Relaxed);
                }
                Err(_) => wrong.lock().unwrap().push(seed),
            }
        }
    };
    std::thread::scope(|scope| {
        (0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
            .for_each(|_| drop(scope.spawn(work)));
    });
    let (months, wrong) = (months.into_inner(), wrong.into_inner().unwrap());
    assert!(wrong.is_empty(), "{} of the offices {range:?} differ from the reference, by seed: {wrong:?}", wrong.len());
    let met = [&met.changed_batch, &met.printed_before_check, &met.corrected, &met.received_twice];
    let met = met.map(|counter| counter.load(Ordering::Relaxed));
    println!(
        "offices {range:?}: {months} months equal; berkas that change their batch, are printed before their check, rows corrected, berkas received twice: {met:?}"
    );
    assert!(range.end - range.start < 100 || met.iter().all(|n| *n > 20), "the generator proves little: {met:?}");
}

/// A batch of two, of which one names another batch from its fifth step on and is gathered in February.
fn a_berkas_that_changes_its_batch() {
    let facts = Arc::new(Facts::embedded().unwrap());
    let mut moved = straight("B", "K1", "2026-01-28");
    moved.iter_mut().filter(|row| row.step >= 5).for_each(|row| row.batch = "K2".to_owned());
    let made = office([straight("A", "K1", "2026-01-05"), moved]);
    compare("a changed batch", &made, &facts, &mut Reference::start());
    let pulled = pulled(&made, &facts);
    let february = FigureBook::open(&pulled.archive, &facts).unwrap().month("2026-02".parse().unwrap()).unwrap();
    let batches = february.figures.batches;
    assert_eq!((batches.completed, batches.waiting_for_last_working.n), (1, 2));
    assert!(batches.waiting_for_last_working.values.unwrap().max > 100_000, "{batches:?}");
}

/// Of two cards one is printed before its check, in the same month and in the month before it: it meets no deadline, is
/// counted among what was left out, and named, in the months of both.
fn a_print_before_its_check() {
    let facts = Arc::new(Facts::embedded().unwrap());
    for (from, months) in [("2026-01-05", &["2026-01"][..]), ("2026-01-26", &["2026-01", "2026-02"])] {
        let mut early = straight("B", "K2", from);
        let (check, print) = (early[1].end, early[4].end);
        early[1].end = print + 3 * DAY_S;
        early[4].end = check;
        let made = office([straight("A", "K1", "2026-01-12"), early]);
        compare("a print before its check", &made, &facts, &mut Reference::start());
        let pulled = pulled(&made, &facts);
        let book = FigureBook::open(&pulled.archive, &facts).unwrap();
        for month in months {
            let month: Month = month.parse().unwrap();
            let figures = book.month(month).unwrap();
            let unmeasured = figures.left_out.iter().find(|l| l.reason == "issuance.no_complete_check");
            assert_eq!(unmeasured.unwrap().n, 1, "{from}, {month}");
            let printed = u64::from(month == "2026-01".parse().unwrap());
            assert_eq!(figures.figures.issuance.printed, printed, "{from}, {month}");
            assert_eq!(figures.deadlines.within_24_hours_less_outages.n(), printed, "{from}, {month}");
            assert_eq!(figures.deadlines.within_24_hours_less_outages.on_time, 0, "{from}, {month}");
            let quality = pipeline::quality(&pulled.archive, &facts, month).unwrap();
            let named = quality.findings.iter().filter(|f| f.code == "Q023").map(|f| f.place.as_str());
            assert_eq!(named.collect::<Vec<_>>(), ["B"], "{from}, {month}");
        }
    }
}

/// A receipt that is written again in another month is one arrival.
fn a_receipt_written_again() {
    let facts = Arc::new(Facts::embedded().unwrap());
    let mut rows = straight("A", "K1", "2026-01-12");
    let mut again = rows[0].clone();
    again.end += 31 * DAY_S;
    again.start = None;
    rows.push(again);
    let made = office([rows]);
    compare("a receipt written again", &made, &facts, &mut Reference::start());
    let pulled = pulled(&made, &facts);
    let book = FigureBook::open(&pulled.archive, &facts).unwrap();
    let arrivals = |month: &str| book.month(month.parse().unwrap()).unwrap().figures.duplicates.arrivals;
    assert_eq!([arrivals("2026-01"), arrivals("2026-02")], [0, 1]);
}

/// A batch of two kinds stands under the kind and village of the berkas that it waited for.
fn a_batch_is_held_up_by_a_kind() {
    let facts = Arc::new(Facts::embedded().unwrap());
    let mut first = straight("A", "K1", "2026-01-05");
    first.iter_mut().for_each(|row| row.kind = "baru");
    let mut last = straight("B", "K1", "2026-01-12");
    last.iter_mut().for_each(|row| (row.kind, row.village) = ("rusak", VILLAGES[3]));
    let pulled = pulled(&office([first, last]), &facts);
    let book = FigureBook::open(&pulled.archive, &facts).unwrap();
    let month = "2026-01".parse().unwrap();
    for (by, cell) in [(schemas::figures::By::Jenis, "rusak"), (schemas::figures::By::Pekon, VILLAGES[3])] {
        let rows = book.cells(month, month, by).unwrap();
        let held: Vec<_> = rows.iter().filter(|row| row.item == "held_up_by").collect();
        assert_eq!(held.len(), 1, "{held:?}");
        assert_eq!((held[0].cell.as_str(), held[0].detail.as_str(), held[0].n), (cell, "B", 1));
    }
}

/// What is open when a month begins, and what comes into hand in it, less what comes to an end, is open at its end: in every month of
/// the trend, and as the first page of the review prints it.
fn the_flow_adds_up() {
    let facts = Arc::new(Facts::embedded().unwrap());
    let ended = |berkas: &str, from: &str, step: u8, outcome: &str| {
        let mut rows: Vec<Row> = straight(berkas, "K2", from).into_iter().filter(|row| row.step <= step).collect();
        rows.last_mut().unwrap().outcome = outcome.to_owned();
        rows
    };
    let open: Vec<Row> = straight("B", "K2", "2026-02-20").into_iter().take(3).collect();
    let (refused, double) = (ended("C", "2026-02-02", 5, "ditolak"), ended("D", "2026-01-28", 6, "duplikat"));
    // Handed over although it was rejected: it ended once.
    let mut despite = straight("E", "K3", "2026-02-02");
    despite.iter_mut().filter(|row| row.step == 5).for_each(|row| row.outcome = "ditolak".to_owned());
    let pulled = pulled(&office([straight("A", "K1", "2026-01-05"), open, refused, double, despite]), &facts);
    let book = FigureBook::open(&pulled.archive, &facts).unwrap();
    let february = "2026-02".parse().unwrap();
    let review = pipeline::review(&pulled.archive, &book, &facts, &Decisions::default(), february).unwrap();
    let movement = review.movement();
    assert_eq!((review.open_before, movement.entered, review.open()), (Some(1), 3, 1));
    assert_eq!([movement.handed_over, movement.rejected, movement.duplicate], [0, 2, 1]);
    let signer = serde_json::json!({"jabatan": "Kepala Dinas"});
    let letterhead = serde_json::json!({"pemerintah": "KABUPATEN TANGGAMUS", "dinas": "DINAS", "tempat": "Kota Agung",
        "mengetahui": signer, "penanggung_jawab": signer});
    let letterhead = serde_json::from_value(letterhead).unwrap();
    let renderer = reports::Renderer::new(std::collections::BTreeMap::new(), None, None).unwrap();
    let page = renderer.data(reports::Document::Review(&review), 1, &letterhead).unwrap();
    let page: serde_json::Value = serde_json::from_slice(&page).unwrap();
    let printed: Vec<&str> =
        page["arus"]["suku"].as_array().unwrap().iter().map(|term| term[2].as_str().unwrap()).collect();
    assert_eq!(printed, ["1", "3", "0", "2", "1", "1"]);
    let notes = page["arus"]["catatan"].to_string();
    assert!(notes.contains("Penyerahan tercatat untuk 1 berkas; 0 di antaranya"), "{notes}");
}

/// Also where kind and village vary inside a berkas, the list of those that miss a target has as many as the figure says, of all
/// and of each kind.
fn figure_and_list_agree_in_every_kind() {
    let facts = Arc::new(Facts::embedded().unwrap());
    let (range, mut listed) = (asked(0..4), 0);
    for seed in range.clone() {
        let mut made = made(seed, 10..25, &facts);
        let mut kinds = facts.jenis.keys().cycle();
        for row in &mut made.rows {
            row.kind = kinds.next().unwrap().clone().leak();
        }
        let pulled = pulled(&made, &facts);
        let book = FigureBook::open(&pulled.archive, &facts).unwrap();
        for month in &book.months() {
            for mut rule in Decisions::default().rules(&facts, *month) {
                let Standard::Share { measure, .. } = rule.target.standard else { continue };
                for kind in std::iter::once(None).chain(facts.jenis.keys().map(Some)) {
                    rule.jenis = kind.cloned();
                    let figures = match kind {
                        Some(kind) => book.month_alone_within(*month, &Narrowing::to_jenis(kind)).unwrap(),
                        None => book.month(*month).unwrap(),
                    };
                    let checks = &figures.figures.completeness;
                    let missed = match measure {
                        ShareMeasure::CompleteAtFirstCheck => checks.first_checks - checks.complete,
                        ShareMeasure::Issued(within) => {
                            let deadline = within.of(&figures.deadlines);
                            deadline.n() - deadline.on_time
                        }
                    };
                    let list = failing_cases(&book, *month, &rule).unwrap();
                    assert_eq!(list.len() as u64, missed, "office {seed}, {month}, {}, {kind:?}", rule.target.id);
                    listed += missed;
                }
            }
        }
    }
    assert!(range.end - range.start < 4 || listed > 60, "{listed} berkas prove little");
}

/// Of every number of every month, also of a step, a kecamatan or a kind alone: the page of its origin has its count and ranks, and
/// the cases behind it are as many, with the same ranks; and the measures of the review are made of the counts that it names.
fn the_cases_behind_a_number_are_those_it_counts() {
    let facts = Arc::new(Facts::embedded().unwrap());
    let (range, mut counted, mut shares) = (asked(40..43), 0, 0);
    for seed in range.clone() {
        let made = made(seed, 6..20, &facts);
        if made.rows.is_empty() {
            continue;
        }
        let pulled = pulled(&made, &facts);
        let book = FigureBook::open(&pulled.archive, &facts).unwrap();
        for month in book.months() {
            let kecamatan =
                book.by_kecamatan(month, &Narrowing::default()).unwrap().into_iter().map(|row| row.kecamatan);
            let kecamatan: Vec<String> = kecamatan.take(1).collect();
            for meaning in facts.figure_meanings.iter().filter(|meaning| meaning.figure != BESIDE) {
                let whole = FigureKey::of(&meaning.figure, &meaning.item);
                let steps = [2, 6].map(|step| whole.clone().at_step(step));
                let kinds = facts.jenis.keys().take(2).map(|id| FigureKey { jenis: Some(id.clone()), ..whole.clone() });
                let areas = kecamatan.iter().map(|name| FigureKey { kecamatan: Some(name.clone()), ..whole.clone() });
                for key in std::iter::once(whole.clone()).chain(steps).chain(kinds).chain(areas) {
                    counted += agrees(&book, month, &key, &format!("office {seed}"));
                }
            }
            let review = pipeline::review(&pulled.archive, &book, &facts, &Decisions::default(), month).unwrap();
            for measure in &review.measures {
                let origin = book.origin(month, &FigureKey::of(MEASURES, &measure.id)).unwrap().unwrap();
                let n = origin.spread.n;
                let said = match measure.now() {
                    Some(Measured::Share { part, of }) => (Some(part), of),
                    Some(Measured::WorkingTime { seconds, of }) => {
                        let values = origin.spread.values.unwrap();
                        assert!([values.p50, values.p90].contains(&seconds), "{}", measure.id);
                        (None, of)
                    }
                    Some(Measured::Count(n)) => (None, n),
                    None => continue,
                };
                assert_eq!((origin.part, n), said, "office {seed}, {month}, {}", measure.id);
                shares += u64::from(origin.part.is_some_and(|part| part > 0 && part < n));
            }
        }
    }
    assert!(
        range.end - range.start < 3 || counted > 1_000 && shares > 8,
        "{counted} cases and {shares} shares prove little"
    );
}

/// Compares a number with the cases behind it; how many there were.
fn agrees(book: &FigureBook, month: Month, key: &FigureKey, office: &str) -> u64 {
    let what = format!("{office}, {}", key.path(month));
    let origin = book.origin(month, key).unwrap().ok_or(&what).unwrap();
    let cases = book.cases(month, key).unwrap().unwrap().cases;
    assert_eq!(cases.len() as u64, origin.spread.n, "{what}");
    let is_part = cases.iter().filter(|case| case.is_part == Some(true)).count() as u64;
    assert_eq!(origin.part.unwrap_or(0), is_part, "{what}");
    if origin.value.is_some() && origin.terms.is_empty() {
        let ranks: Spread = cases.iter().filter_map(|case| case.value).collect();
        assert_eq!(ranks, origin.spread, "{what}");
    }
    assert!(
        cases.iter().all(|case| !(case.berkas.is_empty() && case.kolektif.is_empty())),
        "{what}: a case without an id"
    );
    cases.len() as u64
}
