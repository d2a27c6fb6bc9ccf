//! What the office works with: blank cards, and the lines and machines that fail.
//!
//! Reads   the stock log, the outage log, the calendar
//! Gives   the stock at both ends of a month and for how long it lasts; the outages of a month by both clocks
//! Rule    an archive without a log says nothing about it: no stock is not an empty one, and no log is not a month without outages

use crate::archive::read::stock_log;
use crate::archive::{Archive, ArchiveError};
use crate::blanks::account;
use crate::figures::FigureError;
use crate::figures::outage_clock::OutageClock;
use schemas::document::{Blanks, Outages};
use schemas::{Facts, Month};

/// Returns the stock of blanks in a month; `None` if the log has no day up to its end.
pub(super) fn blanks(archive: &Archive, facts: &Facts, month: Month) -> Result<Option<Blanks>, ArchiveError> {
    Ok(account(&stock_log(archive)?, facts, month).map(|account| account.blanks))
}

/// Returns the outages of a month; `None` if the archive has no outage log.
pub(super) fn outages(archive: &Archive, facts: &Facts, month: Month) -> Result<Option<Outages>, FigureError> {
    if archive.outage_file().is_none() {
        return Ok(None);
    }
    let clock = OutageClock::of(archive)?;
    let mut outages = Outages::default();
    for (start, end) in clock.between(month.start_s(facts.zone), month.end_s(facts.zone)) {
        outages.n += 1;
        outages.seconds += end - start;
        outages.working_seconds += facts.clock.working_s(end)? - facts.clock.working_s(start)?;
    }
    Ok(Some(outages))
}
