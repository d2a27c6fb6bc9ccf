"""Judges `tertib query`: the same questions over the same files in DuckDB.

    query.py compare ARCHIVE ANSWERS.json     each answer equal: values, types, NULLs, and the order where one is asked for
    query.py make SEED N                      N questions made by chance
    query.py forms FOLDER                     jawaban.csv, .json, .xlsx, .parquet are one answer; its digest

ANSWERS.json is a list of {sql, columns, rows} or {sql, refused}. Printed are how many were answered and how many refused.
What DuckDB writes in its own way is read anew here: instants and days, and decimal numbers as floating ones.
"""
import csv
import datetime as dt
import hashlib
import json
import math
import pathlib
import random
import re
import sys
import zipfile
from collections import Counter
from decimal import Decimal


TYPES = {"boolean": "BOOLEAN", "integer": "BIGINT", "number": "DOUBLE", "instant": "TIMESTAMPTZ", "day": "DATE", "text": "VARCHAR"}


def opened(archive, views):
    import duckdb

    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    for file in sorted(pathlib.Path(views).glob("*.jsonl")):
        lines = file.read_text().splitlines()
        columns = json.loads(lines[0])["columns"]
        db.execute(f"create table {file.stem} ({', '.join(c['name'] + ' ' + TYPES[c['kind']] for c in columns)})")
        rows = [json.loads(line) for line in lines[1:-1]]
        if rows:
            db.executemany(f"insert into {file.stem} values ({', '.join('?' for _ in columns)})", rows)
    db.execute(
        f"""create table stored as select * replace (lower(hex(nik_pseudonym)) as nik_pseudonym, lower(hex(pii_commitment)) as pii_commitment)
            from read_parquet('{archive}/events/*/*.parquet', hive_partitioning = true, hive_types = {{'bulan': 'varchar'}}, union_by_name = true)"""
    )
    instants = [d[0] for d in db.execute("describe stored").fetchall() if d[1].startswith("TIMESTAMP")]
    seconds = ", ".join(f"cast(floor(epoch_us(s.{name}) / 1000000) as bigint) as {name}_s" for name in instants)
    working = ", ".join(f"w.{name}_w, w.{name}_d" for name in instants if name != "recorded_at")
    joined = f"select s.*, {seconds}, {working}, w.version, w.arrived_at from stored s join working w on s.seq = w.seq"
    db.execute(f"create table events_all as {joined}")
    db.execute(
        """create table events as select * exclude (version, arrived_at) from events_all
           where seq not in (select correction_of from stored where correction_of is not null)"""
    )
    return db


def asked(db, sql):
    """Names and rows; instants as microseconds, told by their type."""
    described = db.execute(f"describe {sql}").fetchall()
    names, types = [d[0] for d in described], [d[1] for d in described]
    moments = [t.startswith("TIMESTAMP") for t in types]
    columns = ", ".join(f"epoch_us(c{i})" if m else f"c{i}" for i, m in enumerate(moments))
    rows = db.execute(f"select {columns} from ({sql}) as q ({', '.join(f'c{i}' for i in range(len(names)))})").fetchall()
    return names, [[plain(v, t) for v, t in zip(row, types)] for row in rows]


def plain(value, kind):
    if value is None or isinstance(value, (bool, int, str)) and not kind.startswith("TIMESTAMP"):
        return value
    if kind.startswith("TIMESTAMP"):
        seconds, us = divmod(value, 1_000_000)
        at = dt.datetime.fromtimestamp(seconds, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        digits = "" if us == 0 else f".{us // 1000:03d}" if us % 1000 == 0 else f".{us:06d}"
        return f"{at}{digits}Z"
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def exactly(value):
    """So that 1, 1.0, true and '1' differ; floating numbers to twelve places, and nought without a sign."""
    return (type(value).__name__, f"{value + 0.0:.12g}" if isinstance(value, float) else value)


def outermost_order(sql):
    while re.search(r"\([^()]*\)", sql):
        sql = re.sub(r"\([^()]*\)", "", sql)
    return re.search(r"order by", sql, re.I) is not None


def compare(archive, answers):
    db, counts, wrong = opened(archive, pathlib.Path(answers).parent), Counter(), []
    for answer in json.load(open(answers)):
        sql = answer["sql"]
        if "refused" in answer:
            counts["refused"] += 1
            continue
        counts["answered"] += 1
        try:
            names, rows = asked(db, sql)
        except Exception as e:
            wrong.append(f"{sql}\n   DuckDB refuses: {str(e)[:160]}\n   tertib: {answer['rows'][:2]}")
            continue
        found, wanted = ([tuple(map(exactly, r)) for r in rows] for rows in (answer["rows"], rows))
        ordered = outermost_order(sql)
        if (found != wanted) if ordered else (Counter(found) != Counter(wanted)):
            odd = [(f, w) for f, w in zip(found, wanted) if f != w][:2] if ordered else [list((Counter(found) - Counter(wanted)))[:2], list((Counter(wanted) - Counter(found)))[:2]]
            wrong.append(f"{sql}\n   {len(found)} rows, DuckDB {len(wanted)}: {odd}")
        plain_names = [(a, b) for a, b in zip(answer["columns"], names) if re.fullmatch(r"\w+", b) and a.lower() != b.lower()]
        if plain_names:
            wrong.append(f"{sql}\n   columns are called {plain_names}")
    if wrong:
        sys.exit(f"{len(wrong)} answers differ from DuckDB's:\n" + "\n".join(wrong))
    print(counts["answered"], counts["refused"])


def forms(folder):
    """The same answer as CSV, JSON, XLSX and Parquet: the same rows, the digest computed anew, no formula."""
    import duckdb

    def files(ending):
        return str(pathlib.Path(folder) / f"jawaban.{ending}")

    answer = json.load(open(files("json")))
    names, rows = [c["name"] for c in answer["columns"]], [list(r.values()) for r in answer["rows"]]
    lines = [json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n" for row in [names, *rows]]
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert digest == answer["sha256"] and answer["n"] == len(rows)
    db = duckdb.connect()
    db.execute("set timezone = 'UTC'")
    _, wanted = asked(db, f"select * from read_parquet('{files('parquet')}')")
    assert [list(row) for row in wanted] == rows, "Parquet has other rows than JSON"
    with open(files("csv"), newline="") as file:
        table = list(csv.reader(file))
    said = [["" if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in row] for row in rows]
    assert table == [names, *said], "CSV has other rows than JSON"
    book = zipfile.ZipFile(files("xlsx"))
    texts = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert digest in texts and "<f>" not in texts
    print(digest)


class Made:
    """A question by chance, of what auditors use: columns, conditions, groups, windows, joins, sets."""

    INTEGERS, TEXTS, MOMENTS = ["seq", "langkah", "correction_of"], ["hasil", "petugas_id", "pelaksana", "jenis", "bulan", "kekurangan"], ["mulai", "selesai", "diterima"]

    def __init__(self, rng):
        self.r = rng

    def integer(self, t, depth=2):
        r = self.r
        pick = r.randrange(9) if depth else r.randrange(2)
        if pick == 0:
            return str(r.choice([0, 1, 2, 3, 5, 7, 10, 100]))
        if pick in (1, 2, 3):
            return t + r.choice(self.INTEGERS)
        a, b = self.integer(t, depth - 1), self.integer(t, depth - 1)
        return [f"({a} {r.choice('+-*')} {b})", f"LENGTH({self.text(t, depth - 1)})", f"COALESCE({a}, {b})",
                f"CASE WHEN {self.condition(t, depth - 1)} THEN {a} ELSE {b} END", f"EXTRACT({r.choice(['MONTH', 'DAY', 'HOUR', 'ISODOW'])} FROM {t}{r.choice(self.MOMENTS)})"][pick - 4]

    def text(self, t, depth=1):
        r = self.r
        column = t + r.choice(self.TEXTS)
        return r.choice([column, column, column, f"UPPER({column})", f"SUBSTR({column}, {r.randint(1, 4)}, {r.randint(0, 5)})",
                         f"COALESCE({column}, '-')", f"'{r.choice(['selesai', 'P01', 'x', ''])}'"]) if depth else column

    def condition(self, t, depth=2):
        r = self.r
        if depth and r.random() < 0.4:
            a, b = self.condition(t, depth - 1), self.condition(t, depth - 1)
            return r.choice([f"({a} AND {b})", f"({a} OR {b})", f"NOT ({a})"])
        return r.choice([
            lambda: f"{self.integer(t, depth)} {r.choice(['=', '<>', '<', '<=', '>', '>='])} {self.integer(t, depth)}",
            lambda: f"{self.text(t, depth)} {r.choice(['=', '<>', '<', '>='])} {self.text(t, depth)}",
            lambda: f"{t}{r.choice(self.INTEGERS)} {r.choice(['', 'NOT '])}IN ({', '.join(r.choice(['1', '2', '5', 'NULL']) for _ in range(3))})",
            lambda: f"{t}{r.choice(self.INTEGERS)} {r.choice(['', 'NOT '])}BETWEEN {self.integer(t, 0)} AND {self.integer(t, 0)}",
            lambda: f"{self.text(t, depth)} {r.choice(['', 'NOT '])}LIKE '{r.choice(['%a%', 's%', '_e%', '%', 'P0_'])}'",
            lambda: f"{t}{r.choice(self.INTEGERS + self.TEXTS + self.MOMENTS)} IS {r.choice(['', 'NOT '])}NULL",
            lambda: f"{t}{r.choice(self.MOMENTS)} {r.choice(['<', '>='])} '2026-{r.choice(['08', '09', '10'])}-{r.randint(1, 28):02d}'",
            lambda: f"{t}{r.choice(self.INTEGERS)} {r.choice(['', 'NOT '])}IN (SELECT {r.choice(self.INTEGERS)} FROM events WHERE langkah = {r.randint(1, 11)})",
        ])()

    def number(self, t, depth=2):
        r = self.r
        if not depth:
            return r.choice([t + r.choice(self.INTEGERS), "0.5", "0.25", "1e0", "NULL", "-1", f"{t}langkah / 4", f"CAST({t}langkah AS DOUBLE)"])
        a, b = self.number(t, depth - 1), self.number(t, depth - 1)
        return r.choice([f"({a} {r.choice('+-*/%')} {b})", f"({a} // {b})", f"-{a}", f"{r.choice(['ABS', 'ROUND', 'FLOOR', 'CEIL'])}({a})",
                         f"{r.choice(['COALESCE', 'NULLIF', 'GREATEST', 'LEAST'])}({a}, {b})", f"CASE WHEN {a} > {b} THEN {a} ELSE {b} END", f"CAST({a} AS BIGINT)"])

    def aggregate(self, t):
        r = self.r
        if r.random() < 0.3:
            return f"{r.choice(['SUM', 'AVG', 'MIN', 'MAX', 'MEDIAN', 'COUNT'])}({r.choice(['', 'DISTINCT '])}{self.number(t, 1)}) FILTER (WHERE {self.condition(t, 1)})"
        whole = f"{r.choice(['COUNT', 'SUM', 'MIN', 'MAX', 'AVG'])}({self.integer(t, 1)})"
        other = r.choice(["COUNT(*)", f"COUNT(DISTINCT {self.text(t)})", f"{r.choice(['MIN', 'MAX', 'COUNT'])}({self.text(t)})", f"MAX({t}selesai)"])
        return r.choice([whole, other, f"COUNT(*) FILTER (WHERE {self.condition(t, 1)})"])

    def window(self, t):
        r = self.r
        part, order = r.choice(["", "PARTITION BY berkas_id ", "PARTITION BY langkah "]), r.choice(["seq", "seq DESC", "langkah, seq", "petugas_id DESC, seq"])
        tied = r.choice(["langkah", "petugas_id", "bulan DESC"])
        ends = r.choice(["ROWS UNBOUNDED PRECEDING", "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", "ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING"])
        first = r.choice(["", " DESC"]) + r.choice(["", " NULLS FIRST", " NULLS LAST"])
        return r.choice([f"{r.choice(['SUM', 'AVG', 'MEDIAN'])}({self.number('', 1)}) OVER ({part}ORDER BY {order} {ends})",
                         f"FIRST_VALUE({r.choice(self.TEXTS)}) OVER ({part}ORDER BY petugas_id{first}, seq)", f"RANK() OVER ({part}ORDER BY petugas_id{first})",
                         f"ROW_NUMBER() OVER ({part}ORDER BY {order})", f"{r.choice(['RANK', 'DENSE_RANK'])}() OVER ({part}ORDER BY {tied})",
                         f"{r.choice(['LAG', 'LEAD'])}({r.choice(self.INTEGERS + self.TEXTS)}) OVER ({part}ORDER BY {order})",
                         f"{r.choice(['SUM', 'COUNT', 'MIN', 'MAX', 'AVG'])}({r.choice(self.INTEGERS)}) OVER ({part}ORDER BY {r.choice([order, tied])})",
                         f"{r.choice(['SUM', 'MAX'])}(langkah) OVER ({part}ORDER BY {order} ROWS BETWEEN {r.randint(0, 3)} PRECEDING AND {r.randint(0, 3)} FOLLOWING)"])

    def question(self):
        r = self.r
        kind = r.randrange(6)
        where = f" WHERE {self.condition('')}" if r.random() < 0.7 else ""
        if kind == 0:
            return f"SELECT {self.integer('')} AS a, {self.text('')} AS b, {self.condition('')} AS c, {self.number('')} AS d FROM events{where}"
        if kind == 1:
            having = f" HAVING COUNT(*) > {r.randint(0, 9)}" if r.random() < 0.4 else ""
            return f"SELECT {self.aggregate('')} AS a, {self.aggregate('')} AS b, {r.choice(self.TEXTS)} AS k, langkah FROM events{where} GROUP BY k, langkah{having}"
        if kind == 2:
            return f"SELECT seq, {self.window('')} AS w, {self.window('')} AS v FROM events{where} ORDER BY seq"
        if kind == 3:
            join = r.choice(["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"])
            key = r.choice(["a.berkas_id = b.berkas_id", "a.seq = b.correction_of", "a.correction_of = b.seq"])
            more = f" AND {self.condition(r.choice(['a.', 'b.']), 1)}" if r.random() < 0.6 else ""
            after = f" WHERE {self.condition(r.choice(['a.', 'b.']), 1)}" if r.random() < 0.6 else ""
            return f"SELECT COUNT(*) AS n, COUNT(a.seq) AS l, COUNT(b.seq) AS r, {self.aggregate(r.choice(['a.', 'b.']))} AS x FROM events a {join} events b ON {key}{more}{after}"
        if kind == 4:
            one = lambda: f"SELECT {r.choice(['', 'DISTINCT '])}{self.number('', 1)} AS a, petugas_id AS b FROM events WHERE {self.condition('')}"
            return f"{one()} {r.choice(['UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT'])} {one()}"
        return f"WITH t AS (SELECT langkah, petugas_id, {self.aggregate('')} AS x FROM events{where} GROUP BY langkah, petugas_id) SELECT langkah, COUNT(x) AS n, MIN(x) AS lo, MAX(x) AS hi FROM t GROUP BY langkah ORDER BY langkah"


if __name__ == "__main__":
    if sys.argv[1] == "make":
        made = Made(random.Random(int(sys.argv[2])))
        for _ in range(int(sys.argv[3])):
            print(made.question())
    elif sys.argv[1] == "forms":
        forms(sys.argv[2])
    else:
        compare(*sys.argv[2:])
