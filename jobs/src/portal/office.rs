//! The office as its files are now or, while they cannot be used, as the pages last could read them.

use crate::options::Where;
use crate::server;
use crate::stamp::{Seen, seen};
use crate::workspace::Workspace;
use anyhow::Result;
use std::cell::OnceCell;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    /// What a request has read.
    static READ: OnceCell<(u64, Arc<Workspace>)>;
}

/// Answers a request by one reading of the office's files: whatever it asks of them, they are looked at once.
pub(super) async fn by_one_reading<T>(request: impl Future<Output = T>) -> T {
    READ.scope(OnceCell::new(), request).await
}

/// The workspace, read anew when a file of it changed.
#[derive(Debug)]
pub(super) struct Office {
    place: Where,
    is_copy: bool,
    last: Mutex<Last>,
}

#[derive(Debug)]
struct Last {
    stamp: Vec<(PathBuf, Option<Seen>)>,
    workspace: Arc<Workspace>,
    /// How often it was read.
    reading: u64,
}

impl Office {
    pub(super) fn open(place: Where, is_copy: bool) -> Result<Self> {
        let (workspace, _) = server::in_force(&place)?;
        let last = Last { stamp: stamp(&workspace), workspace, reading: 0 };
        Ok(Self { place, is_copy, last: Mutex::new(last) })
    }

    /// Whether the archive is a copy somewhere else, with neither the office's key nor its log of those who look. Nothing that an office
    /// could configure makes it one.
    pub(super) fn is_copy(&self) -> bool {
        self.is_copy
    }

    /// The configuration that was named, if any.
    pub(super) fn config(&self) -> Option<PathBuf> {
        self.place.config.clone()
    }

    /// The workspace as it is now.
    pub(super) fn now(&self) -> Arc<Workspace> {
        self.reading().1
    }

    /// The same, and which reading of its files it is.
    pub(super) fn reading(&self) -> (u64, Arc<Workspace>) {
        let of_request = READ.try_with(|read| read.get_or_init(|| self.read()).clone());
        of_request.unwrap_or_else(|_| self.read())
    }

    fn read(&self) -> (u64, Arc<Workspace>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamp(&last.workspace);
        if now != last.stamp {
            last.stamp = now;
            match Workspace::open(self.place.config.as_deref()) {
                Ok(workspace) => {
                    last.stamp = self::stamp(&workspace);
                    last.workspace = workspace;
                    last.reading += 1;
                }
                Err(fault) => tracing::error!("{fault:#}\n  until it is mended, pages show what was read before"),
            }
        }
        (last.reading, Arc::clone(&last.workspace))
    }
}

/// A folder that cannot be listed is one that changed.
fn stamp(workspace: &Workspace) -> Vec<(PathBuf, Option<Seen>)> {
    let files = server::files_of(workspace).unwrap_or_default();
    files.into_values().map(|path| (seen(&path), path)).map(|(seen, path)| (path, seen)).collect()
}
