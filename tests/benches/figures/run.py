"""Our kernels beside the peers of peers/figures on one log, in one run, whole processes: medians, answers compared with DuckDB's.

    run.py PEERS LOG.parquet [--turns 3] [--only duckdb,polars]

The working folder holds data/holidays.csv (PEERS/make_holidays.py); python3 needs duckdb and polars, and what else is asked for.
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys

parser = argparse.ArgumentParser()
parser.add_argument("peers", type=pathlib.Path)
parser.add_argument("log")
parser.add_argument("--turns", type=int, default=3)
parser.add_argument("--only", default="duckdb,polars")
args = parser.parse_args()
workspace = pathlib.Path(__file__).resolve().parents[3]
built = subprocess.run(["cargo", "test", "--workspace", "--bench", "core", "--no-run", "--message-format=json"],
                       check=True, capture_output=True, text=True, cwd=workspace).stdout
core = next(m["executable"] for m in map(json.loads, built.splitlines()) if m.get("executable") and m["target"]["name"] == "core")
others = {name: [sys.executable, str(args.peers.resolve() / f"peer_{name}.py")] for name in args.only.split(",")}


def same(a, b):
    if isinstance(a, dict):
        return all(same(value, b[name]) for name, value in a.items() if name != "inside_s")
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b if isinstance(a, str) else abs(a - b) <= 1e-6 * max(1, abs(a), abs(b))


def measured(command, job, answers):
    full = ["/usr/bin/time", "-v", *command, args.log, "--job", job, "--out", answers]
    said = subprocess.run(full, check=True, capture_output=True, text=True).stderr
    number = lambda name: float(re.search(name + r".*: ([0-9.]+)", said)[1])
    return number("User time") + number("System time"), number("Maximum resident") / 1024


print("| job | tool | CPU s | MB | CPU | memory | same answers |\n|---|---|---|---|---|---|---|")
for job in ("core", "bh"):
    tools = {**others, "tertib": [core]}
    runs = {name: [measured(command, job, f"data/{name}_{job}.json") for _ in range(args.turns)] for name, command in tools.items()}
    medians = {name: [statistics.median(run[i] for run in of) for i in (0, 1)] for name, of in runs.items()}
    truth = json.load(open(f"data/duckdb_{job}.json"))
    for name, (cpu, mb) in medians.items():
        agrees = same(truth, json.load(open(f"data/{name}_{job}.json")))
        ours = medians["tertib"]
        print(f"| {job} | {name} | {cpu:.2f} | {mb:.0f} | {cpu / ours[0]:.1f} x | {mb / ours[1]:.1f} x | {'yes' if agrees else 'NO'} |")
