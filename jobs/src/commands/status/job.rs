//! What `tertib status JOB` shows: the slots and runs of a job, and the end of its last log.

use super::View;
use crate::history::{Run, SlotRow};
use crate::options::Format;
use crate::{print, run_log};
use anyhow::Result;
use serde_json::json;

/// So many lines of a log are shown; `tertib log` shows all.
const LOG_LINES: usize = 6;

impl View<'_> {
    /// The slots and runs of a job, newest first.
    pub(super) fn of_job(&self, slots: &[SlotRow], runs: &[Run], format: Format) -> Result<String> {
        if format == Format::Json {
            return Ok(format!("{}\n", serde_json::to_string_pretty(&json!({"slots": slots, "runs": runs}))?));
        }
        let speech = self.speech;
        // A run by hand said everything on its terminal.
        let logged = runs.first().filter(|run| run.log.is_some());
        let log = logged.map_or_else(String::new, |run| self.end_of_log(run));
        let slot = |row: &SlotRow| {
            let attempts = row.attempts.to_string();
            vec![self.local(row.slot_s), self.decision(row.decision), self.reason(&row.reason), attempts]
        };
        let run = |run: &Run| {
            let took = run.ended_s.map_or_else(|| "-".to_owned(), |ended_s| (ended_s - run.began_s).to_string());
            let began = self.local(run.began_s);
            let outcome = self.outcome(&run.outcome);
            vec![run.id.to_string(), began, self.period(&run.period), took, outcome, run.message.clone()]
        };
        let slot_head = [
            speech.say("status.slot", &[]),
            speech.say("status.decision", &[]),
            speech.say("status.reason", &[]),
            speech.say("status.attempts", &[]),
        ];
        let run_head = [
            speech.say("status.run", &[]),
            speech.say("status.began", &[]),
            speech.say("status.period", &[]),
            speech.say("status.took", &[]),
            speech.say("status.outcome", &[]),
            speech.say("status.message", &[]),
        ];
        let slots: Vec<Vec<String>> = slots.iter().map(slot).collect();
        let runs: Vec<Vec<String>> = runs.iter().map(run).collect();
        if format == Format::Csv {
            return print::csv(&run_head.each_ref().map(String::as_str), &runs);
        }
        let table = |title: String, head: &[String], rows: &[Vec<String>]| {
            let head: Vec<&str> = head.iter().map(String::as_str).collect();
            let none = || speech.say("status.no_runs", &[]) + "\n";
            let rows = if rows.is_empty() { none() } else { print::table(&head, rows) };
            format!("{title}\n{rows}")
        };
        let slots = table(speech.say("status.slots", &[]), &slot_head, &slots);
        Ok(slots + &table(speech.say("status.runs", &[]), &run_head, &runs) + &log)
    }

    /// The last lines of the log of a run.
    fn end_of_log(&self, run: &Run) -> String {
        let Ok(lines) = run_log::lines(&self.workspace.config, self.speech, run) else {
            return self.speech.say("status.no_log", &[("run", &run.id)]) + "\n";
        };
        let shown = lines.get(lines.len().saturating_sub(LOG_LINES)..).unwrap_or_default();
        let title = self.speech.say("status.log", &[("run", &run.id)]) + "\n";
        title + &shown.iter().map(|line| print::paragraph(&print::visible(line), 9)).collect::<String>()
    }
}
