"""Measures the auditor's room: a question, a trace and a proof of a million events, and a pull beside twenty auditors.

    auditors.py --tertib PROGRAM --folder FOLDER --big FOLDER [--only select,trace,proof,pull]

BIG is an office of a million events as ../queries/README.md makes one (`work`); in FOLDER a copy of it pulls. The Python that runs it has
duckdb.
"""
import argparse, concurrent.futures, datetime, json, os, pathlib, platform, re, statistics, subprocess, sys, threading, time, urllib.parse
from office import Office, Portal

parser = argparse.ArgumentParser()
parser.add_argument("--tertib", required=True)
parser.add_argument("--folder", required=True, type=pathlib.Path)
parser.add_argument("--big", required=True, type=pathlib.Path)
parser.add_argument("--only", default="select,trace,proof,pull")
args = parser.parse_args()
only = args.only.split(",")
AUDITORS, TIMES = 20, 9
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SELECT = "SELECT langkah, hasil, COUNT(*) AS banyak, COUNT(DISTINCT petugas_id) AS petugas FROM events GROUP BY langkah, hasil ORDER BY langkah, hasil"


def row(measure, goal, **measured):
    print("|", measure, "|", goal, "|", ", ".join(f"{name} {value}" for name, value in measured.items()), "|", flush=True)


def with_auditors(office, count):
    """The office with so many auditors who may come in."""
    config = office.folder / "tertib.toml"
    if not re.search(r"^\[portal\]", config.read_text(), re.M):
        config.write_text(config.read_text() + '\n[portal]\nlisten = "127.0.0.1:0"\n')
    people = office.folder / "pengguna.toml"
    known = people.read_text() if people.exists() else ""
    for n in range(count):
        if f'"pemeriksa{n}"' not in known:
            office.run("portal", "user", "add", f"pemeriksa{n}", "--name", f"Rekaan {n}", "--post", "Pemeriksa", "--role", "auditor", given=f"sandi rekaan pemeriksa {n}\n")
    return office


class Auditor:
    """Somebody who is signed in as an auditor."""

    def __init__(self, portal, n):
        self.portal = portal
        given = urllib.parse.urlencode({"akun": f"pemeriksa{n}", "sandi": f"sandi rekaan pemeriksa {n}"})
        status, headers, _ = portal.ask("POST", "/masuk", given, {**FORM, "Cookie": ""})
        if status != 303:
            raise SystemExit(f"auditor {n} cannot sign in: {status}")
        self.cookie = {"Cookie": headers["Set-Cookie"].split(";")[0]}

    def sent(self, path, **fields):
        status, headers, said = self.portal.ask("POST", path, urllib.parse.urlencode(fields), {**FORM, **self.cookie})
        if status != 303:
            raise SystemExit(f"{path}: {status}: {said[:300]}")
        return headers["Location"]

    def seen(self, path, **headers):
        status, _, said = self.portal.ask("GET", path, None, {**self.cookie, **headers})
        if status != 200:
            raise SystemExit(f"{path}: {status}: {said[:300]}")
        return said

    def answered(self, sql):
        """A question and its answer, as a page that is asked for again and again learns of it."""
        path = self.sent("/kueri", sql=sql)
        while True:
            said = json.loads(self.seen(path, Accept="application/json"))
            if not said["goes_on"]:
                if said["standing"] != "answered":
                    raise SystemExit(f"{sql}: {said['standing']}: {said['refused']}")
                return said["answer"]
            time.sleep(0.01)


def timed(what, times=TIMES):
    taken = []
    for n in range(times):
        began = time.monotonic()
        what(n)
        taken.append(time.monotonic() - began)
    return statistics.median(taken)


model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
print(f"{datetime.datetime.now():%Y-%m-%d %H.%M}, {model.group(1) if model else platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n\n| measure | goal | measured |\n|---|---|---|")

if {"select", "trace", "proof"} & set(only):
    big = with_auditors(Office(args.tertib, args.big), 1)
    portal = Portal(big, "portal", "pemeriksa0", "sandi rekaan pemeriksa 0")
    auditor = Auditor(portal, 0)
    files = sorted(str(path) for path in (args.big / "archive").rglob("*.parquet") if "events" in str(path))
    if "select" in only:
        ours = timed(lambda _: auditor.answered(SELECT))
        asked = f"import duckdb; print(duckdb.sql({SELECT.replace('FROM events', 'FROM read_parquet(FILES)')!r}.replace('FILES', {str(files)!r})).fetchall())"
        theirs = timed(lambda _: subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True))
        row("a SELECT over a million events, from the click to the answer", "0.3 s more than DuckDB as a process", page_s=round(ours, 3), duckdb_s=round(theirs, 3))
    if "trace" in only:
        ids = re.findall(r"\S+", big.run("query", "SELECT berkas_id FROM berkas ORDER BY berkas_id LIMIT 40", "--format", "csv"))[1:]
        first = timed(lambda n: auditor.seen(auditor.sent("/telusur", berkas=ids[n])), 1)
        row("a trace of one berkas of a million events, its page included", "150 ms", first_ms=round(1000 * first), then_ms=round(1000 * timed(lambda n: auditor.seen(auditor.sent("/telusur", berkas=ids[n + 1])))))
    if "proof" in only:
        first = timed(lambda n: auditor.seen("/bukti/seq-500000"), 1)
        other = timed(lambda n: auditor.seen("/akun"))
        row("a proof of one of a million events", "5 ms and a page's own time", first_ms=round(1000 * first, 1), then_ms=round(1000 * timed(lambda n: auditor.seen(f"/bukti/seq-{600000 + 7 * n}")), 1), a_page_ms=round(1000 * other, 1))
    portal.close()

if "pull" in only:
    office = with_auditors(Office(args.tertib, args.big), AUDITORS)
    portal = Portal(office, "portal", "pemeriksa0", "sandi rekaan pemeriksa 0")
    auditors = [Auditor(portal, n) for n in range(AUDITORS)]
    args.folder.mkdir(parents=True, exist_ok=True)
    beside = office.copy(args.folder / "tarik")
    beside.configure(r"^rows-per-second = .*\n", "")
    alone, accompanied, answers = [], [], []

    def asks(auditor, ends):
        # As people do: a question, its answer, and some time to read it.
        while not ends.is_set():
            began = time.monotonic()
            auditor.answered(SELECT)
            answers.append(time.monotonic() - began)
            ends.wait(5)

    for _ in range(5):
        alone.append(beside.pulled_anew())
        ends = threading.Event()
        with concurrent.futures.ThreadPoolExecutor(AUDITORS) as pool:
            asking = [pool.submit(asks, auditor, ends) for auditor in auditors]
            time.sleep(1)
            accompanied.append(beside.pulled_anew())
            ends.set()
            for one in asking:
                one.result()
    of = [statistics.median(times) for times in (alone, accompanied)]
    row(f"a pull of a million rows beside {AUDITORS} auditors, each with a question every five seconds", "1.1 x alone", alone_s=round(of[0], 2), beside_s=round(of[1], 2), ratio=f"{of[1] / of[0]:.2f} x", an_answer_s=round(statistics.median(answers), 2), answers=len(answers))
    portal.close()
