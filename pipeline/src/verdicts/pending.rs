//! The matters of a month that the Kepala Dinas has to decide.
//!
//! Reads   the review of the month; data/keputusan.toml
//! Gives   those that arise, in the order of the file

use schemas::document::{Measure, MonthlyReview, PekonWaiting, Pending, Side};
use schemas::figures::RegisterNumbers;
use schemas::{Area, BESIDE, Facts, FigureKey, Known, Language, MEASURES, Matter, MatterKind, Milestone, Verdict};

/// Returns the matters that arise from a review, the most urgent first.
pub(super) fn pending(review: &MonthlyReview, facts: &Facts) -> Vec<Pending> {
    let arising = |matter: &Matter| {
        let known = known(matter, review, facts)?;
        Some(Pending {
            sentence: matter.told(&known),
            proposal: matter.proposal.clone(),
            actor: matter.actor.clone(),
            within: matter.within,
            section: matter.section.clone(),
        })
    };
    facts.matters.iter().filter_map(arising).collect()
}

/// Returns what is known of a matter; `None` if it does not arise.
fn known(matter: &Matter, review: &MonthlyReview, facts: &Facts) -> Option<Vec<Known>> {
    let integer = |n: u64| Language::Indonesian.integer(n);
    let beside = |item: &str| FigureKey::of(BESIDE, item);
    let some = |n: u64, origin: FigureKey| (n > 0).then(|| vec![Known::from("n", integer(n), origin)]);
    match matter.of {
        MatterKind::Finding => some(review.found(&matter.code)?.n, beside("mutu").named(&matter.code)),
        MatterKind::NeedlessReturns => some(review.needless_returns?, beside("tanpa_syarat")),
        MatterKind::Refused => {
            let movement = review.movement();
            let ended =
                |name, n, by: Milestone| Known::from(name, integer(n), FigureKey::of("flow", "ended").named(by.name()));
            let known = vec![
                ended("ditolak", movement.rejected, Milestone::Rejected),
                ended("duplikat", movement.duplicate, Milestone::Duplicate),
            ];
            (movement.rejected + movement.duplicate > 0).then_some(known)
        }
        MatterKind::Unusual => unusual(review),
        MatterKind::FewBlanks => {
            let blanks = review.blanks?;
            let (left, days) = (u64::try_from(blanks.left?).ok()?, blanks.lasts_working_days?);
            let sisa = Known::from("sisa", integer(left), beside("blangko").named("akhir bulan"));
            let hari = Known::from("hari", integer(days), beside("blangko").named("cukup untuk"));
            (days < matter.limit).then(|| vec![sisa, hari])
        }
        MatterKind::Uncollected => {
            let oldest = review.uncollected.iter().max_by_key(|waiting| waiting.oldest_working_days)?;
            let all = review.uncollected.iter().map(|waiting| waiting.n).sum();
            let days = oldest.oldest_working_days;
            let known = || {
                vec![
                    Known::from("n", integer(all), FigureKey::of("uncollected", "waiting")),
                    Known::of("pekon", titled(facts, oldest)),
                    Known::from("hari", integer(days), oldest.origin()),
                ]
            };
            (days > matter.limit).then(known)
        }
        MatterKind::Numbers => {
            let numbers = || review.sheet.figures.figures.ledgers.values();
            let count = |of: fn(&RegisterNumbers) -> u64| numbers().map(of).sum::<u64>();
            // Nobody is asked about a number that may be held back.
            let missing = count(|book| book.missing().unwrap_or(0));
            let double = count(|book| book.numbers_used_twice.len() as u64);
            let of_all = |name: &'static str, n| Known::from(name, integer(n), beside("penomoran").named(name));
            let known = || vec![of_all("terlewat", missing), of_all("ganda", double)];
            (missing + double > 0).then(known)
        }
        MatterKind::Quarantine => some(review.quarantined?, beside("tertahan")),
        MatterKind::NoTarget => {
            let without = |verdict: Verdict| verdict == Verdict::NoTarget;
            let n = review.sheet.judgements.iter().filter(|j| j.decides && without(j.verdict())).count() as u64;
            some(n, beside("tanpa_target"))
        }
    }
}

/// Returns the name of an area with its kind, as documents write it: `Pekon Kebumen`; that of one that the area table does not have as
/// it is.
fn titled(facts: &Facts, waiting: &PekonWaiting) -> String {
    let is_it = |area: &&Area| area.name == waiting.pekon && area.kecamatan == waiting.kecamatan;
    facts.wilayah.iter().map(|(_, area)| area).find(is_it).map_or_else(|| waiting.pekon.clone(), Area::titled)
}

/// Returns what is known of the first measure that is unusual on the bad side, and how many others are.
fn unusual(review: &MonthlyReview) -> Option<Vec<Known>> {
    let is_bad = |measure: &&Measure| measure.comparison.unusual.is_some_and(|unusual| !unusual.better);
    let mut bad = review.measures.iter().filter(is_bad);
    let (first, others) = (bad.next()?, bad.count());
    let now = first.now()?;
    let side = match first.comparison.unusual?.side {
        Side::Lowest => "terendah",
        Side::Highest => "tertinggi",
    };
    let mut place = format!("{side} dalam {} bulan", first.comparison.months + 1);
    if others > 0 {
        place += &format!("; juga {others} ukuran lain");
    }
    let nilai = now.words(review.target(first), review.sheet.working_day_s);
    Some(vec![
        Known::of("ukuran", first.in_sentence()),
        Known::from("nilai", nilai, FigureKey::of(MEASURES, &first.id)),
        Known::of("letak", place),
    ])
}
