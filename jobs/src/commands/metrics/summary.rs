//! The figures of a month as a person reads them.

use crate::print::{self, Table, paragraph, title};
use schemas::document::Provenance;
use schemas::figures::{Deadline, Figures, MonthFigures, Spread};
use schemas::{Facts, Language, Speech};

/// What is said of a month of the archive, and in which words.
pub(super) struct Summary<'a> {
    pub month: &'a MonthFigures,
    pub provenance: &'a Provenance,
    pub facts: &'a Facts,
    pub speech: Speech<'a>,
}

impl Summary<'_> {
    /// The whole summary.
    pub(super) fn text(&self) -> String {
        let Self { month, speech, .. } = self;
        let figures = &month.figures;
        let all = speech.say("metrics.all", &[("month", &figures.month)]);
        [
            title(*speech, self.provenance, figures.month),
            self.counts(),
            self.deadlines(),
            self.times(),
            self.steps(),
            self.open(),
            self.left_out(),
            format!("{all}\n"),
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
    }

    fn language(&self) -> Language {
        self.speech.language()
    }

    fn counts(&self) -> String {
        let (speech, figures) = (self.speech, &self.month.figures);
        let flow = self.month.trend.last().filter(|point| point.month == figures.month);
        let flow = flow.map_or([0; 4], |point| [point.received, point.printed, point.handed_over, point.open]);
        let [received, printed, handed_over, open] = flow.map(|n| self.language().integer(n));
        let Figures { completeness, conformance, duplicates, .. } = figures;
        beside(&[
            (speech.say("metrics.received", &[]), received),
            (speech.say("metrics.printed", &[]), printed),
            (speech.say("metrics.handed_over", &[]), handed_over),
            (speech.say("metrics.open", &[]), open),
            (
                speech.say("metrics.complete", &[]),
                print::share(speech, completeness.complete, completeness.first_checks),
            ),
            (speech.say("metrics.conforming", &[]), print::share(speech, conformance.conforming, conformance.finished)),
            (
                speech.say("metrics.repeated", &[]),
                print::share(speech, duplicates.repeat_within_90_days, duplicates.arrivals),
            ),
        ])
    }

    fn deadlines(&self) -> String {
        let (speech, deadlines) = (self.speech, &self.month.deadlines);
        let in_time = |deadline: Deadline| print::share(speech, deadline.on_time, deadline.n());
        let lines = beside(&[
            (speech.say("metrics.in_time_hour", &[]), in_time(deadlines.within_1_hour_less_outages)),
            (speech.say("metrics.in_time_day", &[]), in_time(deadlines.within_24_hours_less_outages)),
            (speech.say("metrics.in_time_days", &[]), in_time(deadlines.within_14_working_days)),
        ]);
        format!("{}\n{lines}", speech.say("metrics.in_time", &[]))
    }

    fn times(&self) -> String {
        let (speech, figures) = (self.speech, &self.month.figures);
        let head = [
            speech.say("column.time", &[]),
            speech.say("column.n", &[]),
            speech.say("column.median", &[]),
            speech.say("column.ninety", &[]),
            speech.say("column.longest", &[]),
        ];
        let row = |what: String, spread: &Spread, day_s: Option<i64>| {
            let time = |seconds: i64| self.language().working_duration(seconds, day_s);
            let values = spread.values.map(|v| [v.p50, v.p90, v.max].map(time)).unwrap_or_default();
            [vec![what, self.language().integer(spread.n)], values.to_vec()].concat()
        };
        let day_s = self.facts.calendar.working_day_s(self.month.figures.month);
        let rows = [
            row(speech.say("metrics.issuance_wall", &[]), &figures.issuance.wall_less_outages, None),
            row(speech.say("metrics.issuance_working", &[]), &figures.issuance.working, day_s),
            row(speech.say("metrics.turnaround", &[]), &figures.turnaround.working, day_s),
            row(speech.say("metrics.turnaround_own", &[]), &figures.turnaround.working_less_applicant, day_s),
            row(speech.say("metrics.batches", &[]), &figures.batches.waiting_for_last_working, day_s),
        ];
        let day = day_s.map(|day_s| {
            let day = self.language().duration(day_s);
            format!("{}\n", speech.say("metrics.day", &[("day", &day)]))
        });
        Table::new(&head.each_ref().map(String::as_str), &rows).text() + &day.unwrap_or_default()
    }

    fn steps(&self) -> String {
        let (speech, day_s) = (self.speech, self.facts.calendar.working_day_s(self.month.figures.month));
        let head = [
            speech.say("column.step", &[]),
            speech.say("column.n", &[]),
            speech.say("column.handling", &[]),
            speech.say("column.ninety", &[]),
            speech.say("column.waiting", &[]),
            speech.say("column.ninety", &[]),
        ];
        let times = |spread: &Spread| {
            let time = |seconds: i64| self.language().working_duration(seconds, day_s);
            spread.values.map(|v| [v.p50, v.p90].map(time)).unwrap_or_default()
        };
        let rows: Vec<Vec<String>> = self
            .month
            .figures
            .time_per_step
            .iter()
            .map(|(step, of)| {
                let n = self.language().integer(of.events);
                let [handling, waiting] = [&of.handling_working, &of.waiting_working].map(times);
                [vec![format!("{step:>2} {}", self.label(*step)), n], handling.to_vec(), waiting.to_vec()].concat()
            })
            .collect();
        let table = Table::new(&head.each_ref().map(String::as_str), &rows).text();
        format!("{}\n{table}", speech.say("metrics.per_step", &[]))
    }

    fn open(&self) -> String {
        let steps = self.month.figures.backlog.iter();
        let steps: Vec<String> =
            steps.map(|(step, n)| format!("{step} {} {}", self.label(*step), self.language().integer(*n))).collect();
        if steps.is_empty() {
            return String::new();
        }
        paragraph(&self.speech.say("metrics.open_by_step", &[("steps", &steps.join(", "))]), 2)
    }

    fn left_out(&self) -> String {
        let reasons = self.month.left_out.iter().filter(|cases| cases.n > 0);
        let reasons: Vec<String> = reasons.map(|cases| format!("{} {}", cases.words, cases.n)).collect();
        if reasons.is_empty() {
            return String::new();
        }
        paragraph(&self.speech.say("metrics.left_out", &[("reasons", &reasons.join(", "))]), 2)
    }

    fn label(&self, step: u8) -> &str {
        self.facts.sop.step(step).map_or("", |step| step.label.as_str())
    }
}

/// Names, and beside them what they are.
fn beside(lines: &[(String, String)]) -> String {
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    lines.iter().map(|(name, value)| format!("  {name:width$}  {value}\n")).collect()
}
