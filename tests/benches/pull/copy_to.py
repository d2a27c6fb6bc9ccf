#!/usr/bin/env python3
"""Copies the table of load.sql out of PostgreSQL into SQLite or MariaDB, so that all three hold the same rows.

    python copy_to.py postgresql://postgres@127.0.0.1/bench bench.sqlite
    python copy_to.py postgresql://postgres@127.0.0.1/bench "mariadb --protocol=tcp --port=3306 --user=root --local-infile=1 bench"

Times become ISO 8601 text in SQLite and DATETIME(6) in the zone of the office in MariaDB.
"""
import csv
import os
import shlex
import sqlite3
import subprocess
import sys
import tempfile

TEXTS = ("berkas_id kolektif_id pelaksana petugas_id hasil kekurangan nomor_register keterangan jenis kewarganegaraan nik nama "
         "jenis_kelamin tempat_lahir pekon pembawa").split()
TIMES = "recorded_at mulai selesai diterima".split()
COLUMNS = ["event_id", "langkah", "tanggal_lahir"] + TIMES + TEXTS


def dump(uri, time, to):
    columns = ", ".join(time.format(c) + f" AS {c}" if c in TIMES else c for c in COLUMNS)
    copy = f"COPY (SELECT {columns} FROM workflow_events ORDER BY event_id) TO STDOUT (FORMAT csv, NULL '\\N')"
    subprocess.run(["psql", uri, "-X", "-q", "-c", "SET TIME ZONE 'UTC'", "-c", copy], check=True, stdout=to)


def to_sqlite(uri, path):
    if os.path.exists(path):
        os.remove(path)
    with tempfile.TemporaryFile("w+", newline="") as rows:
        dump(uri, "to_char({}, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')", rows)
        rows.seek(0)
        connection = sqlite3.connect(path)
        kinds = ", ".join(f"{c} integer" if c == "langkah" else f"{c} text" for c in COLUMNS[1:])
        connection.execute(f"CREATE TABLE workflow_events (event_id integer PRIMARY KEY, {kinds})")
        values = ([None if v == "\\N" else v for v in row] for row in csv.reader(rows))
        connection.executemany(f"INSERT INTO workflow_events VALUES ({','.join('?' * len(COLUMNS))})", values)
        connection.commit()


def to_mariadb(uri, client):
    kinds = [f"{c} {'datetime(6)' if c in TIMES else 'varchar(200)'}" for c in TIMES + TEXTS]
    table = "event_id bigint PRIMARY KEY, langkah smallint, tanggal_lahir date, " + ", ".join(kinds)
    with tempfile.NamedTemporaryFile("w+") as rows:
        dump(uri, "to_char({} AT TIME ZONE 'Asia/Jakarta', 'YYYY-MM-DD HH24:MI:SS.US')", rows)
        sql = (f"DROP TABLE IF EXISTS workflow_events; CREATE TABLE workflow_events ({table}) CHARACTER SET utf8mb4; "
               f"LOAD DATA LOCAL INFILE '{rows.name}' INTO TABLE workflow_events CHARACTER SET utf8mb4 "
               "FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"'; ANALYZE TABLE workflow_events; "
               "CREATE USER IF NOT EXISTS pembaca IDENTIFIED BY 'baca-saja'; GRANT SELECT ON workflow_events TO pembaca")
        subprocess.run(shlex.split(client) + ["--execute", sql], check=True, stdout=subprocess.DEVNULL)


def main():
    uri, target = sys.argv[1:]
    (to_mariadb if " " in target else to_sqlite)(uri, target)


main()
