//! The limits of what is plausible: values beyond them are odd without being against a rule.

use serde::Deserialize;

/// The limits of `data/kewajaran.toml`.
#[derive(Clone, Debug, Deserialize)]
pub struct Plausible {
    /// The greatest number of days that one step takes, including nights and holidays.
    pub penanganan_hari: u32,
    /// The hour of the office's clock before which no work begins.
    pub jam_paling_awal: u32,
    /// The hour at which all work has ended.
    pub jam_paling_akhir: u32,
    /// The greatest number of seconds by which an event is recorded before it ends.
    pub tercatat_mendahului_detik: u32,
    /// Texts, in capitals, that are entered only to fill a field.
    pub pengisi: Vec<String>,
}
