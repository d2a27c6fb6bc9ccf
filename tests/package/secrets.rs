//! The URL of the source and the key lie in files of their own, or are handed over by systemd.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use tests::{Office, Ran};

tests::part! {
    the_url_is_read_from_a_file;
    a_credential_goes_before_the_file_of_its_name;
    what_tertib_keeps_lies_in_the_folder_that_is_named;
}

/// The small office, whose URL stands in a file beside the configuration.
fn office() -> Office {
    let office = Office::small();
    let text = fs::read_to_string(office.path("tertib.toml")).unwrap();
    let line = text.lines().find(|line| line.starts_with("url = ")).unwrap().to_owned();
    fs::write(office.path("source-url"), "sqlite:kantor.sqlite\n").unwrap();
    office.configure(&line, "url-file = \"source-url\"");
    office
}

fn the_url_is_read_from_a_file() {
    let office = office();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    for (content, said) in [("", "must hold one line"), ("a\nb\n", "must hold one line")] {
        fs::write(office.path("source-url"), content).unwrap();
        let ran = office.run(&["pull"]).expect_code(2);
        assert!(ran.err.contains(said) && ran.err.contains("source-url"), "{}", ran.err);
    }
    fs::remove_file(office.path("source-url")).unwrap();
    let ran = office.run(&["pull"]).expect_code(2);
    assert!(ran.err.contains("cannot read the URL of the source from"), "{}", ran.err);
    office.run_with_source(&format!("sqlite:{}", office.place("kantor.sqlite")), &["pull"]).expect_code_in(&[0, 1], "");
    office.configure("\nurl-file = ", "\nurl = \"sqlite:kantor.sqlite\"\nurl-file = ");
    let ran = office.run(&["pull"]).expect_code(2);
    assert!(ran.err.contains("keep one of them"), "{}", ran.err);
}

fn a_credential_goes_before_the_file_of_its_name() {
    let office = office();
    let credentials = tempfile::TempDir::new().unwrap();
    let pull = || -> Ran {
        let mut pull = office.command(&["pull"]);
        pull.env("CREDENTIALS_DIRECTORY", credentials.path()).output().unwrap().into()
    };
    pull().expect_code_in(&[0, 1], "nothing was handed over");
    fs::rename(office.path("source-url"), credentials.path().join("source-url")).unwrap();
    fs::rename(office.path("kunci.key"), credentials.path().join("kunci.key")).unwrap();
    // systemd may show the access of the service as one of the group; for a file of the office's own that is a fault.
    let key = credentials.path().join("kunci.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o440)).unwrap();
    pull().expect_code_in(&[0, 1], "both were handed over");
    let ran = office.run(&["pull"]).expect_code(2);
    assert!(ran.err.contains("source-url"), "{}", ran.err);
}

fn what_tertib_keeps_lies_in_the_folder_that_is_named() {
    let office = Office::small();
    fs::create_dir(office.path("var")).unwrap();
    office.configure("# state = \"/var/lib/tertib\"", "state = \"var\"");
    office.run(&["run", "verifikasi"]).expect_code(0);
    assert!(office.path("var/riwayat.sqlite").exists() && !office.path("riwayat.sqlite").exists());
}
