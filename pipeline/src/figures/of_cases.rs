//! The figures of single cases, without the others of an archive.
//!
//! Reads   all events of some berkas
//! Gives   a [`FigureBook`] of them, of which figures, failing cases and deviations are asked as of a whole one
//! Rule    only figures that look at each berkas alone may be asked: what they say of it does not depend on the others

use super::month_view::View;
use super::{FigureBook, FigureError};
use crate::archive::Archive;
use crate::archive::current_events::CurrentEvents;
use schemas::Facts;
use std::sync::{Arc, OnceLock};

impl FigureBook {
    /// Prepares the figures of some berkas, of which these are all events.
    pub(crate) fn of_cases(
        archive: &Archive,
        current: &CurrentEvents<'_>,
        facts: &Arc<Facts>,
    ) -> Result<Self, FigureError> {
        let view = View::of_some(archive, current, facts)?;
        Ok(Self { view: OnceLock::from(view), ..Self::open(archive, facts)? })
    }
}
