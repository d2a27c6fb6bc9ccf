//! Bad input: each case gets a clear message of one or two lines and the right exit code, without a panic, and nothing is lost.

mod commands;
mod rows;
mod setups;
mod sources;

use tests::Ran;

/// What every refusal must be: exit 2, one or two lines, no panic, no personal data.
fn refused(ran: Ran, says: &str) {
    clean(&ran.expect_refusal(&[says]));
}

fn clean(ran: &Ran) {
    assert!(!ran.err.contains("panicked") && !ran.err.contains("RUST_BACKTRACE"), "{}", ran.err);
    for text in [&ran.out, &ran.err] {
        assert!(!tests::holds_nik(text), "a NIK in the output:\n{text}");
        for name in ["AMINAH", "SANTOSO", "FAUZI", "/etc/passwd"] {
            assert!(!text.contains(name), "a name in the output:\n{text}");
        }
    }
}
