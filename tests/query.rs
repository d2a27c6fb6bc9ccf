//! Questions get the answers that DuckDB gives over the same files, or a refusal in words, and answers always have the same form.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up must stop")]

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use tests::tools::Tool;
use tests::{Office, root};

tests::trials! {
    duckdb_agrees needs DUCKDB;
    duckdb_agrees_by_chance needs DUCKDB;
    what_is_refused_says_what_to_ask needs PYTHON;
    an_answer_has_the_same_form_whatever_its_rows needs PYTHON;
    no_refusal_repeats_what_was_typed needs PYTHON;
    a_refusal_says_where_and_what_may_be_meant needs PYTHON;
    no_question_takes_the_machine needs PYTHON;
    limits_are_those_of_the_whole_question needs PYTHON;
    a_spreadsheet_sees_no_formula needs PYTHON;
    a_table_for_reading_ends needs PYTHON;
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

fn judge() -> String {
    root().join("tests/query.py").display().to_string()
}

/// Asks all, and lets DuckDB judge; how many were answered, how many refused.
fn judged<'q>(archive: &Path, questions: impl Iterator<Item = &'q str>) -> (usize, usize) {
    let open = pipeline::Archive::open(archive).unwrap();
    let answers: Vec<Value> = questions
        .map(|sql| match pipeline::query(&open, sql) {
            Ok(answer) => json!({"sql": sql, "columns": answer.columns, "rows": answer.rows}),
            Err(refusal) => json!({"sql": sql, "refused": refusal.to_string()}),
        })
        .collect();
    let dir = TempDir::new().unwrap();
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
    let archive = pipeline::Archive::open(&office.path("archive")).unwrap();
    let questions = questions();
    let refusals = each(&questions).filter_map(|sql| Some((sql, pipeline::query(&archive, sql).err()?.to_string())));
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
    let archive = pipeline::Archive::open(&office.path("archive")).unwrap();
    let questions = questions();
    let mut planted = OF_A_PERSON.iter().cycle();
    let mut refused = 0;
    let mut ask = |sql: &str| {
        let Err(refusal) = pipeline::query(&archive, sql) else { return };
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
            ask(&format!("{before}{one} {after}"));
            ask(&format!("{before}{one} {}{after}", words[place]));
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
            ask(&sql);
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
    let of = |sql: &str| office.json(&["query", sql], 0);
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
        let one = |k: u32| format!("t{k} AS (SELECT a.seq, b.langkah FROM events a, events b WHERE a.seq > {k})");
        format!("WITH {} SELECT COUNT(*) AS n FROM t0", listed(n, &one))
    };
    let kept = |n: u32| {
        let one = |k: u32| format!("MEDIAN(a.seq + {k}) AS m{k}");
        format!("SELECT {} FROM events a, events b", listed(n, &one))
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

fn a_spreadsheet_sees_no_formula() {
    let office = office();
    let csv = |sql: &str| office.run(&["query", sql, "--format", "csv"]).expect_code(0).out;
    let formula = csv("SELECT '=HYPERLINK(0)' AS a, '@SUM' AS b, '-5' AS c, -5 AS d");
    assert_eq!(formula, "a,b,c,d\n'=HYPERLINK(0),'@SUM,-5,-5\n");
}

fn a_table_for_reading_ends() {
    let office = office();
    let rows = office.events("");
    let ran = office.run(&["query", "SELECT seq FROM events ORDER BY seq"]).expect_code(0);
    assert!(ran.err.contains(&format!("{} more rows", rows - 1000)), "{}", ran.err);
    assert_eq!(ran.out.lines().filter(|line| line.trim().parse::<i64>().is_ok()).count(), 1000);
    let all = office.run(&["query", "SELECT seq FROM events", "--format", "csv"]).expect_code(0).out;
    assert_eq!(i64::try_from(all.lines().count()).unwrap(), rows + 1);
}
