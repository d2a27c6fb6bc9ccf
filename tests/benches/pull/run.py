#!/usr/bin/env python3
"""Pulls one table with tertib and with what a user would take instead, side by side in one run.

    psql URI -v rows=1000000 -f load.sql
    python run.py --uri postgresql://postgres@127.0.0.1:5432/bench --tertib PROGRAM [--repeats 3] [--only tertib,raw]

The raw dump (`COPY … (FORMAT binary)` to /dev/null) comes first in each repeat and is the limit. Wall time, CPU time of the
client and peak resident memory are those of the whole process, from wait4. Ratios to the raw dump are what to quote.
PYTHON and PYTHON_DUCKDB name interpreters that have the peers (see README.md).
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
POSTGRES = ["raw", "tertib", "duckdb", "adbc", "connectorx", "connectorx_two", "connectorx_stream", "dlt", "dlt_connectorx"]
OTHERS = ["connectorx", "tertib"]


def measured(argv, env):
    began = time.perf_counter()
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)
    words = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    # tertib ends with 1 when it has something to report.
    if code != 0 and not (code == 1 and "tertib" in argv[0]):
        sys.exit(f"{argv}: exit {code}\n{words[-800:]}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def size(folder):
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, files in os.walk(folder) for f in files) / 1e6


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--uri", required=True)
    arguments.add_argument("--tertib-uri", help="the same source with a user who may only read")
    arguments.add_argument("--tertib", required=True)
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--only")
    arguments = arguments.parse_args()
    names = POSTGRES if arguments.uri.startswith("postgres") else OTHERS
    names = arguments.only.split(",") if arguments.only else names
    runs, written = {name: [] for name in names}, []
    for _ in range(arguments.repeats):
        for name in names:
            out = tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("BENCH_TMP"))
            env = dict(os.environ, BENCH_URI=arguments.uri, BENCH_OUT=out)
            if name == "tertib":
                uri = arguments.tertib_uri or arguments.uri
                work = os.path.join(out, "work")
                subprocess.run([arguments.tertib, "init", work, "--source", uri, "--quiet"], check=True, stdout=subprocess.DEVNULL)
                config = os.path.join(work, "tertib.toml")
                with open(config) as file:
                    text = file.read().replace("rows-per-second", "# rows-per-second")
                with open(config, "w") as file:
                    file.write(text)
                argv = [arguments.tertib, "pull", "--quiet", "--config", config]
            else:
                python = os.environ.get("PYTHON_DUCKDB" if name == "duckdb" else "PYTHON", sys.executable)
                argv = [python, os.path.join(HERE, "contenders.py"), name]
            result = measured(argv, env) + (size(out),)
            runs[name].append(result)
            print(f"{name:18} wall {result[0]:7.2f} s  cpu {result[1]:7.2f} s  peak {result[2]:6.0f} MB  out {result[3]:7.1f} MB", flush=True)
            written.append(out)
    # Not before: where thousands of files were deleted lately, ext4 looks long for the place of a new one.
    for out in written:
        shutil.rmtree(out)
    middle = {name: [statistics.median(column) for column in zip(*results)] for name, results in runs.items()}
    base = middle.get("raw", [None])[0]
    print("\n| tool | wall / raw | wall s | CPU s | peak MB | output MB |\n|---|---:|---:|---:|---:|---:|")
    for name, (wall, cpu, peak, out) in sorted(middle.items(), key=lambda row: row[1][0]):
        ratio = f"{wall / base:.2f}" if base else "–"
        print(f"| {name} | {ratio} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {out:.0f} |")


main()
