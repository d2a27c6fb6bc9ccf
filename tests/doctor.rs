//! The doctor: nothing is wrong with a healthy office, and each fault that is made in one is found under its code and no other.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]
#![expect(clippy::disallowed_methods, reason = "the doctor looks at the real clock")]

use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};
use tests::servers::Server;
use tests::tools::{Mounted, Tool};
use tests::trials::Trials;
use tests::{Office, Ran, covered, covered_with_ramadan};

/// The doctor must be done by then, also on a busy machine.
const LIMIT: Duration = Duration::from_secs(20);

/// A fault: its name, the exit code, what is found, and how it is made. What is made may name variables of the environment.
struct Fault(&'static str, i32, &'static [&'static str], fn(&Office) -> Vec<(&'static str, String)>);

const FAULTS: &[Fault] = &[
    // The configuration and what stands beside it.
    Fault("misspelt_key", 2, &["P001"], |o| edit(o, "lookback-days", "lookback-hari")),
    Fault("no_toml", 2, &["P001"], |o| edit(o, "[archive]", "[archive")),
    Fault("unknown_zone", 2, &["P001"], |o| edit(o, "# zone = \"UTC\"", "zone = \"Asia/Tanggamus\"")),
    Fault("day_that_never_comes", 2, &["P001"], |o| edit(o, "cron = \"0 18 * * 1-5\"", "cron = \"0 18 31 2 *\"")),
    Fault("two_jobs_of_one_name", 2, &["P001"], |o| edit(o, "name = \"verifikasi\"", "name = \"tarik\"")),
    Fault("configuration_of_notepad", 2, &["P001"], |o| {
        let text = fs::read_to_string(o.path("tertib.toml")).unwrap();
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        write(o, "tertib.toml", &[vec![0xFF, 0xFE], utf16].concat())
    }),
    Fault("broken_calendar", 2, &["P002"], |o| write(o, "kalender.toml", b"[[closed]]\nfrom = \"besok\"\n")),
    Fault("broken_decisions", 2, &["P002"], |o| write(o, "target.toml", b"[[decision]]\ntarget = \"x\"\n")),
    Fault("facts_that_are_not_there", 2, &["P002"], |o| edit(o, "# facts = \"fakta\"", "facts = \"fakta\"")),
    // The source.
    Fault("database_moved_away", 2, &["P003"], |o| remove(o, "kantor.sqlite")),
    Fault("folder_for_a_database", 2, &["P003"], |o| {
        remove(o, "kantor.sqlite");
        fs::create_dir(o.path("kantor.sqlite")).unwrap();
        Vec::new()
    }),
    Fault("url_without_a_kind", 2, &["P003"], |o| edit(o, "sqlite:kantor.sqlite", "kantor.sqlite")),
    Fault("server_that_is_off", 2, &["P003"], |o| edit(o, "sqlite:kantor.sqlite", "postgres://127.0.0.1:1/kantor")),
    Fault("silent_server", 2, &["P003"], |o| {
        // A listener that is never asked for its connections lets clients wait.
        let silent: &'static _ = Box::leak(Box::new(std::net::TcpListener::bind("127.0.0.1:0").unwrap()));
        let url = format!("postgres://{}/kantor", silent.local_addr().unwrap());
        edit(o, "sqlite:kantor.sqlite", &url)
    }),
    Fault("source_in_a_home", 2, &["P010"], |o| edit(o, "sqlite:kantor.sqlite", "sqlite:/home/kantor.sqlite")),
    Fault("files_of_a_session", 2, &["P010"], |o| edit(o, "sqlite:kantor.sqlite", "csv:/run/user/1000/ekspor")),
    Fault("no_such_view", 2, &["P004"], |o| edit(o, "view = \"workflow_events\"", "view = \"peristiwa\"")),
    Fault("column_of_another_name", 2, &["P004"], |o| {
        edit(o, "# [source.columns]\n# langkah = \"step\"", "[source.columns]\nlangkah = \"step\"")
    }),
    Fault("unknown_column", 0, &["S001"], |o| {
        o.sql("create view lebar as select *, 1 as warna from workflow_events");
        edit(o, "view = \"workflow_events\"", "view = \"lebar\"")
    }),
    Fault("slow_view", 1, &["P009"], |o| {
        o.sql(
            "create view lambat as select e.* from workflow_events e, (with recursive n(i) as
             (select 1 union all select i + 1 from n where i < 1000000000) select max(i) as i from n) where i > 0",
        );
        edit(o, "view = \"workflow_events\"", "view = \"lambat\"")
    }),
    Fault("word_of_another_office", 1, &["V004"], |o| {
        o.sql("update langkah_berkas set hasil = 'GAGAL CETAK' where hasil = 'gagal_cetak' or event_id = 7");
        Vec::new()
    }),
    // The key, and who may read and write.
    Fault("lost_key", 2, &["P011"], |o| remove(o, "kunci.key")),
    Fault("no_key", 2, &["P011"], |o| write(o, "kunci.key", b"bukan kunci\n")),
    Fault("key_of_another_office", 2, &["A022"], |o| write(o, "kunci.key", "ab".repeat(32).as_bytes())),
    Fault("key_for_everybody", 2, &["P012"], |o| restrict(o, "kunci.key", 0o644)),
    Fault("key_for_the_group", 2, &["P012"], |o| restrict(o, "kunci.key", 0o620)),
    Fault("lost_signing_key", 1, &["P037"], |o| remove(o, "penanda.key")),
    Fault("no_signing_key", 2, &["P035"], |o| write(o, "penanda.key", b"bukan kunci\n")),
    Fault("signing_key_of_another_office", 1, &["P037"], |o| write(o, "penanda.key", "ab".repeat(32).as_bytes())),
    Fault("signing_key_for_everybody", 2, &["P036"], |o| restrict(o, "penanda.key", 0o444)),
    Fault("folder_for_everybody", 1, &["P014"], |o| restrict(o, "", 0o777)),
    Fault("configuration_for_everybody", 1, &["P014"], |o| restrict(o, "tertib.toml", 0o666)),
    Fault("archive_for_everybody", 1, &["P015"], |o| restrict(o, "archive", 0o777)),
    Fault("password_for_everybody", 1, &["P016"], |o| {
        write(o, "url.txt", format!("sqlite:{}", o.place("kantor.sqlite")).as_bytes());
        restrict(o, "url.txt", 0o644);
        edit(o, "url = \"sqlite:kantor.sqlite\"", "url-file = \"url.txt\"")
    }),
    Fault("open_private_table", 1, &["P017"], |o| restrict(o, "archive/persons", 0o755)),
    Fault("open_full_copies", 1, &["P017"], |o| {
        fs::create_dir_all(o.path("laporan/2026-10_dinas")).unwrap();
        restrict(o, "laporan/2026-10_dinas", 0o755)
    }),
    // The archive.
    Fault("no_archive", 0, &["P019"], |o| {
        o.forget_archive();
        Vec::new()
    }),
    Fault("damaged_log", 2, &["P018"], |o| {
        fs::write(o.commit(0), "{").unwrap();
        Vec::new()
    }),
    Fault("archive_of_another_zone", 2, &["P018"], |o| {
        edit(o, "zona = \"WIB\"", "zona = \"WITA\"");
        vec![("TZ", "Asia/Makassar".to_owned())]
    }),
    Fault("old_data", 1, &["K001", "P020"], |o| {
        o.forget_archive();
        o.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
        Vec::new()
    }),
    // Disk, zone and clock.
    Fault("file_for_a_folder", 2, &["P021"], |o| {
        fs::remove_dir_all(o.path("laporan")).unwrap();
        write(o, "laporan", b"")
    }),
    Fault("computer_in_another_zone", 0, &["P026"], |_| vec![("TZ", "America/New_York".to_owned())]),
    Fault("rules_of_another_zone", 1, &["P027"], |o| {
        fs::create_dir_all(o.path("zona/Asia")).unwrap();
        write(o, "zona/Asia/Jakarta", &rules("WITA-8"));
        vec![("TZDIR", o.place("zona"))]
    }),
    Fault("clock_behind_the_configuration", 2, &["P028"], |o| date_forward(o, "tertib.toml")),
    Fault("clock_behind_the_archive", 2, &["P028"], |o| date_forward(o, "archive/_tertib/head")),
    // The calendar and the targets.
    Fault("calendar_that_ends", 1, &["P030"], |o| {
        let soon = today() + chrono::Days::new(20);
        let hours = fs::read_to_string(tests::root().join("schemas/data/calendar/jam_kerja.toml")).unwrap();
        fs::create_dir_all(o.facts().join("calendar")).unwrap();
        remove(o, "kalender.toml");
        write(o, "fakta/calendar/jam_kerja.toml", hours.replace("2027-12-31", &soon.to_string()).as_bytes())
    }),
    Fault("ramadan_without_hours", 1, &["P031"], |o| {
        let feast = today() + chrono::Days::new(50);
        fs::create_dir_all(o.facts().join("calendar")).unwrap();
        let holidays = format!(
            "tanggal,hari,jenis,nama,nama_en,perkiraan\n{feast},,libur_nasional,Hari Raya Idul Fitri,Eid al-Fitr,ya\n"
        );
        write(o, "kalender.toml", covered().as_bytes());
        write(o, "fakta/calendar/libur_2020_2027.csv", holidays.as_bytes())
    }),
    Fault("targets_without_a_value", 0, &["P032"], |o| remove(o, "target.toml")),
    Fault("target_that_numbers_a_person", 1, &["T003"], |o| {
        let entered = fs::read_to_string(o.path("target.toml")).unwrap();
        assert!(entered.contains("source = \""), "{entered}");
        let with_a_nik = entered.replacen("source = \"", "source = \"NIK 1806 0101 0190 9001, ", 1);
        write(o, "target.toml", with_a_nik.as_bytes())
    }),
    Fault("no_target_in_force", 1, &["T001"], |o| {
        fs::create_dir_all(o.facts().join("targets")).unwrap();
        let old = fs::read_to_string(tests::root().join("schemas/data/targets/nasional_14_hari_kerja.toml")).unwrap();
        remove(o, "target.toml");
        let ended = old.replace("valid_from", "valid_to = \"2019-12-31\"\nvalid_from");
        write(o, "fakta/targets/nasional_14_hari_kerja.toml", ended.as_bytes())
    }),
    // Jobs and pages.
    Fault("nobody_pulls", 1, &["J030"], |o| edit(o, "task = \"pull\"", "task = \"verify\"")),
    Fault("nobody_verifies", 1, &["J031"], |o| edit(o, "task = \"verify\"", "task = \"pull\"")),
    Fault("nobody_prints", 0, &["J032"], |o| edit(o, "task = \"monthly-reports\"", "task = \"verify\"")),
    Fault("day_that_the_office_never_has", 2, &["J007"], |o| {
        edit(o, "cron = \"0 8 * * 1\"", "cron = \"0 8 1 * *\"\nwhen = \"hari-kerja 20\"")
    }),
    // Who runs the jobs.
    Fault("nobody_serves_yet", 0, &["J033"], |o| recall(o, "delete from slot; delete from job")),
    Fault("nobody_serves_any_more", 2, &["J004"], |o| {
        recall(o, "delete from slot; update job set since_s = since_s - 864000")
    }),
    Fault("scheduler_that_hangs", 2, &["J035"], |o| serving(o, 3_600, "null")),
    Fault("clock_that_is_not_believed", 2, &["T011"], |o| serving(o, 10, "\"T011\"")),
    // The key on paper, and backups.
    Fault("no_copy_of_the_key", 1, &["K019", "K019"], |o| recall(o, "delete from backups where kind = 'key'")),
    Fault("copy_of_another_key", 1, &["K019", "K019"], |o| {
        recall(o, "update backups set message = 'abcdefgh' where kind = 'key'")
    }),
    Fault("no_target", 0, &["K020"], |o| edit(o, BACKUP, "")),
    Fault("nobody_backs_up", 1, &["J036"], |o| edit(o, "task = \"backup\"", "task = \"verify\"")),
    Fault("old_backup", 1, &["K010"], |o| {
        recall(o, &format!("update backups set at = '{}' where kind <> 'key'", days_ago(20)))
    }),
    Fault("backup_that_nobody_tried", 1, &["K014"], |o| {
        let old = format!("update backups set at = '{}' where kind = 'backup';", days_ago(120));
        recall(o, &format!("{old} {ANOTHER_BACKUP}"))
    }),
    Fault("backup_that_failed", 2, &["K016"], |o| {
        recall(o, &format!("{ANOTHER_BACKUP}; update backups set outcome = 'failed', number = null where id = {LAST}"))
    }),
    Fault("backup_that_has_lost_files", 2, &["K013"], |o| {
        recall(o, &format!("update backups set outcome = 'findings', codes = 'K013' where id = {LAST}"))
    }),
    // Channels.
    Fault("one_channel", 0, &["N004"], |o| edit(o, "name = \"dua\"", "name = \"dua\"\ntells = [\"reports\"]")),
    Fault("whatsapp_alone", 1, &["N005"], |o| {
        let whatsapp = "type = \"webhook\"\npreset = \"fonnte\"\nsecret-file = \"sandi\"\nto = [\"62812\"]\n";
        for name in ["satu", "dua"] {
            edit(o, &channel(name), &format!("[[channel]]\nname = \"{name}\"\n{whatsapp}"));
        }
        Vec::new()
    }),
    Fault("channel_that_takes_nothing", 1, &["N002"], |o| recall(o, &format!("{MESSAGE} 'waiting', 20, null)"))),
    Fault("channel_that_took_nothing_for_a_week", 2, &["N001"], |o| {
        recall(o, &format!("{MESSAGE} 'given-up', 0, unixepoch() + 60)"))
    }),
    Fault("damaged_history", 2, &["J034"], |o| write(o, "riwayat.sqlite", &[b'x'; 8_192])),
    Fault("templates_that_are_not_there", 1, &["P033"], |o| {
        edit(o, "# templates = \"templates\"", "templates = \"templates\"")
    }),
    Fault("crest_that_is_not_there", 1, &["P033"], |o| {
        edit(o, "# lambang = \"lambang.svg\"", "lambang = \"lambang.svg\"")
    }),
    Fault("typst_that_is_not_there", 1, &["P034"], |o| {
        edit(o, "# [render]\n# typst = \"/usr/local/bin/typst\"", "[render]\ntypst = \"tidak/ada\"")
    }),
];

/// What an office that is set up for years has beside what `init` writes.
const BACKUP: &str = "\n[[backup]]\nname = \"usb\"\ntarget = \"cadangan\"\nencrypted = \"luks\"\n";
const BACKUPS: &str = "\n[[job]]\nname = \"cadangan\"\ntask = \"backup\"\ncron = \"0 19 * * 1-5\"\n";

/// The last backup in the history, and one more like it.
const LAST: &str = "(select max(id) from backups where kind = 'backup')";
const ANOTHER_BACKUP: &str =
    "insert into backups (target, place, kind, at, outcome, codes, message, number, files, bytes, whole)
    select target, place, kind, strftime('%Y-%m-%dT%H:%M:%SZ'), outcome, codes, message, number, files, bytes, whole
    from backups where kind = 'backup'";

/// A message whose state, attempts and end follow.
const MESSAGE: &str =
    "insert into outbox (id, channel, receiver, kind, key, letter, made_s, not_before_s, state, attempts, settled_s)
    values ('1', 'satu', '', 'alarm', 'J001/tarik', json('{\"id\":\"1\",\"in_reply_to\":null,\"written\":\"2026-01-01T00:00:00Z\",\"office\":\"\",\"kind\":\"alarm\",
    \"severity\":\"\",\"code\":\"\",\"subject\":\"\",\"text\":\"\",\"attachment\":null}'), unixepoch(), 0,";

fn channel(name: &str) -> String {
    format!("[[channel]]\nname = \"{name}\"\ntype = \"command\"\nprogram = \"/bin/true\"\n")
}

fn main() -> ExitCode {
    let mut trials = Trials::default();
    trials.add("a_healthy_office_is_well", &[], a_healthy_office_is_well);
    trials.add("the_verdict_is_last", &[], the_verdict_is_last);
    trials.add("a_remedy_heals", &[], a_remedy_heals);
    trials.add("a_job_examines_every_week", &[], a_job_examines_every_week);
    for Fault(name, code, expected, make) in FAULTS {
        trials.add(format!("fault: {name}"), &[], move || {
            let office = healthy();
            let environment = make(&office);
            let (answer, found) = examined(&office, &environment, *code);
            assert_eq!(found, *expected, "{answer:#}");
        });
    }
    let full: [(&str, &str, &str, i32); 3] = [
        ("little_room", "size=200m", "P022", 1),
        ("no_room", "size=8m", "P023", 2),
        ("no_more_files", "nr_inodes=900", "P024", 1),
    ];
    for (name, options, code, exit) in full {
        trials.add(format!("fault: {name}"), &[Tool::Mount], move || {
            let office = healthy();
            let disk = Mounted::new(&office.path("laporan"), options);
            assert_eq!(examined(&office, &[], exit).1, [code]);
            drop(disk);
        });
    }
    trials.each_server("a_server_tells_of_itself", &[], a_server_tells_of_itself);
    trials.run()
}

fn today() -> chrono::NaiveDate {
    chrono::DateTime::<chrono::Utc>::from(SystemTime::now()).date_naive()
}

/// An office in which nothing is to be done: its data are of today, its targets have values, its calendar goes on.
/// Compares the papers of both keys with them.
fn confirm_keys(office: &Office) {
    for key in ["kunci.key", "penanda.key"] {
        let mut confirm = office.command(&["key", "confirm"]);
        Ran::from(confirm.stdin(fs::File::open(office.path(key)).unwrap()).output().unwrap()).expect_code(0);
    }
}

fn healthy() -> Office {
    static MADE: OnceLock<Office> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let office = Office::unpulled();
        write(&office, "kalender.toml", covered_with_ramadan().as_bytes());
        write(&office, "target.toml", office.decisions().as_bytes());
        let config = fs::read_to_string(office.path("tertib.toml")).unwrap();
        let config = [&config, BACKUP, BACKUPS, "\n", &channel("satu"), &channel("dua")].concat();
        write(&office, "tertib.toml", config.as_bytes());
        office.run(&["pull", "--at", &days_ago(40)]).expect_code_in(&[0, 1], "pull");
        office.run(&["pull"]).expect_code(0);
        office.run(&["serve", "--once"]).expect_code(0);
        office.run(&["run", "verifikasi"]).expect_code(0);
        office.run(&["backup"]).expect_code(0);
        confirm_keys(&office);
        office
    });
    let office = made.copy();
    for (path, mode) in [
        ("", 0o755),
        ("kunci.key", 0o600),
        ("penanda.key", 0o400),
        ("archive/persons", 0o700),
        ("archive/quarantine", 0o700),
    ] {
        if office.path(path).exists() {
            restrict(&office, path, mode);
        }
    }
    office
}

fn days_ago(days: u64) -> String {
    let then = chrono::DateTime::<chrono::Utc>::from(SystemTime::now()) - chrono::Days::new(days);
    then.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Changes what the history remembers.
fn recall(office: &Office, statements: &str) -> Vec<(&'static str, String)> {
    tests::sqlite(&office.path("riwayat.sqlite"), statements);
    Vec::new()
}

/// As if `serve` ran, looked so many seconds ago and found that of the clock.
fn serving(office: &Office, seconds: i64, clock_fault: &str) -> Vec<(&'static str, String)> {
    let at_s = chrono::DateTime::<chrono::Utc>::from(SystemTime::now()).timestamp() - seconds;
    let beat = format!(
        "{{\"process\":1,\"at_s\":{at_s},\"clock_fault\":{clock_fault},\"held\":[],\"configuration_fault\":null}}"
    );
    write(office, ".serve.lock", beat.as_bytes());
    // Until the test program ends.
    let lock: &'static fs::File = Box::leak(Box::new(fs::File::open(office.path(".serve.lock")).unwrap()));
    lock.lock().unwrap();
    Vec::new()
}

/// What the doctor answers, and the codes that it finds.
#[track_caller]
fn examined(office: &Office, environment: &[(&str, String)], code: i32) -> (Value, Vec<String>) {
    let began = Instant::now();
    let answer = doctor(office, environment, &["--format", "json"]).expect_code(code).json();
    assert!(began.elapsed() < LIMIT, "{:?}", began.elapsed());
    let checks = answer["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 22);
    let found = checks.iter().flat_map(|check| check["findings"].as_array().unwrap());
    let mut found: Vec<String> = found.map(|found| found["code"].as_str().unwrap().to_owned()).collect();
    found.sort();
    (answer, found)
}

fn doctor(office: &Office, environment: &[(&str, String)], arguments: &[&str]) -> Ran {
    let mut command = office.command(&[&["doctor"], arguments].concat());
    // The zone of the machine under test is not that of the tests.
    command.env("TZ", "Asia/Jakarta").envs(environment.iter().map(|(name, value)| (name, value)));
    command.output().unwrap().into()
}

fn edit(office: &Office, from: &str, to: &str) -> Vec<(&'static str, String)> {
    office.configure(from, to);
    Vec::new()
}

fn write(office: &Office, name: &str, bytes: &[u8]) -> Vec<(&'static str, String)> {
    if name.ends_with(".key") {
        office.put_key(name, bytes);
    } else {
        fs::write(office.path(name), bytes).unwrap();
    }
    Vec::new()
}

fn remove(office: &Office, name: &str) -> Vec<(&'static str, String)> {
    fs::remove_file(office.path(name)).unwrap();
    Vec::new()
}

fn restrict(office: &Office, name: &str, mode: u32) -> Vec<(&'static str, String)> {
    fs::set_permissions(office.path(name), fs::Permissions::from_mode(mode)).unwrap();
    Vec::new()
}

/// As if a file had been written in a year to come.
fn date_forward(office: &Office, name: &str) -> Vec<(&'static str, String)> {
    let later = SystemTime::now() + Duration::from_secs(86_400);
    fs::File::options().append(true).open(office.path(name)).unwrap().set_modified(later).unwrap();
    Vec::new()
}

/// The rules of a zone without transitions, as the system keeps them.
fn rules(rule: &str) -> Vec<u8> {
    let head = |counts: [u32; 6]| [b"TZif2".to_vec(), vec![0; 15], counts.map(u32::to_be_bytes).concat()].concat();
    let kind = [28_800_u32.to_be_bytes().to_vec(), vec![0, 0]].concat();
    [head([0; 6]), head([0, 0, 0, 0, 1, 5]), kind, b"WITA\0".to_vec(), format!("\n{rule}\n").into_bytes()].concat()
}

fn a_healthy_office_is_well() {
    let office = healthy();
    let before = tests::tree(office.folder());
    let (answer, found) = examined(&office, &[], 0);
    assert!(found.is_empty() && answer["state"] == "good", "{answer:#}");
    for check in answer["checks"].as_array().unwrap() {
        assert!(check["examined"] == true && check["state"] == "good", "{check:#}");
    }
    assert!(tests::tree(office.folder()) == before, "the doctor has changed something");
    let said = doctor(&office, &[], &[]).expect_code(0).out;
    assert!(said.ends_with("Pemeriksaan sistem: semua baik.\n"), "{said}");
}

/// Never "all is well" above a fault, and whatever was found stands above the verdict in the officer's language.
fn the_verdict_is_last() {
    let office = healthy();
    restrict(&office, "archive", 0o777);
    remove(&office, "target.toml");
    let verdict = |arguments: &[&str], code| {
        let said = doctor(&office, &[], arguments).expect_code(code).out;
        (said.lines().last().unwrap().to_owned(), said)
    };
    let (last, said) = verdict(&[], 1);
    assert!(
        last.contains("perlu perhatian (peringatan: 1)") && said.contains("P015") && said.contains("P032"),
        "{said}"
    );
    remove(&office, "kunci.key");
    let (last, said) = verdict(&["--lang", "en"], 2);
    assert!(last.contains("the next jobs will fail") && !said.contains("well"), "{said}");
    let places: Vec<usize> = ["P032", "P015", "P011"].iter().map(|code| said.find(code).unwrap()).collect();
    assert!(places.is_sorted(), "what is gravest stands nearest to the verdict: {said}");
    office.configure("[office]", "[kantor]");
    let (last, said) = verdict(&["--lang", "en"], 2);
    assert!(last.contains("will fail") && said.contains("not examined, because of the above: source,"), "{said}");
}

/// What a doctor says to do is done, and then nothing is said any more.
fn a_remedy_heals() {
    let office = healthy();
    office.forget_archive();
    office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    for (place, mode) in [("archive", 0o777), ("archive/persons", 0o755), ("kunci.key", 0o644), ("", 0o777)] {
        restrict(&office, place, mode);
    }
    let answer = examined(&office, &[], 2).0;
    let found: Vec<&Value> =
        answer["checks"].as_array().unwrap().iter().flat_map(|c| c["findings"].as_array().unwrap()).collect();
    assert!(found.len() >= 5, "{answer:#}");
    // The key first, without which nothing is pulled.
    for found in found {
        let command = found["remedy"].as_str().unwrap().split('`').nth(1).unwrap();
        let place = found["place"].as_str().unwrap();
        match command.strip_prefix("tertib ") {
            Some(command) => drop(office.run(&[command]).expect_code_in(&[0, 1], command)),
            None => assert_eq!(tests::pasted(&format!("/bin/{command} {place}"), office.folder()).code, 0, "{command}"),
        }
    }
    assert!(examined(&office, &[], 0).1.is_empty());
}

/// What a run of the job finds stands in the history, until a run finds nothing.
fn a_job_examines_every_week() {
    let office = healthy();
    let of_the_job = || {
        let status = office.status();
        let codes = status["conditions"].as_array().unwrap().iter();
        codes.filter(|one| one["of"] == "periksa").map(|one| one["code"].to_string()).collect::<Vec<_>>()
    };
    let ran_with_code = |code| {
        let mut job = office.command(&["run", "periksa"]);
        Ran::from(job.env("TZ", "Asia/Jakarta").output().unwrap()).expect_code(code)
    };
    ran_with_code(0);
    assert!(of_the_job().is_empty());
    remove(&office, "target.toml");
    // A note is nothing to be told of.
    ran_with_code(0);
    recall(&office, "delete from backups where kind = 'key'");
    let said = ran_with_code(1);
    assert!(said.err.contains("K019") && said.err.contains("tertib key print"), "{}", said.err);
    assert_eq!(of_the_job(), ["\"J005\""]);
    let last = tests::sqlite_texts(&office.path("riwayat.sqlite"), "select message from run order by id desc limit 1");
    assert_eq!(last, ["22 checks, 0 not examined, 3 findings K019 K019 P032"]);
    assert!(
        examined(&office, &[], 1).1 == ["K019", "K019", "P032"],
        "the job's own findings are no finding of the doctor"
    );
    confirm_keys(&office);
    ran_with_code(0);
    assert!(of_the_job().is_empty());
}

/// Rows that no index finds, and a user who may write. The server's clock is that of the computer.
fn a_server_tells_of_itself(server: &mut dyn Server) {
    server.contract_table(150_000);
    let office = healthy();
    office.forget_archive();
    office.configure("sqlite:kantor.sqlite", &server.reader());
    office.configure("outages = \"gangguan\"\n", "");
    office.configure("stock = \"blangko\"\n", "");
    restrict(&office, "tertib.toml", 0o600);
    assert_eq!(examined(&office, &[], 1).1, ["P006", "P019"]);
    server.sql("create index menurut_waktu on workflow_events (recorded_at)");
    assert_eq!(examined(&office, &[], 0).1, ["P019"]);
    office.configure(&server.reader(), &server.owner());
    assert_eq!(examined(&office, &[], 2).1, ["P005", "P019"]);
    office.configure("lookback-days", "may-write = true\nlookback-days");
    assert_eq!(examined(&office, &[], 0).1, ["P019", "S003"]);
}
