//! Every row of the source comes into the archive once: when it is pulled again, when it is late or was changed, when a pull is
//! interrupted or runs beside others, and when times, columns and keys have other forms.

use std::fs;
use tests::{Office, Ran, tree};

#[test]
fn a_second_pull_brings_nothing_and_late_rows_come_in() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let archive = tree(&office.path("archive"));
    assert_eq!(office.run(&["pull"]).expect_code(0).pulled().changes(), (0, 0));
    assert!(tree(&office.path("archive")) == archive, "a pull without news changed the archive");
    // Written late: its time of recording lies before the cursor, inside the window.
    office.sql(
        "insert into langkah_berkas select 900001, berkas_id, 7, 'operator', 'P071', null, selesai, 'selesai', null,
         null, null, datetime((select max(recorded_at) from langkah_berkas), '-3 days') from langkah_berkas where event_id = 7",
    );
    assert_eq!(office.run(&["pull"]).expect_code(0).pulled().new, 1);
    assert_eq!(office.events("event_id = 900001"), 1);
    // A row that is gone from the source stays in the archive.
    office.sql("delete from langkah_berkas where event_id = 900001");
    office.run(&["pull"]).expect_code(0);
    assert_eq!(office.events("event_id = 900001"), 1);
}

#[test]
fn a_change_in_any_column_is_a_correction() {
    let office = Office::unpulled();
    office.sql(
        "create table contoh as select * from workflow_events; create table ubah (n integer primary key, id integer, kolom text)",
    );
    office.configure("view = \"workflow_events\"", "view = \"contoh\"");
    office.run(&["pull"]).expect_code(0);
    // The latest rows, which the window brings again.
    let other =
        |column: &str| format!("(select o.{column} from contoh o where o.{column} is not contoh.{column} limit 1)");
    let mut columns: Vec<(&str, String, &str)> = vec![
        ("langkah", "4".into(), "langkah = 3 and hasil = 'selesai'"),
        ("hasil", "'kurang'".into(), "langkah = 2 and hasil = 'lengkap'"),
        ("kekurangan", "'kk'".into(), "kekurangan is null"),
        ("keterangan", "''".into(), "keterangan is null"),
        ("mulai", "null".into(), "mulai is not null"),
        (
            "recorded_at",
            "(select max(recorded_at) from contoh)".into(),
            "recorded_at < (select max(recorded_at) from contoh)",
        ),
    ];
    for column in ["pelaksana", "selesai", "tanggal_lahir", "pekon", "diterima"] {
        columns.push((column, other(column), "true"));
    }
    for column in ["berkas_id", "kolektif_id", "petugas_id", "jenis", "kewarganegaraan", "nik", "nama", "jenis_kelamin"]
    {
        columns.push((column, format!("{column} || 'X'"), "petugas_id is not null and nik is not null"));
    }
    for column in ["nomor_register", "tempat_lahir", "pembawa"] {
        columns.push((column, "'X'".into(), "true"));
    }
    assert_eq!(columns.len(), 22, "every column but the key");
    for (column, value, of) in columns {
        office.sql(&format!(
            "insert into ubah (id, kolom) select event_id, '{column}' from contoh
               where {of} and event_id not in (select id from ubah) order by recorded_at desc limit 1;
             update contoh set {column} = {value} where event_id = (select id from ubah order by n desc limit 1)"
        ));
    }
    let ran = office.run(&["pull"]).expect_code(1);
    let corrected = "SELECT event_id FROM events WHERE correction_of IS NOT NULL ORDER BY event_id";
    let corrected = office.run(&["query", corrected, "--format", "csv"]).expect_code(0).out;
    let corrected: Vec<&str> = corrected.lines().skip(1).collect();
    let unseen = format!("select kolom from ubah where id not in ({})", corrected.join(","));
    let unseen = tests::sqlite_texts(&office.path("kantor.sqlite"), &unseen);
    assert!(unseen.is_empty(), "changes not seen: {unseen:?}");
    assert_eq!(ran.pulled().changes(), (0, 22), "{}", ran.err);
    office.run(&["pull"]).expect_code(0);
}

#[test]
fn a_changed_row_becomes_a_correction_beside_the_first() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let last = "(select max(event_id) from langkah_berkas)";
    office.sql(&format!("update langkah_berkas set petugas_id = 'P999' where event_id = {last}"));
    let ran = office.run(&["pull"]).expect_code(1);
    assert!(ran.pulled().changes() == (0, 1) && ran.finds("W005"), "{}{}", ran.out, ran.err);
    assert_eq!(office.events("correction_of IS NOT NULL"), 1);
    assert_eq!(office.events("petugas_id = 'P999'"), 1);
    office.run(&["pull"]).expect_code(0);
    // Changed back: again a correction, and the figures follow the latest row.
    office.sql(&format!("update langkah_berkas set petugas_id = 'P101' where event_id = {last}"));
    office.run(&["pull"]).expect_code(1);
    assert_eq!(office.events("correction_of IS NOT NULL"), 2);
    let fresh = Office::unpulled();
    fresh.run(&["pull"]).expect_code(0);
    assert_eq!(office.figures("2026-10", 0), fresh.figures("2026-10", 0), "a correction must not count twice");
}

#[test]
fn a_pull_that_is_killed_leaves_a_whole_archive_and_the_next_one_completes() {
    let office = Office::unpulled();
    let undisturbed = {
        let other = Office::unpulled();
        other.run(&["pull"]).expect_code(0);
        other.run(&["query", tests::EVERY_EVENT, "--format", "csv"]).out
    };
    let began = std::time::Instant::now();
    office.run(&["pull"]).expect_code(0);
    let whole_pull = began.elapsed();
    let (mut killed, mut attempts) = (0, 0_u32);
    while killed < 25 && attempts < 400 {
        // Every pull has all the work before it, and is killed ever later in it.
        if office.path("archive/events/_delta_log").exists() {
            office.forget_archive();
        }
        let mut child = office.spawn(&["pull"]);
        std::thread::sleep(whole_pull * (attempts % 25) / 25);
        child.kill().unwrap();
        killed += i32::from(!child.wait().unwrap().success());
        attempts += 1;
        // Whole, or only decided on, or nothing at all.
        let ran = office.run(&["verify"]);
        let committed = office.commit(0).exists();
        // The next pull signs what this one has not.
        let unsigned = ran.finds("A027") && ran.out.contains("; 1 findings");
        let code = if committed { i32::from(unsigned) } else { 1 + i32::from(!ran.finds("A007")) };
        let ran = ran.expect_code(code);
        assert!(committed || ran.out.is_empty() || ran.out.contains("; 1 findings"), "{}", ran.out);
    }
    assert_eq!(killed, 25, "of {attempts} pulls");
    office.run(&["pull"]).expect_code(0);
    let query = ["query", tests::EVERY_EVENT, "--format", "csv"];
    assert_eq!(office.run(&query).expect_code(0).out, undisturbed);
    office.run(&["verify"]).expect_code(0);
}

#[test]
fn two_pulls_at_once_double_nothing() {
    let office = Office::unpulled();
    let children: Vec<_> = (0..4).map(|_| office.spawn(&["pull"])).collect();
    for child in children {
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert!(ran.code == 0 || ran.err.contains("another tertib is writing"), "{}", ran.err);
    }
    office.run(&["pull"]).expect_code(0);
    office.run(&["verify"]).expect_code(0);
    office.holds_once(office.events(""));
}

#[test]
fn an_interrupted_commit_is_said_so_and_completed_by_the_next_pull() {
    let office = Office::unpulled();
    office.run(&["pull"]).expect_code(0);
    let whole = tree(&office.path("archive"));
    // As if the power had failed after the decision: the intent is there, the parts are staged, the log is not.
    let archive = office.path("archive");
    let log = archive.join("events/_delta_log/00000000000000000000.json");
    let staging = archive.join("_tertib/staging/0-0");
    let commit = fs::read_to_string(&log).unwrap();
    let note: serde_json::Value = serde_json::from_str(commit.lines().next().unwrap()).unwrap();
    let mut files: Vec<serde_json::Value> = Vec::new();
    for line in commit.lines().skip(1) {
        let action: serde_json::Value = serde_json::from_str(line).unwrap();
        if let Some(add) = action.get("add") {
            let path = format!("events/{}", add["path"].as_str().unwrap());
            files.push(serde_json::json!({"path": path, "sha256": add["tags"]["sha256"], "size_bytes": add["size"], "rows": 0}));
        }
    }
    let note = &note["commitInfo"]["tertib"];
    files.extend(note["persons"].as_array().unwrap().iter().cloned());
    files.extend([note["outages"].clone(), note["stock"].clone()]);
    fs::create_dir_all(&staging).unwrap();
    fs::rename(&log, staging.join("commit.json")).unwrap();
    for file in files.iter().skip(1) {
        let path = file["path"].as_str().unwrap();
        fs::rename(archive.join(path), staging.join(path.replace('/', "~"))).unwrap();
    }
    let digest = tests::sha256_of(&staging.join("commit.json"));
    let intent = serde_json::json!({
        "version": 0, "staging": "_tertib/staging/0-0", "commit_sha256": digest, "files": files,
    });
    fs::write(archive.join("_tertib/intent-00000000000000000000.json"), intent.to_string()).unwrap();
    // The tree follows the commit.
    fs::remove_dir_all(archive.join("log")).unwrap();
    fs::remove_file(archive.join("_tertib/tree")).unwrap();
    // Nothing is in the log that could be vouched for.
    let ran = office.run(&["verify"]).expect_code(1);
    assert!(ran.finds("A007") && ran.out.contains("; 1 findings"), "{}", ran.out);
    let pulled = office.run(&["pull"]).expect_code(0).pulled();
    assert_eq!(pulled.new, 0, "the interrupted commit was not rolled forward");
    assert!(tree(&archive) == whole, "the archive is not what it would have been");
}

/// The figures of a source, with the database changed and the configuration adapted.
fn figures_of(change: &str, configure: &[(&str, &str)]) -> serde_json::Value {
    let office = Office::unpulled();
    office.sql(change);
    for (from, to) in configure {
        office.configure(from, to);
    }
    office.run(&["pull"]).expect_code(0);
    office.figures("2026-10", 0)
}

#[test]
fn the_offices_own_times_names_and_keys_give_the_same_figures() {
    let plain = figures_of("", &[]);
    let local = |column: &str| format!("strftime('%Y-%m-%d %H:%M:%S', {column}, '+7 hours')");
    let times = format!(
        "update langkah_berkas set mulai = {}, selesai = {}, recorded_at = {}; update kolektif set diterima = {};
         update gangguan set mulai = {}, selesai = {}",
        local("mulai"),
        local("selesai"),
        local("recorded_at"),
        local("diterima"),
        local("mulai"),
        local("selesai"),
    );
    assert_eq!(figures_of(&times, &[]), plain, "times without a zone are the office's");
    let renamed = figures_of(
        "alter table langkah_berkas rename column langkah to step",
        &[("# [source.columns]\n# langkah = \"step\"", "[source.columns]\nlangkah = \"step\"")],
    );
    assert_eq!(renamed, plain, "columns may have the office's names");
    let text_keys = "create view kunci_teks as select printf('E%09d', event_id) as event_id, recorded_at, berkas_id,
        kolektif_id, langkah, pelaksana, petugas_id, mulai, selesai, hasil, kekurangan, nomor_register, keterangan, jenis,
        kewarganegaraan, nik, nama, jenis_kelamin, tempat_lahir, tanggal_lahir, pekon, pembawa, diterima
        from workflow_events";
    let keyed = figures_of(text_keys, &[("view = \"workflow_events\"", "view = \"kunci_teks\"")]);
    assert_eq!(keyed, plain, "keys may be text");
}
