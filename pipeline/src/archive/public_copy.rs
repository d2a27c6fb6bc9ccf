//! Whether the archive is a public copy, as auditors have it: without the folders of the tables that name residents.
//!
//! Rule    a table of which the log names files is known where its folder is; where some of these files are missing, the archive is
//!         damaged, and whoever reads them is told. Nobody copies the residents without the rows that are held back, so that their
//!         quarantine is missed as any other file is

use super::{Archive, ArchiveError, layout};
use schemas::Month;

impl Archive {
    /// Returns whether the archive holds the rows that name residents; a public copy does not.
    ///
    /// # Errors
    /// [`ArchiveError::Io`] when the system refuses to say what is there.
    pub fn holds_persons(&self) -> Result<bool, ArchiveError> {
        Ok(self.person_files().next().is_none() || self.store().kind(layout::PERSONS)?.is_some())
    }

    /// Returns whether the archive holds all rows that name the residents of a month: a public copy does not, nor does one in which
    /// they were destroyed.
    pub(crate) fn holds_persons_of(&self, month: Month) -> Result<bool, ArchiveError> {
        Ok(self.destroyed_in(month).is_none() && self.holds_persons()?)
    }

    /// Returns the error for an archive that does not.
    pub(crate) fn check_persons_of(&self, month: Month) -> Result<(), ArchiveError> {
        match self.destroyed_in(month) {
            Some(version) => Err(ArchiveError::Disposed { month, version }),
            None if self.holds_persons()? => Ok(()),
            None => Err(self.without_persons()),
        }
    }

    /// Returns whether the archive holds the rows that wait in quarantine; a public copy does not.
    pub(crate) fn holds_quarantine(&self) -> Result<bool, ArchiveError> {
        let is_there = self.quarantine_files().next().is_none() || self.store().kind(layout::QUARANTINE)?.is_some();
        Ok(is_there || self.holds_persons()?)
    }

    pub(crate) fn without_persons(&self) -> ArchiveError {
        ArchiveError::WithoutPersons { path: self.place() }
    }
}
