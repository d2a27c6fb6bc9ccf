//! What is odd without being against a rule.

use serde::Deserialize;

/// Limits of `data/kewajaran.toml`.
#[derive(Clone, Debug, Deserialize)]
pub struct Plausible {
    /// One step takes at most so many days, with nights and holidays.
    pub penanganan_hari: u32,
    /// No work begins before this hour of the office's clock.
    pub jam_paling_awal: u32,
    /// No work goes on from this hour on.
    pub jam_paling_akhir: u32,
    /// An event is recorded at most so many seconds before it ends.
    pub tercatat_mendahului_detik: u32,
    /// Texts that are written only to fill a field, in capitals.
    pub pengisi: Vec<String>,
}
