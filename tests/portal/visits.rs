//! Every page as each of its people meets it who cannot see, has a narrow window, a printer without colours, or no script.
//!
//! What a screen reader is told is kept in `tests/aria/`; `TERTIB_PAGES=write cargo test --workspace --test portal everybody` writes it
//! anew, and with it the README's two pictures beside this file and the layout of every page in `tata_letak/`. Read what changed.

use crate::{Shown, office};
use std::sync::OnceLock;
use tests::serving::Clock;
use tests::tools::Tool;
use tests::{Office, root};

tests::part! {
    everybody_reads_every_page needs
        Tool::Chromium, Tool::Pdftoppm, Tool::Pdftotext, Tool::Python(&["playwright", "axe_playwright_python", "PIL"]);
}

/// A Tuesday morning after the last month of the office, at which no job is due: in seconds.
pub(crate) const MORNING_S: i64 = 1_794_274_200;

/// Seven months, the fewest with which one is compared.
pub(crate) fn seven_months() -> Office {
    static MADE: OnceLock<Office> = OnceLock::new();
    MADE.get_or_init(|| Office::demo(&["--months", "2026-04:2026-10", "--per-month", "40", "--seed", "5"])).copy()
}

fn everybody_reads_every_page() {
    let office = office(seven_months());
    let clock = Clock::of(&office);
    clock.set(MORNING_S, 100_000);
    let mut verify = clock.rules(office.command(&["run", "verifikasi"]));
    assert!(verify.output().unwrap().status.success());
    let serve = clock.rules(office.command(&["serve"]));
    let shown = Shown::of(office, serve);
    // What was checked is read, too.
    let officer = shown.sign_in("ti");
    for path in ["/verifikasi", "/rekonsiliasi/2026-10"] {
        crate::checks::checked(&shown, &officer, path, &[]);
    }
    let is_written = std::env::var_os("TERTIB_PAGES").is_some_and(|how| how == "write");
    let mut judge = Tool::Python(&["playwright", "axe_playwright_python", "PIL"]).command();
    judge.arg(root().join("tests/portal/visits.py")).arg(Tool::Chromium.path()).arg(shown.address.to_string());
    judge.arg(shown.office.folder()).args([root().join("tests/aria"), root().join("tests/portal")]);
    let of = |column: &str| {
        let sql = format!("select min({column}) from berkas");
        tests::sqlite_texts(&shown.office.path("kantor.sqlite"), &sql)[0].clone()
    };
    judge.arg(if is_written { "write" } else { "compare" }).args([of("berkas_id"), of("nik")]);
    // Who may see most comes first: of the others only what is different is kept.
    judge.args(["ti", "kepala", "auditor", "pelihat"]);
    drop((Tool::Pdftotext.path(), Tool::Pdftoppm.path()));
    let output = judge.output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{}", said.concat());
    assert_eq!(said[0].trim(), "108", "pages were visited");
}
