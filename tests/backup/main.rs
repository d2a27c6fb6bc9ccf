//! Backups: what is restored is what was there, whatever happens on the way, and whatever is lost is found.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up must stop")]

mod damage;
mod faults;
mod key;
mod private;
mod standing;
mod stores;
mod whole;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;
use tests::trials::Trials;
use tests::{Office, Ran, run, tree};

fn main() -> ExitCode {
    let mut all = Trials::default();
    // What waits longest begins first.
    stores::trials(&mut all);
    whole::trials(&mut all);
    damage::trials(&mut all);
    private::trials(&mut all);
    standing::trials(&mut all);
    key::trials(&mut all);
    faults::trials(&mut all);
    all.run()
}

/// Adds lines to the configuration.
fn add(office: &Office, lines: &str) {
    let path = office.path("tertib.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, format!("{text}\n{lines}")).unwrap();
}

/// An office with an encrypted target `usb` in the folder beside its archive.
fn office() -> Office {
    let office = archived();
    add(&office, "[[backup]]\nname = \"usb\"\ntarget = \"usb\"\nencrypted = \"luks\"\n");
    office
}

/// An office with all that a backup may meet: two pulls, quarantine, corrections, full documents, entries, facts, a crest.
fn archived() -> Office {
    static MADE: OnceLock<Office> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let office = Office::unpulled();
        office.sql("update langkah_berkas set langkah = 44 where event_id % 100 = 7");
        office.run(&["pull", "--until", "2026-10-15T00:00:00Z"]).expect_code(1);
        office.sql("update langkah_berkas set petugas_id = 'P999' where event_id > (select max(event_id) - 3 from langkah_berkas)");
        office.run(&["pull"]).expect_code(1);
        office
            .run(&["render", "--month", "2026-10", "--full", "--only", "buku_agenda_pendaftaran"])
            .expect_code_in(&[0, 1], "render");
        fs::write(office.path("kalender.toml"), "").unwrap();
        fs::write(office.path("lambang.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>")
            .unwrap();
        office.configure("# lambang = \"lambang.svg\"", "lambang = \"lambang.svg\"");
        let facts = office.facts();
        fs::create_dir(facts.join("targets")).unwrap();
        office.run(&["metrics", "--month", "2026-10"]).expect_code_in(&[0, 1], "metrics");
        office
    });
    let copied = made.copy();
    // A copy of a folder has the usual rights.
    #[cfg(unix)]
    for folder in ["laporan/2026-10_dinas", "archive/persons", "archive/quarantine"] {
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(copied.path(folder), owner_only).unwrap();
    }
    copied
}

/// Every file of an archive that a backup carries, with its bytes.
fn carried(archive: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = tree(archive);
    let is_lock = |path: &Path| ["_tertib/lock", "_tertib/access-lock"].iter().any(|lock| path == Path::new(lock));
    files.retain(|path, _| !path.starts_with("figures") && !is_lock(path));
    files
}

/// Restores a target into a folder that is not there yet; what was said, and the folder.
fn restored(target: &Path) -> (Ran, tempfile::TempDir) {
    let dir = tempfile::TempDir::new().unwrap();
    let into = dir.path().join("pulih");
    let ran = run(&["restore", &target.display().to_string(), &into.display().to_string()]);
    (ran, dir)
}
