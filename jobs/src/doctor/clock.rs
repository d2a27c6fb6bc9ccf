//! The clock of the computer: it may not be behind what tertib has written, and should be set by the network.

use super::{Check, Subject, finding};
use crate::clock;
use crate::config::Config;
use chrono::{DateTime, Duration, Utc};
use schemas::Finding;
use std::path::Path;

/// File systems and clocks of other computers may be off by that much.
const TOLERANCE: Duration = Duration::seconds(120);

/// Where systemd tells whether it has set the clock.
const RUN: &str = "/run/systemd";

/// The files that tertib or the officer wrote bear witness.
pub(super) fn check(config: &Config, now: DateTime<Utc>) -> Check {
    let mut found = Vec::new();
    let witnesses = [
        config.file.clone(),
        config.key_path(),
        config.history_path(),
        config.archive_path().join("_tertib/head"),
        config.archive_path().join("events/_delta_log"),
    ];
    let written = |path: &Path| path.metadata().and_then(|file| file.modified()).ok().map(clock::of_file);
    if let Some(newer) = witnesses.iter().find(|path| written(path).is_some_and(|at| at > now + TOLERANCE)) {
        found.push(finding("P028", newer.display()));
    }
    found.extend(not_set(Path::new(RUN)));
    Check::of(Subject::Clock, found)
}

/// The service that sets the clock runs and has not set it since the computer started.
fn not_set(run: &Path) -> Option<Finding> {
    let timesync = run.join("timesync");
    let is_not_set = timesync.is_dir() && !timesync.join("synchronized").exists();
    is_not_set.then(|| finding("P029", "systemd-timesyncd"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_nobody_sets_is_told_only_where_somebody_should() {
        let run = tempfile::TempDir::new().unwrap();
        assert_eq!(not_set(run.path()), None);
        std::fs::create_dir(run.path().join("timesync")).unwrap();
        assert_eq!(not_set(run.path()).map(|found| found.code), Some("P029"));
        std::fs::write(run.path().join("timesync/synchronized"), "").unwrap();
        assert_eq!(not_set(run.path()), None);
    }
}
