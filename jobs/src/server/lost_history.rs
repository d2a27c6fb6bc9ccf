//! What the jobs owe where the run history was lost.

use crate::history::History;
use crate::scheduler::{Clock, Plan, Trust};
use crate::workspace::Workspace;
use anyhow::Result;
use pipeline::Presence;

/// Where the archive was served and nothing of that is in the history, the file was lost, and with it what was still to be done: each job
/// owes its last slot of that time again, and all that came after. A run too many does no harm, a report that nobody makes does.
pub(super) async fn make_up_for_a_lost_history(
    workspace: &Workspace,
    history: &mut History,
    plans: &[Plan],
    clock: Clock,
) -> Result<()> {
    if !matches!(clock.trust, Trust::Unchallenged | Trust::Confirmed) || !history.knows_no_job().await? {
        return Ok(());
    }
    let Some(served) = Presence::last(&workspace.config.archive_path()) else { return Ok(()) };
    let served_s = served.at_s.min(clock.now_s);
    // A job that is never due owes nothing; `decide` tells it.
    let due_s = |plan: &Plan| plan.schedule.last(served_s, &workspace.facts.clock).ok().flatten();
    let since: Vec<(String, i64)> =
        plans.iter().map(|plan| (plan.name.clone(), due_s(plan).map_or(served_s, |due_s| due_s - 1))).collect();
    tracing::warn!("the run history was made anew; the last slot of each job is owed again");
    history.begin_anew(&since, clock.now_s).await
}
