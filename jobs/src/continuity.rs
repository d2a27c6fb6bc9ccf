//! Whether the archive is the one that earlier runs left: an unmounted disk or an older copy is not taken for a new archive.

use crate::history::History;
use crate::workspace::Workspace;
use anyhow::Result;
use std::error::Error;
use std::fmt;

/// The archive is behind what runs have seen of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Behind {
    /// The version that a run left.
    known: u64,
    /// The version that is there.
    found: Option<u64>,
}

impl Behind {
    /// Compares the two.
    pub(crate) fn of(known: Option<u64>, found: Option<u64>) -> Option<Self> {
        known.filter(|known| found.is_none_or(|found| found < *known)).map(|known| Self { known, found })
    }
}

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.found.map_or_else(|| "empty".to_owned(), |found| format!("version {found}"));
        write!(
            f,
            "the archive is {found}, but a run has left version {}; nothing was changed\n  mount its disk, or restore it from a backup; \
             if it is meant to be another one, move riwayat.sqlite away: a new one is made",
            self.known
        )
    }
}

impl Error for Behind {}

/// Refuses to write to an archive that is behind.
///
/// # Errors
/// [`Behind`], and when history or archive cannot be read.
pub(crate) async fn check(workspace: &Workspace) -> Result<()> {
    let path = workspace.config.history_path();
    // By hand, without jobs, nobody keeps a history.
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let known = History::open(&path).await?.archived().await?;
    Behind::of(known, workspace.archive()?.version()).map_or(Ok(()), |behind| Err(behind.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_only_grows() {
        let of = |known, found| Behind::of(known, found).is_some();
        assert!(!of(None, None) && !of(None, Some(3)) && !of(Some(3), Some(3)) && !of(Some(3), Some(4)));
        assert!(of(Some(0), None) && of(Some(3), Some(2)));
    }
}
