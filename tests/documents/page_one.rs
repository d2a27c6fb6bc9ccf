//! The first page of the monthly review: its numbers are the source's, and all of it stands on one page, whatever the month is.

use crate::events;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;
use tests::tools::Tool;
use tests::{Office, sqlite_texts};

tests::part! {
    its_flow_is_the_source_s;
    a_measure_has_the_months_of_the_source;
    what_the_office_works_with_is_the_source_s;
    a_month_is_compared_only_with_whole_ones;
    all_of_it_stands_on_the_first_page needs Tool::Pdftotext, Tool::Pdfinfo;
    the_longest_revision_stands_there_too needs Tool::Pdftotext, Tool::Pdfinfo;
    fifteen_targets_and_long_names_stand_there_too needs Tool::Pdftotext, Tool::Pdfinfo;
    one_value_is_told_in_one_way;
    a_signature_never_stands_alone needs Tool::Pdftotext;
    the_month_before_is_judged_too;
    what_has_to_be_decided_is_data;
}

pub(crate) const MONTH: &str = "2026-10";

/// An invented office of thirteen months.
pub(crate) fn year() -> Office {
    static MADE: OnceLock<Office> = OnceLock::new();
    MADE.get_or_init(|| Office::demo(&["--months", "2025-10:2026-10", "--per-month", "40", "--seed", "5"])).copy()
}

fn review(office: &Office, month: &str) -> Value {
    let only = ["render", "--month", month, "--only", "laporan_bulanan", "--format", "json,data,pdf"];
    office.run(&only).expect_code_in(&[0, 1], "render");
    read(office, month, "json")
}

fn read(office: &Office, month: &str, ending: &str) -> Value {
    let path = office.path(&format!("laporan/{month}/laporan_bulanan_{month}.{ending}"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// SQL of our own over the tables of the counter application; months and days are those of Western Indonesian Time.
fn texts(office: &Office, sql: &str) -> Vec<String> {
    sqlite_texts(&office.path("kantor.sqlite"), sql)
}

/// The month of an event.
const LOCAL: &str = "strftime('%Y-%m', selesai, '+7 hours')";

fn its_flow_is_the_source_s() {
    let office = year();
    let review = review(&office, MONTH);
    // What came into hand, and what ended a berkas first.
    let cases = format!(
        "with e as (select berkas_id, {LOCAL} as bulan, langkah, hasil,
                row_number() over (partition by berkas_id order by selesai, langkah, event_id) as nomor
                from langkah_berkas where langkah <= 10),
         akhir as (select berkas_id, bulan, hasil,
                row_number() over (partition by berkas_id order by nomor) as ke from e
                where langkah = 10 or hasil in ('ditolak', 'duplikat'))"
    );
    let count = |from: &str| office.number(&format!("{cases} select count(*) from {from}"));
    let ended = |hasil: &str| count(&format!("akhir where ke = 1 and bulan = '{MONTH}' and hasil = '{hasil}'"));
    let open = |sign: &str| {
        count(&format!(
            "e where nomor = 1 and bulan {sign} '{MONTH}' and berkas_id not in (select berkas_id from akhir where bulan {sign} '{MONTH}')"
        ))
    };
    let movement = &review["sheet"]["figures"]["figures"]["movement"];
    assert_eq!(
        *movement,
        json!({"entered": count(&format!("e where nomor = 1 and bulan = '{MONTH}'")), "handed_over": ended("diserahkan"),
            "rejected": ended("ditolak"), "duplicate": ended("duplikat")})
    );
    assert_eq!(review["open_before"], open("<"));
    let printed = read(&office, MONTH, "data.json");
    let terms: Vec<i64> = printed["arus"]["suku"]
        .as_array()
        .unwrap()
        .iter()
        .map(|term| term[2].as_str().unwrap().replace('.', "").parse().unwrap())
        .collect();
    assert_eq!((terms.len(), terms[0], terms[5]), (6, open("<"), open("<=")));
    assert_eq!(terms[0] + terms[1] - terms[2] - terms[3] - terms[4], terms[5], "the flow does not add up: {terms:?}");
}

/// First checks of each of the thirteen months.
fn a_measure_has_the_months_of_the_source() {
    let office = year();
    let review = review(&office, MONTH);
    let checks = texts(
        &office,
        &format!(
            "select bulan || ' ' || sum(hasil <> 'kurang') || ' ' || count(*) from (select {LOCAL} as bulan, hasil,
               row_number() over (partition by berkas_id order by selesai, event_id) as ke from langkah_berkas where langkah = 2)
             where ke = 1 group by bulan order by bulan"
        ),
    );
    let measure = |id: &str| review["measures"].as_array().unwrap().iter().find(|m| m["id"] == id).unwrap().clone();
    let complete = measure("complete_at_first_check");
    let ours: Vec<String> = complete["months"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| format!("{} {} {}", of[0].as_str().unwrap(), of[1]["share"]["part"], of[1]["share"]["of"]))
        .collect();
    assert_eq!(ours, checks[..13]);
    let shares: Vec<f64> = checks[..12]
        .iter()
        .map(|line| line.split(' ').skip(1).map(|n| n.parse::<f64>().unwrap()).collect::<Vec<_>>())
        .map(|n| n[0] / n[1])
        .collect();
    let [least, greatest] = [0, 1].map(|i| complete["comparison"]["range"][i].as_f64().unwrap());
    assert!(shares.iter().all(|share| least <= *share && *share <= greatest), "{shares:?}");
    assert!(shares.contains(&least) && shares.contains(&greatest), "{least} {greatest} {shares:?}");
}

fn what_the_office_works_with_is_the_source_s() {
    let office = year();
    let review = review(&office, MONTH);
    // Printed and not handed over, by village.
    let waiting = texts(
        &office,
        &format!(
            "select k.pekon || ' ' || count(*) from berkas b join kolektif k using (kolektif_id)
             where exists (select 1 from langkah_berkas l where l.berkas_id = b.berkas_id and hasil = 'tercetak' and {LOCAL} <= '{MONTH}')
               and not exists (select 1 from langkah_berkas l where l.berkas_id = b.berkas_id
                 and (langkah = 10 or hasil in ('ditolak', 'duplikat')) and {LOCAL} <= '{MONTH}')
             group by k.pekon order by 1"
        ),
    );
    let uncollected = review["sheet"]["figures"]["figures"]["uncollected"].as_object().unwrap();
    let ours: Vec<String> = uncollected.iter().map(|(pekon, of)| format!("{pekon} {}", of["n"])).collect();
    assert_eq!(ours, waiting);
    assert!(!waiting.is_empty(), "nothing waits, and nothing is proved");

    // The stock at both ends, and the outages of the month.
    let stock =
        |which: &str, when: &str| office.number(&format!("select coalesce(sum({which}), 0) from blangko where {when}"));
    let of_month = format!("strftime('%Y-%m', tanggal) = '{MONTH}'");
    let wanted = json!({"left_before": stock("terima - cetak - gagal", &format!("strftime('%Y-%m', tanggal) < '{MONTH}'")),
        "received": stock("terima", &of_month), "printed": stock("cetak", &of_month), "spoilt": stock("gagal", &of_month),
        "left": stock("terima - cetak - gagal", &format!("strftime('%Y-%m', tanggal) <= '{MONTH}'"))});
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(review["blanks"][name], *value, "{name}");
    }
    let outage = office.number(&format!(
        "select coalesce(sum(strftime('%s', selesai) - strftime('%s', mulai)), 0) from gangguan where strftime('%Y-%m', mulai, '+7 hours') = '{MONTH}'"
    ));
    assert_eq!(review["outages"]["seconds"], outage);
    assert!(outage > 0);
}

/// A month whose rows were not all seen is no month to compare with, and one that is not over is not compared.
fn a_month_is_compared_only_with_whole_ones() {
    let office = year();
    let of = |review: &Value, id: &str| {
        let all = review["measures"].as_array().unwrap();
        all.iter().find(|measure| measure["id"] == id).unwrap()["comparison"].clone()
    };
    let march = review(&office, "2026-03");
    assert_eq!(of(&march, "open")["months"], 5);
    assert_eq!(of(&march, "open")["limits"], Value::Null, "five months are too few for limits");
    let data = read(&office, "2026-03", "data.json");
    assert!(
        data["ukuran"]["catatan"].to_string().contains("baru memuat 5 bulan lengkap"),
        "{}",
        data["ukuran"]["catatan"]
    );
    let first = review(&office, "2025-10");
    assert_eq!((&of(&first, "open")["months"], &first["open_before"]), (&json!(0), &Value::Null));
    let data = read(&office, "2025-10", "data.json");
    assert!(data["kesimpulan"].to_string().contains("belum ada bulan pembanding"), "{}", data["kesimpulan"]);

    office.forget_archive();
    office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    let running = review(&office, MONTH);
    assert_eq!(running["coverage"], "provisional");
    let measures = running["measures"].as_array().unwrap();
    assert!(
        measures.iter().all(|measure| measure["comparison"]["unusual"].is_null()),
        "a part is compared with wholes"
    );

    // An archive that begins within August holds September alone in whole.
    office.forget_archive();
    office.run(&["pull", "--from", "2026-08-10"]).expect_code_in(&[0, 1], "pull");
    assert_eq!(of(&review(&office, MONTH), "open")["months"], 1);
}

/// Renders a review and looks at its pages; the text of the first one, and the review.
fn stands(office: &Office, month: &str, what: &str, most: usize) -> (String, Value) {
    let review = review(office, month);
    let pdf = office.path(&format!("laporan/{month}/laporan_bulanan_{month}.pdf"));
    let pdf = pdf.to_str().unwrap();
    let page = |number: &str| Tool::Pdftotext.output(&["-layout", "-f", number, "-l", number, pdf, "-"]);
    let (first, second) = (page("1"), page("2"));
    let signed = !review["sheet"]["closing"].is_null();
    let end = if first.contains("SEMENTARA") && first.contains("belum mencapai akhir") {
        "data terakhir"
    } else {
        "akhir bulan"
    };
    for part in ["KESIMPULAN", "ARUS BERKAS", end, "MENUNGGU TERLAMA", "BLANGKO", "GANGGUAN", "Target"] {
        assert!(first.contains(part), "{what}: `{part}` is not on the first page: {first}");
    }
    assert_eq!(first.contains("NIP."), signed, "{what}: {first}");
    assert!(!second.contains("NIP."), "{what}: the signature is on the second page: {second}");
    let head = second.lines().find(|line| !line.trim().is_empty()).unwrap();
    assert!(
        head.contains("PERKEMBANGAN") || head.contains("PERKARA LAIN") || head.contains("Tidak ada"),
        "{what}: {head}"
    );
    let info = Tool::Pdfinfo.output(&[pdf]);
    let pages = info.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim().parse::<usize>().unwrap();
    assert!((3..=most).contains(&pages), "{what}: {pages} pages");
    let last = page(&pages.to_string());
    let said = last.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(said > 12, "{what}: the last page holds nothing but the code: {last}");
    (first, review)
}

/// Closes the books of all months that the archive holds, up to the one of the tests.
fn close(office: &Office) {
    let last = MONTH.parse::<schemas::Month>().unwrap();
    for back in (1..13).rev() {
        // One before the first month of the archive cannot be closed.
        drop(office.run(&["seal", "--month", &last.back(back).to_string()]));
    }
    office.run(&["seal", "--month", MONTH]).expect_code(0);
}

/// A seventh of all rows comes after the books were closed, with a log of outages that changed: a revision of many counts and parts.
fn the_longest_revision_stands_there_too() {
    let office = year();
    office.forget_archive();
    office.sql(
        "create table susulan as select * from langkah_berkas where substr(berkas_id, -1) = '7';
         delete from langkah_berkas where substr(berkas_id, -1) = '7'",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    close(&office);
    office.sql(
        "update susulan set recorded_at = '2026-11-28T03:00:00Z';
         insert into langkah_berkas select * from susulan;
         drop table susulan;
         insert into gangguan values (900001, 'jaringan', '2026-10-14T02:00:00Z', '2026-10-14T02:30:00Z')",
    );
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let (first, review) = stands(&office, MONTH, "a revision", 6);
    let revision = &review["sheet"]["revision"];
    let [counts, parts] = ["changed", "parts"].map(|of| revision[of].as_array().unwrap().len());
    assert!(counts > 20 && parts > 12, "{revision}");
    assert!(first.contains("Perbaikan ke-") && first.contains("jumlah lain"), "{first}");
    assert!(first.contains("Buku ditutup "), "{first}");
}

/// Whatever the month is, the first page holds everything from the conclusion to the signature.
fn all_of_it_stands_on_the_first_page() {
    let office = year();
    close(&office);
    stands(&office, MONTH, "thirteen months", 6);
    stands(&office, "2025-10", "the first month", 6);

    // A month without events, in which only what is open stays.
    let office = year();
    office.forget_archive();
    office.sql("delete from langkah_berkas where strftime('%Y-%m', selesai, '+7 hours') = '2026-05'");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    close(&office);
    let (first, review) = stands(&office, "2026-05", "an empty month", 5);
    assert!(first.contains("Tidak ada peristiwa pelayanan pada bulan ini"), "{first}");
    assert_eq!(review["sheet"]["figures"]["figures"]["movement"]["entered"], 0);

    let office = Office::unpulled();
    office.run(&["pull", "--until", "2026-10-15"]).expect_code_in(&[0, 1], "pull");
    let (first, _) = stands(&office, MONTH, "a running month", 6);
    assert!(first.contains("SEMENTARA") && first.contains("belum mencakup seluruh bulan"), "{first}");
    // Nothing is met or missed yet, and nothing is said of the end of the month.
    assert!(first.contains("sementara") && !first.contains("memenuhi"), "{first}");
    assert!(!first.replace("Data belum mencapai akhir bulan", "").contains("akhir bulan"), "{first}");

    let one = Office::unpulled();
    one.sql("delete from langkah_berkas where berkas_id <> (select min(berkas_id) from langkah_berkas)");
    one.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    close(&one);
    stands(&one, MONTH, "one application", 5);

    let many = Office::demo(&["--months", "2026-10:2026-10", "--per-month", "6000", "--seed", "9"]);
    close(&many);
    let (first, _) = stands(&many, MONTH, "6,000 applications", 7);
    assert!(first.contains("masuk 6.000"), "{first}");
}

/// Fifteen targets, of which none but the last is met, and names as long as they may be.
fn fifteen_targets_and_long_names_stand_there_too() {
    let office = year();
    for step in 1..=10 {
        set(&office, &format!("waktu_langkah_{step:02}"), "0");
    }
    set(&office, "waktu_penyelesaian", "0");
    set(&office, "kelengkapan_pemeriksaan_pertama", "1");
    let long =
        "Kepala Dinas Kependudukan dan Pencatatan Sipil serta Pemberdayaan Masyarakat dan Desa Kabupaten Tanggamus";
    office.configure("jabatan = \"Kepala Dinas Kependudukan dan Pencatatan Sipil\"", &format!("jabatan = \"{long}\""));
    let areas = fs::read_to_string(tests::root().join("schemas/data/wilayah/tanggamus.csv")).unwrap();
    let long_names: Vec<String> = areas
        .lines()
        .map(|line| {
            let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
            if fields.get(2).is_some_and(|level| level == "desa") {
                fields[4] = format!("{} Sri Wijaya Mataram Jaya Sentosa Makmur", fields[4]);
            }
            fields.join(",")
        })
        .collect();
    let facts = office.facts();
    fs::create_dir_all(facts.join("wilayah")).unwrap();
    fs::write(facts.join("wilayah/tanggamus.csv"), long_names.join("\n") + "\n").unwrap();
    // Who signs stands there once the books are closed.
    close(&office);
    let (first, review) = stands(&office, MONTH, "fifteen targets and long names", 6);
    let data = read(&office, MONTH, "data.json");
    let others = data["ukuran"]["baris"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&others["kini"], &others["catatan"]),
        (&json!("0 dari 10"), &json!("lewat: langkah 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"))
    );
    assert_eq!(others["lalu"], "–", "no target of a step was in force in the month before");
    assert!(first.contains("Mataram") && first.contains("Pemberdayaan"), "{first}");
    let missed = review["sheet"]["judgements"].as_array().unwrap().iter().filter(|j| j["verdict"] == "tidak memenuhi");
    assert!(missed.count() >= 13);
}

/// What a verdict needs more digits for is told with them in every table: on the first page, over thirteen months, by step and beside
/// its target.
fn one_value_is_told_in_one_way() {
    let office = year();
    let figures = review(&office, MONTH)["sheet"]["figures"].clone();
    let p90 =
        |step: u8| figures["figures"]["time_per_step"][step.to_string()]["handling_working"]["p90"].as_i64().unwrap();
    // A limit that is the same in whole minutes.
    let step = (1..=10).find(|step| (1..30).contains(&(p90(*step) % 60)) && p90(*step) > 60).unwrap();
    set(&office, &format!("waktu_langkah_{step:02}"), &(p90(step) / 60).to_string());
    review(&office, MONTH);
    let data = read(&office, MONTH, "data.json");
    let all = |name: &str| data[name].as_array().unwrap().clone();
    let judged =
        all("standar").into_iter().find(|row| row["judul"].as_str().unwrap().contains(&format!("langkah {step}:")));
    let told = all("langkah")[usize::from(step) - 1]["tangani_p90"].clone();
    assert!(told.as_str().unwrap().contains("detik"), "{told}");
    assert_eq!(judged.unwrap()["angka"], told);
    let history = data["riwayat"]["baris"].as_array().unwrap();
    for (now, over) in data["ukuran"]["baris"].as_array().unwrap().iter().zip(history) {
        if over["satuan"] == "%" {
            let last =
                |back: usize| over["nilai"].as_array().unwrap().iter().rev().nth(back).unwrap().as_str().unwrap();
            assert_eq!(now["kini"], format!("{}\u{a0}%", last(0)), "{now}");
            assert_eq!(now["lalu"], format!("{}\u{a0}%", last(1)), "{now}");
        }
    }
}

/// However many targets are in force, who signs the compliance report signs under text, and the code stands on the same page.
fn a_signature_never_stands_alone() {
    let office = year();
    let street = "Jalan Jenderal Ahmad Yani Nomor 1 Kompleks Perkantoran Pemerintah Daerah Kota Agung 35384";
    let letterhead = [
        ("alamat", street),
        ("telepon", "(0722) 21234"),
        ("laman", "disdukcapil.tanggamus.go.id"),
        ("pos_el", "disdukcapil@tanggamus.go.id"),
    ];
    for (known, value) in letterhead {
        office.configure(&format!("\n{known} = \"\""), &format!("\n{known} = \"{value}\""));
    }
    for back in (0..13).rev() {
        let month = MONTH.parse::<schemas::Month>().unwrap().back(back);
        office.run(&["seal", "--month", &month.to_string()]).expect_code(0);
    }
    let steps: Vec<String> = (1..=10).map(|step| format!("waktu_langkah_{step:02}")).collect();
    let more = steps.iter().map(String::as_str).chain(["waktu_penyelesaian"]);
    let more = more.map(|target| (target, "30")).chain([("kelengkapan_pemeriksaan_pertama", "0.9")]);
    let signed = |n: usize| {
        let only = ["render", "--month", MONTH, "--only", "laporan_kepatuhan"];
        office.run(&only).expect_code_in(&[0, 1], "render");
        let pdf = office.document("laporan_kepatuhan", "pdf");
        let text = Tool::Pdftotext.output(&["-layout", pdf.to_str().unwrap(), "-"]);
        let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
        let page = pages.iter().find(|page| page.contains("NIP.")).unwrap();
        let lines: Vec<&str> = page.lines().filter(|line| !line.trim().is_empty()).collect();
        let above = lines.iter().position(|line| line.contains("Kepala Dinas")).unwrap();
        assert!(above >= 4, "{n} more targets: {above} lines above the signature: {page}");
        assert!(page.contains("Keaslian dokumen"), "{n} more targets: the code stands elsewhere: {text}");
        assert_eq!(pages.last(), Some(page), "{n} more targets: {text}");
    };
    signed(0);
    for (n, (target, value)) in more.enumerate() {
        set(&office, target, value);
        signed(n + 1);
    }
}

/// The line of the other targets says what it was in the month before, by the targets of that month.
fn the_month_before_is_judged_too() {
    let office = year();
    set_from(&office, "waktu_langkah_02", "5", "2026-08-01");
    set_from(&office, "waktu_langkah_05", "100000", "2026-08-01");
    let line = |month: &str| {
        review(&office, month);
        let data = read(&office, month, "data.json");
        data["ukuran"]["baris"].as_array().unwrap().last().unwrap().clone()
    };
    let (september, october) = (line("2026-09"), line(MONTH));
    assert_eq!((&october["kini"], &october["lalu"]), (&json!("1 dari 2"), &september["kini"]));
}

fn set(office: &Office, target: &str, value: &str) {
    set_from(office, target, value, "2026-10-01");
}

fn set_from(office: &Office, target: &str, value: &str, from: &str) {
    let words = ["--article", "Pasal 7", "--source", "naskah rekaan, hlm. 3", "--by", "Kasi Rekaan", "--from", from];
    office.run(&[&["target", "set", target, "--value", value], &words[..]].concat()).expect_code(0);
}

/// What is put before the Kepala Dinas comes from the office's own file, with the page on which more is said.
fn what_has_to_be_decided_is_data() {
    let office = year();
    let rejected = events(&office, "hasil = 'ditolak'");
    let doubles = events(&office, "hasil = 'duplikat'");
    let file = office.facts().join("keputusan.toml");
    let write = |text: &str| fs::write(&file, text).unwrap();
    let matter = |of: &str, sentence: &str, more: &str| {
        format!(
            "source = \"rekaan\"\n[[matter]]\nof = \"{of}\"\n{more}sentence = \"{sentence}\"\nproposal = \"surat\"\nactor = \"Kasi\"\nwithin = 4\nsection = \"mutu\"\n"
        )
    };
    // Nobody is asked about nothing.
    let ledgers = review(&office, MONTH)["sheet"]["figures"]["figures"]["ledgers"].clone();
    let count =
        |of: &str| ledgers.as_object().unwrap().values().map(|b| b[of].as_array().unwrap().len()).sum::<usize>();
    let (missing, twice) = (count("numbers_missing"), count("numbers_used_twice"));
    assert!(missing > 0 && twice == 0, "{ledgers}");
    write(&matter("numbers", "{ganda} ganda, {terlewat} terlewat", "without.ganda = \"hanya {terlewat} terlewat\"\n"));
    assert_eq!(review(&office, MONTH)["pending"][0]["sentence"], format!("hanya {missing} terlewat"));
    write(&matter("refused", "{ditolak} ditolak, {duplikat} ganda", ""));
    let pending = &review(&office, MONTH)["pending"];
    let sentence = format!("{rejected} ditolak, {doubles} ganda");
    assert_eq!(
        *pending,
        json!([{"sentence": sentence, "proposal": "surat", "actor": "Kasi", "within": 4, "section": "mutu"}])
    );
    let mut refused = BTreeMap::new();
    for (text, says) in [
        (matter("refused", "{n} ditolak", ""), "`{n}` is not known of it; known are `ditolak`, `duplikat`"),
        (matter("finding", "{n} kali", ""), "not that of a finding"),
        (matter("finding", "{n} kali", "code = \"Q999\"\n"), "not that of a finding"),
        (matter("uncollected", "{n} kartu", ""), "`limit`"),
        (matter("no_such", "x", ""), "no_such"),
        (matter("refused", "x", "without.n = \"y\"\n"), "`{n}` is not known of it"),
        (matter("refused", "x", "without.ditolak = \"{pekon}\"\n"), "`{pekon}` is not known of it"),
        (matter("quarantine", "{n} baris", "").replace("within = 4", "within = 0"), "days"),
    ] {
        write(&text);
        let ran = office.run(&["render", "--month", MONTH, "--only", "laporan_bulanan"]).expect_code(2);
        assert!(ran.err.contains("keputusan.toml") && ran.err.contains(says), "{says}: {}", ran.err);
        refused.insert(says, ran.err);
    }
    assert_eq!(refused.len(), 7);
    assert!(rejected + doubles > 0);
}
