//! An attacker who has every file of `metrics --by … --hide-small`, of every month, range and division, knows how items, cells and
//! months add up, and reckons between which numbers each hidden count must lie.
//!
//! `TERTIB_OFFICES=0..60` asks for other offices than the few of every run; in turn they are middling, small and large.
//!
//! No count of one to four may be pinned down: whatever is published, it may be five or more, and, unless it is one, fewer.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]
#![expect(clippy::print_stdout, reason = "how many counts were attacked is what the test is for")]

use pipeline::FigureBook;
use schemas::figures::{By, FigureRow, ReleasedRow};
use schemas::{Facts, Month};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex};
use tests::Office;
use tests::generated::{asked, made, pulled};

const DIVISIONS: [(&str, By); 6] = [
    ("total", By::Total),
    ("kecamatan", By::Kecamatan),
    ("pekon", By::Pekon),
    ("jenis", By::Jenis),
    ("officer", By::Officer),
    ("month", By::Month),
];
/// Offices from a handful of berkas to some hundreds, and how many small counts one of them has at least.
const SIZES: [(Range<u32>, usize); 3] = [(60..200, 500), (5..40, 100), (300..600, 1_000)];
/// Those of every run.
const SHORT: Range<u64> = 0..3;

/// What names single cases is in no file.
const NEVER: [(&str, &str); 6] = [
    ("batches", "held_up_by"),
    ("batches", "received"),
    ("flow", "entered"),
    ("flow", "ended"),
    ("register_agreement", "numbers"),
    ("uncollected", "waiting"),
];

/// First month, last month, division, cell, figure, item, step, next step, name, detail.
type Of = (Month, Month, &'static str, String, String, String, i64, i64, String, String);

/// First month, last month, division, cell.
type Place = (Month, Month, &'static str, String);

/// What was published, and what is true.
#[derive(Default)]
struct Published {
    shown: BTreeMap<Of, Option<i64>>,
    truth: BTreeMap<Of, i64>,
}

impl Published {
    fn of(book: &FigureBook) -> Self {
        let mut published = Self::default();
        let months = book.months();
        for (i, first) in months.iter().enumerate() {
            for last in &months[i..] {
                for (division, by) in DIVISIONS.into_iter().filter(|(_, by)| first < last || *by != By::Month) {
                    published.add(*first, *last, division, book, by);
                }
            }
        }
        published
    }

    fn add(&mut self, first: Month, last: Month, division: &'static str, book: &FigureBook, by: By) {
        let of = |cell: &str, (figure, item, name, detail): (&str, &str, &str, &str), step: i64, next: i64| -> Of {
            // A series by month is the totals of its months.
            let month: Option<Month> = (by == By::Month).then(|| cell.parse().unwrap());
            let (first, last) = month.map_or((first, last), |month| (month, month));
            let (division, cell) = if by == By::Month { ("total", "") } else { (division, cell) };
            let text = str::to_owned;
            (first, last, division, text(cell), text(figure), text(item), step, next, text(name), text(detail))
        };
        for row in book.released(first, last, by).unwrap() {
            let ReleasedRow { cell, figure, item, step, next_step, name, detail, n, .. } = &row;
            assert!(n.is_none_or(|n| n == 0 || n >= 5), "a small count is shown: {row:?}");
            let of = of(cell, (figure, item, name, detail), *step, *next_step);
            let n = n.map(|n| i64::try_from(n).unwrap());
            assert!(!NEVER.contains(&(figure.as_str(), item.as_str())), "a case is named: {row:?}");
            assert!(n.is_some() || first == last || by == By::Month, "a range shows that it hides: {row:?}");
            let before = self.shown.insert(of, n);
            assert!(before.is_none_or(|before| before == n), "one file hides what another shows: {row:?}");
        }
        for row in book.cells(first, last, by).unwrap() {
            let FigureRow { cell, figure, item, step, next_step, name, detail, n, .. } = &row;
            if !NEVER.contains(&(figure.as_str(), item.as_str())) {
                let of = of(cell, (figure, item, name, detail), *step, *next_step);
                self.truth.insert(of, i64::try_from(*n).unwrap());
            }
        }
    }
}

/// What the attacker reckons with: numbers between bounds, of which some add up to nothing with their signs.
#[derive(Default)]
struct Attack {
    bounds: Vec<(i64, i64)>,
    known: BTreeMap<Of, usize>,
    sums: Vec<Vec<(usize, i64)>>,
}

/// More than any office counts.
const ANY: i64 = 1 << 40;

impl Attack {
    fn of(published: &Published, facts: &Facts) -> Self {
        let mut attack = Self::default();
        for (of, n) in &published.shown {
            // A hidden row is there because it counts something.
            let i = attack.unknown(n.map_or((1, ANY), |n| (n, n)));
            attack.known.insert(of.clone(), i);
        }
        // Counts that have no row, though there are such: let the attacker know even that.
        for of in published.truth.keys().filter(|of| !published.shown.contains_key(*of)) {
            let i = attack.unknown((0, ANY));
            attack.known.insert(of.clone(), i);
        }
        attack.cells(facts);
        attack.ranges();
        let mut cells: BTreeMap<Place, Vec<(Of, usize)>> = BTreeMap::new();
        for (of, i) in &attack.known {
            cells.entry((of.0, of.1, of.2, of.3.clone())).or_default().push((of.clone(), *i));
        }
        cells.values().for_each(|items| attack.items(items));
        attack
    }

    /// What a number counts, if a file names it.
    fn name(&self, number: usize) -> Option<&Of> {
        self.known.iter().find(|(_, i)| **i == number).map(|(of, _)| of)
    }

    fn unknown(&mut self, bounds: (i64, i64)) -> usize {
        self.bounds.push(bounds);
        self.bounds.len() - 1
    }

    /// Parts that add up to a whole, or to no more than it.
    fn add_up(&mut self, parts: &[usize], whole: &[usize], exactly: bool) {
        let [whole] = whole else { return };
        let mut sum: Vec<(usize, i64)> = parts.iter().map(|part| (*part, 1)).collect();
        if !exactly {
            sum.push((self.unknown((0, ANY)), 1));
        }
        sum.push((*whole, -1));
        self.sums.push(sum);
    }

    /// Villages make their kecamatan, kecamatan and kinds the total; officers do not, since some steps name none.
    fn cells(&mut self, facts: &Facts) {
        let mut parts: BTreeMap<(Of, &str), Vec<usize>> = BTreeMap::new();
        for (of, i) in &self.known {
            let mut whole = of.clone();
            (whole.2, whole.3) = match of.2 {
                "pekon" => {
                    let area = facts.wilayah.get(&of.3);
                    ("kecamatan", area.map_or(of.3.clone(), |area| area.kecamatan.clone()))
                }
                "kecamatan" | "jenis" | "officer" => ("total", String::new()),
                _ => continue,
            };
            parts.entry((whole, of.2)).or_default().push(*i);
        }
        for ((whole, division), parts) in parts {
            let whole = self.known.get(&whole).copied().into_iter().collect::<Vec<_>>();
            self.add_up(&parts, &whole, division != "officer");
        }
    }

    /// Months make their range; what stands at its end is the last month's.
    fn ranges(&mut self) {
        let ranges: Vec<(Of, usize)> =
            self.known.iter().filter(|(of, _)| of.0 < of.1).map(|(of, i)| (of.clone(), *i)).collect();
        for (of, range) in ranges {
            let stands = of.5 == "open" || of.5.starts_with("open_");
            let months = std::iter::successors(Some(of.0), |month| Some(month.next())).take_while(|m| *m <= of.1);
            let months = months.filter(|month| !stands || *month == of.1);
            let parts: Vec<usize> = months
                .filter_map(|month| {
                    let mut part = of.clone();
                    (part.0, part.1) = (month, month);
                    self.known.get(&part).copied()
                })
                .collect();
            self.add_up(&parts, &[range], true);
        }
    }

    /// Items of one cell that make or bound each other.
    fn items(&mut self, items: &[(Of, usize)]) {
        let all = |figure: &str, item: &str, step: i64, name: &str| -> Vec<usize> {
            let is = |of: &Of| {
                of.4 == figure && of.5 == item && (step == 0 || of.6 == step) && (name.is_empty() || of.8 == name)
            };
            items.iter().filter(|(of, _)| is(of)).map(|(_, i)| *i).collect()
        };
        for step in 1..=10 {
            let of = |item: &str| all("time_per_step", item, step, "");
            let (measured, events) = (of("handling_working"), of("events"));
            self.add_up(&of("handling_wall"), &measured, true);
            self.add_up(&of("waiting_working"), &measured, false);
            self.add_up(&[measured, of("left_out")].concat(), &events, true);
        }
        let events = |step: i64| all("time_per_step", "events", step, "");
        let flow = |item: &str| all("flow", item, 0, "");
        let turnaround = all("turnaround", "working", 0, "");
        self.add_up(&all("turnaround", "working_less_applicant", 0, ""), &turnaround, true);
        let no_receipt = all("turnaround", "left_out", 0, "no_receipt");
        self.add_up(&[turnaround, no_receipt].concat(), &flow("handed_over"), true);
        let conformance = ["conforming", "deviating"].map(|item| all("conformance", item, 0, "")).concat();
        self.add_up(&conformance, &flow("handed_over"), true);
        self.add_up(&all("backlog", "open", 0, ""), &flow("open"), true);
        let issuance = |item: &str| all("issuance", item, 0, "");
        for same in ["wall_less_outages", "working", "working_days"] {
            self.add_up(&issuance(same), &issuance("wall"), true);
        }
        for same in ["open_wall_less_outages", "open_working_days"] {
            self.add_up(&issuance(same), &issuance("open_wall"), true);
        }
        // Of what was left out some was printed in this month.
        let printed_unmeasured = self.unknown((0, ANY));
        self.add_up(&[issuance("wall"), vec![printed_unmeasured]].concat(), &flow("printed"), true);
        self.add_up(&[printed_unmeasured], &all("issuance", "left_out", 0, "no_complete_check"), false);
        let duplicates = |item: &str| all("duplicates", item, 0, "");
        for (part, whole) in [
            ("record_duplicates", "record_checks"),
            ("batch_same_nik", "batch_berkas"),
            ("repeat_within_90_days", "arrivals"),
        ] {
            self.add_up(&duplicates(part), &duplicates(whole), false);
        }
        self.add_up(&flow("received"), &events(1), false);
        self.add_up(&duplicates("arrivals"), &events(1), false);
        self.add_up(&all("completeness", "first_checks", 0, ""), &events(2), false);
        self.add_up(&all("completeness", "returned", 0, ""), &events(2), false);
        self.add_up(&flow("printed"), &events(6), false);
        self.add_up(&duplicates("record_checks"), &events(6), false);
        self.add_up(&flow("handed_over"), &events(10), false);
    }

    /// Narrows every number by all the others until nothing changes.
    fn narrow(&mut self) {
        let mut of: Vec<Vec<usize>> = vec![Vec::new(); self.bounds.len()];
        for (i, sum) in self.sums.iter().enumerate() {
            sum.iter().for_each(|(number, _)| of[*number].push(i));
        }
        let mut open: BTreeSet<usize> = (0..self.sums.len()).collect();
        while let Some(next) = open.pop_first() {
            for (number, sign) in &self.sums[next] {
                // What the others make with their signs, which this one must undo.
                let others = || self.sums[next].iter().filter(|(other, _)| other != number);
                let ends = |(other, sign): &(usize, i64)| {
                    let (lo, hi) = self.bounds[*other];
                    if *sign > 0 { (lo, hi) } else { (-hi, -lo) }
                };
                let least: i64 = others().map(|other| ends(other).0).sum();
                let most: i64 = others().map(|other| ends(other).1).sum();
                let (lo, hi) = if *sign > 0 { (-most, -least) } else { (least, most) };
                let before = self.bounds[*number];
                let now = (before.0.max(lo), before.1.min(hi));
                assert!(now.0 <= now.1, "the attacker takes for true what is not: {:?}", self.name(*number));
                if now != before {
                    self.bounds[*number] = now;
                    open.extend(&of[*number]);
                }
            }
        }
    }

    /// The numbers that follow from the sums alone, by elimination modulo a prime.
    fn pinned(&self) -> BTreeSet<usize> {
        const PRIME: i128 = (1 << 61) - 1;
        let inverse = |n: i128| {
            let (mut power, mut result, mut exponent) = (n, 1, PRIME - 2);
            while exponent > 0 {
                if exponent & 1 == 1 {
                    result = result * power % PRIME;
                }
                power = power * power % PRIME;
                exponent >>= 1;
            }
            result
        };
        type Row = BTreeMap<usize, i128>;
        let subtract = |from: &mut Row, row: &Row, factor: i128| {
            for (number, value) in row {
                let entry = from.entry(*number).or_default();
                *entry = (*entry - factor * value).rem_euclid(PRIME);
                if *entry == 0 {
                    from.remove(number);
                }
            }
        };
        let is_open = |number: usize| self.bounds[number].0 < self.bounds[number].1;
        // No row holds the pivot of another; which rows hold a number.
        let mut rows: BTreeMap<usize, Row> = BTreeMap::new();
        let mut holding: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for sum in &self.sums {
            let mut row = Row::new();
            for (number, sign) in sum.iter().filter(|(number, _)| is_open(*number)) {
                *row.entry(*number).or_default() += i128::from(*sign).rem_euclid(PRIME);
            }
            row.retain(|_, value| *value % PRIME != 0);
            let pivots: Vec<usize> = row.keys().filter(|number| rows.contains_key(number)).copied().collect();
            for pivot in pivots {
                let factor = row[&pivot];
                subtract(&mut row, &rows[&pivot], factor);
            }
            let Some((pivot, value)) = row.first_key_value().map(|(pivot, value)| (*pivot, *value)) else { continue };
            let by = inverse(value);
            row.values_mut().for_each(|value| *value = *value * by % PRIME);
            for other in holding.remove(&pivot).unwrap_or_default() {
                let changed = rows.get_mut(&other).unwrap();
                if let Some(factor) = changed.get(&pivot).copied() {
                    subtract(changed, &row, factor);
                    for number in changed.keys() {
                        holding.entry(*number).or_default().insert(other);
                    }
                }
            }
            for number in row.keys() {
                holding.entry(*number).or_default().insert(pivot);
            }
            rows.insert(pivot, row);
        }
        rows.into_iter().filter(|(_, row)| row.len() == 1).map(|(pivot, _)| pivot).collect()
    }
}

/// How many counts of an office, or of several, were attacked.
#[derive(Default)]
struct Attacked {
    small: usize,
    shown: usize,
    rows: usize,
}

/// Attacks one office, if it has any events.
fn attacked(seed: u64, berkas: Range<u32>, facts: &Arc<Facts>) -> Attacked {
    let made = made(seed, berkas, facts);
    if made.rows.is_empty() {
        return Attacked::default();
    }
    let pulled = pulled(&made, facts);
    let book = FigureBook::open(&pulled.archive, facts).unwrap().keeping(&pulled.key).unwrap();
    let published = Published::of(&book);
    let mut attack = Attack::of(&published, facts);
    attack.narrow();
    let pinned = attack.pinned();
    let (mut small, mut told) = (0, Vec::new());
    for (of, i) in &attack.known {
        let (truth, (lo, hi)) = (published.truth[of], attack.bounds[*i]);
        assert!(
            lo <= truth && truth <= hi,
            "office {seed}: the attacker reckons wrongly, {lo} to {hi} for {truth}: {of:?}"
        );
        // What several months hide is in no file; it is their sum.
        if (1..5).contains(&truth) && of.0 == of.1 {
            small += 1;
            if lo > 1 && lo >= truth || hi < 5 || pinned.contains(i) {
                told.push(format!("{truth} is told as {lo} to {hi}: {of:?}"));
            }
        }
    }
    assert!(
        told.is_empty(),
        "office {seed}: {} small counts are told, such as\n{}",
        told.len(),
        told[..told.len().min(8)].join("\n")
    );
    let shown = published.shown.values().filter(|n| n.is_some()).count();
    Attacked { small, shown, rows: published.truth.len() }
}

#[test]
fn no_small_count_can_be_told() {
    let facts = Arc::new(Facts::embedded().unwrap());
    let mut offices: Vec<(u64, &(Range<u32>, usize))> = asked(SHORT).zip(SIZES.iter().cycle()).collect();
    let enough: usize = offices.iter().map(|(_, (_, small))| small).sum();
    offices.sort_by_key(|(_, (berkas, _))| berkas.start);
    let (offices, sum) = (Mutex::new(offices), Mutex::new(Attacked::default()));
    let work = || {
        loop {
            // The largest first, since they take longest.
            let Some((seed, (berkas, _))) = offices.lock().unwrap().pop() else { break };
            let attacked = attacked(seed, berkas.clone(), &facts);
            let mut sum = sum.lock().unwrap();
            sum.small += attacked.small;
            sum.shown += attacked.shown;
            sum.rows += attacked.rows;
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        (0..threads).for_each(|_| drop(scope.spawn(work)));
    });
    let Attacked { small, shown, rows } = sum.into_inner().unwrap();
    println!("{small} small counts, none told; of {rows} counts {shown} are shown");
    assert!(small > enough, "{small} small counts prove little, {enough} would be enough");
    assert!(shown * 20 > rows, "hardly anything is shown: {shown} of {rows}");
}

/// Which counts may be shown is tried above; here, that the commands show no others.
#[test]
fn divided_figures_that_leave_the_office_tell_no_count_of_one_to_four() {
    let office = Office::small();
    for command in ["metrics", "quality"] {
        let shown = |hides: &[&str]| -> Vec<Option<u64>> {
            let divided = [command, "--month", "2026-10", "--by", "pekon", "--format", "json"];
            let rows = office.run(&[&divided, hides].concat()).expect_code_in(&[0, 1], command).json();
            rows.as_array().unwrap().iter().map(|row| row["n"].as_u64()).collect()
        };
        let is_few = |n: &Option<u64>| n.is_some_and(|n| (1..5).contains(&n));
        let (own, released) = (shown(&[]), shown(&["--hide-small"]));
        assert!(own.iter().any(is_few) && own.iter().all(Option::is_some), "{command}: {own:?}");
        assert!(!released.iter().any(is_few) && released.iter().any(Option::is_none), "{command}: {released:?}");
    }
}
