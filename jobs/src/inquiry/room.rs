//! What the child that answers a question may do: read the archive, write its answer, for a while, in some memory.
//!
//! Rule    it ends with the process that waits for it; limits that the system does not know are left out, and said in the log
//!
//! Invariant: what it reads of the configuration, it reads before.

use super::order::Order;
use crate::itself;
use std::path::Path;

/// Binds the life of this process to that of its parent, and limits memory and processor time.
#[cfg(target_os = "linux")]
pub(super) fn enter(order: &Order) -> anyhow::Result<()> {
    use anyhow::Context;
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    itself::end_with(order.parent)?;
    let limited = |resource: Resource, most: u64| {
        // Whoever started it may allow less.
        let most = Some(getrlimit(resource).maximum.map_or(most, |allowed| allowed.min(most)));
        setrlimit(resource, Rlimit { current: most, maximum: most })
    };
    limited(Resource::As, order.memory_bytes).context("the system does not limit its memory")?;
    limited(Resource::Cpu, order.seconds).context("the system does not limit its processor time")?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn enter(order: &Order) -> anyhow::Result<()> {
    itself::end_with(order.parent)
}

/// From now on only the archive is read, nothing is written but what is open, and there is no network, where the kernel knows how.
#[cfg(target_os = "linux")]
pub(super) fn only_reads(archive: &Path) {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr,
        RulesetError, RulesetStatus, path_beneath_rules,
    };
    let restricted = || -> Result<RulesetStatus, RulesetError> {
        let abi = ABI::V5;
        let status = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(abi))?
            .handle_access(AccessNet::from_all(abi))?
            .create()?
            .add_rules(path_beneath_rules([archive], AccessFs::ReadFile | AccessFs::ReadDir))?
            .restrict_self()?;
        Ok(status.ruleset)
    };
    match restricted() {
        Ok(RulesetStatus::NotEnforced) => tracing::debug!("this kernel has no Landlock; the question runs without"),
        Ok(_) => {}
        Err(fault) => tracing::debug!("Landlock is not used: {fault}"),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn only_reads(_archive: &Path) {}
