#!/usr/bin/env python3
"""Times what proves an archive: its log, verification, proofs and traces, beside sha256sum and restic over the same bytes.

    python3 run.py --tertib PROGRAM --office OFFICE.sqlite --room DIR [--repeats 3]

The office is pulled once into DIR. Prints a table of medians: wall time, CPU time, peak resident memory of whole processes, and what
the goals allow. restic is measured where it is installed.
"""
import argparse
import os
import pathlib
import random
import shutil
import sqlite3
import statistics
import subprocess
import time


def measured(argv, codes=(0,), **kind):
    began = time.perf_counter()
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **kind)
    out = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    if code not in codes:
        raise SystemExit(f"{' '.join(argv)} ended with {code}: {out[-400:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out


def median(runs):
    return [statistics.median(column) for column in list(zip(*runs))[:3]]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tertib", required=True)
    arguments.add_argument("--office", required=True)
    arguments.add_argument("--room", required=True)
    arguments.add_argument("--repeats", type=int, default=3)
    given = arguments.parse_args()
    room, program = pathlib.Path(given.room).resolve(), str(pathlib.Path(given.tertib).resolve())
    work, archive = room / "kantor", room / "kantor/archive"
    tertib = lambda *words, codes=(0,): measured([program, *words, "--config", str(work / "tertib.toml")], codes)
    rows = []

    def row(what, run, note=""):
        rows.append((what, *run[:3], note))
        print(f"| {what} | {run[0]:.3f} | {run[1]:.3f} | {run[2]:.0f} | {note} |", flush=True)

    print("| | wall s | CPU s | MB | |\n|---|---:|---:|---:|---|")
    shutil.rmtree(work, ignore_errors=True)
    measured([program, "init", str(work), "--source", f"sqlite:{pathlib.Path(given.office).resolve()}"])
    pull = tertib("pull", codes=(0, 1))
    events = int(next(word for line in pull[3].splitlines() if line.startswith("read ") for word in line.split() if word.isdigit()))
    row("pull, its log included", pull, f"{events:,} rows")
    idle = median([tertib("pull", codes=(0, 1)) for _ in range(given.repeats)])
    anew = []
    for _ in range(given.repeats):
        shutil.rmtree(archive / "log")
        (archive / "_tertib/tree").unlink()
        anew.append(tertib("pull", codes=(0, 1)))
    log = [a - b for a, b in zip(median(anew)[:2], idle[:2])] + [median(anew)[2]]
    row("… the log alone, made anew from the parts", log, f"{log[1] / pull[1]:.1%} of the pull's CPU time, {log[0] / pull[0]:.1%} of its wall time")
    files = sorted(str(p) for p in archive.rglob("*") if p.is_file())
    size = sum(os.path.getsize(p) for p in files)
    digests = median([measured(["sha256sum", *files]) for _ in range(given.repeats)])
    row("sha256sum of every file", digests, f"{size / 1e6:.0f} MB in {len(files)} files")
    whole = median([tertib("verify") for _ in range(given.repeats)])
    leaves = events / 1e6
    row("verify, with the office's figures", whole, "")
    bare = median([measured([program, "verify", "--archive", str(archive)]) for _ in range(given.repeats)])
    row("verify of the archive alone", bare, f"allowed: {1.2 * digests[0] + leaves:.2f} s, 300 MB")
    ids = [i for (i,) in sqlite3.connect(given.office).execute("select event_id from langkah_berkas")]
    chosen = random.Random(7).sample(ids, 20)
    begun = median([measured([program, "--version"]) for _ in range(20)])
    row("the program itself (--version)", begun)
    proofs = []
    for event in chosen:
        shutil.rmtree(room / "bukti", ignore_errors=True)
        proofs.append(tertib("prove", "--event", str(event), "--output", str(room / "bukti")))
    proof = median(proofs)
    row("prove one event", proof, f"{1000 * (proof[0] - begun[0]):.1f} ms beyond the start of the program")
    berkas = [b for (b,) in sqlite3.connect(given.office).execute("select berkas_id from berkas order by berkas_id")]
    traces = [tertib("trace", "--berkas", b) for b in random.Random(7).sample(berkas, 10)]
    row("trace one berkas", median(traces), "allowed: 0.15 s")
    version = len(list((archive / "events/_delta_log").glob("*.json"))) - 1
    database = sqlite3.connect(given.office)
    newest = "(select max(event_id) from langkah_berkas)"
    database.execute(f"update langkah_berkas set petugas_id = 'P9' || abs(random() % 90 + 10) where event_id = {newest}")
    database.commit()
    database.close()
    tertib("pull", codes=(0, 1))
    night = median([tertib("verify", "--since", str(version)) for _ in range(given.repeats)])
    row("verify --since, after a night of one row", night, f"{night[0] / whole[0]:.1%} of the whole")
    if shutil.which("restic"):
        repository = room / "restic"
        shutil.rmtree(repository, ignore_errors=True)
        known = dict(os.environ, RESTIC_PASSWORD="bangku", RESTIC_REPOSITORY=str(repository))
        measured(["restic", "init"], env=known)
        measured(["restic", "backup", str(archive)], env=known)
        row("restic check --read-data", median([measured(["restic", "check", "--read-data"], env=known) for _ in range(given.repeats)]))


if __name__ == "__main__":
    main()
