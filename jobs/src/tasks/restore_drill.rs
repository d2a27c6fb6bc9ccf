//! Tries whether the backup on every target of the configuration can be restored: each month another twelfth of it, and all of it once
//! a year.

use super::Report;
use super::backup::on_each;
use crate::backup;
use crate::clock;
use crate::config::BackupSection;
use crate::workspace::Workspace;
use anyhow::Result;
use std::sync::Arc;

pub(super) async fn run(workspace: &Arc<Workspace>) -> Result<Report> {
    let try_it =
        async |section: &BackupSection| backup::drill(workspace, section, clock::now(), false, &mut |_, _| {}).await;
    on_each(workspace, try_it).await
}
