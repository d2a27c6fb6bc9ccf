#!/usr/bin/env python3
"""Asks twenty questions of tertib and of DuckDB over the same Parquet, side by side, and compares the answers.

    python run.py --archive DIR --tertib PROGRAM [--repeats 3] [--only 1,4]

Each question is a process of its own: wall time from its start, CPU time, peak resident memory (of the largest process). The archive
must have no corrections, since DuckDB is asked of the files as they are. PYTHON names the interpreter that has duckdb.
"""
import argparse
import csv
import io
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent


def measured(argv):
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(argv, stdout=out, stderr=subprocess.PIPE)
        words = process.stderr.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        out.seek(0)
        text = out.read().decode()
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        return wall, None, None, f"exit {code}: {words.strip().splitlines()[-1][:90] if words.strip() else ''}"
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def plain(text):
    """Rows whose instants and numbers are written alike."""
    rows = []
    for row in csv.reader(io.StringIO(text)):
        rows.append([c[:19].replace("T", " ") if len(c) >= 19 and c[4:5] == "-" and c[10:11] in "T " else f"{float(c):.9g}" if c.replace(".", "", 1).isdigit() else c for c in row])
    return rows


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--archive", required=True)
    arguments.add_argument("--tertib", required=True)
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--only")
    arguments = arguments.parse_args()
    python = os.environ.get("PYTHON", sys.executable)
    questions = [line for line in (HERE / "questions.sql").read_text().splitlines() if not line.startswith("--")]
    months = sorted(p.name.split("=")[1] for p in pathlib.Path(arguments.archive, "events").glob("bulan=*"))
    month = months[len(months) // 2]
    ask = lambda sql: measured([arguments.tertib, "query", "--archive", arguments.archive, "--format", "csv", sql])
    berkas = ask(f"SELECT MIN(berkas_id) AS b FROM events WHERE bulan = '{month}'")[3].splitlines()[1]
    only = [int(n) for n in arguments.only.split(",")] if arguments.only else range(1, len(questions) + 1)
    print("| | tertib s | CPU s | MB | DuckDB s | CPU s | MB | wall / DuckDB |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for n in only:
        sql = questions[n - 1].replace("MONTH", month).replace("BERKAS", berkas).replace("FROM'", f"{month}-05'").replace("UNTIL'", f"{month}-12'")
        runs = {"tertib": [], "duckdb": []}
        for _ in range(arguments.repeats):
            runs["tertib"].append(ask(sql))
            runs["duckdb"].append(measured([python, str(HERE / "peer.py"), arguments.archive, sql]))
        texts = {name: all_[0][3] for name, all_ in runs.items()}
        failed = [f"{name} {text}" for name, text in texts.items() if text.startswith("exit")]
        if failed:
            print(f"| {n} | {'; '.join(failed)} |", flush=True)
            continue
        same = plain(texts["tertib"])[1:] == plain(texts["duckdb"])[1:]
        t, d = ([statistics.median(column) for column in zip(*(run[:3] for run in runs[name]))] for name in ("tertib", "duckdb"))
        print(f"| {n} | {t[0]:.2f} | {t[1]:.2f} | {t[2]:.0f} | {d[0]:.2f} | {d[1]:.2f} | {d[2]:.0f} | {t[0] / d[0]:.2f}{'' if same else ' DIFFERENT ROWS'} |", flush=True)


if __name__ == "__main__":
    main()
