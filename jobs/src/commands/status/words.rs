//! What the history has for slots and runs, in words.

use super::View;
use crate::config::Task;
use crate::scheduler::Decision;

impl View<'_> {
    /// What was decided of a slot.
    pub(crate) fn decision(&self, decision: Decision) -> String {
        match decision {
            Decision::Run => self.speech.say("status.decision_run", &[]),
            Decision::Waiting => self.speech.say("status.decision_waiting", &[]),
            Decision::Done => self.speech.say("status.decision_done", &[]),
            Decision::GivenUp => self.speech.say("status.decision_given_up", &[]),
            Decision::Covered => self.speech.say("status.decision_covered", &[]),
            Decision::Missed => self.speech.say("status.decision_missed", &[]),
            Decision::Void => self.speech.say("status.decision_void", &[]),
            Decision::Dropped => self.speech.say("status.decision_dropped", &[]),
        }
    }

    /// What the history has for a reason; a word that is not known stays as it is.
    pub(crate) fn reason(&self, word: &str) -> String {
        match word {
            "due" => self.speech.say("status.reason_due", &[]),
            "later-slot" => self.speech.say("status.reason_later_slot", &[]),
            "by-hand" => self.speech.say("status.reason_by_hand", &[]),
            "too-late" => self.speech.say("status.reason_too_late", &[]),
            "tried" => self.speech.say("status.reason_tried", &[]),
            "waited" => self.speech.say("status.reason_waited", &[]),
            "needs" => self.speech.say("status.reason_needs", &[]),
            "wrong-clock" => self.speech.say("status.reason_wrong_clock", &[]),
            "too-many" => self.speech.say("status.reason_too_many", &[]),
            other => other.to_owned(),
        }
    }

    /// How a run ended.
    pub(crate) fn outcome(&self, word: &str) -> String {
        match word {
            "running" => self.speech.say("status.outcome_running", &[]),
            "done" => self.speech.say("status.outcome_done", &[]),
            "findings" => self.speech.say("status.outcome_findings", &[]),
            "failed" => self.speech.say("status.outcome_failed", &[]),
            "aborted" => self.speech.say("status.outcome_aborted", &[]),
            other => other.to_owned(),
        }
    }

    /// How a run of a task ended, in one sentence, with the findings that it names.
    pub(crate) fn ended(&self, task: Task, outcome: &str, codes: &[&str]) -> Option<String> {
        let what = self.task(task);
        let named = codes.join(", ");
        Some(match outcome {
            "running" => self.speech.say("status.ended_running", &[("what", &what)]),
            "done" => self.speech.say("status.ended_done", &[("what", &what)]),
            "findings" if codes.is_empty() => self.speech.say("status.ended_unnamed", &[("what", &what)]),
            "findings" => self.speech.say("status.ended_findings", &[("what", &what), ("codes", &named)]),
            "failed" => self.speech.say("status.ended_failed", &[("what", &what)]),
            "aborted" => self.speech.say("status.ended_aborted", &[("what", &what)]),
            _ => return None,
        })
    }

    fn task(&self, task: Task) -> String {
        match task {
            Task::Pull => self.speech.say("status.task_pull", &[]),
            Task::Verify => self.speech.say("status.task_verify", &[]),
            Task::VerifyNew => self.speech.say("status.task_verify_new", &[]),
            Task::Reconcile => self.speech.say("status.task_reconcile", &[]),
            Task::MonthlyReports => self.speech.say("status.task_monthly_reports", &[]),
            Task::CloseMonth => self.speech.say("status.task_close_month", &[]),
            Task::ProvinceReport => self.speech.say("status.task_province_report", &[]),
            Task::Digest => self.speech.say("status.task_digest", &[]),
            Task::Backup => self.speech.say("status.task_backup", &[]),
            Task::RestoreDrill => self.speech.say("status.task_restore_drill", &[]),
            Task::Doctor => self.speech.say("status.task_doctor", &[]),
        }
    }

    /// Why a run failed, as far as its class says it.
    pub(crate) fn class(&self, word: &str) -> Option<String> {
        Some(match word {
            "passing" => self.speech.say("status.class_passing", &[]),
            "lasting" => self.speech.say("status.class_lasting", &[]),
            "cut-off" => self.speech.say("status.class_cut_off", &[]),
            "deadline" => self.speech.say("status.class_deadline", &[]),
            "stopped" => self.speech.say("status.class_stopped", &[]),
            _ => return None,
        })
    }
}
