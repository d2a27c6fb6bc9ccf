//! The month that a command is about, and those beside it.

use crate::options::Common;
use crate::{clock, print};
use anyhow::{Context, Result};
use schemas::{Month, Zone};

/// A month is shown beside so many before it: those of a year, and the one with which it is compared.
pub(crate) const OF_A_YEAR: u32 = 12;

/// The month that was asked for, or else the last one that is over in the office's zone, which is said.
pub(crate) fn asked_or_last(asked: Option<Month>, zone: Zone, common: Common) -> Result<Month> {
    if let Some(month) = asked {
        return Ok(month);
    }
    let now = zone.month(clock::now().timestamp());
    let last = now.context("today is outside the calendar; name a month with --month")?.back(1);
    print::words(common, &format!("of {last}, the last month; --month YYYY-MM names another"));
    Ok(last)
}
