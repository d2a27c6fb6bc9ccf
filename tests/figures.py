"""Computes every figure of an archive in DuckDB, from the same SQL files and, for some, from SQL of its own.
The twins of its statements give one row for each case that is counted.

    figures.py ARCHIVE OFFICE.sqlite AREAS.csv SQL_FOLDER ANSWERS.json ZONE

ANSWERS.json holds what `tertib metrics --by` gave: {month: {division: rows}}. The clocks are those of office/reference.py, in the office's zone.
"""
import bisect
import csv
import datetime as dt
import glob
import json
import pathlib
import sqlite3
import sys
import tempfile

import duckdb

sys.path.insert(0, str(pathlib.Path(__file__).parent / "office"))
import reference

archive, office, areas, folder, answers, zone = sys.argv[1:]
reference.ZONE = reference.ZONES[zone]
KEYS = ["item", "pekon", "jenis", "officer", "name", "detail"]
NUMBERS = ["step", "next_step"]
clock = reference.WorkingClock(dt.date(2020, 1, 1), dt.date(2027, 12, 31))
working_days = [0]
for spans in clock.spans:
    working_days.append(working_days[-1] + bool(spans))
outages = []
for a, b in sorted((reference.parse(a), reference.parse(b)) for a, b in sqlite3.connect(office).execute("select mulai, selesai from gangguan")):
    if outages and a <= outages[-1][1]:
        outages[-1] = (outages[-1][0], max(b, outages[-1][1]))
    else:
        outages.append((a, b))


def days(t):
    return working_days[bisect.bisect_left(clock.days, t.astimezone(reference.ZONE).date()) + 1]


def outage(t):
    return sum(int((min(b, t) - a).total_seconds()) for a, b in outages if a <= t)


db = duckdb.connect()
db.sql("set timezone = 'UTC'")
db.sql(
    f"""create table archived as select * from read_parquet('{archive}/events/*/*.parquet', hive_partitioning = false)
        where seq not in (select correction_of from read_parquet('{archive}/events/*/*.parquet') where correction_of is not null)"""
)
for name in ("mulai", "selesai", "diterima"):
    instants = db.sql(f"select distinct epoch_us({name}) from archived where {name} is not null").fetchall()
    instants = [(us, dt.datetime.fromtimestamp(us // 1_000_000, dt.timezone.utc)) for (us,) in instants]
    rows = [(us, us // 1_000_000, clock.at(t), days(t), outage(t), reference.month_of(t)) for us, t in instants]
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        csv.writer(file).writerows([("us", "s", "w", "d", "o", "bulan"), *rows])
        file.flush()
        db.sql(f"create table clock_{name} as select * from read_csv('{file.name}', header = true, types = {{'bulan': 'VARCHAR'}})")
MILESTONES = {(1, "selesai"): "received", (2, "lengkap"): "complete", (2, "perlu_rekam"): "complete", (2, "kurang"): "returned",
              (5, "ditolak"): "rejected", (6, "tercetak"): "printed", (6, "gagal_cetak"): "print_failed", (6, "duplikat"): "duplicate",
              (7, "selesai"): "gathered", (10, "diserahkan"): "handed_over"}
db.sql("create table milestones (langkah integer, hasil varchar, milestone varchar)")
db.executemany("insert into milestones values (?, ?, ?)", [(s, h, m) for (s, h), m in MILESTONES.items()])
db.sql(
    """create table events as
       select e.* exclude (mulai, selesai, diterima, nik_pseudonym, pekon, jenis), lower(hex(nik_pseudonym)) as nik,
              first_value(e.pekon) over berkas as pekon, first_value(e.jenis) over berkas as jenis,
              dense_rank() over (order by berkas_id) as berkas_no, m.s as mulai_s, m.w as mulai_w,
              z.s as selesai_s, z.w as selesai_w, z.d as selesai_d, z.o as selesai_o, z.bulan as bulan,
              d.s as diterima_s, d.w as diterima_w, d.bulan as bulan_diterima, t.milestone as milestone
       from archived e left join milestones t on e.langkah = t.langkah and e.hasil = t.hasil join clock_selesai z on epoch_us(e.selesai) = z.us left join clock_mulai m on epoch_us(e.mulai) = m.us
       left join clock_diterima d on epoch_us(e.diterima) = d.us
       window berkas as (partition by e.berkas_id order by z.s, e.langkah, e.event_id)"""
)
db.sql("create table sop_next (langkah bigint, hasil varchar, next bigint)")
db.executemany("insert into sop_next values (?, ?, ?)", [(s, h, n) for (s, h), n in reference.NEXT.items()])
db.sql("create table sop_step (langkah bigint, pelaksana varchar, mandatory bigint, writes_book bigint)")
steps = [(s, r, int(s in reference.MANDATORY), int(s in (3, 4, 8, 9))) for s, r in reference.ROLE.items()]
db.executemany("insert into sop_step values (?, ?, ?, ?)", steps)
db.sql("create table areas (code varchar, kecamatan varchar)")
with open(areas) as file:
    db.executemany("insert into areas values (?, ?)", [(a["kode_10"], a["nama_kecamatan"]) for a in csv.DictReader(file)])
db.sql("create macro kecamatan_of(asked) as coalesce((select kecamatan from areas where code = asked), asked)")
DIVISIONS = {
    "total": "''", "pekon": "pekon", "kecamatan": "kecamatan_of(pekon)", "jenis": "jenis", "officer": "officer",
}


def statements(path):
    for text in pathlib.Path(path).read_text().split(";\n"):
        text = text.strip()
        yield text[3 : text.index(":")], text


def twin_of(text):
    """The name of the statement whose cases a statement gives one by one; nothing for another statement."""
    return text.splitlines()[0].removeprefix("-- rows: ") if text.startswith("-- rows: ") else None


def same(what, found, wanted):
    if found != wanted:
        odd = [(k, found.get(k), wanted.get(k)) for k in sorted({*found, *wanted}, key=str) if found.get(k) != wanted.get(k)]
        sys.exit(f"{what}: {len(odd)} differ, DuckDB and tertib: {odd[:5]}")


def additive(month):
    y, m = map(int, month.split("-"))
    end = dt.datetime(y + m // 12, m % 12 + 1, 1, tzinfo=reference.ZONE)
    values = {"$month": f"'{month}'", "$end_s": str(int(end.timestamp())), "$end_o": str(outage(end)),
              "$end_d": str(days(end - dt.timedelta(seconds=1)))}
    db.sql("create or replace table rows (figure varchar, item varchar, pekon varchar, jenis varchar, officer varchar, "
           "name varchar, detail varchar, step bigint, next_step bigint, v bigint, n bigint)")
    db.sql("create or replace table cases as select * from rows")
    for path in sorted(glob.glob(f"{folder}/*.sql")):
        figure = pathlib.Path(path).stem
        for statement, text in statements(path):
            for parameter, value in values.items():
                text = text.replace(parameter, value)
            found = db.sql(text)
            twin = twin_of(text)
            given = dict.fromkeys(KEYS, "''") | {"item": f"'{twin or statement}'"} | dict.fromkeys(NUMBERS, "0") | {"v": "null"}
            given |= {c: f"coalesce({c}, {given[c]})" if c in KEYS else c for c in found.columns if c in given}
            columns = ", ".join(given[c] for c in KEYS + NUMBERS + ["v"])
            db.sql(f"insert into {'cases' if twin else 'rows'} select '{figure}', {columns}, {'1' if twin else 'n'} from found")


(_, stage_2), = statements(f"{folder}/../stage2.sql")
fields = ["cell", "figure", "item", "step", "next_step", "name", "detail", "n", "sum", "min", "p50", "p90", "p95", "max"]
OWN = {
    # Own words for some of the same: quantile_disc is the nearest rank too.
    "issuance of a village": (
        "pekon", "issuance", "wall",
        """with c as (select berkas_id, min(selesai_s) as at from events where langkah = 2 and hasil in ('lengkap', 'perlu_rekam') group by 1),
                p as (select berkas_id, arg_min(pekon, selesai_s) as pekon, min(selesai_s) as at from events
                      where langkah = 6 and hasil = 'tercetak' group by 1)
           select pekon, count(*), sum(p.at - c.at), min(p.at - c.at), quantile_disc(p.at - c.at, 0.5),
                  quantile_disc(p.at - c.at, 0.9), quantile_disc(p.at - c.at, 0.95), max(p.at - c.at)
           from p join c using (berkas_id) where c.at <= p.at and strftime(to_timestamp(p.at) + interval $h hour, '%Y-%m') = '$m' group by 1"""),
    "handling of an officer at step 6": (
        "officer", "time_per_step", "handling_wall",
        """select petugas_id, count(*), sum(v), min(v), quantile_disc(v, 0.5), quantile_disc(v, 0.9), quantile_disc(v, 0.95), max(v)
           from (select petugas_id, selesai_s - mulai_s as v from events where langkah = 6 and mulai_s <= selesai_s
                 and petugas_id is not null and strftime(to_timestamp(selesai_s) + interval $h hour, '%Y-%m') = '$m') group by 1"""),
    "receipts of a kind": (
        "jenis", "flow", "received",
        """select jenis, count(*), null, null, null, null, null, null from (select berkas_id, min(jenis) as jenis, min(selesai) as moment
           from archived where langkah = 1 group by 1) where strftime(moment + interval $h hour, '%Y-%m') = '$m' group by 1"""),
    "hand-overs of a kecamatan": (
        "kecamatan", "flow", "handed_over",
        """select kecamatan_of(pekon), count(*), null, null, null, null, null, null from (select berkas_id, min(pekon) as pekon,
           min(selesai) as moment from archived where langkah = 10 group by 1)
           where strftime(moment + interval $h hour, '%Y-%m') = '$m' group by 1"""),
}
compared = 0
for month, divisions in json.load(open(answers)).items():
    additive(month)
    added = ["select figure, item, pekon, jenis, officer, name, detail, step, next_step, v, sum(n) as n from " + of + " group by all" for of in ("rows", "cases")]
    odd = db.sql("from ({} except {}) union all from ({} except {})".format(*added, *reversed(added))).fetchall()
    if odd or not db.sql("select count(*) from cases").fetchall()[0][0]:
        sys.exit(f"{month}: in DuckDB the rows behind the figures are not those that are counted: {odd[:5]}")
    for division, rows in divisions.items():
        wanted = {tuple(r[f] for f in fields[:7]): tuple(r.get(f) for f in fields[7:]) for r in rows}
        db.sql(f"create or replace view cells as select *, {DIVISIONS[division]} as cell from rows")
        if division == "officer":
            db.sql("create or replace view cells as select *, officer as cell from rows where officer <> ''")
        found = {r[:7]: r[7:] for r in db.sql(stage_2).select(", ".join(fields)).fetchall()}
        same(f"{month} by {division}", found, wanted)
        compared += len(found)
        for what, (of, figure, item, sql) in OWN.items():
            if of == division:
                step = 6 if "step 6" in what else 0
                ours = {k[0]: v for k, v in wanted.items() if k[1:4] == (figure, item, step)}
                own = {r[0]: r[1:] for r in db.sql(sql.replace("$m", month).replace("$h", str(reference.ZONE.utcoffset(None) // dt.timedelta(hours=1)))).fetchall()}
                same(f"{month}, {what}", own, ours)
                compared += len(own)
print(compared)
