//! What other programs are told, so that they can watch tertib.

use schemars::JsonSchema;
use serde::Deserialize;
use std::path::PathBuf;

/// `[monitoring]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct MonitoringSection {
    /// The file of measures for Prometheus, in the folder from which its node exporter takes text files.
    pub textfile: Option<PathBuf>,
    /// A file with one line: the address that is asked for as long as all is well.
    pub ping_url_file: Option<PathBuf>,
    /// A file with one line: the address that is asked for as long as not all is well.
    pub fail_url_file: Option<PathBuf>,
    /// How many minutes lie between two requests; 5 where nothing is said.
    pub ping_minutes: Option<u32>,
    /// The certificates that the addresses are trusted by, in place of the public ones.
    pub ca_file: Option<PathBuf>,
}
