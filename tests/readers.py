"""Reads an archive with three programs that are not ours and compares it with its source.

    readers.py ARCHIVE OFFICE.sqlite
"""
import glob
import hashlib
import json
import sqlite3
import sys

import deltalake
import duckdb
import polars

archive, office = sys.argv[1:]
db = sqlite3.connect(office)
rows, steps, last = db.execute("select count(*), sum(langkah), max(event_id) from workflow_events").fetchone()
per_month = dict(
    db.execute("select strftime('%Y-%m', selesai, '+7 hours'), count(*) from workflow_events group by 1").fetchall()
)
nik = {n for (n,) in db.execute("select nik from berkas")}
names = {n for (n,) in db.execute("select nama from berkas")}


def same(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: found {found}, the source has {wanted}")


table = deltalake.DeltaTable(f"{archive}/events")
same("deltalake version", table.version(), 0)
arrow = table.to_pyarrow_table() if hasattr(table, "to_pyarrow_table") else polars.from_arrow(table.to_arrow())
frame = polars.from_arrow(arrow) if not isinstance(arrow, polars.DataFrame) else arrow
same("deltalake rows", frame.height, rows)
same("deltalake steps", frame["langkah"].sum(), steps)
same("deltalake last event", frame["event_id"].max(), last)
same("deltalake seq", sorted(frame["seq"].to_list()), list(range(rows)))

frame = polars.scan_delta(f"{archive}/events").collect()
same("polars rows", frame.height, rows)
same("polars months", {k: n for k, n in frame.group_by("bulan").len().iter_rows()}, per_month)
same("polars zone", str(frame.schema["selesai"]), "Datetime(time_unit='us', time_zone='UTC')")
for column, kind in frame.schema.items():
    if kind in (polars.String, polars.Binary):
        values = {v.decode(errors="replace") if isinstance(v, bytes) else v for v in frame[column]}
        leaked = nik & values | names & values
        same(f"personal values in {column}", len(leaked), 0)

parts = f"{archive}/events/*/*.parquet"
found = duckdb.sql(
    f"select count(*), sum(langkah)::bigint, max(event_id) from read_parquet('{parts}', hive_partitioning = true)"
).fetchall()[0]
same("duckdb", found, (rows, steps, last))

# The private table holds every NIK under the same seq, and each commitment can be recomputed from it.
private = polars.read_parquet(glob.glob(f"{archive}/persons/*/*.parquet"))
joined = frame.join(private, on="seq", how="inner")
same("private rows", joined.height, rows)
same("persons", set(private["nik"]), nik)
fields = ["jenis_kelamin", "keterangan", "nama", "nik", "pembawa", "tanggal_lahir", "tempat_lahir"]
for row in joined.head(200).iter_rows(named=True):
    person = {f: str(row[f]) if f == "tanggal_lahir" and row[f] is not None else row[f] for f in fields}
    # What came with form 2 is committed to where it has a value.
    person |= {"penerima": row["penerima"]} if row["penerima"] is not None else {}
    text = json.dumps(person, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    commitment = hashlib.sha256(row["salt"] + text.encode()).digest()
    same(f"commitment of seq {row['seq']}", row["pii_commitment"], commitment)
pseudonyms = joined.select("nik", "nik_pseudonym").unique()
same("one pseudonym per NIK", pseudonyms.height, len(nik))
