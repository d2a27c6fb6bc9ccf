#!/usr/bin/env python3
"""Times what proves an archive: its log, verification, proofs and traces, beside sha256sum and restic over the same bytes, and beside
the trees of ct-merkle and pymerkle.

    python3 run.py --tertib PROGRAM --office OFFICE.sqlite --room DIR [--repeats 3]

The office is pulled once into DIR. Prints a table of medians: wall time, CPU time, peak resident memory of whole processes, and what
the goals allow. restic is measured where it is installed, pymerkle where the Python that PYTHON names has it. The bench `proof` is built
with cargo where the tests are.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
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


PYMERKLE = """
import sys, time, pymerkle
size, length = int(sys.argv[1]), int(sys.argv[2])
tree = pymerkle.InmemoryTree(algorithm="sha256")
began = time.perf_counter()
for place in range(size):
    tree.append_entry(bytes([place % 251]) * length)
built = time.perf_counter() - began
times = []
for place in range(20):
    began = time.perf_counter()
    tree.prove_inclusion(place * size // 20 + 1)
    times.append(time.perf_counter() - began)
print(built, sorted(times)[10])
"""


def built(name):
    said = subprocess.run(["cargo", "test", "--workspace", "--bench", name, "--no-run", "--message-format=json"],
                          cwd=pathlib.Path(__file__).parent, stdout=subprocess.PIPE, check=True, text=True).stdout
    found = [json.loads(line) for line in said.splitlines()]
    return next(one["executable"] for one in found if one.get("target", {}).get("name") == name and one.get("executable"))


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
    known = room / "peristiwa.json"
    known.write_text(json.dumps([str(event) for event in chosen]))
    inside = json.loads(measured([built("proof"), str(archive), str(known)])[3])
    nothing = (float("nan"), float("nan"))
    row("… in process: the log of commits opened", (inside["open"], *nothing))
    row("… in process: one event proved", (inside["prove"], *nothing), "allowed: 0.005 s")
    size = f"{inside['leaves']:,} records of {inside['record']} bytes, in memory"
    row("ct-merkle: the tree", (inside["ct_merkle_tree"], *nothing), size)
    peers = [f"ct-merkle: {1e6 * inside['ct_merkle_prove']:.1f} µs"]
    python = os.environ.get("PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import pymerkle"], stderr=subprocess.DEVNULL).returncode == 0:
        peer = measured([python, "-c", PYMERKLE, str(inside["leaves"]), str(inside["record"])])
        tree, proof = map(float, peer[3].split())
        row("pymerkle: the tree", (tree, peer[1], peer[2]), size)
        peers.append(f"pymerkle: {1e6 * proof:.1f} µs")
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
    print(f"\nOne proof of a leaf in memory by its place: {', '.join(peers)}")


if __name__ == "__main__":
    main()
