"""A book set by us, by ReportLab and by WeasyPrint from the same rows, in one run, whole processes.

    run.py PEERS [--rows 2000 10000] [--turns 3] [--tools reportlab weasyprint]

PEERS is the script that sets the book with the peers (`--one TOOL ROWS OUT`) and makes the rows (`rows(n)`); python3 needs
reportlab and weasyprint, and pdfinfo must be there. Ours is PDF/A-2b with letterhead, carried sums, closing and code;
WeasyPrint's is PDF/A-2b; ReportLab writes no PDF/A.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("peers", type=pathlib.Path)
parser.add_argument("--rows", type=int, nargs="+", default=[2000, 10000])
parser.add_argument("--turns", type=int, default=3)
parser.add_argument("--tools", nargs="+", default=["reportlab", "weasyprint"])
args = parser.parse_args()
built = subprocess.run(["cargo", "test", "--workspace", "--bench", "set", "--no-run", "--message-format=json"],
                       check=True, capture_output=True, text=True).stdout
ours = next(m["executable"] for m in map(json.loads, built.splitlines()) if m.get("executable") and m["target"]["name"] == "set")
spec = importlib.util.spec_from_file_location("peers", args.peers)
peers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(peers)


def measured(command):
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    assert os.waitstatus_to_exitcode(status) == 0, command
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


print("| rows | tool | pages | pages / s | pages / CPU s | peak MB | MB per 1,000 rows |\n|---|---|---|---|---|---|---|")
for count in args.rows:
    for tool in ["tertib", *args.tools]:
        runs = []
        for _ in range(args.turns):
            with tempfile.TemporaryDirectory() as folder:
                rows = pathlib.Path(folder, "rows.json")
                rows.write_text(json.dumps(peers.rows(count)))
                out = pathlib.Path(folder, "out")
                out.mkdir()
                command = ([ours, rows, out] if tool == "tertib"
                           else [sys.executable, args.peers, "--one", tool, rows, out / "book.pdf"])
                wall, cpu, peak = measured(command)
                files = list(out.glob("*.pdf"))
                pages = sum(map(peers.pages, files))
                runs.append((pages / wall, pages / cpu, peak, sum(f.stat().st_size for f in files) / 1000 / count))
        rate, cpu_rate, peak, size = map(statistics.median, zip(*runs))
        print(f"| {count} | {tool} | {pages} | {rate:.1f} | {cpu_rate:.1f} | {peak:.0f} | {size:.2f} |", flush=True)
