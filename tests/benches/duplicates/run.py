"""Our record linkage beside Splink on DuckDB, on FEBRL 3 and 4 in one run, whole processes.

    run.py PEERS [--turns 3]

PEERS holds prepare.py and run_splink.py, and is run in a folder of its own; python3 needs splink, duckdb and recordlinkage.
"""
import argparse
import json
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("peers", type=pathlib.Path)
parser.add_argument("--turns", type=int, default=3)
args = parser.parse_args()
built = subprocess.run(["cargo", "test", "--workspace", "--bench", "link", "--no-run", "--message-format=json"],
                       check=True, capture_output=True, text=True).stdout
link = next(m["executable"] for m in map(json.loads, built.splitlines()) if m.get("executable") and m["target"]["name"] == "link")
folder = tempfile.mkdtemp()
pathlib.Path(folder, "data").mkdir()
subprocess.run([sys.executable, args.peers.resolve() / "prepare.py"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def measured(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return out, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


print("| data | F1 | CPU s | F1 of Splink | CPU s of Splink | CPU |\n|---|---|---|---|---|---|")
for name in ("febrl3", "febrl4"):
    for options in ([], ["--no-id"]):
        ours, theirs, scores = [], [], {}
        for _ in range(args.turns):
            out, cpu = measured([link, name, *options])
            scores["ours"] = float(out.split()[0])
            ours.append(cpu)
            out, cpu = measured([sys.executable, args.peers.resolve() / "run_splink.py", name, *options])
            scores["theirs"] = float(re.search(r"'f1': ([0-9.]+)", out)[1])
            theirs.append(cpu)
        a, b = statistics.median(ours), statistics.median(theirs)
        print(f"| {name}{' without the number' if options else ''} | {scores['ours']:.4f} | {a:.2f} | {scores['theirs']:.4f} | {b:.2f} | {a / b:.2f} x |")
