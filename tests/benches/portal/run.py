"""Measures the portal beside its peers, in one run: see README.md.

    run.py --tertib PROGRAM --folder FOLDER [--datasette PROGRAM] [--nginx PROGRAM] [--evidence FOLDER] [--soak 20000] [--seconds 15]
           [--only NAME,...]
"""
import argparse, datetime, json, os, pathlib, platform, re, statistics, time
import load, peers
from office import REVIEW, Office, Portal

parser = argparse.ArgumentParser()
parser.add_argument("--tertib", required=True)
parser.add_argument("--folder", required=True, type=pathlib.Path)
parser.add_argument("--datasette")
parser.add_argument("--nginx")
parser.add_argument("--evidence", type=pathlib.Path)
parser.add_argument("--soak", type=int, default=20_000)
parser.add_argument("--seconds", type=int, default=15)
parser.add_argument("--only", default="weight,idle,warm,known,saturated,soak,commit,abort,pull")
args = parser.parse_args()
only, rows = args.only.split(","), []
args.folder.mkdir(parents=True, exist_ok=True)
office = Office(args.tertib, args.folder / "kantor")


def row(measure, goal, **measured):
    rows.append({"measure": measure, "goal": goal, **measured})
    print("|", measure, "|", goal, "|", ", ".join(f"{name} {value}" for name, value in measured.items()), "|", flush=True)


model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
machine = f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
print(f"{datetime.datetime.now():%Y-%m-%d %H.%M}, {machine}, {office.run('--version', config=False).strip()}\n\n| measure | goal | measured |\n|---|---|---|")

portal = Portal(office)
session = {"Cookie": portal.cookie}
if "idle" in only:
    time.sleep(5)
    row("memory, idle after its start", "80 MB", **portal.memory())
portal.timed(REVIEW)
_, headers, page = portal.ask("GET", REVIEW)
if "weight" in only:
    row("the review with its pictures", "150 kB, 8 requests, 4 kB of script", **portal.weight(REVIEW))

others = {}
if args.nginx:
    others["nginx, the same bytes"] = peers.nginx(args.nginx, (args.folder / "nginx").resolve(), page)
if args.datasette:
    file = args.folder / "angka.db"
    count = peers.figures(office, ["2026-08", "2026-09", "2026-10"], file)
    others[f"Datasette, {count // 3} figures of the month"] = peers.datasette(args.datasette, file, "2026-10")
if args.evidence:
    others["Evidence, built, by nginx"] = peers.nginx(args.nginx, (args.folder / "nginx-evidence").resolve(), args.evidence.resolve())
everybody = {"tertib": (portal.url(REVIEW), session), **{name: (peer.url, {}) for name, peer in others.items()}}

if "warm" in only:
    for name, (url, given) in everybody.items():
        row(f"review, warm, 200 a second: {name}", "p99 15 ms", **load.steady(url, 200, args.seconds, given))
if "known" in only:
    tag = {**session, "If-None-Match": headers["ETag"]}
    row("the same, 304: tertib", "p99 5 ms", **load.steady(portal.url(REVIEW), 200, args.seconds, tag, 304))
    if args.nginx:
        import urllib.request
        url = others["nginx, the same bytes"].url
        given = {"If-None-Match": urllib.request.urlopen(url).headers["ETag"]}
        row("the same, 304: nginx", "", **load.steady(url, 200, args.seconds, given, 304))
if "saturated" in only:
    most = {name: load.saturated(url, max(5, args.seconds * 2 // 3), given) for name, (url, given) in everybody.items()}
    for name, rate in most.items():
        row(f"as fast as it goes: {name}", "10 x Datasette, 0.5 x nginx", a_second=rate, tertib_is=f"{most['tertib'] / rate:.2f} x")
    row("memory after this load: tertib", "", **portal.memory())
    for name, peer in others.items():
        row(f"memory after this load: {name}", "", server_mb=peer.memory_mb())
if "soak" in only:
    before = portal.memory()
    took = load.soaked(portal.url(REVIEW), args.soak, session)
    row(f"{args.soak} requests", "flat", seconds=round(took, 1), before=before, after=portal.memory())
for peer in others.values():
    peer.close()

if "pull" in only:
    # An archive of its own, and by turns, so that whatever else the machine does meets both.
    beside, alone, accompanied = office.copy(args.folder / "kantor-tarik"), [], []
    beside.configure(r"^rows-per-second = .*\n", "")
    import subprocess
    for _ in range(5):
        alone.append(beside.pulled_anew())
        command = ["hey", "-z", "60s", "-c", str(load.CONNECTIONS), "-q", str(200 / load.CONNECTIONS), *load.headers(session), portal.url(REVIEW)]
        asking = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(1)
        accompanied.append(beside.pulled_anew())
        asking.kill()
        asking.wait()
    of = [statistics.median(times) for times in (alone, accompanied)]
    row("a pull of 33,619 rows beside 200 pages a second", "1.1 x alone", alone_s=round(of[0], 2), beside_s=round(of[1], 2), ratio=f"{of[1] / of[0]:.2f} x")
portal.close()

if "commit" in only:
    import sqlite3
    fresh = office.copy(args.folder / "kantor-komit")
    portal = Portal(fresh)
    portal.timed(REVIEW)
    portal.timed("/tinjauan/2026-08")
    this_month, kept_month = [], []
    for n in range(3):
        for times, path in ((this_month, REVIEW), (kept_month, "/tinjauan/2026-08")):
            with sqlite3.connect(fresh.folder / "kantor.sqlite") as database:
                database.execute("update langkah_berkas set petugas_id = ?, recorded_at = strftime('%Y-%m-%d %H:%M:%f', 'now') where event_id = (select max(event_id) from langkah_berkas)", (f"P{n}{len(path)}",))
            fresh.run("pull", "--accept-corrections", may_fail=True)
            times.append(portal.timed(path))
    row("first review after a commit, this month", "2 s", seconds=[round(seconds, 2) for seconds in this_month])
    row("first review after a commit, a kept month", "1 s", seconds=[round(seconds, 2) for seconds in kept_month])
    portal.close()

if "abort" in only:
    slow = office.copy(args.folder / "kantor-batal")
    slow.configure(r"^rows-per-second = .*", "rows-per-second = 50")
    import shutil
    shutil.rmtree(slow.folder / "archive")
    portal = Portal(slow)
    row("an aborted pull is gone", "200 ms", milliseconds=[round(portal.abort()) for _ in range(5)])
    portal.close()

(args.folder / "hasil.json").write_text(json.dumps({"machine": machine, "rows": rows}, indent=1))
