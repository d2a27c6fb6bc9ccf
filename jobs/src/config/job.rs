//! Jobs: what runs when.

use super::place::{At, instead};
use super::task::{CatchUp, Task};
use crate::scheduler::{Plan, Schedule};
use anyhow::{Context, Result, anyhow};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::Deserialize;

/// One `[[job]]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct JobSection {
    /// Its name in the history.
    pub name: String,
    /// What it does.
    pub task: Task,
    /// When: five fields, POSIX meaning.
    pub cron: String,
    /// On which days of the office's calendar: `hari-kerja`, or `hari-kerja 2` for the second of a month.
    pub when: Option<String>,
    /// What to do about slots that were missed.
    #[serde(default)]
    pub catch_up: CatchUp,
    /// The jobs that must have brought what this one needs.
    #[serde(default)]
    pub after: Vec<String>,
    /// Whether it does not run at all when they have not; otherwise it runs when it has waited for as long as it may.
    #[serde(default)]
    pub after_required: bool,
    /// For how many hours it is tried again or waits; a pull, until its next slot.
    pub give_up_hours: Option<u32>,
    /// After how many minutes a run is ended.
    #[serde(default = "default_deadline")]
    pub deadline_minutes: u32,
}

/// A job is tried again, or waits, for three days.
const GIVE_UP_HOURS: u32 = 72;

fn default_deadline() -> u32 {
    60
}

impl JobSection {
    /// What the scheduler needs to know of it.
    ///
    /// # Errors
    /// When its expression or its day cannot be read.
    pub(crate) fn plan(&self, zone: Tz) -> Result<Plan> {
        let hours = self.give_up_hours.or((self.task != Task::Pull).then_some(GIVE_UP_HOURS));
        Ok(Plan {
            name: self.name.clone(),
            task: self.task,
            schedule: Schedule::new(&self.cron, self.when.as_deref(), zone)?,
            catch_up: self.catch_up,
            after: self.after.clone(),
            after_required: self.after_required,
            give_up_s: hours.map(|hours| i64::from(hours) * 3_600),
        })
    }
}

/// Refuses jobs that cannot be told apart or wait for each other.
///
/// # Errors
/// Says which, and what to do.
pub(super) fn check(jobs: &[JobSection], zone: Tz, now_s: i64) -> Result<()> {
    let names: Vec<&str> = jobs.iter().map(|job| job.name.as_str()).collect();
    for (number, job) in jobs.iter().enumerate() {
        let at = |key: &str| At::of_entry("job", number, key);
        let refused = |key: &str, said: String| Err(anyhow!(said).context(at(key)));
        if names[..number].contains(&job.name.as_str()) {
            return refused("name", format!("two jobs are called `{}`", job.name));
        }
        let of_job = || format!("job `{}`", job.name);
        Schedule::new(&job.cron, None, zone).with_context(of_job).with_context(|| at("cron"))?;
        let plan = job.plan(zone).with_context(of_job).with_context(|| at("when"))?;
        plan.schedule.check(now_s).with_context(of_job).with_context(|| at("cron"))?;
        for needed in &job.after {
            if !names.contains(&needed.as_str()) {
                let others = instead(needed, &names);
                let said = format!("job `{}` is to run after `{needed}`, which is no job; {others}", job.name);
                return refused("after", said);
            }
        }
        if waits_for(job, job, jobs, jobs.len()) {
            return refused(
                "after",
                format!("job `{}` waits for itself; take one of the names out of `after`", job.name),
            );
        }
    }
    Ok(())
}

/// Whether a job waits for another, over at most so many others.
fn waits_for(job: &JobSection, other: &JobSection, jobs: &[JobSection], over: usize) -> bool {
    let mut needed = jobs.iter().filter(|needed| job.after.contains(&needed.name));
    over > 0 && needed.any(|needed| needed.name == other.name || waits_for(needed, other, jobs, over - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_that_wait_for_each_other_are_refused() {
        let job = |name: &str, after: &[&str]| JobSection {
            name: name.into(),
            task: Task::Verify,
            cron: "0 6 * * *".into(),
            when: None,
            catch_up: CatchUp::Last,
            after: after.iter().map(|name| (*name).to_owned()).collect(),
            after_required: false,
            give_up_hours: None,
            deadline_minutes: 1,
        };
        let said = |jobs: &[JobSection]| check(jobs, Tz::Asia__Jakarta, 0).map_err(|fault| format!("{fault:#}"));
        assert_eq!(said(&[job("a", &[]), job("b", &["a"]), job("c", &["a", "b"])]), Ok(()));
        assert!(
            said(&[job("a", &["b"]), job("b", &["c"]), job("c", &["b"])]).unwrap_err().contains("waits for itself")
        );
        assert!(said(&[job("a", &["tarik"])]).unwrap_err().contains("which is no job; known are `a`"));
        assert!(said(&[job("a", &[]), job("a", &[])]).unwrap_err().contains("two jobs"));
    }
}
