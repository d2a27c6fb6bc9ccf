"""Reads the files of an answer with other programs: each has the same rows and says digest and entry.

    answer.py FOLDER ARCHIVE DIGEST ENTRY duckdb|''

FOLDER has jawaban.csv, .json, .parquet and .xlsx, and for `duckdb` the script that gives the same rows in ARCHIVE.
"""
import csv, json, os, pathlib, sys

import duckdb
import openpyxl

folder, archive, digest, entry = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
said = json.loads((folder / "jawaban.json").read_text())
assert (said["sha256"], str(said["access"])) == (digest, entry), said
rows = [list(row.values()) for row in said["rows"]]
(parquet,) = duckdb.sql(f"SELECT COUNT(*) FROM read_parquet('{folder}/jawaban.parquet')").fetchall()[0]
assert parquet == len(rows), (parquet, len(rows))
words = dict(duckdb.sql(f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{folder}/jawaban.parquet')").fetchall())
assert (words["tertib.sha256"], words["tertib.access"]) == (digest, entry), words
lines = list(csv.reader(open(folder / "jawaban.csv", encoding="utf-8", newline="")))
assert len(lines) == len(rows) + 2 and lines[-1] == [f"Catatan akses nomor {entry}; SHA-256 jawaban {digest}"], lines[-1]
book = openpyxl.load_workbook(folder / "jawaban.xlsx")
cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
assert digest in cells and entry in cells, cells[-20:]
if sys.argv[5] == "duckdb":
    os.chdir(archive)
    again = duckdb.connect().execute((folder / "duckdb.sql").read_text()).fetchall()
    assert [list(row) for row in again] == rows, (again[:3], rows[:3])
