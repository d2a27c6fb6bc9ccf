"""Judges pages that are made of hostile names, in Chromium.

    hostile.py cells CHROMIUM FOLDER
    hostile.py office CHROMIUM OFFICE ADDRESS NAMES COOKIE...

`cells`: each file of FOLDER is the page of one template, filled in once with marks and often with hostile texts in their place. Whatever
stands in a cell, the browser builds the same elements with the same attributes, shows every text as it was written, and no mark is where
a browser would follow or run it.

`office`: in each round the names stand in the facts and the configuration of OFFICE, in its persons, its history, its log and the names
of its files, until each name was in each of these places. Every page is opened as the first COOKIE: nothing runs, opens, asks or is
refused by the policy, and the page shows the names. As the others each page is given or refused, and says the same.

What is wrong is an error; on standard output, what was judged.
"""
import json, pathlib, re, sqlite3, sys, time, urllib.error, urllib.parse, urllib.request
from playwright.sync_api import sync_playwright

CHROMIUM = sys.argv[2]
faults = []

# What the browser builds of a page: elements with the names of their attributes, its text, and the values of its attributes.
BUILT = """html => {
  const page = new DOMParser().parseFromString(html, 'text/html'), text = [], values = [], elements = [];
  const walk = node => {
    if (node.nodeType == 3) { text.push(node.data); return; }
    if (node.nodeType == 8) { elements.push('comment'); return; }
    // What stands between backquotes is a command, as the program itself writes them: shown otherwise, and nothing more.
    const isCommand = node.nodeName == 'CODE' && !node.attributes.length;
    if (node.nodeType == 1 && !isCommand) {
      const names = [...node.attributes].map(a => { values.push([a.name, a.value]); return a.name; });
      elements.push(node.tagName + ' ' + names.join(' '));
    }
    for (const inner of node.childNodes) walk(inner);
    if (!isCommand) elements.push('.');
  };
  walk(page);
  return [elements.join('\\n'), text.join(''), values];
}"""
# Attributes that a browser only shows or reads aloud, or takes for a number and for nothing else.
SAID = {"alt", "aria-label", "data-kolom", "title", "content", "value", "max", "step"}


def squeezed(text):
    # As the browser reads bytes: no NUL, one kind of line break; and as pages show commands, without backquotes.
    return re.sub(r"\s+", " ", text.replace("\0", "\ufffd").replace("`", ""))


def cells(page, folder):
    judged = 0
    for file in sorted(folder.glob("*.json")):
        given = json.loads(file.read_text())
        elements, text, values = page.evaluate(BUILT, given["plain"])
        text, spoken = squeezed(text), squeezed(" ".join(value for name, value in values if name in SAID))
        marks = [mark for mark in given["marks"] if mark in text or mark in spoken]
        for name, value in values:
            if name not in SAID and any(mark in value for mark in given["marks"]):
                faults.append(f"{file.stem}: a text of the data stands in {name}=\"{value}\"")
        if len(marks) < given["least"]:
            faults.append(f"{file.stem}: only {len(marks)} of {len(given['marks'])} marks are on the page")
        for case in given["cases"]:
            other, said, told = page.evaluate(BUILT, case["html"])
            if other != elements:
                ours, theirs = elements.split("\n"), other.split("\n")
                place = next((n for n, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
                faults.append(f"{file.stem}: other elements from {theirs[place:place + 3]} on, with {case['texts'][:2]}")
                continue
            said = squeezed(said) + " " + squeezed(" ".join(value for name, value in told if name in SAID))
            for mark, written in zip(given["marks"], case["texts"]):
                if mark in marks and squeezed(written).strip() not in said:
                    faults.append(f"{file.stem}: {written!r} is not shown as it was written")
            judged += len(marks)
        if faults:
            break
    print(judged)


# ------------------------------------------------------------------------------------------------------------------------------------

ROUND = 35
PAGES = ["/akun", "/tinjauan/2026-10", "/kepatuhan/2026-10", "/kalender/2026", "/dokumen/2026-10", "/pekerjaan", "/pekerjaan/1", "/sistem", "/target", "/temuan/2026-10/Q004"]
# Facts that pages print: the file, and the keys whose texts are replaced.
FACTS = {"peran_portal.toml": ("label",), "sop/ktp_el_kolektif.toml": ("label", "act"), "jenis.toml": ("label",), "pelaksana.toml": ("label",),
         "ledgers/buku_registrasi_perekaman.toml": ("title",), "ledgers/buku_registrasi_arsip.toml": ("title",), "kelengkapan/ktp_el.toml": ("label",),
         "targets/nasional_1_jam_24_jam.toml": ("regulation", "title", "article"), "targets/nasional_14_hari_kerja.toml": ("regulation", "title"),
         "targets/perbup_07_2020.toml": ("regulation", "title")}


class Office:
    def __init__(self, folder, names):
        self.folder, self.names = folder, names
        # A name of nothing but spaces cannot be told from none.
        self.solid = [name for name in names if name.strip()]
        self.config = (folder / "tertib.toml").read_text()
        self.people = (folder / "pengguna.toml").read_text()
        self.placed = {}

    def name(self, kind, n, longest=10_000):
        """The next name for a place of that kind, with a mark at its end by which it is known; each place of a page has another one."""
        kept = [name for name in self.solid if len(name) + 4 <= longest]
        placed = self.placed.setdefault(kind, set())
        name = f"{kept[(self.round * ROUND + n) % len(kept)]} q{list(self.placed).index(kind)}"
        placed.add(name)
        return name

    def write(self, path, text):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(path.name + ".baru")
        new.write_text(text)
        new.chmod(0o600)
        new.replace(path)

    def lived(self, n):
        """Writes the names of a round."""
        self.round, data = n, pathlib.Path(__file__).parents[2] / "schemas/data"
        quoted = lambda name: json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")
        for path, keys in FACTS.items():
            text, count = (data / path).read_text(), 0

            def other(found):
                nonlocal count
                count += 1
                return found.group(1) + quoted(self.name(path, count))

            self.write(f"fakta/{path}", re.sub(rf'^((?:{"|".join(keys)}) = )"[^"\n]+"', other, text, flags=re.M))
            if not count:
                faults.append(f"{path} has none of {keys}")
        lines, kinds = (data / "wilayah/tanggamus.csv").read_text().splitlines(), {}
        for place, line in enumerate(lines[1:], 1):
            cells = line.split(",")
            field = lambda name: '"' + name.replace('"', '""').replace("\n", " ") + '"'
            if cells[2] in ("kecamatan", "desa"):
                cells[4] = field(self.name(cells[2], place))
            if cells[5]:
                kinds.setdefault(cells[5], field(self.name("kecamatan", len(kinds))))
                cells[4 if cells[2] == "kecamatan" else 6] = kinds[cells[5]]
                cells[6] = kinds[cells[5]]
            lines[place] = ",".join(cells)
        self.write("fakta/wilayah/tanggamus.csv", "\n".join(lines) + "\n")
        holidays = (data / "calendar/libur_2020_2027.csv").read_text().splitlines()
        for place, line in enumerate(holidays):
            if line.startswith("2026-"):
                cells = line.split(",")
                holidays[place] = ",".join([*cells[:3], '"' + self.name("libur", place).replace('"', '""') + '"', *cells[-2:]])
        self.write("fakta/calendar/libur_2020_2027.csv", "\n".join(holidays) + "\n")
        config, count = self.config, 0
        for key in ("pemerintah", "dinas", "tempat", "jabatan", "nama"):
            count += 1
            config = re.sub(rf'^{key} = "[^"\n]*"', lambda _: f"{key} = {quoted(self.name('kantor', count, 200))}", config, flags=re.M)
        jobs = "".join(f'\n[[job]]\nname = {quoted(name)}\ntask = "verify-new"\ncron = "0 18 * * 1-5"\n' for name in dict.fromkeys(self.name("pekerjaan", k) for k in range(ROUND)))
        self.write("tertib.toml", config + jobs)
        decisions = "".join(
            f'[[decision]]\ntarget = "waktu_langkah_{k:02}"\nregulation = "perbup_07_2020"\nvalue = 60\nvalid-from = "2020-01-01"\nstanding = "resmi"\n'
            f'article = {quoted(self.name("pasal", k))}\nsource = {quoted(self.name("sumber", k))}\nby = {quoted(self.name("oleh", k))}\nentered = "2026-01-01T08:00:00+07:00"\n\n' for k in range(1, 11))
        self.write("target.toml", decisions)
        self.write("pengguna.toml", re.sub(r'^(nama|jabatan) = ".*"$', lambda found: f"{found.group(1)} = {quoted(self.name('orang', len(found.group(1))))}", self.people, flags=re.M))
        with sqlite3.connect(self.folder / "riwayat.sqlite", timeout=30) as history:
            history.execute("update run set message = ?, job = ?, log = 'log/rekaan.jsonl'", (self.name("pesan", 1), self.name("nama pekerjaan", 2)))
        said = [{"timestamp": "2026-11-10T10:30:01.000+07:00", "level": "WARN", "message": self.name("log", k), "part": self.name("isi log", k + 1)} for k in range(ROUND)]
        began = {"timestamp": "2026-11-10T10:30:00.000+07:00", "level": "INFO", "message": "began", "run": 1}
        self.write("log/rekaan.jsonl", "".join(json.dumps(line) + "\n" for line in [began, *said]) + "{ini bukan JSON <script>\n")
        for old in [*self.folder.glob("laporan/2026-10/*.pdf"), *self.folder.glob("archive/events/*.parquet")]:
            if old.name.startswith("zz"):
                old.unlink()
        for k in range(ROUND):
            name = self.name("fail", k).replace("/", "∕").encode()[:200].decode(errors="ignore")
            (self.folder / f"laporan/2026-10/zz{name}.pdf").write_bytes(b"%PDF-")
            (self.folder / f"archive/events/zz{name}.parquet").write_bytes(b"x")


def plain(text):
    """A text as a page may show it: in one line, and without what nobody sees."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()


def office(browser, folder, address, names, cookies):
    names, base = json.loads(names.read_text()), f"http://{address}"
    of = Office(folder, names)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    key, _, secret = cookies[0].partition("=")
    context.add_cookies([{"name": key, "value": secret, "url": base, "sameSite": "Strict", "httpOnly": True}])
    page = context.new_page()
    where = [""]
    page.on("console", lambda said: faults.append(f"{where[0]}: {said.text}") if "server responded with" not in said.text else None)
    page.on("pageerror", lambda fault: faults.append(f"{where[0]}: {fault}"))
    page.on("dialog", lambda dialog: (faults.append(f"{where[0]}: a dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: None if request.url.startswith(base + "/") or request.url.startswith("data:") else faults.append(f"{where[0]}: asks for {request.url}"))
    shown, opened = {}, 0
    strange = """() => [...document.querySelectorAll('*')].filter(e =>
        [...e.attributes].some(a => a.name.startsWith('on') || a.name == 'style' || a.name == 'srcdoc')
        || (e.tagName == 'SCRIPT' && !e.getAttribute('src')?.startsWith('/aset/'))
        || ['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'FRAME'].includes(e.tagName)
        || (e.tagName == 'A' && !/^[/#]/.test(e.getAttribute('href')))
        || (e.tagName == 'FORM' && !e.getAttribute('action').startsWith('/'))).map(e => e.outerHTML.slice(0, 120))"""

    def get(path, cookie, accept="text/html"):
        asked = urllib.request.Request(base + path, headers={"Cookie": cookie, "Accept": accept})
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode(errors="replace")

    for n in range(-(-len(names) // ROUND)):
        of.lived(n)
        odd = of.solid[n * 7 % len(of.solid)]
        typed = [f"/masuk?ke={urllib.parse.quote(odd)}", f"/tidak-ada/{urllib.parse.quote(odd, safe='')}", f"/dokumen/2026-10/{urllib.parse.quote(odd, safe='')}.pdf",
                 f"/tinjauan/{urllib.parse.quote(odd, safe='')}", f"/pekerjaan/{urllib.parse.quote(odd, safe='')}", f"/pekerjaan?saring={urllib.parse.quote(odd)}"]
        for path in PAGES + typed:
            where[0] = f"round {n}, {path}"
            answer = page.goto(base + path, wait_until="load")
            opened += 1
            if path in PAGES and answer.status != 200 or answer.status not in (200, 400, 404):
                faults.append(f"{where[0]}: {answer.status}: {answer.text()[:400]}")
            for found in page.evaluate(strange):
                faults.append(f"{where[0]}: {found}")
            broken = page.evaluate("[...document.images].filter(i => i.complete && i.naturalWidth == 0 && i.loading != 'lazy').map(i => i.src)")
            if broken:
                faults.append(f"{where[0]}: {broken} are not shown")
            if path in PAGES:
                text = plain(page.evaluate("document.body.textContent + ' ' + document.title"))
                for kind, kinds in of.placed.items():
                    shown.setdefault(kind, set()).update(name for name in kinds if plain(name) in text)
        for cookie in cookies[1:]:
            for path in PAGES:
                status, text = get(path, cookie)
                if status not in (200, 403):
                    faults.append(f"round {n}, {path}, as another: {status}: {text[:400]}")
        for path in PAGES:
            status, text = get(path, cookies[0], "application/json")
            if status != 200 or not isinstance(json.loads(text), dict):
                faults.append(f"round {n}, {path} as JSON: {status}")
        for path in PAGES[1:4]:
            status, text = get(path + ".csv", cookies[0])
            cells = re.findall(r'(?:^|[,;])"?([=@][^,;]*)', text, flags=re.M)
            if status != 200 or cells:
                faults.append(f"round {n}, {path}.csv: {status}, formulas {cells[:3]}")
        if faults:
            break
    # Each of these must have been seen with most of the names that were put there: what is not on any page was not judged.
    for kind, least in LEAST.items():
        if len(shown.get(kind, ())) < least and not faults:
            faults.append(f"of {kind} only {len(shown.get(kind, ()))} names were on a page, of {len(of.placed.get(kind, ()))}")
    if shown["fail"]:
        faults.append(f"names of strange files are shown: {list(shown['fail'])[:3]}")
    print(opened, {kind: len(names) for kind, names in sorted(shown.items())})


# So many names of each kind at least; a file that is no document's is on no page.
LEAST = {"log": 300, "isi log": 300, "pekerjaan": 300, "libur": 150, "sop/ktp_el_kolektif.toml": 180, "jenis.toml": 60, "pasal": 70, "oleh": 70,
         "sumber": 70, "targets/perbup_07_2020.toml": 70, "targets/nasional_1_jam_24_jam.toml": 20, "targets/nasional_14_hari_kerja.toml": 10,
         "kelengkapan/ktp_el.toml": 30, "pelaksana.toml": 8, "kecamatan": 12, "desa": 15, "orang": 18, "kantor": 9, "peran_portal.toml": 9,
         "nama pekerjaan": 9, "ledgers/buku_registrasi_perekaman.toml": 8, "ledgers/buku_registrasi_arsip.toml": 8}

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    if sys.argv[1] == "cells":
        cells(browser.new_page(), pathlib.Path(sys.argv[3]))
    else:
        office(browser, pathlib.Path(sys.argv[3]), sys.argv[4], pathlib.Path(sys.argv[5]), sys.argv[6:])
    browser.close()

if faults:
    sys.exit("\n".join(faults[:40]))
