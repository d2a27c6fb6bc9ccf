#!/usr/bin/env python3
"""What the office's own queries feel of a pull: the p99 of pgbench alone and beside pulls, in turns, in one run.

    createdb office && pgbench -i -s 20 URI && psql URI -v rows=2000000 -f load.sql
    python beside.py --uri postgres://postgres@127.0.0.1/office --tertib-uri postgres://pembaca:baca-saja@127.0.0.1/office \
        --tertib PROGRAM [--seconds 20] [--rate 100] [--repeats 3]

pgbench sends its own mixed transactions (read and write) at a steady rate, as a counter does; latency counts from when a
transaction was due.
"""
import argparse
import glob
import os
import shutil
import statistics
import subprocess
import tempfile
import threading


def p99(uri, seconds, rate, work):
    prefix = os.path.join(work, "log")
    subprocess.run(["pgbench", uri, "-n", "-c", "4", "-j", "1", "-R", str(rate), "-T", str(seconds), "-l", "--log-prefix", prefix],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    times = []
    for path in glob.glob(prefix + "*"):
        with open(path) as log:
            times += [int(line.split()[2]) for line in log]
        os.remove(path)
    times.sort()
    return times[len(times) * 99 // 100] / 1000, times[len(times) // 2] / 1000


def pull_until(over, tertib, uri, counts, limit):
    while not over.is_set():
        out = tempfile.mkdtemp(prefix="bench-")
        work = os.path.join(out, "work")
        subprocess.run([tertib, "init", work, "--source", uri, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        config = os.path.join(work, "tertib.toml")
        with open(config) as file:
            text = file.read().replace("rows-per-second = 100000", f"rows-per-second = {limit}" if limit else "")
        with open(config, "w") as file:
            file.write(text)
        done = subprocess.run([tertib, "pull", "--quiet", "--config", config], capture_output=True, text=True)
        counts.append(done.stdout.strip() or done.stderr.strip())
        shutil.rmtree(out)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--uri", "--tertib-uri", "--tertib"):
        arguments.add_argument(name, required=True)
    arguments.add_argument("--seconds", type=int, default=20)
    arguments.add_argument("--rate", type=int, default=100)
    arguments.add_argument("--limit", type=int, default=100000, help="rows-per-second of the pull; 0 for none")
    arguments.add_argument("--repeats", type=int, default=3)
    arguments = arguments.parse_args()
    work = tempfile.mkdtemp(prefix="bench-")
    idle, beside = [], []
    for _ in range(arguments.repeats):
        idle.append(p99(arguments.uri, arguments.seconds, arguments.rate, work))
        over, counts = threading.Event(), []
        pulls = threading.Thread(target=pull_until, args=(over, arguments.tertib, arguments.tertib_uri, counts, arguments.limit))
        pulls.start()
        beside.append(p99(arguments.uri, arguments.seconds, arguments.rate, work))
        over.set()
        pulls.join()
        print(f"idle p99 {idle[-1][0]:.2f} ms, median {idle[-1][1]:.2f}; beside {len(counts)} pulls p99 {beside[-1][0]:.2f} ms, "
              f"median {beside[-1][1]:.2f}   ({counts[0]})", flush=True)
    ratio = statistics.median(p for p, _ in beside) / statistics.median(p for p, _ in idle)
    print(f"p99 beside a pull / idle: {ratio:.2f}")


main()
