//! Judges that are not ours: the Python reference on three databases, other readers of the Delta table, and poppler, PDFBox and
//! others on the documents.
//!
//! A judge may be missing on a newcomer's machine; `trials.rs` says what happens then.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set up must stop")]

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use pipeline::{InclusionProof, Key, Provable, SigningKey, WriterLock};
use schemas::Zone;
use serde_json::Value;
use sha2::Sha256;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;
use tests::forger::{Forger, with_text};
use tests::reference::Reference;
use tests::servers::{PASSWORD, Server};
use tests::tools::{JARS, Tool};
use tests::{Office, Ran, make_office, root, run, run_in};

const SEEDS: [u32; 2] = [7, 11];
const MONTHS: [&str; 3] = ["2026-08", "2026-09", "2026-10"];

tests::trials! {
    reference_on_sqlite needs PYTHON;
    reference on each_server needs PYTHON;
    postgres_edges on postgres needs PYTHON;
    other_readers needs READERS;
    pdf_says_what_the_rows_say needs Tool::Pdftotext;
    pdf_pages_and_fonts needs Tool::Pdftotext, Tool::Pdfinfo, Tool::Pdffonts;
    pdf_a_by_preflight needs Tool::Preflight;
    workbooks_and_schema needs SHEETS;
    the_printed_code_is_scanned needs Tool::Pdfinfo, Tool::Pdftoppm, Tool::Zbarimg;
    the_log_is_what_others_make needs PYTHON, TREES, BAGS, Tool::Openssl, Tool::Sha256sum;
    proofs_are_those_of_another_tree;
}

const PYTHON: Tool = Tool::Python(&[]);
const READERS: Tool = Tool::Python(&["deltalake", "duckdb", "polars"]);
const TREES: Tool = Tool::Python(&["duckdb", "pymerkle"]);
const BAGS: Tool = Tool::Python(&["bagit", "duckdb"]);
const SHEETS: Tool = Tool::Python(&["openpyxl", "jsonschema"]);

/// An invented office by seed.
struct Made {
    dir: TempDir,
    /// The reference's figures of each month.
    truth: Value,
}

impl Made {
    fn database(&self) -> std::path::PathBuf {
        self.dir.path().join("kantor.sqlite")
    }
}

/// The office of a seed; made, and asked the reference about, once.
fn made(seed: u32) -> &'static Made {
    static MADE: [OnceLock<Made>; SEEDS.len()] = [const { OnceLock::new() }; SEEDS.len()];
    let at = SEEDS.iter().position(|made| *made == seed).unwrap();
    MADE[at].get_or_init(|| {
        let dir = TempDir::new().unwrap();
        let database = dir.path().join("kantor.sqlite");
        make_office(&database, seed);
        let truth = Reference::start().figures(&database, Zone::Wib, &MONTHS.map(|month| month.parse().unwrap()));
        Made { dir, truth }
    })
}

/// Figures of three months are the reference's, key for key and integer for integer.
fn equals_reference(pulled: &Office, truth: &Value) {
    for month in MONTHS {
        let ours = pulled.figures(month, 0);
        let truth = &truth[month];
        for (figure, value) in truth.as_object().unwrap() {
            assert_eq!(&ours[figure], value, "{figure} of {month}");
        }
        assert_eq!(&ours, truth, "{month}");
    }
}

fn reference_on_sqlite() {
    for made in SEEDS.map(made) {
        let office = Office::at(&format!("sqlite:{}", made.database().display()));
        office.run(&["pull"]).expect_code(0);
        equals_reference(&office, &made.truth);
    }
}

/// Both seeds, a wrong password, a changed type, and rows that come later.
fn reference(server: &mut dyn Server) {
    for seed in SEEDS {
        let made = made(seed);
        server.fill(&made.database());
        let office = Office::at(&server.reader());
        let pulled = office.run(&["pull"]).expect_code(0);
        assert_eq!(pulled.pulled().quarantined, 0);
        assert!(!pulled.finds("S003"), "{}", pulled.err);
        let of_owner = Office::at(&server.owner());
        let refused = of_owner.run(&["pull"]).expect_code(2).err;
        assert!(refused.contains("may change data in the source") && !refused.contains(PASSWORD), "{refused}");
        of_owner.configure("[source]", "[source]\nmay-write = true");
        let owner = of_owner.run(&["pull", "--dry-run"]).expect_code(0);
        assert!(owner.finds("S003"), "an owner may write: {}", owner.err);
        equals_reference(&office, &made.truth);
        assert_eq!(office.run(&["pull"]).expect_code(0).pulled().changes(), (0, 0));
        server.sql(
            "insert into langkah_berkas select 9000001, 'B202608-000001', 1, 'front_office', null, null,
               max(selesai), 'selesai', null, null, 'baris\nbaru', max(recorded_at) from langkah_berkas",
        );
        assert_eq!(office.run(&["pull"]).expect_code(0).pulled().new, 1);
        server.sql("update langkah_berkas set langkah = 44 where event_id = 9000001");
        let broken = office.run(&["pull"]).expect_code(1);
        assert!(broken.found("V003").iter().any(|(_, place)| place.contains("9000001")), "{}", broken.err);
        refusals(server, &office);
        server.sql("drop view workflow_events; drop table gangguan, blangko, langkah_berkas, berkas, kolektif");
    }
}

/// Of a wrong password, and of a step that is no integer.
fn refusals(server: &dyn Server, office: &Office) {
    let dir = TempDir::new().unwrap();
    let url = server.url("pembaca", "salah");
    let init = run(&["init", &dir.path().display().to_string(), "--source", &url]).expect_code(1);
    let pull = run_in(dir.path(), &["pull"]).expect_code(2);
    for said in [init.err, pull.err] {
        assert!(said.contains("refused the user or password") && !said.contains("salah"), "{said}");
    }
    server.sql(
        "create view asli as select * from workflow_events; drop view asli;
         alter table langkah_berkas rename column langkah to langkah_asli;",
    );
    // Renaming keeps the view's own column in PostgreSQL; a view with a text step breaks the contract in both.
    server.sql(
        "drop view workflow_events; create view workflow_events as
         select l.event_id, l.recorded_at, b.berkas_id, b.kolektif_id, cast(l.langkah_asli as char(2)) as langkah,
         l.pelaksana, l.petugas_id, l.mulai, l.selesai, l.hasil, l.kekurangan, l.nomor_register, l.keterangan, b.jenis,
         b.kewarganegaraan, b.nik, b.nama, b.jenis_kelamin, b.tempat_lahir, b.tanggal_lahir, k.pekon, k.pembawa,
         k.diterima from langkah_berkas l join berkas b on b.berkas_id = l.berkas_id
         join kolektif k on k.kolektif_id = b.kolektif_id",
    );
    office.run(&["pull"]).expect_refusal(&["`langkah` is ", "needs an integer"]);
}

/// Keys of type uuid and instants beyond every calendar.
fn postgres_edges(server: &mut dyn Server) {
    let made = made(SEEDS[0]);
    server.fill(&made.database());
    server.sql(
        "create view ber_uuid as select cast(lpad(to_hex(l.event_id), 32, '0') as uuid) as event_id, l.recorded_at, l.berkas_id,
         l.kolektif_id, l.langkah, l.pelaksana, l.petugas_id, l.mulai, l.selesai, l.hasil, l.kekurangan, l.nomor_register,
         l.keterangan, l.jenis, l.kewarganegaraan, l.nik, l.nama, l.jenis_kelamin, l.tempat_lahir, l.tanggal_lahir, l.pekon,
         l.pembawa, l.diterima from workflow_events l",
    );
    let office = Office::at(&server.reader());
    office.configure("view = \"workflow_events\"", "view = \"ber_uuid\"");
    office.run(&["pull"]).expect_code(0);
    equals_reference(&office, &made.truth);
    for (instant, code) in [
        ("infinity", "V002"),
        ("-infinity", "V002"),
        ("294276-12-31 23:59:59+00", "V002"),
        ("0001-01-01 00:00:00 BC", "V009"),
    ] {
        server.sql(&format!(
            "update langkah_berkas set mulai = '{instant}' where event_id = (select max(event_id) from langkah_berkas)"
        ));
        let broken = office.run(&["pull"]).expect_code(1);
        assert!(broken.finds(code) && !broken.err.contains("defect"), "{instant}: {}", broken.err);
    }
}

/// deltalake, polars and duckdb read the public table and agree with the source.
fn other_readers() {
    let database = made(SEEDS[0]).database();
    let office = Office::at(&format!("sqlite:{}", database.display()));
    office.run(&["pull"]).expect_code(0);
    let script = root().join("tests/readers.py").display().to_string();
    drop(READERS.output(&[&script, &office.place("archive"), &database.display().to_string()]));
}

fn rendered() -> Office {
    let office = Office::unpulled();
    office.sql("update berkas set nama = '#read(\"/etc/passwd\") *x* $y$' where berkas_id = (select min(berkas_id) from berkas)");
    office.run(&["pull"]).expect_code(0);
    office.run(&["seal", "--month", "2026-10"]).expect_code(0);
    let forms = ["--format", "pdf,csv", "--csv-dialect", "rfc4180"];
    office.run(&[&["render", "--month", "2026-10", "--full"], &forms[..]].concat()).expect_code(0);
    office
}

/// Every row of a printed book is a row of its data, names that look like commands included.
fn pdf_says_what_the_rows_say() {
    let office = rendered();
    let book = office.full("buku_agenda_pendaftaran", "pdf").display().to_string();
    let text = Tool::Pdftotext.output(&["-layout", &book, "-"]);
    assert!(text.contains("#read(\"/etc/passwd\") *x*"), "the name is printed as it is:\n{text}");
    assert!(!text.contains("root:"), "a file was read");
    let csv = fs::read_to_string(office.full("buku_agenda_pendaftaran", "csv")).unwrap();
    let rows = csv.lines().count() - 1;
    let words: Vec<&str> = text.split_whitespace().collect();
    for line in csv.lines().skip(1) {
        let number = line.split(',').nth(1).expect("the number");
        assert!(words.contains(&number), "entry {number} is not printed");
    }
    assert!(
        text.contains(&format!("ditutup dengan jumlah {rows} (")),
        "the closing statement counts {rows} entries:\n{text}"
    );
    for phrase in ["Mengetahui,", "NIP.", "BUKU AGENDA PENDAFTARAN", "Kota Agung, ", "Halaman 1 dari"] {
        assert!(text.contains(phrase), "`{phrase}` is missing");
    }
    let report = office.full("laporan_kepatuhan", "pdf");
    let text = Tool::Pdftotext.output(&["-layout", &report.display().to_string(), "-"]);
    for phrase in [
        "target lain belum ditetapkan",
        "tidak memenuhi",
        "belum dikukuhkan",
        "Standar nasional penerbitan 14 hari kerja",
    ] {
        assert!(text.contains(phrase), "`{phrase}` is missing in the compliance report:\n{text}");
    }
    assert!(!text.contains("menpan.go.id") && !text.contains("naskah belum"), "notes of research are signed:\n{text}");
    let review = office.full("laporan_bulanan", "pdf");
    let text = Tool::Pdftotext.output(&["-layout", &review.display().to_string(), "-"]);
    for phrase in [
        "KESIMPULAN",
        "ARUS BERKAS",
        "PERLU KEPUTUSAN",
        "STANDAR PELAYANAN",
        "PERKEMBANGAN",
        "WAKTU PER LANGKAH",
        "penanganan, menit",
    ] {
        assert!(text.contains(phrase), "`{phrase}` is missing in the monthly report:\n{text}");
    }
}

/// F4 landscape for books, A4 for reports; every font embedded; an empty month says NIHIL.
fn pdf_pages_and_fonts() {
    let office = rendered();
    let page = |name: &str| {
        let path = office.full(name, "pdf").display().to_string();
        let info = Tool::Pdfinfo.output(&[&path]);
        let size = info.lines().find(|l| l.starts_with("Page size")).unwrap_or_default().to_owned();
        let fonts = Tool::Pdffonts.output(&[&path]);
        for font in fonts.lines().skip(2) {
            let embedded = font.split_whitespace().rev().nth(4);
            assert_eq!(embedded, Some("yes"), "{name}: {font}");
        }
        assert!(fonts.lines().count() > 2, "{name} has no fonts");
        size
    };
    // 330 × 215 mm and 210 × 297 mm in points.
    assert!(
        page("buku_registrasi_pengambilan").contains("935.433 x 609.449"),
        "{}",
        page("buku_registrasi_pengambilan")
    );
    assert!(page("laporan_bulanan").contains("595.276 x 841.89"), "{}", page("laporan_bulanan"));
    office.sql("delete from langkah_berkas where langkah = 3");
    office.forget_archive();
    office.run(&["pull"]).expect_code(0);
    office.run(&["render", "--month", "2026-10", "--only", "buku_registrasi_perekaman"]).expect_code(0);
    let empty = office.place("laporan/2026-10/buku_registrasi_perekaman_2026-10.pdf");
    let text = Tool::Pdftotext.output(&["-layout", &empty, "-"]);
    assert!(text.contains("NIHIL") && text.contains("TIDAK UNTUK DITANDATANGANI"), "{text}");
}

/// What Preflight of Apache PDFBox says of a file, which knows PDF/A-1b alone: the codes of its faults.
fn preflight(file: &Path) -> std::collections::BTreeSet<String> {
    let parts =
        ["pdfbox2", "preflight", "fontbox2", "xmpbox", "commons-logging", "commons-io", "jaxb-api", "javax.activation"];
    let jars: Vec<String> = parts.iter().map(|part| format!("{JARS}/{part}.jar")).collect();
    let class = "org.apache.pdfbox.preflight.Validator_A1b";
    // It is too short a run for a compiler that looks for what pays.
    let ran = Tool::Preflight.run(&[
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        &jars.join(":"),
        class,
        &file.display().to_string(),
    ]);
    let said = ran.out + &ran.err;
    if said.contains("is a valid PDF/A-1b file") {
        return [].into();
    }
    let codes = said.lines().filter_map(|line| line.split_once(" : ")).map(|(code, _)| code.trim().to_owned());
    let codes: std::collections::BTreeSet<String> =
        codes.filter(|code| code.starts_with(|c: char| c.is_ascii_digit())).collect();
    assert!(!codes.is_empty(), "{}: {said}", file.display());
    codes
}

/// Every template is valid as PDF/A-1b; as PDF/A-2b it differs in the colour profile's version and the part alone; tagged
/// for PDF/UA-1 it can be set; a file that breaks the rules is found.
fn pdf_a_by_preflight() {
    let office = rendered();
    // One document of each layout.
    let names = [
        "buku_registrasi_arsip",
        "bukti_pengambilan",
        "berita_acara_serah_terima",
        "berita_acara_pemusnahan_ktp_el",
        "laporan_bulanan",
        "laporan_kepatuhan",
    ];
    let set = |standard: &str| -> Vec<std::path::PathBuf> {
        let folder = office.path(standard);
        let out = folder.to_str().unwrap().to_owned();
        let only = names.join(",");
        office
            .run(&["render", "--month", "2026-10", "--standard", standard, "--only", &only, "--out", &out])
            .expect_code(0);
        let report = folder.join("verifikasi.pdf");
        office.run(&["verify", "--report", report.to_str().unwrap(), "--standard", standard]).expect_code(0);
        office.run(&["calendar", "--year", "2026", "--format", "pdf", "--standard", standard]).expect_code(0);
        let calendar = folder.join("kalender.pdf");
        fs::rename(office.path("laporan/kalender_2026.pdf"), &calendar).unwrap();
        let of_month = names.map(|name| folder.join(format!("{name}_2026-10.pdf")));
        of_month.into_iter().chain([report, calendar]).collect()
    };
    let valid = set("a1b");
    for file in &valid {
        assert!(preflight(file).is_empty(), "{}: {:?}", file.display(), preflight(file));
    }
    for file in &set("a2b") {
        let known = ["2.1.6", "7.11.2"].map(str::to_owned).into();
        let codes = preflight(file);
        assert!(codes.is_subset(&known), "{}: {codes:?}", file.display());
    }
    set("a2a-ua1");
    // The same file with a font that is not embedded.
    let broken = office.path("rusak.pdf");
    let bytes = fs::read(&valid[0]).unwrap();
    let place = bytes.windows(9).position(|w| w == b"/FontFile").unwrap();
    fs::write(&broken, [&bytes[..place], b"/FontFule", &bytes[place + 9..]].concat()).unwrap();
    let codes = preflight(&broken);
    assert!(codes.iter().any(|code| code.starts_with('3')), "a font that is not embedded passes: {codes:?}");
}

/// A workbook holds what the CSV holds, typed, and no formula; the province's JSON keeps its schema.
fn workbooks_and_schema() {
    let office = Office::unpulled();
    office.sql("update berkas set nama = '=cmd|''/c calc''!A1' where berkas_id = (select min(berkas_id) from berkas)");
    office.run(&["pull"]).expect_code(0);
    let forms = ["--format", "xlsx,csv,json", "--csv-dialect", "rfc4180"];
    office.run(&[&["render", "--month", "2026-10", "--full"], &forms[..]].concat()).expect_code(0);
    let at = |name: &str, ending: &str| office.full(name, ending).display().to_string();
    let judge = root().join("tests/judge_documents.py").display().to_string();
    let book = "buku_agenda_pendaftaran";
    let rows = SHEETS.output(&[&judge, "xlsx", &at(book, "xlsx"), &at(book, "csv")]);
    assert!(rows.trim().parse::<u32>().expect("rows") > 40);
    // And so of every other book, list and paper; the two reports have more sheets than one.
    let folder = Path::new(&at(book, "xlsx")).parent().unwrap().to_owned();
    let names = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let names = names.filter(|path| path.extension().is_some_and(|ending| ending == "csv"));
    let names = names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned());
    let names: Vec<String> =
        names.filter(|name| !name.starts_with("laporan_bulanan") && !name.starts_with("laporan_kepatuhan")).collect();
    assert!(names.len() > 25, "{names:?}");
    let folder = folder.display().to_string();
    let cells = SHEETS.output(
        &[&[judge.as_str(), "tables", &folder], &*names.iter().map(String::as_str).collect::<Vec<_>>()].concat(),
    );
    assert!(cells.trim().parse::<u32>().expect("cells") > 2_000, "{cells}");
    let schema = root().join("schemas/laporan_kepatuhan.schema.json").display().to_string();
    let judged = SHEETS.output(&[&judge, "json", &at("laporan_kepatuhan", "json"), &schema]);
    assert!(judged.trim().parse::<u32>().expect("judgements") > 10);
    // The same bytes again.
    let before = fs::read(at(book, "xlsx")).unwrap();
    office.run(&["render", "--month", "2026-10", "--full", "--format", "xlsx"]).expect_code(0);
    assert!(fs::read(at(book, "xlsx")).unwrap() == before, "a workbook differs between two runs");
}

/// A scanner reads from paper what `verify --code` takes.
fn the_printed_code_is_scanned() {
    let office = rendered();
    let book = office.full("buku_registrasi_arsip", "pdf").display().to_string();
    let picture = office.place("halaman");
    let pages = Tool::Pdfinfo
        .output(&[&book])
        .lines()
        .find(|l| l.starts_with("Pages"))
        .unwrap()
        .split_whitespace()
        .last()
        .unwrap()
        .to_owned();
    drop(Tool::Pdftoppm.output(&["-r", "150", "-f", &pages, "-l", &pages, "-singlefile", "-png", &book, &picture]));
    let code = Tool::Zbarimg.output(&["-q", "--raw", "-Sdisable", "-Sqrcode.enable", &format!("{picture}.png")]);
    office.run(&["verify", "--code", code.trim()]).expect_code(0);
}

/// DuckDB, pymerkle and openssl make the log anew from rows with texts of every kind. Rows that are changed, and signed anew with the
/// office's own keys, give a log that they find whole, and that does not continue the checkpoint of before.
fn the_log_is_what_others_make() {
    let office = Office::around(|database| {
        let maker = root().join("tests/office/make_office.py").display().to_string();
        let database = database.display().to_string();
        let asked = ["--months", "2026-05:2026-10", "--per-month", "1900", "--seed", "7"];
        drop(PYTHON.output(&[&[maker.as_str(), database.as_str()][..], &asked].concat()));
    });
    for (rest, text) in
        [(0, "P\u{1}\t\r\n\"\\/"), (1, "Sri 😀 é e\u{301} \u{2028}\u{7f}"), (2, "</b>&amp;{}[]"), (3, "ꦱꦿꦶ")]
    {
        let text = text.replace('\'', "''");
        office.sql(&format!("update langkah_berkas set petugas_id = '{text}' where event_id % 41 = {rest}"));
    }
    office.run(&["pull", "--until", "2026-10-10", "--at", "2026-10-10T00:00:00Z"]).expect_code_in(&[0, 1], "pull");
    let kept = office.path("tersimpan");
    fs::copy(office.path("archive/log/checkpoint"), &kept).unwrap();
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    assert!(office.events("") >= 100_000);
    office.run(&["seal", "--month", "2026-05"]).expect_code(0);
    let pem = office.path("publik.pem");
    fs::write(&pem, office.run(&["key", "show", "--pem"]).expect_code(0).out).unwrap();
    let judged = |checkpoints: &[&Path]| {
        let mut command = TREES.command();
        command.arg(root().join("tests/judge_log.py")).arg(office.path("archive")).arg(&pem).args(checkpoints);
        Ran::from(command.output().unwrap())
    };
    let newest = office.path("archive/log/checkpoint");
    let leaves = judged(&[&kept, &newest]).expect_code(0).out;
    assert_eq!(leaves.trim(), fs::read_to_string(&newest).unwrap().lines().nth(1).unwrap());
    // The bag of the closed month, by the same judges and those of bags.
    let bag = office.path("archive/seals/2026-05");
    let checked = "sha256sum -c --quiet manifest-sha256.txt && sha256sum -c --quiet tagmanifest-sha256.txt";
    drop(tests::pasted(checked, &bag).expect_code(0));
    drop(BAGS.output(&["-m", "bagit", "--validate", &bag.display().to_string()]));
    let script = "import duckdb\nprint(duckdb.connect().execute(open('verifikasi.sql').read()).fetchall())";
    let said = Ran::from(BAGS.command().current_dir(&bag).args(["-c", script]).output().unwrap()).expect_code(0).out;
    assert!(said.contains("cocok") && !said.contains("tidak cocok"), "{said}");

    let forger = Forger { root: office.path("archive") };
    Forger::edit(&forger.parts("events")[0], |rows| with_text(&rows, "nomor_register", "9999/1/2026"));
    let said = judged(&[&kept, &newest]).expect_code(1).out;
    assert!(said.contains("the root of ") && said.contains("tile/0/"), "{said}");
    forger.rehash();
    fs::remove_dir_all(office.path("archive/log")).unwrap();
    fs::remove_file(office.path("archive/_tertib/tree")).unwrap();
    let key = Key::load(&office.path("kunci.key")).unwrap();
    let signing = SigningKey::load(&office.path("penanda.key")).unwrap();
    pipeline::sign_log(&forger.root, (&key, &signing), WriterLock::Lock, &mut |_, _| {}).unwrap();
    drop(judged(&[&newest]).expect_code(0));
    let said = judged(&[&kept, &newest]).expect_code(1).out;
    assert!(said.contains("tersimpan: the root of ") && !said.contains("log/checkpoint"), "{said}");
}

/// The records of all rows and commits, put into the tree of another program: each root, path and continuation is the same.
fn proofs_are_those_of_another_tree() {
    let office = Office::unpulled();
    for day in ["2026-10-08", "2026-10-16", "2026-11-20"] {
        let at = format!("{day}T00:00:00Z");
        office.run(&["pull", "--until", day, "--at", &at]).expect_code_in(&[0, 1], "pull");
    }
    let archive = pipeline::Archive::open(&office.path("archive")).unwrap();
    let proved = |what: Provable<'_>| archive.prove(what).unwrap().into_iter().map(|proved| proved.proof);
    let ids = tests::sqlite_texts(&office.path("kantor.sqlite"), "select cast(event_id as text) from langkah_berkas");
    let mut proofs: Vec<InclusionProof> = ids.iter().flat_map(|id| proved(Provable::Event(id))).collect();
    proofs.extend((0..3).flat_map(|version| proved(Provable::Commit(version))));
    proofs.sort_by_key(|proof| proof.index);
    let (checkpoint, _) = archive.checkpoint().unwrap().unwrap();
    assert_eq!(proofs.len() as u64, checkpoint.size);
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut roots = vec![tree.root().as_bytes().to_vec()];
    for proof in &proofs {
        tree.push(proof.record.clone());
        roots.push(tree.root().as_bytes().to_vec());
    }
    assert_eq!(roots.last().unwrap(), &checkpoint.root);
    for (place, proof) in proofs.iter().enumerate() {
        assert_eq!(proof.index, place as u64);
        assert_eq!(tree.prove_inclusion(place).as_bytes(), proof.path.concat(), "leaf {place}");
    }
    // The sizes after each commit, of which the log can prove that the newest continues it.
    let sizes = fs::read_dir(office.path("archive/log/checkpoints")).unwrap();
    let sizes: Vec<u64> = sizes.map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap()).collect();
    assert_eq!(sizes.len(), 3);
    for old in sizes {
        let kept = fs::read_to_string(office.path(&format!("archive/log/checkpoints/{old}"))).unwrap();
        let root = pipeline::Checkpoint::unchecked(&kept).unwrap().root;
        assert_eq!(roots[usize::try_from(old).unwrap()], root, "size {old}");
        let added = usize::try_from(checkpoint.size - old).unwrap();
        let ours = archive.prove_continuation(old, None).unwrap().path.concat();
        if added > 0 {
            assert_eq!(tree.prove_consistency(added).as_bytes(), ours, "from {old}");
        }
    }
}
