//! An invented office: a counter application's database with three months of work and planted faults.
//!
//! Everyone in it is invented: NIK serials start at 9001, which a real register never reaches. The same seed gives the
//! same rows. Pekon are the real 302 of the kabupaten; queues, returns, late entries and outages are drawn.

mod database;
mod story;

use crate::config::{Beginning, Config, SIGNING_KEY};
use anyhow::{Context, Result};
use pipeline::{Key, SigningKey};
use schemas::Facts;
use std::path::Path;
use story::Office;
pub(crate) use story::{Plan, invent};

/// The invented office's own database.
const DATABASE: &str = "sqlite:kantor.sqlite";

/// Writes the office's database, key and configuration into a folder.
pub(crate) async fn install(dir: &Path, office: &Office, facts: &Facts, seed: u64) -> Result<Config> {
    database::write(&dir.join("kantor.sqlite"), office, facts).await?;
    Key::create_for_demo(&dir.join("kunci.key"), seed)?;
    SigningKey::for_demo(seed).context("the invented key is refused")?.keep(&dir.join(SIGNING_KEY))?;
    let place = dir.join("tertib.toml");
    Beginning { url: DATABASE, view: "workflow_events", outages: true, stock: true, entries: "" }.write(&place)?;
    let mut config = Config::load(&place)?;
    // Whatever the environment says, an invented office never reads a real one.
    DATABASE.clone_into(&mut config.source.url);
    Ok(config)
}
