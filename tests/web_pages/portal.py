"""Asks a portal for the pages of October 2026, as each of several accounts.

    portal.py LOG FOLDER ACCOUNT...

LOG is what the portal writes, in which its address stands. The page, the PDF, the JSON and the tables of each report are written to FOLDER as the
first account is given them; what another is given differs in nothing but the frame. What is wrong is an error.
"""
import http.cookiejar, pathlib, re, sys, time, urllib.parse, urllib.request

LOG, FOLDER, ACCOUNTS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
FOLDER.mkdir()
FILES = ("pdf", "json", "csv", "xlsx")
PAGES = {"tinjauan": "/tinjauan/2026-10", "kepatuhan": "/kepatuhan/2026-10"}


def address():
    for _ in range(600):
        found = re.search(r"address=(\S+)", LOG.read_text()) if LOG.exists() else None
        if found:
            return "http://" + found.group(1)
        time.sleep(0.1)
    sys.exit(f"the portal does not open: {LOG.read_text()}")


def signed_in(account):
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opener = urllib.request.build_opener(jar)
    form = urllib.parse.urlencode({"akun": account, "sandi": f"sandi rekaan {account}"}).encode()
    opener.open(urllib.request.Request(BASE + "/masuk", form, {"Origin": BASE}), timeout=60).read()
    return lambda path: opener.open(BASE + path, timeout=120).read()


def main_of(page):
    return re.search(r"<main.*</main>", page.decode(), re.S).group(0)


BASE = address()
first = {}
for account in ACCOUNTS:
    get = signed_in(account)
    for name, path in PAGES.items():
        given = {"html": get(path), **{ending: get(f"{path}.{ending}") for ending in FILES}}
        if name not in first:
            first[name] = given
            for ending, content in given.items():
                (FOLDER / f"{name}.{ending}").write_bytes(content)
        for ending in FILES:
            if given[ending] != first[name][ending]:
                sys.exit(f"{account} is given another {name}.{ending}")
        if main_of(given["html"]) != main_of(first[name]["html"]):
            sys.exit(f"{account} is given another page {name}")
