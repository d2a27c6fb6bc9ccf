//! Questions get the answers that DuckDB gives over the same files, or a refusal in words, and answers always have the same form.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use pipeline::{Answer, Archive, BookWriter, Disclosure, FigureBook, QueryError, Questions, failing_cases};
use rustix::process::{Pid, Signal, kill_process};
use schemas::figures::RegisterNumbers;
use schemas::{Decisions, Facts, ParameterKind, SavedQuestion};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tests::tools::Tool;
use tests::{Office, root};

tests::trials! {
    duckdb_agrees needs DUCKDB;
    duckdb_agrees_by_chance needs DUCKDB;
    the_first_rows_are_those_of_the_whole_order needs PYTHON;
    what_is_refused_says_what_to_ask needs PYTHON;
    an_answer_has_the_same_form_whatever_its_rows needs PYTHON;
    no_refusal_repeats_what_was_typed needs PYTHON;
    a_refusal_says_where_and_what_may_be_meant needs PYTHON;
    no_question_takes_the_machine needs PYTHON;
    limits_are_those_of_the_whole_question needs PYTHON;
    a_spreadsheet_sees_no_formula needs PYTHON;
    a_table_for_reading_ends needs PYTHON;
    saved_questions_are_answered_as_by_duckdb needs DUCKDB;
    a_parameter_is_a_value_and_never_text needs PYTHON;
    books_are_those_that_are_printed needs PYTHON;
    verdicts_of_berkas_are_those_of_the_targets needs PYTHON;
    every_column_of_every_view_is_explained needs PYTHON;
    a_copy_says_what_it_lacks needs PYTHON;
    an_answer_is_the_same_in_every_form needs DUCKDB;
    a_question_ends_at_its_deadline_and_with_whoever_asked needs PYTHON;
    hostile_statements_end_cleanly_and_reach_nothing needs PYTHON;
}

const PYTHON: Tool = Tool::Python(&[]);
const DUCKDB: Tool = Tool::Python(&["duckdb"]);

/// An invented office of three months with officers that are not recorded, corrections, and a correction of one.
fn office() -> Office {
    let office = Office::around(|database| {
        let script = root().join("tests/office/make_office.py").display().to_string();
        drop(PYTHON.output(&[&script, &database.display().to_string(), "--seed", "5", "--per-month", "40"]));
    });
    office.sql("update langkah_berkas set petugas_id = null where event_id % 9 = 0");
    office.run(&["pull"]).expect_code(0);
    for (officer, rows) in [("P998", 12), ("P999", 5)] {
        let newest = format!("select event_id from langkah_berkas order by recorded_at desc, event_id limit {rows}");
        office.sql(&format!("update langkah_berkas set petugas_id = '{officer}' where event_id in ({newest})"));
        office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    }
    assert_eq!(office.events("correction_of IS NOT NULL"), 17);
    office
}

/// Whatever they are ordered by, with equal values and without values: rows that are equal in the order stand as they came.
fn the_first_rows_are_those_of_the_whole_order() {
    let office = office();
    let archive = Archive::open(&office.path("archive")).unwrap();
    let rows = |sql: &str| tests::asked(&archive, sql).unwrap().rows;
    let all = rows("SELECT seq FROM events_all").len();
    for order in [
        "seq",
        "seq DESC",
        "selesai DESC, seq",
        "petugas_id",
        "petugas_id DESC",
        "petugas_id DESC NULLS FIRST",
        "mulai NULLS FIRST, langkah DESC",
        "langkah",
        "hasil DESC, petugas_id, selesai_s - mulai_s",
        "correction_of",
        "bulan DESC, langkah DESC",
        "CASE WHEN langkah = 6 THEN NULL ELSE petugas_id END DESC",
        "1 + 1",
    ] {
        for condition in ["", "WHERE langkah > 3", "WHERE petugas_id IS NULL", "WHERE langkah > 99"] {
            let of = format!("SELECT seq, petugas_id, selesai FROM events_all {condition} ORDER BY {order}");
            let whole = rows(&format!("{of} LIMIT {}", all + 1));
            for (most, skipped) in [(0, 0), (1, 0), (7, 0), (7, 5), (100, 3), (all / 2, 0), (10, all)] {
                let some = rows(&format!("{of} LIMIT {most} OFFSET {skipped}"));
                let wanted: Vec<_> = whole.iter().skip(skipped).take(most).cloned().collect();
                assert_eq!(some, wanted, "{of} LIMIT {most} OFFSET {skipped}");
            }
        }
    }
}

fn judge() -> String {
    root().join("tests/query.py").display().to_string()
}

/// Questions about an archive, by the facts and targets that are built in.
fn asking(archive: &Path) -> Questions {
    Questions::new(Archive::open(archive).unwrap(), Arc::new(Facts::embedded().unwrap()), Some(Decisions::default()))
}

fn ask(questions: &Questions, sql: &str) -> Result<Answer, QueryError> {
    questions.answer(sql, &BTreeMap::new())
}

/// Asks all, and lets DuckDB judge; how many were answered, how many refused. DuckDB computes `events` and `events_all` from the
/// parts; of the other views, and of working times, it gets the rows, and so judges what is asked of them.
fn judged<'q>(archive: &Path, questions: impl Iterator<Item = &'q str>) -> (usize, usize) {
    let open = asking(archive);
    let dir = TempDir::new().unwrap();
    for view in ["berkas", "batches", "books", "findings", "runs", "targets", "quarantine", "working"] {
        let mut lines = Vec::new();
        let sql = match view {
            "working" => "SELECT seq, mulai_w, mulai_d, selesai_w, selesai_d, diterima_w, diterima_d, version, arrived_at FROM events_all".to_owned(),
            _ => format!("SELECT * FROM {view}"),
        };
        open.write(&sql, &BTreeMap::new(), u64::MAX, &mut lines).unwrap();
        fs::write(dir.path().join(format!("{view}.jsonl")), lines).unwrap();
    }
    let answers: Vec<Value> = questions
        .map(|sql| match ask(&open, sql) {
            Ok(answer) => json!({"sql": sql, "columns": answer.columns, "rows": answer.rows}),
            Err(refusal) => json!({"sql": sql, "refused": refusal.to_string()}),
        })
        .collect();
    let file = dir.path().join("jawaban.json");
    fs::write(&file, json!(answers).to_string()).unwrap();
    let counts = DUCKDB.output(&[&judge(), "compare", &archive.display().to_string(), &file.display().to_string()]);
    let (answered, refused) = counts.trim().split_once(' ').unwrap();
    (answered.parse().unwrap(), refused.parse().unwrap())
}

fn questions() -> String {
    fs::read_to_string(root().join("tests/query/questions.sql")).unwrap()
}

fn each(questions: &str) -> impl Iterator<Item = &str> {
    questions.lines().filter(|line| !line.starts_with("--"))
}

fn duckdb_agrees() {
    let office = office();
    let questions = questions();
    let (answered, refused) = judged(&office.path("archive"), each(&questions));
    assert_eq!(answered + refused, each(&questions).count());
    assert!(answered >= 300, "only {answered} were answered, {refused} refused");
}

fn duckdb_agrees_by_chance() {
    let office = office();
    for seed in 1..=4 {
        let questions = DUCKDB.output(&[&judge(), "make", &seed.to_string(), "300"]);
        let (answered, refused) = judged(&office.path("archive"), questions.lines());
        assert!(answered >= 240, "seed {seed}: only {answered} were answered, {refused} refused");
    }
}

/// No syntax tree, no word of an engine: what is not known, and what to write instead.
fn what_is_refused_says_what_to_ask() {
    let office = office();
    let archive = asking(&office.path("archive"));
    let questions = questions();
    let refusals = each(&questions).filter_map(|sql| Some((sql, ask(&archive, sql).err()?.to_string())));
    let mut seen = 0;
    for (sql, refusal) in refusals {
        seen += 1;
        let lines: Vec<&str> = refusal.lines().collect();
        assert!(lines.len() == 2 && lines.iter().all(|line| line.len() > 8), "{sql}\n{refusal}");
        for odd in ["Expr", "Ident", "polars", "Box", "quote_style", "panicked", "{ "] {
            assert!(!refusal.contains(odd), "{sql}\n{refusal}");
        }
    }
    assert!(seen > 50);
    for sql in ["SELECT COLUMNS('(') FROM events", "SELECT selesai + INTERVAL '300000 years' FROM events"] {
        let ran = office.run(&["query", sql]).expect_code(2);
        assert!(!ran.err.contains("panicked") && ran.out.is_empty(), "{}", ran.err);
        assert_eq!(ran.err.trim_end().lines().count(), 2, "{}", ran.err);
    }
    let ran = office.run(&["query", "SELECT \"1806015708979001\" FROM events"]).expect_code(2);
    assert!(!ran.err.contains("1806015708979001"), "a refusal repeats a number that may be a person's");
    for sql in [
        "SELECT \"SITI AMINAH\" FROM events",
        "SELECT seq FROM events WHERE selesai > 'SITI AMINAH'",
        "SELECT seq FROM events WHERE selesai > '180601 0101900001'",
        "SELECT DATE 'SITI AMINAH'",
        "SELECT selesai + INTERVAL 'SITI AMINAH' FROM events",
    ] {
        let ran = office.run(&["query", sql]).expect_code(2);
        assert!(!ran.err.contains("SITI") && !ran.err.contains("180601"), "{sql}: {}", ran.err);
    }
}

/// What may be a person's, as it can be written in a question: bare, as a text, as a name, in pieces, in a comment.
const OF_A_PERSON: [&str; 20] = [
    "1806015708979001",
    "'1806015708979001'",
    "\"1806015708979001\"",
    "SITIAMINAH",
    "siti_aminah",
    "'Siti Aminah'",
    "\"Siti Aminah\"",
    "`Siti Aminah`",
    "[Siti Aminah]",
    "SITIAMINAH.SITIAMINAH.SITIAMINAH",
    "SITIAMINAH(1)",
    "\"Siti Aminah\"(langkah)",
    "x.\"Siti Aminah\"",
    "N'Siti Aminah'",
    "$$Siti Aminah$$",
    "@SITIAMINAH",
    "AS \"Siti Aminah\"",
    "CAST(1 AS SITIAMINAH)",
    "OPERATOR(SITIAMINAH.+)",
    "/* SITIAMINAH */ ,",
];

/// Every question, with what may be a person's in the place of each word, and before it.
fn no_refusal_repeats_what_was_typed() {
    let office = office();
    let archive = asking(&office.path("archive"));
    let questions = questions();
    let mut planted = OF_A_PERSON.iter().cycle();
    let mut refused = 0;
    let mut plant = |sql: &str| {
        let Err(refusal) = ask(&archive, sql) else { return };
        let said = refusal.to_string().to_lowercase();
        for part in ["siti", "amin", "570897", "9001"] {
            assert!(!said.contains(part), "{sql}\n{said}");
        }
        refused += 1;
    };
    for sql in each(&questions).chain([
        "SELECT EXTRACT(MONTH FROM selesai) FROM events ORDER BY seq LIMIT 3 OFFSET 2",
        "SELECT DATE_PART('year', selesai), DATE_DIFF('day', mulai, selesai), DATE_TRUNC('day', mulai) FROM events",
        "SELECT * EXCLUDE (seq) FROM events t GROUP BY seq HAVING COUNT(*) > 1",
        "WITH t AS (SELECT seq AS a, seq AS b FROM events) SELECT t.a, t.b FROM t WHERE a BETWEEN 1 AND 2",
    ]) {
        let words: Vec<&str> = sql.split_inclusive([' ', '(', ',']).collect();
        for place in 0..words.len() {
            let (before, after) = (words[..place].concat(), words[place + 1..].concat());
            let one = planted.next().unwrap();
            plant(&format!("{before}{one} {after}"));
            plant(&format!("{before}{one} {}{after}", words[place]));
        }
    }
    for one in OF_A_PERSON {
        for sql in [
            one.to_owned(),
            format!("SELECT 1 AS {one}, 2 AS {one}"),
            format!("SELECT * EXCLUDE ({one}) FROM events"),
            format!("SELECT * EXCLUDE {one} FROM events"),
            format!("SELECT {one}.* FROM events"),
            format!("SELECT seq FROM events {one}, events {one}"),
            format!("SELECT seq FROM {one}"),
            format!("SELECT seq FROM events ORDER BY {one}"),
            format!("SELECT seq FROM events LIMIT {one}"),
            format!("SELECT seq FROM events OFFSET {one}"),
            format!("SELECT CAST(seq AS {one}) FROM events"),
            format!("SELECT EXTRACT({one} FROM selesai) FROM events"),
            format!("SELECT DATE_PART({one}, selesai) FROM events"),
            format!("SELECT DATE_TRUNC({one}, selesai) FROM events"),
            format!("SELECT DATE_DIFF({one}, mulai, selesai) FROM events"),
            format!("SELECT STRFTIME(selesai, {one}) FROM events"),
            format!("SELECT selesai + INTERVAL {one} FROM events"),
            format!("SELECT selesai + INTERVAL '1' {one} FROM events"),
            format!("SELECT seq OPERATOR({one}) 1 FROM events"),
            format!("SELECT SUM(seq) OVER {one} FROM events"),
            format!("SELECT SUM(seq {one}) FROM events"),
            format!("SELECT SUM({one} => seq) FROM events"),
            format!("SELECT SUM(seq) OVER (ORDER BY seq ROWS {one} PRECEDING) FROM events"),
            format!("SELECT seq FROM events WHERE hasil COLLATE {one} = 'a'"),
            format!("SELECT seq AT TIME ZONE {one} FROM events"),
            format!("SELECT MAX(n) FROM (SELECT seq AS {one}, seq AS {one} FROM events) AS t"),
            format!("SELECT {one} FROM (SELECT seq AS {one} FROM events) AS t GROUP BY 2"),
            format!("SELECT \"Siti Aminah\" FROM (SELECT seq AS \"Siti Aminah\" FROM events) AS t GROUP BY {one}"),
            format!("WITH {one} AS (SELECT 1), {one} AS (SELECT 1 AS a) SELECT seq FROM {one}, {one}"),
            format!("SELECT seq FROM events -- {one}\n WHERE {one}"),
            format!("SELECT '{one}"),
            format!("SELECT \"{one}"),
            format!("SELECT 1; SELECT {one}"),
        ] {
            plant(&sql);
        }
    }
    assert!(refused > 5000, "{refused}");
}

fn a_refusal_says_where_and_what_may_be_meant() {
    let office = office();
    for (sql, says) in [
        ("SELECT pekom FROM events", ["line 1, column 8", "`pekon`"]),
        ("SELECT seq\nFROM evnts", ["line 2, column 6", "`events`"]),
        ("SELECT COUN(seq) FROM events", ["line 1, column 8", "`COUNT`"]),
        ("SELCT seq FROM events", ["line 1, column 1", "`SELECT`"]),
        ("SELECT * EXCLUDE (langka) FROM events", ["line 1, column 19", "`langkah`"]),
        ("SELECT STRING_AGG(hasil, ',') FROM events", ["line 1, column 8", "STRPOS"]),
        ("SELECT seq FROM events WHERE hasil SIMILAR TO 's.*'", ["`hasil SIMILAR TO '…'`", "LIKE"]),
        ("SELECT langkah FROM events GROUP BY seq", ["`langkah`", "GROUP BY"]),
        ("SELECT seq FROM events ORDER BY seq LIMIT (seq", ["at its end", "expected"]),
    ] {
        let ran = office.run(&["query", sql]).expect_code(2);
        assert!(says.iter().all(|one| ran.err.contains(one)), "{sql}: {}", ran.err);
    }
}

fn an_answer_has_the_same_form_whatever_its_rows() {
    let office = office();
    let of = |sql: &str| office.json(&["query", sql], 0)["rows"].clone();
    // However many rows there are, an instant and a day are written as such.
    for (column, form) in [("selesai", "2026-08-06T00:35:49Z"), ("CAST(selesai AS DATE)", "2026-08-06")] {
        let asked = |rows: u32| format!("SELECT {column} AS x FROM events ORDER BY seq LIMIT {rows}");
        let (one, two) = (of(&asked(1)), of(&asked(2)));
        assert_eq!(one[0], two[0]);
        assert_eq!(one[0]["x"].as_str().unwrap(), form);
    }
    let newest = of("SELECT MAX(selesai) AS m FROM events");
    assert!(newest[0]["m"].as_str().unwrap().ends_with('Z'), "{newest}");
    assert_eq!(of("SELECT 1 / 0 AS a, 0 / 0 AS b"), json!([{"a": "inf", "b": "NaN"}]));
    // Columns in their order, called by what was asked.
    let ran = office
        .run(&[
            "query",
            "SELECT seq, berkas_id, COUNT(*), 1 FROM events GROUP BY seq, berkas_id ORDER BY 1 LIMIT 1",
            "--format",
            "json",
        ])
        .expect_code(0);
    let places: Vec<usize> =
        ["\"seq\"", "\"berkas_id\"", "\"COUNT(*)\"", "\"1\""].iter().map(|name| ran.out.find(name).unwrap()).collect();
    assert!(places.is_sorted(), "{}", ran.out);
    let twice =
        office.run(&["query", "SELECT a.seq, b.seq FROM events a JOIN events b ON a.seq = b.seq"]).expect_code(2);
    assert!(twice.err.contains("two columns are called `seq`"), "{}", twice.err);
}

fn no_question_takes_the_machine() {
    let office = office();
    let deep = format!("SELECT {} AS a", vec!["1"; 20_000].join("+"));
    let broad = format!("SELECT {} AS a", vec!["1"; 1_500].join("+"));
    let brackets = format!("SELECT {}1{} AS a", "(".repeat(1000), ")".repeat(1000));
    let unions = vec!["SELECT 1 AS a"; 600].join(" UNION ALL ");
    let doubled: Vec<String> = (1..30).map(|n| format!("t{n} AS (SELECT a || a AS a FROM t{})", n - 1)).collect();
    let texts = format!("WITH t0 AS (SELECT 'xxxxxxxx' AS a), {} SELECT LENGTH(a) AS n FROM t29", doubled.join(", "));
    let crossed: Vec<String> =
        (1..12).map(|n| format!("t{n} AS (SELECT a.x FROM t{0} a CROSS JOIN t{0} b)", n - 1)).collect();
    let rows =
        format!("WITH t0 AS (SELECT 1 AS x UNION ALL SELECT 2), {} SELECT COUNT(*) AS n FROM t11", crossed.join(", "));
    for (sql, says) in [
        (deep.as_str(), "more than 4000 words"),
        (&broad, "deep"),
        (&brackets, "deep"),
        (&unions, "SELECTs are put together"),
        (&texts, "a text of more than"),
        (&rows, "more than"),
        ("SELECT COUNT(*) AS n FROM events a, events b, events c", "more than"),
        (
            "SELECT COUNT(*) AS n FROM events a JOIN events b ON a.bulan = b.bulan JOIN events c ON b.bulan = c.bulan",
            "than",
        ),
        ("SELECT LPAD('x', 2000000000, 'y') FROM events", "0 to 200"),
    ] {
        let ran = office.run(&["query", sql]).expect_code(2);
        assert!(ran.err.contains(says) && ran.err.trim_end().lines().count() == 2, "{says}: {}", ran.err);
    }
}

/// Several functions, joins and tables, each of which is below its limit.
fn limits_are_those_of_the_whole_question() {
    let office = office();
    let listed = |n: u32, one: &dyn Fn(u32) -> String| (0..n).map(one).collect::<Vec<_>>().join(", ");
    let frames = |n: u32| {
        let one =
            |k: u32| format!("MAX(seq + {k}) OVER (ORDER BY seq ROWS BETWEEN 900 PRECEDING AND 900 FOLLOWING) AS w{k}");
        format!("SELECT {} FROM events", listed(n, &one))
    };
    let pairs = |n: u32| {
        let one = |k: u32| format!("(SELECT COUNT(*) FROM events a, events b WHERE a.seq + b.seq = -{k}) AS j{k}");
        format!("SELECT {}", listed(n, &one))
    };
    let tables = |n: u32| {
        let one = |k: u32| {
            format!("t{k} AS (SELECT a.seq, b.langkah FROM events a, events b WHERE a.seq > {k} AND a.seq < 700)")
        };
        format!("WITH {} SELECT COUNT(*) AS n FROM t0", listed(n, &one))
    };
    let kept = |n: u32| {
        let one = |k: u32| format!("MEDIAN(a.seq + {k}) AS m{k}");
        format!("SELECT {} FROM events a, events b WHERE a.seq < 700", listed(n, &one))
    };
    for (sql, few, many, says) in [
        (&frames as &dyn Fn(u32) -> String, 2, 60, "frames of windows"),
        (&pairs, 2, 20, "pairs of rows"),
        (&tables, 2, 14, "values"),
        (&kept, 2, 60, "values"),
    ] {
        office.run(&["query", &sql(few), "--format", "csv"]).expect_code(0);
        let ran = office.run(&["query", &sql(many), "--format", "csv"]).expect_code(2);
        assert!(ran.err.contains(says) && ran.err.trim_end().lines().count() == 2, "{says}: {}", ran.err);
    }
}

/// The archive but for the log of those who looked.
fn without_accesses(office: &Office) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut tree = tests::tree(&office.path("archive"));
    tree.retain(|path, _| !path.starts_with("access") && !path.starts_with("_tertib/access"));
    tree
}

fn a_spreadsheet_sees_no_formula() {
    let office = office();
    let csv = |sql: &str| office.run(&["query", sql, "--format", "csv"]).expect_code(0).out;
    let formula = csv("SELECT '=HYPERLINK(0)' AS a, '@SUM' AS b, '-5' AS c, -5 AS d");
    assert_eq!(formula, "a,b,c,d\n'=HYPERLINK(0),'@SUM,-5,-5\n");
}

fn a_table_for_reading_ends() {
    let office = office();
    let rows = office.events("");
    let ran = office.run(&["query", "SELECT seq FROM events_all ORDER BY seq"]).expect_code(0);
    assert!(ran.err.contains(&format!("{} more rows", rows - 1000)), "{}", ran.err);
    assert_eq!(ran.out.lines().filter(|line| line.trim().parse::<i64>().is_ok()).count(), 1000);
    let all = office.run(&["query", "SELECT seq FROM events_all", "--format", "csv"]).expect_code(0).out;
    assert_eq!(i64::try_from(all.lines().count()).unwrap(), rows + 1);
}

/// The archive's own ids and a month, for the parameters of saved questions.
fn values(office: &Office) -> BTreeMap<&'static str, String> {
    let archive = asking(&office.path("archive"));
    let one = |sql: &str| ask(&archive, sql).unwrap().rows[0][0].as_str().unwrap().to_owned();
    BTreeMap::from([
        ("month", "2026-10".to_owned()),
        ("berkas", one("SELECT MIN(berkas_id) FROM events_all WHERE correction_of IS NOT NULL")),
        ("petugas", one("SELECT MAX(petugas_id) FROM events WHERE bulan = '2026-10'")),
        ("hari", "3".to_owned()),
        ("kali", "1".to_owned()),
    ])
}

/// Each saved question is answered by its name, in one step, and its SELECT is DuckDB's too.
fn saved_questions_are_answered_as_by_duckdb() {
    let office = office();
    office.run(&["seal", "--month", "2026-08", "--incomplete", "uji"]).expect_code_in(&[0, 1, 2], "seal");
    let values = values(&office);
    let (mut filled, mut with_rows) = (Vec::new(), 0);
    for saved in SavedQuestion::all().unwrap() {
        let mut arguments = vec!["query".to_owned(), saved.name.to_owned()];
        let mut sql = saved.sql.replace('\n', " ");
        for parameter in &saved.parameters {
            let value = &values[parameter.name.as_str()];
            match parameter.name.as_str() {
                "month" => arguments.extend(["--month".to_owned(), value.clone()]),
                name => arguments.extend(["--set".to_owned(), format!("{name}={value}")]),
            }
            let is_number = parameter.kind == ParameterKind::Number;
            let literal = if is_number { value.clone() } else { format!("'{value}'") };
            sql = sql.replace(&format!(":{}", parameter.name), &literal);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let answer = office.json(&arguments, 0);
        with_rows += usize::from(answer["n"].as_u64().unwrap() > 0);
        filled.push(sql);
    }
    assert_eq!(filled.len(), 20);
    assert!(with_rows >= 12, "only {with_rows} have rows");
    let (answered, refused) = judged(&office.path("archive"), filled.iter().map(String::as_str));
    assert_eq!((answered, refused), (20, 0));
    let list = office.run(&["query", "--list", "--format", "csv"]).expect_code(0).out;
    assert_eq!(list.lines().count(), 21, "{list}");
}

fn a_parameter_is_a_value_and_never_text() {
    let office = office();
    let hostile = ["x' OR '1'='1", "'; DROP TABLE events; --", "x'||berkas_id||'", "\\", ":month", "\"", "/*"];
    for value in hostile {
        let set = format!("berkas={value}");
        let answer = office.json(&["query", "riwayat_berkas", "--set", &set], 0);
        assert_eq!(answer["n"], 0, "{value}");
        let echoed = office.json(&["query", "SELECT :berkas AS x", "--set", &set], 0);
        assert_eq!(echoed["rows"][0]["x"], *value);
    }
    for (arguments, says) in [
        (vec!["query", "riwayat_berkas"], "--set berkas="),
        (vec!["query", "volume_per_bulan", "--month", "2026-10"], "no parameters"),
        (vec!["query", "hasil_per_langkah"], "--month 2026-10"),
        (vec!["query", "hasil_per_langkah", "--set", "month=2026-13"], "write a month"),
        (vec!["query", "riwayat_berkas", "--set", "berkas=1806019001010001"], "number of a person"),
        (vec!["query", "tidak_ada"], "no saved question"),
        (vec!["query", "SELECT :x"], "has no value"),
        (vec!["query", "SELECT 1", "--format", "xlsx"], "--output"),
    ] {
        let ran = office.run(&arguments).expect_code(2);
        assert!(ran.err.contains(says) && !ran.err.contains("1806019001010001"), "{says}: {}", ran.err);
    }
}

/// The entries of the view are those of the books, in their order, also of a month that was closed before corrections came.
fn books_are_those_that_are_printed() {
    let office = office();
    office.run(&["seal", "--month", "2026-08"]).expect_code_in(&[0, 1], "seal");
    office.sql("update langkah_berkas set petugas_id = 'P777' where event_id in (select min(event_id) from langkah_berkas where langkah = 4)");
    office.run(&["pull"]).expect_code_in(&[0, 1], "pull");
    let archive = Archive::open(&office.path("archive")).unwrap();
    let facts = Facts::embedded().unwrap();
    let mut entries = 0;
    for month in archive.months() {
        let known = archive.seal(month).map_or_else(|| archive.clone(), |seal| archive.at(seal.version).unwrap());
        let writer = BookWriter::open(&known, &facts, month, "DINAS REKAAN").unwrap();
        for ledger in &facts.ledgers {
            let book = writer.book(ledger, &RegisterNumbers::default(), Disclosure::Masked).unwrap();
            let sql = format!("SELECT berkas_id FROM books WHERE buku = '{}' AND bulan = '{month}'", ledger.id);
            let found = tests::asked(&archive, &sql).unwrap();
            let mut found: Vec<String> = found.rows.iter().map(|row| row[0].as_str().unwrap().to_owned()).collect();
            let mut printed = book.berkas.clone();
            entries += printed.len();
            found.sort();
            printed.sort();
            assert_eq!(found, printed, "{} {month}", ledger.id);
        }
    }
    assert!(entries > 300, "{entries}");
}

/// For each target in force and each month: the berkas that fail are those that `compliance --failed` names.
fn verdicts_of_berkas_are_those_of_the_targets() {
    let office = office();
    let archive = Archive::open(&office.path("archive")).unwrap();
    let facts = Arc::new(Facts::embedded().unwrap());
    let book = FigureBook::open(&archive, &facts).unwrap();
    let mut failing = 0;
    for month in archive.months() {
        for rule in Decisions::default().rules(&facts, month) {
            let id = &rule.target.id;
            let belongs = match id.as_str() {
                id if id.starts_with("terbit") => format!("bulan_tercetak = '{month}'"),
                _ => continue,
            };
            let sql = format!(
                "SELECT berkas_id FROM berkas WHERE target_{id} = 'tidak memenuhi' AND {belongs} ORDER BY berkas_id"
            );
            let found = tests::asked(&archive, &sql).unwrap();
            let found: Vec<&str> = found.rows.iter().map(|row| row[0].as_str().unwrap()).collect();
            // Those that are still open at the end of the month are not printed in it.
            let printed = tests::asked(&archive, &format!("SELECT berkas_id FROM berkas WHERE {belongs}")).unwrap();
            let printed: BTreeSet<&str> = printed.rows.iter().map(|row| row[0].as_str().unwrap()).collect();
            let wanted = failing_cases(&book, month, &rule).unwrap();
            let wanted: Vec<&str> = wanted.iter().map(String::as_str).filter(|id| printed.contains(id)).collect();
            failing += wanted.len();
            assert_eq!(found, wanted, "{id} {month}");
        }
    }
    assert!(failing > 20, "{failing}");
}

fn every_column_of_every_view_is_explained() {
    let office = office();
    let archive = Archive::open(&office.path("archive")).unwrap();
    let views = tests::asked(&archive, "SHOW TABLES").unwrap();
    assert_eq!(views.rows.len(), 9);
    for view in &views.rows {
        let name = view[0].as_str().unwrap();
        assert!(view[1].as_str().unwrap().len() > 20, "{name}");
        for column in tests::asked(&archive, &format!("DESCRIBE {name}")).unwrap().rows {
            assert!(column[2].as_str().unwrap().len() > 5, "{name}.{} has no meaning", column[0]);
        }
        let shown = office.run(&["query", "--columns", name]).expect_code(0).out;
        assert!(shown.contains("arti"), "{shown}");
    }
}

fn a_copy_says_what_it_lacks() {
    let office = office();
    let dir = TempDir::new().unwrap();
    let copy = dir.path().join("salinan");
    tests::copy(&office.path("archive"), &copy);
    for private in ["persons", "quarantine"] {
        drop(fs::remove_dir_all(copy.join(private)));
    }
    let copy = copy.display().to_string();
    let outside = TempDir::new().unwrap();
    for (sql, says) in [
        ("SELECT COUNT(*) FROM findings", "a public copy comes without"),
        ("SELECT COUNT(*) FROM targets", "configuration"),
        ("SELECT target_terbit_24_jam FROM berkas", "tertib.toml"),
    ] {
        let ran = tests::run_in(outside.path(), &["query", "--archive", &copy, sql]).expect_code(2);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
    for sql in ["SELECT COUNT(*) FROM berkas", "SELECT COUNT(*) FROM books", "SELECT COUNT(*) FROM runs"] {
        tests::run_in(outside.path(), &["query", "--archive", &copy, sql]).expect_code(0);
    }
}

/// The digest is that of the answer, whatever it is written as, and can be computed by anyone.
fn an_answer_is_the_same_in_every_form() {
    let office = office();
    let sql = "SELECT seq, berkas_id, selesai, CAST(selesai AS DATE) AS hari, langkah / 4 AS x, langkah > 5 AS y, petugas_id FROM events ORDER BY seq";
    let mut digests = BTreeSet::new();
    for form in ["csv", "json", "xlsx", "parquet"] {
        let file = office.place(&format!("jawaban.{form}"));
        let ran = office.run(&["query", sql, "--format", form, "--output", &file]).expect_code(0);
        assert!(ran.out.is_empty(), "{}", ran.out);
        digests.insert(ran.err.split("SHA-256 ").nth(1).unwrap().trim().to_owned());
    }
    assert_eq!(digests.len(), 1);
    let folder = office.path("");
    let said = DUCKDB.output(&[&judge(), "forms", &folder.display().to_string()]);
    assert_eq!(said.trim(), digests.first().unwrap().as_str());
}

/// A question that takes some seconds, whatever the office.
const LONG: &str = "SELECT COUNT(*) FROM events a, events b, events c WHERE a.seq + b.seq + c.seq = -1";

fn child_of(parent: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

fn runs(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // What ended and was not collected by the first process of a container does not run.
    !stat.is_empty() && !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z')
}

fn within(seconds: u64, done: impl Fn() -> bool) -> bool {
    (0..seconds * 20).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        done()
    })
}

fn a_question_ends_at_its_deadline_and_with_whoever_asked() {
    let office = office();
    let ran = office.run(&["query", LONG, "--timeout", "1"]).expect_code(2);
    assert!(ran.err.contains("longer than 1 s") && ran.err.contains("--timeout"), "{}", ran.err);
    for signal in [Signal::KILL, Signal::TERM, Signal::INT] {
        let mut parent = office.spawn(&["query", LONG]);
        assert!(within(10, || child_of(parent.id()).is_some()), "no child");
        let child = child_of(parent.id()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(200));
        kill_process(Pid::from_child(&parent), signal).unwrap();
        assert!(within(3, || !runs(child)), "the child outlives {signal:?}");
        let ended = parent.wait().unwrap();
        assert!(!ended.success());
    }
}

fn hostile_statements_end_cleanly_and_reach_nothing() {
    const CANARY: &str = "kenari-yang-tidak-boleh-terbaca";
    let office = office();
    let canary = office.path("kenari.csv");
    fs::write(&canary, format!("a,b\n{CANARY},{CANARY}\n")).unwrap();
    let before = without_accesses(&office);
    let corpus = fs::read_to_string(root().join("tests/query/hostile.sql")).unwrap();
    let mut statements: Vec<String> = corpus
        .lines()
        .filter(|line| !line.starts_with("-- "))
        .map(|line| line.replace("KANARI", &canary.display().to_string()))
        .collect();
    for n in [50, 99, 101, 1_000, 5_000] {
        statements.push(format!("SELECT {}1{} AS a", "(".repeat(n), ")".repeat(n)));
        statements.push(format!("SELECT {}1 AS a", "NOT ".repeat(n)));
        statements.push(format!("SELECT {}1 AS a", "- ".repeat(n)));
        statements.push(format!("SELECT {} AS a", vec!["1"; n].join(" + ")));
        statements.push(format!("SELECT {} AS a", vec!["'x'"; n].join(" || ")));
        statements.push(format!("{}SELECT 1 AS a{}", "SELECT * FROM (".repeat(n), ") AS t".repeat(n)));
        statements.push(format!("SELECT seq FROM events WHERE seq IN ({})", vec!["1"; n].join(", ")));
        statements.push(format!("SELECT {} END AS a", "CASE WHEN true THEN ".repeat(n)));
        statements.push(vec!["SELECT 1 AS a"; n].join(" UNION ALL "));
    }
    assert!(statements.len() >= 450, "{}", statements.len());
    let (mut answered, mut refused) = (0, 0);
    for sql in &statements {
        let ran = office.run(&["query", "--format", "csv", "--timeout", "60", "--limit", "100", &format!(" {sql}")]);
        let shown: String = sql.chars().take(200).collect();
        assert!(ran.code == 0 || ran.code == 2, "{shown}\n{} {}", ran.code, ran.err);
        assert!(!ran.out.contains(CANARY) && !ran.err.contains(CANARY), "{shown}");
        for odd in ["panicked", "signal", "defect of the program", "was not answered"] {
            assert!(!ran.err.contains(odd), "{shown}\n{}", ran.err);
        }
        assert!(ran.err.trim_end().lines().count() <= 3, "{shown}\n{}", ran.err);
        answered += usize::from(ran.code == 0);
        refused += usize::from(ran.code == 2);
    }
    assert!(answered > 20 && refused > 300, "{answered} {refused}");
    assert_eq!(without_accesses(&office), before);
}
