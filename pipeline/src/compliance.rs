//! Figures against targets: one verdict per target, never a silent pass.
//!
//! Reads   the figures of a month; targets with value, unit, clock and standing
//! Gives   in the order of the regulations: verdict, figure, n, value, standing, source
//! Rule    data/targets and the office's decisions; of several rules about the same figure the regulation that comes first
//!         decides, the others are shown; a target without a value gives `target belum ditetapkan`, a figure without cases
//!         `data tidak cukup`; a case open past its limit counts as late

use crate::metrics::{FigureBook, FigureError};
use schemas::document::{ComplianceSheet, Judgement, Provenance, Verdict};
use schemas::figures::{Deadline, MonthFigures, Spread, share};
use schemas::{Comparison, Decisions, Facts, Measure, Month, Rule, Target, Unit};

/// Judges a month by every target in force.
///
/// # Errors
/// [`FigureError`] when the archive does not hold the month, is damaged, or the month is outside the calendar.
pub fn judge(
    book: &FigureBook<'_>,
    facts: &Facts,
    decisions: &Decisions,
    month: Month,
    provenance: Provenance,
) -> Result<ComplianceSheet, FigureError> {
    let figures = book.month(month)?;
    let mut judgements = Vec::new();
    for rule in decisions.rules(facts, month) {
        judgements.push(match &rule.jenis {
            Some(jenis) => judgement(&rule, facts, &book.month_of_jenis(month, jenis)?),
            None => judgement(&rule, facts, &figures),
        });
    }
    let signed_on = facts.clock.last_working_day(month)?;
    let service = facts.sop.title.clone();
    Ok(ComplianceSheet { month, service, signed_on, judgements, figures, provenance })
}

fn judgement(rule: &Rule<'_>, facts: &Facts, figures: &MonthFigures) -> Judgement {
    let target = &rule.target;
    let measured = measure(target, figures);
    let value = target.value_in_base_unit();
    let verdict = match (value, measured.value) {
        (None, _) => Verdict::NoTarget,
        (Some(_), None) => Verdict::NoData,
        (Some(wanted), Some(found)) if reaches(target.comparison, found, wanted) => Verdict::Met,
        (Some(_), Some(_)) => Verdict::Missed,
    };
    let jenis = rule.jenis.as_ref().map(|id| facts.jenis.get(id).unwrap_or(id));
    Judgement {
        target: target.id.clone(),
        title: jenis
            .map_or_else(|| target.title.clone(), |jenis| format!("{} – {}", target.title, jenis.to_lowercase())),
        step: target.step,
        jenis: rule.jenis.clone(),
        verdict,
        decides: rule.decides,
        figure: measured.value,
        n: measured.n,
        comparison: target.comparison,
        value,
        margin: value.zip(measured.value).map(|(wanted, found)| match target.comparison {
            Comparison::AtMost => wanted - found,
            Comparison::AtLeast => found - wanted,
        }),
        unit: if target.unit == Unit::Bagian { "bagian" } else { "detik" }.to_owned(),
        standing: target.standing.word().to_owned(),
        regulation: rule.regulation.regulation.clone(),
        article: target.article.clone(),
        source: rule.source.clone(),
        note: rule.regulation.note.clone(),
    }
}

fn reaches(comparison: Comparison, found: f64, wanted: f64) -> bool {
    match comparison {
        Comparison::AtMost => found <= wanted,
        Comparison::AtLeast => found >= wanted,
    }
}

/// A figure in seconds or as a share, and the number of cases it rests on.
struct Measured {
    value: Option<f64>,
    n: u64,
}

fn measure(target: &Target, figures: &MonthFigures) -> Measured {
    let f = &figures.figures;
    match target.measure {
        Measure::HandlingWorkingP90 => {
            let step = target.step.and_then(|s| f.time_per_step.get(&s));
            step.map_or(Measured { value: None, n: 0 }, |s| p90(&s.handling_working))
        }
        Measure::TurnaroundWorkingP90 => p90(&f.turnaround.working),
        Measure::CompleteAtFirstCheck => proportion(f.completeness.complete, f.completeness.first_checks),
        Measure::IssuedWithin1Hour => on_time(figures.deadlines.within_1_hour_less_outages),
        Measure::IssuedWithin24Hours => on_time(figures.deadlines.within_24_hours_less_outages),
        Measure::IssuedWithin14WorkingDays => on_time(figures.deadlines.within_14_working_days),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and seconds of one office are far below 2^52, where f64 is exact"
)]
fn p90(spread: &Spread) -> Measured {
    Measured { value: spread.p90().map(|s| s as f64), n: spread.n }
}

fn proportion(part: u64, n: u64) -> Measured {
    Measured { value: share(part, n), n }
}

fn on_time(deadline: Deadline) -> Measured {
    proportion(deadline.on_time, deadline.n())
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemas::{Clock, Standing, TargetFile};

    fn check(value: Option<f64>, deadline: Deadline) -> (Verdict, Option<f64>, u64) {
        let file = TargetFile {
            file: String::new(),
            regulation: "R".into(),
            subject: String::new(),
            precedence: 1,
            source: String::new(),
            note: String::new(),
            targets: Vec::new(),
        };
        let target = Target {
            id: "t".into(),
            title: "t".into(),
            measure: Measure::IssuedWithin24Hours,
            step: None,
            comparison: Comparison::AtLeast,
            value,
            unit: Unit::Bagian,
            clock: Clock::Dinding,
            standing: Standing::Asumsi,
            valid_from: None,
            valid_to: None,
            article: String::new(),
            quote: String::new(),
        };
        let mut figures = empty();
        figures.deadlines.within_24_hours_less_outages = deadline;
        let rule = Rule { regulation: &file, target, jenis: None, source: String::new(), decides: true };
        let j = judgement(&rule, &Facts::embedded().unwrap(), &figures);
        (j.verdict, j.figure, j.n)
    }

    fn empty() -> MonthFigures {
        let figures = serde_json::json!({
            "figures": {
                "month": "2026-10", "time_per_step": {}, "backlog": {}, "ledgers": {},
                "completeness": {"first_checks": 0, "complete": 0, "returned": 0, "missing": {}},
                "issuance": {"printed": 0, "wall": {"n": 0}, "wall_less_outages": {"n": 0}, "working": {"n": 0},
                    "within_1_hour_wall": 0, "within_24_hours_wall": 0, "within_1_hour_working": 0,
                    "within_24_hours_wall_less_outages": 0, "within_14_working_days": 0, "open_past_24_hours_wall": 0},
                "turnaround": {"handed_over": 0, "working": {"n": 0}, "working_less_applicant": {"n": 0}},
                "batches": {"completed": 0, "waiting_for_last_working": {"n": 0}, "held_up_by": {}},
                "duplicates": {"record_checks": 0, "record_duplicates": 0, "batch_berkas": 0, "batch_same_nik": 0,
                    "arrivals": 0, "repeat_within_90_days": 0},
                "conformance": {"finished": 0, "conforming": 0, "all_mandatory_steps": 0, "wrong_succession": {},
                    "wrong_role": {}}
            },
            "deadlines": {
                "within_1_hour_less_outages": {"on_time": 0, "late": 0, "open_past": 0},
                "within_24_hours_less_outages": {"on_time": 0, "late": 0, "open_past": 0},
                "within_14_working_days": {"on_time": 0, "late": 0, "open_past": 0}
            },
            "trend": [], "left_out": {}
        });
        serde_json::from_value(figures).unwrap()
    }

    #[test]
    fn a_verdict_is_never_silent() {
        let all = Deadline { on_time: 4, late: 0, open_past: 0 };
        assert_eq!(check(Some(1.0), all), (Verdict::Met, Some(1.0), 4));
        let one_open = Deadline { on_time: 3, late: 0, open_past: 1 };
        assert_eq!(check(Some(1.0), one_open), (Verdict::Missed, Some(0.75), 4), "open past the limit is late");
        assert_eq!(check(Some(1.0), Deadline::default()), (Verdict::NoData, None, 0));
        assert_eq!(check(None, all), (Verdict::NoTarget, Some(1.0), 4));
    }
}
