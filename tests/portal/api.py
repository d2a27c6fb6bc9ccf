"""Lets schemathesis ask a portal for everything that its description names, and much that it does not.

    api.py ADDRESS DESCRIPTION EXAMPLES NAME=HEADERS...

As each NAME, with its headers (several are divided by `|`), schemathesis takes the examples of DESCRIPTION, every edge of each parameter
and EXAMPLES random requests an operation. No answer may be a server error; its status, media type, headers and JSON are as described.
A description that nothing reaches proves nothing: how each operation was answered is judged, too. A name that begins with `nobody` is
of somebody who is not signed in. What is wrong is an error; on standard output, how many answers were judged.
"""
import collections, concurrent.futures, json, os, pathlib, re, subprocess, sys, tempfile

SEEN = os.environ.get("TERTIB_SEEN")
# Who signs out, or in as somebody else, does so as nobody; what questions and traces are answered is judged in questions.rs, since what is
# said well may still be refused.
OF_SESSIONS = "^/(masuk|keluar|kueri$|telusur$|telusur-orang$|verifikasi$|paket$|pemusnahan$)"
# Names by content, numbers of runs and addresses of answers that schemathesis cannot know.
UNKNOWN = {"/aset/{nama}", "/kueri/{id}", "/kueri/{id}/batal", "/kueri/{id}/duckdb.sql", "/telusur/{id}", "/telusur-orang/{id}", "/titik-periksa/{ukuran}",
           "/titik-periksa/{lama}/{baru}", "/verifikasi/batal", "/pemusnahan/{sidik}/setujui", "/paket/batal", "/paket/{berkas}", "/verifikasi/{berkas}", "/rekonsiliasi/{bulan}/batal",
           "/rekonsiliasi/{bulan}/{berkas}"}


def judged_by_schemathesis(name, headers, answers):
    """What is wrong; the answers are counted by method, path and status."""
    with tempfile.TemporaryDirectory() as folder:
        seen = pathlib.Path(folder, "seen")
        seen.touch()
        command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", str(DESCRIPTION),
                   "--url", f"http://{ADDRESS}", "--phases", "examples,coverage,fuzzing", "-n", EXAMPLES, "--seed", "1",
                   "--generation-database", "none", "--max-redirects", "0", "--continue-on-failure", "--checks", "all", "--warnings",
                   "off", "--no-color", "--generation-with-security-parameters", "false"]
        for header in filter(None, headers):
            command += ["-H", header]
        # Who is let in with what is a test of its own (`rights`, `tokens`), and wrong tokens are counted.
        without = ["ignored_auth"]
        if name.startswith("nobody"):
            # To be led to the form is no acceptance.
            without += ["negative_data_rejection"]
        else:
            command += ["--exclude-path-regex", OF_SESSIONS]
        command += ["--exclude-checks", ",".join(without)]
        here = str(pathlib.Path(__file__).parent)
        environment = dict(os.environ, TERTIB_SEEN=str(seen), SCHEMATHESIS_HOOKS=pathlib.Path(__file__).stem, PYTHONPATH=here)
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
        answers.update(tuple(line.split()) for line in seen.read_text().splitlines())
    return [f"as {name}:\n{ran.stdout}{ran.stderr}"] if ran.returncode else []


def reached(name, headers, answers):
    """What was not answered as it should be."""
    asks_json = any("application/json" in header for header in headers)
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            statuses = {status for (m, p, status) in answers if (m, p) == (method.upper(), path)}
            if name.startswith("nobody"):
                expected = set() if operation["x-akses"] == "semua" else {"401" if asks_json else "303"}
                if not statuses or not statuses >= expected:
                    yield f"as {name}: {method} {path} was answered {statuses}"
            elif not re.match(OF_SESSIONS, path):
                refused = {"403"} & statuses
                given = {"200", "303", "409"} & statuses
                if not statuses or not (refused or given or path in UNKNOWN):
                    yield f"as {name}: {method} {path} gave nothing, only {statuses}"
                if refused and given:
                    yield f"as {name}: {method} {path} was refused and given: {statuses}"


if SEEN:
    # Schemathesis reads this file for what it calls after each answer.
    import schemathesis

    @schemathesis.hook
    def after_call(context, case, response):
        with open(SEEN, "a") as seen:
            print(case.method, case.operation.path, response.status_code, file=seen)

else:
    ADDRESS, DESCRIPTION, EXAMPLES = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    described = json.loads(DESCRIPTION.read_text())

    def judged(who):
        name, _, headers = who.partition("=")
        answers = collections.Counter()
        faults = judged_by_schemathesis(name, headers.split("|"), answers) + list(reached(name, headers.split("|"), answers))
        return sum(answers.values()), faults

    # Whoever is nobody tries to sign in, after which the address has to wait, with tokens too.
    known = [who for who in sys.argv[4:] if not who.startswith("nobody")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        all_judged = [*pool.map(judged, known), *map(judged, sys.argv[4 + len(known):])]
    faults = [fault for _, of in all_judged for fault in of]
    if faults:
        sys.exit("\n".join(faults))
    print(sum(count for count, _ in all_judged))
