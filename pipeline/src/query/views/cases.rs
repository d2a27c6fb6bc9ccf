//! `berkas`: one row per case. `batches`: one per batch that was brought.
//!
//! Reads   the current form of every event, and the outage log
//! Gives   the first time of each milestone; durations on the clock of the wall, on it less outages, and in working time; a
//!         verdict per target in force
//! Rule    batch, pekon and kind are those of the first event in order of (selesai, langkah, event); a duration that would be
//!         negative is none, as in the figures; all times are whole seconds

use super::super::QueryError;
use super::super::datum::{Datum, Kind};
use super::super::node::Node;
use super::super::scan::{Origin, Scan};
use super::super::vector::Vector;
use super::verdict::{Judge, targets};
use super::{Subject, instant, integer, month, text};
use crate::figures::OutageClock;
use schemas::{Milestone, Month, WorkingClock};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::rc::Rc;

/// The milestones with the names of their columns, in the order of the SOP.
const MILESTONES: [(Milestone, &str); 10] = [
    (Milestone::Received, "diterima"),
    (Milestone::Complete, "lengkap"),
    (Milestone::Returned, "dikembalikan"),
    (Milestone::Recorded, "direkam"),
    (Milestone::Rejected, "ditolak"),
    (Milestone::Duplicate, "duplikat"),
    (Milestone::PrintFailed, "gagal_cetak"),
    (Milestone::Printed, "tercetak"),
    (Milestone::Gathered, "dihimpun"),
    (Milestone::HandedOver, "diserahkan"),
];

/// The columns of the parts, in the order in which they are read.
pub(super) const READ: [&str; 11] = [
    "berkas_id",
    "kolektif_id",
    "langkah",
    "hasil",
    "selesai",
    "event_id",
    "jenis",
    "kewarganegaraan",
    "pekon",
    "diterima",
    "mulai",
];

/// The columns of `batches`.
pub(super) const BATCH_COLUMNS: [(&str, Kind); 12] = [
    ("kolektif_id", Kind::Text),
    ("pekon", Kind::Text),
    ("dibawa", Kind::Instant),
    ("berkas", Kind::Integer),
    ("tercetak", Kind::Integer),
    ("diserahkan", Kind::Integer),
    ("ditolak", Kind::Integer),
    ("duplikat", Kind::Integer),
    ("terbuka", Kind::Integer),
    ("dihimpun_pertama", Kind::Instant),
    ("dihimpun_terakhir", Kind::Instant),
    ("diserahkan_terakhir", Kind::Instant),
];

/// A case.
pub(super) struct Case {
    id: Datum,
    first: (i64, i64, Datum),
    last: (i64, i64, Datum),
    last_outcome: Datum,
    batch: Datum,
    pub(super) jenis: Datum,
    citizenship: Datum,
    pekon: Datum,
    brought_s: Option<i64>,
    events: i64,
    returns: i64,
    milestones: [Option<i64>; MILESTONES.len()],
    check: Option<((i64, i64, Datum), bool)>,
    /// Of each event with a start: step, end, and working seconds.
    pub(super) handled: Vec<(u8, i64, i64)>,
    outages: Rc<OutageClock>,
}

impl Case {
    /// When it first came to a milestone.
    pub(super) fn at(&self, milestone: Milestone) -> Option<i64> {
        let place = MILESTONES.iter().position(|(one, _)| *one == milestone)?;
        self.milestones[place]
    }

    /// When its papers were first checked, and whether they were complete.
    pub(super) fn first_check(&self) -> Option<(i64, bool)> {
        self.check.as_ref().map(|((at, ..), complete)| (*at, *complete))
    }

    pub(super) fn outage_s(&self, at: i64) -> i64 {
        self.outages.outage_s(at)
    }

    fn state(&self) -> &'static str {
        let ended = [
            (Milestone::HandedOver, "diserahkan"),
            (Milestone::Rejected, "ditolak"),
            (Milestone::Duplicate, "duplikat"),
        ];
        ended.into_iter().find(|(milestone, _)| self.at(*milestone).is_some()).map_or("terbuka", |(_, word)| word)
    }
}

/// The durations of a case, from one milestone to another.
const DURATIONS: [(&str, Milestone, Milestone); 2] =
    [("terbit", Milestone::Complete, Milestone::Printed), ("layanan", Milestone::Received, Milestone::HandedOver)];

/// The columns of `berkas`.
pub(super) fn columns(subject: &Subject) -> Vec<(String, Kind)> {
    let mut columns: Vec<(String, Kind)> = [
        ("berkas_id", Kind::Text),
        ("kolektif_id", Kind::Text),
        ("jenis", Kind::Text),
        ("kewarganegaraan", Kind::Text),
        ("pekon", Kind::Text),
        ("bulan", Kind::Text),
        ("bulan_tercetak", Kind::Text),
        ("bulan_diserahkan", Kind::Text),
        ("keadaan", Kind::Text),
        ("langkah_akhir", Kind::Integer),
        ("hasil_akhir", Kind::Text),
        ("peristiwa", Kind::Integer),
        ("pengembalian", Kind::Integer),
        ("dibawa", Kind::Instant),
        ("awal", Kind::Instant),
        ("akhir", Kind::Instant),
    ]
    .map(|(name, kind)| (name.to_owned(), kind))
    .to_vec();
    columns.extend(MILESTONES.map(|(_, name)| (name.to_owned(), Kind::Instant)));
    for (name, ..) in DURATIONS {
        for clock in ["s", "tanpa_gangguan_s", "kerja_s", "hari_kerja"] {
            columns.push((format!("{name}_{clock}"), Kind::Integer));
        }
    }
    columns.extend(targets(subject).into_iter().map(|id| (format!("target_{id}"), Kind::Text)));
    columns
}

/// Returns one row per case, in the order of their first rows.
pub(super) fn rows(
    subject: &Subject,
    clock: &Rc<WorkingClock>,
    read: &Rc<RefCell<BTreeSet<Month>>>,
    is_mentioned: &dyn Fn(&str) -> bool,
) -> Result<Vec<Vec<Datum>>, QueryError> {
    let judged: Vec<String> = targets(subject);
    let judged: Vec<Option<&str>> =
        judged.iter().map(|id| Some(id.as_str()).filter(|id| is_mentioned(&format!("target_{id}")))).collect();
    let cases = cases(subject, clock, read, judged.iter().any(Option::is_some))?;
    let judge = Judge::new(subject, clock);
    let row = |case: &Case| {
        let mut row = vec![
            case.id.clone(),
            case.batch.clone(),
            case.jenis.clone(),
            case.citizenship.clone(),
            case.pekon.clone(),
            month(subject.facts.zone.month(case.first.0)),
            month(case.at(Milestone::Printed).and_then(|at| subject.facts.zone.month(at))),
            month(case.at(Milestone::HandedOver).and_then(|at| subject.facts.zone.month(at))),
            text(Some(case.state())),
            Datum::Integer(case.last.1),
            case.last_outcome.clone(),
            Datum::Integer(case.events),
            Datum::Integer(case.returns),
            instant(case.brought_s),
            instant(Some(case.first.0)),
            instant(Some(case.last.0)),
        ];
        row.extend(case.milestones.iter().map(|at| instant(*at)));
        for (_, from, to) in DURATIONS {
            let span = case.at(from).zip(case.at(to)).filter(|(from, to)| from <= to);
            let of = |of: &dyn Fn(i64) -> Option<i64>| integer(span.and_then(|(from, to)| Some(of(to)? - of(from)?)));
            row.push(of(&Some));
            row.push(of(&|at| Some(at - case.outage_s(at))));
            row.push(of(&|at| clock.working_s(at).ok()));
            row.push(of(&|at| clock.working_days(at).ok()));
        }
        for target in &judged {
            let verdict = target.and_then(|target| judge.verdict(case, target));
            row.push(text(verdict.map(|met| if met { "memenuhi" } else { "tidak memenuhi" })));
        }
        row
    };
    Ok(cases.iter().map(row).collect())
}

/// Returns one row per batch, in order of its number.
pub(super) fn batches(
    subject: &Subject,
    clock: &Rc<WorkingClock>,
    read: &Rc<RefCell<BTreeSet<Month>>>,
) -> Result<Vec<Vec<Datum>>, QueryError> {
    let cases = cases(subject, clock, read, false)?;
    let mut batches: BTreeMap<&Datum, Vec<&Case>> = BTreeMap::new();
    cases.iter().for_each(|case| batches.entry(&case.batch).or_default().push(case));
    let row = |(batch, cases): (&Datum, Vec<&Case>)| {
        let first = cases.iter().min_by(|a, b| a.first.cmp(&b.first));
        let number = |test: &dyn Fn(&Case) -> bool| {
            Datum::Integer(i64::try_from(cases.iter().filter(|case| test(case)).count()).unwrap_or(i64::MAX))
        };
        let times = |milestone: Milestone| cases.iter().filter_map(move |case| case.at(milestone));
        vec![
            batch.clone(),
            first.map_or(Datum::Null, |case| case.pekon.clone()),
            instant(cases.iter().filter_map(|case| case.brought_s).min()),
            number(&|_| true),
            number(&|case| case.at(Milestone::Printed).is_some()),
            number(&|case| case.state() == "diserahkan"),
            number(&|case| case.state() == "ditolak"),
            number(&|case| case.state() == "duplikat"),
            number(&|case| case.state() == "terbuka"),
            instant(times(Milestone::Gathered).min()),
            instant(times(Milestone::Gathered).max()),
            instant(times(Milestone::HandedOver).max()),
        ]
    };
    Ok(batches.into_iter().map(row).collect())
}

/// An event of a case, as far as it matters to the case.
struct Seen<'f> {
    columns: &'f [Rc<Vector>],
    at: usize,
    /// (selesai, langkah, event), in the order in which events of a case follow each other.
    key: (i64, i64, Datum),
    outcome: Datum,
    milestone: Option<usize>,
    /// Step, end, and working seconds from its start.
    handled: Option<(u8, i64, i64)>,
}

impl Case {
    fn new(id: Datum, outages: &Rc<OutageClock>) -> Self {
        Self {
            id,
            first: (i64::MAX, 0, Datum::Null),
            last: (i64::MIN, 0, Datum::Null),
            last_outcome: Datum::Null,
            batch: Datum::Null,
            jenis: Datum::Null,
            citizenship: Datum::Null,
            pekon: Datum::Null,
            brought_s: None,
            events: 0,
            returns: 0,
            milestones: [None; MILESTONES.len()],
            check: None,
            handled: Vec::new(),
            outages: Rc::clone(outages),
        }
    }

    fn add(&mut self, seen: Seen<'_>) {
        let (Seen { columns, at, key, .. }, end) = (&seen, seen.key.0);
        self.events += 1;
        if *key < self.first {
            self.first = key.clone();
            let of = |place: usize| columns[place].at(*at);
            (self.batch, self.jenis, self.citizenship, self.pekon) = (of(1), of(6), of(7), of(8));
            self.brought_s = second(&columns[9], *at);
        }
        if let Some(place) = seen.milestone {
            self.milestones[place] = Some(self.milestones[place].map_or(end, |known| known.min(end)));
            let of = MILESTONES[place].0;
            self.returns += i64::from(of == Milestone::Returned);
            let is_check = matches!(of, Milestone::Complete | Milestone::Returned);
            if is_check && self.check.as_ref().is_none_or(|(first, _)| key < first) {
                self.check = Some((key.clone(), of == Milestone::Complete));
            }
        }
        self.handled.extend(seen.handled);
        if *key > self.last {
            (self.last, self.last_outcome) = (seen.key, seen.outcome);
        }
    }
}

/// The second of an instant.
fn second(column: &Vector, at: usize) -> Option<i64> {
    match column.at(at) {
        Datum::Instant(us) => Some(us.div_euclid(1_000_000)),
        _ => None,
    }
}

/// Reads all cases.
fn cases(
    subject: &Subject,
    clock: &Rc<WorkingClock>,
    read: &Rc<RefCell<BTreeSet<Month>>>,
    handled: bool,
) -> Result<Vec<Case>, QueryError> {
    let outages = Rc::new(OutageClock::of(&subject.archive)?);
    let scan = Scan::new(&subject.archive, clock, READ.map(Origin::Part).to_vec(), (true, false), read);
    let used: Vec<usize> = (0..READ.len() - usize::from(!handled)).collect();
    let (mut cases, mut places): (Vec<Case>, HashMap<Datum, usize>) = (Vec::new(), HashMap::new());
    let mut known: BTreeMap<(i64, Datum), Option<usize>> = BTreeMap::new();
    scan.each(&used, None, &mut |frame| {
        let columns = used.iter().map(|place| frame.value(&Node::Column(*place))).collect::<Result<Vec<_>, _>>()?;
        for at in 0..frame.rows {
            let (step, outcome, end) = (columns[2].at(at).integer(), columns[3].at(at), second(&columns[4], at));
            let end = end.unwrap_or_default();
            let milestone = *known.entry((step, outcome.clone())).or_insert_with_key(|(step, outcome)| {
                let of = u8::try_from(*step).ok().and_then(|step| subject.facts.sop.milestone(step, outcome.text()))?;
                MILESTONES.iter().position(|(one, _)| *one == of)
            });
            let start = columns.get(READ.len() - 1).and_then(|starts| second(starts, at)).filter(|start| *start <= end);
            let working = start.and_then(|start| Some(clock.working_s(end).ok()? - clock.working_s(start).ok()?));
            let handled = working.and_then(|working| Some((u8::try_from(step).ok()?, end, working)));
            let id = columns[0].at(at);
            let place = *places.entry(id.clone()).or_insert_with(|| {
                cases.push(Case::new(id, &outages));
                cases.len() - 1
            });
            let key = (end, step, columns[5].at(at));
            cases[place].add(Seen { columns: &columns, at, key, outcome, milestone, handled });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(cases)
}
