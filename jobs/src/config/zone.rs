//! The zone of the office, and that of the times of its source.

use super::Config;
use anyhow::{Result, anyhow, bail};
use chrono_tz::Tz;
use schemas::Zone;

impl Config {
    /// The office's zone, in which due times are read.
    pub(crate) fn zone(&self) -> Tz {
        match self.office.zone() {
            Zone::Wib => Tz::Asia__Jakarta,
            Zone::Wita => Tz::Asia__Makassar,
            Zone::Wit => Tz::Asia__Jayapura,
        }
    }

    /// The zone of times that the source stores without one. Where it is another than the office's, both must be named, since
    /// the one could have been meant for the other.
    pub(super) fn source_zone(&self) -> Result<Tz> {
        let office = self.office.zone();
        let Some(name) = &self.source.zone else { return Ok(self.zone()) };
        let zone = name.parse().map_err(|_| anyhow!("`{name}` is not a time zone; use a name like Asia/Jakarta"))?;
        if self.office.zona.is_none() && zone != self.zone() {
            let own = Zone::named(name).unwrap_or(office);
            bail!(
                "zone = \"{name}\" under [source] is not the office's zone, which is {office} where [office] names none; \
                 write zona = \"{own}\" under [office]"
            );
        }
        Ok(zone)
    }
}
