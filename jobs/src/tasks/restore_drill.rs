//! Tries whether the backup on every target of the configuration can be restored: each month another twelfth of it, and all of it once
//! a year.

use super::Report;
use super::backup::report;
use crate::backup;
use crate::clock;
use crate::commands::backup::sections;
use crate::workspace::Workspace;
use anyhow::Result;
use std::sync::Arc;

pub(super) async fn run(workspace: &Arc<Workspace>) -> Result<Report> {
    let (mut told, mut failed) = (Vec::new(), Vec::new());
    for section in sections(&workspace.config, None)? {
        match backup::drill(workspace, section, clock::now(), false, &mut |_, _| {}).await {
            Ok(one) => told.push(one),
            Err(fault) => failed.push(format!("{}: {fault:#}", section.name)),
        }
    }
    report(told, failed)
}
