//! The outage log.
//!
//! Rule    an outage that ends before it begins is subtracted from no figure
//! Finds   Q046

use super::Found;
use crate::archive::read::outage_log;
use crate::archive::{Archive, ArchiveError};
use schemas::Month;

pub(super) fn check(archive: &Archive, month: Month, found: &mut Found<'_>) -> Result<(), ArchiveError> {
    let zone = found.facts.zone;
    for (began, ended) in outage_log(archive)?.into_iter().filter(|(began, ended)| ended < began) {
        let Some((began, ended)) = zone.datetime(began).zip(zone.datetime(ended)) else { continue };
        if Month::of_date(began.date()) == month {
            let detail = format!("mulai {}, selesai {}", began.format("%H.%M"), ended.format("%Y-%m-%d %H.%M"));
            found.elsewhere("Q046", began.date().to_string(), 0, detail, 1);
        }
    }
    Ok(())
}
