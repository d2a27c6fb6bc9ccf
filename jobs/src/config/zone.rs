//! The zone of the office, and that of the times of its source.

use super::Config;
use super::place::{At, nearest, shown};
use anyhow::{Context, Error, Result, anyhow};
use chrono_tz::{TZ_VARIANTS, Tz};
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
        let at = || At::key(&["source", "zone"]);
        let zone = name.parse().map_err(|_| unknown(name)).with_context(at)?;
        if self.office.zona.is_none() && zone != self.zone() {
            let own = Zone::named(name).unwrap_or(office);
            let fault = anyhow!(
                "zone = \"{name}\" under [source] is not the office's zone, which is {office} where [office] names none; \
                 write zona = \"{own}\" under [office]"
            );
            return Err(fault.context(at()));
        }
        Ok(zone)
    }
}

fn unknown(name: &str) -> Error {
    let near = nearest(name, TZ_VARIANTS.iter().map(|zone| zone.name()));
    let near = near.map_or_else(|| "use a name like Asia/Jakarta".to_owned(), |near| format!("did you mean `{near}`?"));
    anyhow!("`{}` is not a time zone; {near}", shown(name))
}
