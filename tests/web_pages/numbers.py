"""Compares the numbers of a page with those of the data, of the PDF's text and of the JSON.

    numbers.py DOCUMENT FOLDER

FOLDER holds page.html, data.json (what the layout of the PDF reads), document.json, of what is set on paper pdf.txt, and of a report
table.csv and table.xlsx. Each number of the page is one of the
data or of the template, as often as they say it; each text of the data stands on the page; each number of the page is in the PDF, and
each number of the PDF that the data have is on the page; what a table says is in the other, and what the JSON has is in both. The JSON keeps values and no words: from it rows of the page are made anew.
What is wrong is an error. On standard output: how many numbers of the page were compared.
"""
import collections, csv, html.parser, json, pathlib, re, sys

NAME, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
MONTHS = "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split()
DASH = "–"
faults = []


def plain(text):
    return " ".join(text.replace("\u00ad", "").split())


class Page(html.parser.HTMLParser):
    """The text of `main` without its tools and ways to origins, the rows of its tables below the nearest head, and what pictures say."""

    def __init__(self, source):
        super().__init__()
        self.open, self.text, self.rows, self.alternatives = [], [], [], []
        self.head, self.cell = None, None
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in ("br", "img", "meta", "link", "rect", "input", "wbr"):
            if "alt" in attributes:
                self.alternatives.append(attributes["alt"])
            self.text.append("" if tag == "wbr" else " ")
            return
        self.open.append((tag, attributes.get("class") or ""))
        if tag in ("h2", "h3") and "id" in attributes:
            self.head = attributes["id"]
        if tag == "tr":
            self.rows.append((self.head, []))
        if tag in ("td", "th"):
            self.cell = []
        self.text.append(" " if tag not in ("a", "b", "strong", "span") else "")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag in ("td", "th"):
            self.rows[-1][1].append(plain("".join(self.cell)))
            self.cell = None
        self.text.append(" " if tag not in ("a", "b", "strong", "span") else "")

    def handle_data(self, data):
        classes = [name for _, names in self.open for name in names.split()]
        if "main" in [tag for tag, _ in self.open] and not {"alat", "tersembunyi", "asal-angka"} & set(classes):
            self.text.append(data)
            if self.cell is not None:
                self.cell.append(data)


page = Page((FOLDER / "page.html").read_text())
text = plain("".join(page.text))
data = json.loads((FOLDER / "data.json").read_text())
document = json.loads((FOLDER / "document.json").read_text())
IS_ON_PAPER = (FOLDER / "pdf.txt").exists()
pdf = (FOLDER / "pdf.txt").read_text() if IS_ON_PAPER else ""


def leaves(value, path=""):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if items is None:
        yield path, value
    else:
        for key, inner in items:
            yield from leaves(inner, f"{path}.{key}" if path else str(key))


def numbers(text):
    return NUMBER.findall(text)


# What only paper has: the letterhead, the square code, the day of the signature, the footer; the state, where the month is final. By what
# a row is led to is no text.
ON_PAPER = r".*\.jangkar$|kantor\.|qr$|tanggal$|asal$|bertanda$|blangko\.\d+\.0$|keputusan(_lain)?\.\d+\.bagian$"
if NAME == "kalender":
    ON_PAPER += r"|program$|jenis\.|bulan\.\d+\.hari\.\d+\.jenis$"
if NAME == "laporan_bulanan_tersaring":
    # The way to the whole review is no text.
    ON_PAPER += r"|saringan\.laporan$" + ("" if data["saringan"]["per_kecamatan"] else r"|kecamatan\.")
if NAME != "kalender" and not data["keadaan"]["sementara"] and data["keadaan"]["ditutup"] is None:
    ON_PAPER += r"|keadaan\.sampai$"
# What the page leaves out with the part that would say it.
SHOWN = {"langkah": "ada_peristiwa", "waktu": "ada_peristiwa", "kelengkapan": "ada_peristiwa"}
for part, of in SHOWN.items():
    if part in data and not data[of]:
        ON_PAPER += rf"|{part}\."
for part in ("tunggakan", "kecamatan"):
    if part in data and not data[part]["baris"]:
        ON_PAPER += rf"|{part}\."
# Numbers that are no text: these are written as they are, others are lengths in charts.
COUNTS = r"langkah\.\d+\.nomor$|ukuran\.pembanding$|tanpa_target$|tidak_dicantumkan$|perbaikan\.nomor$|bulan\.\d+\.hari\.\d+\.tanggal$"
# What the page says twice.
TWICE = r"tunggakan\.golongan\.3$"
# What the templates say themselves: "13 bulan", "90 % kasus" over columns, steps that notes name.
SAID = []
if NAME.startswith("laporan_bulanan"):
    SAID = ["13"] + ["90"] * bool(data["langkah_terlama"]) + ["90", "90", "2", "90"] * data["ada_peristiwa"]
    if data["belum_diambil"]["semua"]:
        SAID += ["10"]
        TWICE += r"|belum_diambil\.jumlah$"

# Where nothing was handed over, that is said in place of the counts.
UNSAID = r"kesesuaian\.(selesai|sesuai|langkah_wajib)$" if data.get("kesesuaian", {}).get("selesai") == "0" else r"$^"
printed = [(path, leaf) for path, leaf in leaves(data) if not re.match(f"{ON_PAPER}|{UNSAID}", path)]
told = collections.Counter(SAID)
for path, leaf in printed:
    if isinstance(leaf, str):
        if plain(leaf) not in text:
            faults.append(f"the page does not say {path}: {leaf}")
    elif isinstance(leaf, bool) or not re.match(COUNTS, path) or leaf == 0:
        continue
    told.update(numbers(str(leaf)) * (2 if re.match(TWICE, path) else 1))
on_page = collections.Counter(numbers(text))
if on_page - told:
    faults.append(f"numbers of the page that neither data nor template say: {dict(on_page - told)}")
if told - on_page:
    faults.append(f"numbers of the data that the page does not say: {dict(told - on_page)}")

in_pdf = set(numbers(pdf)) if IS_ON_PAPER else set(on_page)
for number in sorted(set(on_page) - in_pdf):
    faults.append(f"{number} is on the page and not in the PDF")
of_data = {number for path, leaf in printed if isinstance(leaf, str) for number in numbers(leaf)}
for number in sorted(in_pdf & of_data - set(on_page)):
    faults.append(f"{number} is in the PDF and not on the page")
for number in {number for said in page.alternatives for number in numbers(said)} - set(on_page) - {"90"}:
    faults.append(f"a picture says {number}, the page does not")


def idn(n):
    return f"{n:,}".replace(",", ".")


def percent(part, of):
    tenths = (part * 1000 * 2 + of) // (2 * of) if of else 0
    return f"{tenths // 10},{tenths % 10} %" if of else DASH


def short(month):
    return f"{MONTHS[int(month[5:]) - 1]} {month[2:4]}"


def is_open(sheet):
    """Whether the data do not reach the end of the month, so that nothing is met or missed yet. Both are of one zone."""
    year, month = map(int, sheet["month"].split("-"))
    return sheet["provenance"]["complete_until"] < f"{year + month // 12}-{month % 12 + 1:02}-01T00:00:00"


def review(document):
    """Rows of the page as the JSON has them."""
    sheet, figures = document["sheet"], document["sheet"]["figures"]["figures"]
    yield from of_cases(document, sheet["figures"]["trend"], document["kecamatan"], figures)
    for found in document["quality"]:
        yield "mutu", [found["text"]["code"], found["text"]["sentence"], found["text"]["remedy"], idn(found["n"])]
    for book, title in document["books"]:
        yield "penomoran", [title, idn(figures["ledgers"][book]["entries"])]
    yield from judgements(sheet, "standar", lambda j: j["decides"] and j["value"] is not None)


def part(document):
    """The same of a part of the cases, without verdicts of what binds the whole office."""
    by_kecamatan = document["by_kecamatan"] if document["kecamatan"] is None else []
    yield from of_cases(document, document["trend"], by_kecamatan, document["figures"])
    for t in document["targets"]:
        if t["decides"] and t["value"] is not None:
            yield "standar", [t["title"], None, None, idn(t["n"]), None if t["verdict"] else DASH]


def of_cases(document, trend, by_kecamatan, figures):
    for t in trend:
        counts = [t["received"], t["printed"], t["handed_over"], t["movement"]["rejected"], t["movement"]["duplicate"], t["open"]]
        yield "tren", [short(t["month"]), *map(idn, counts)]
    for k in by_kecamatan:
        yield "kecamatan", [k["kecamatan"], *(idn(k[name]) for name in ("received", "printed", "handed_over", "open")), ""]
    for step, act in document["steps"] if data["ada_peristiwa"] else []:
        yield "langkah", [str(step), act, idn(figures["time_per_step"][str(step)]["events"]), idn(figures["time_per_step"][str(step)]["handling_working"]["n"])]
    names = dict(document["steps"])
    for step, counts in document["backlog_age"]["steps"].items():
        yield "tunggakan", [step, names[int(step)], *map(idn, counts), idn(sum(counts))]
    for u in document["uncollected"]:
        yield "belum_diambil", [u["pekon"], u["kecamatan"], idn(u["n"]), idn(u["oldest_working_days"])]
    for code, n in figures["completeness"]["missing"].items():
        yield "kelengkapan", [document["documents"][code], idn(n)]
    d = figures["duplicates"]
    yield "duplikat", ["Rekaman ganda pada pemeriksaan langkah 6", idn(d["record_duplicates"]), idn(d["record_checks"]), percent(d["record_duplicates"], d["record_checks"])]
    for m in document["measures"]:
        now = m["months"][-1][1]
        if now and "share" in now and m["judgement"] is None:
            yield "ukuran", [None, percent(now["share"]["part"], now["share"]["of"])]
        if now and "count" in now:
            yield "ukuran", [None, idn(now["count"])]


def judgements(sheet, head, listed):
    for j in sheet["judgements"]:
        if listed(j) and j["unit"] == "bagian" and j["figure"] is not None:
            yield head, [j["title"], None, None, idn(j["n"]), "sementara" if is_open(sheet) and j["verdict"] in ("memenuhi", "tidak memenuhi") else j["verdict"]]


def compliance(document):
    for name, words in (("within_1_hour_less_outages", "1 jam kalender sejak lengkap, di luar gangguan"),
                        ("within_24_hours_less_outages", "24 jam kalender sejak lengkap, di luar gangguan"), ("within_14_working_days", "14 hari kerja sejak lengkap")):
        d = document["deadlines"][name]
        yield "tenggat", [words, *(idn(d[of]) for of in ("on_time", "late", "open_past")), idn(d["late"] + d["open_past"]), idn(sum(d.values()))]
    c = document["counts"]
    yield "ringkasan", ["Kedatangan berkas dengan NIK", idn(c["received"])]
    yield "ringkasan", ["KTP-el tercetak, terukur sejak lengkap", idn(c["printed"])]
    yield "ringkasan", ["Berkas diserahkan, terukur sejak diterima", idn(c["handed_over"])]
    yield "ringkasan", [f"Berkas terbuka pada {'data terakhir' if is_open(document) else 'akhir bulan'}", idn(c["open"])]
    yield "ringkasan", ["Pemeriksaan pertama lengkap", f"{idn(c['complete_at_first_check'])} dari {idn(c['first_checks'])}"]
    yield "ringkasan", ["Rekaman ganda pada pemeriksaan", f"{idn(c['record_duplicates'])} dari {idn(c['record_checks'])}"]
    yield "ringkasan", ["Berkas sesuai SOP", f"{idn(c['conforming'])} dari {idn(c['finished'])}"]
    yield from judgements(document, "target", lambda j: j["value"] is not None)


def stands(head, wanted):
    fits = lambda cells: len(cells) >= len(wanted) and all(w is None or w == c for w, c in zip(wanted, cells))
    return any(head in (of, None) and fits(cells) for of, cells in page.rows)


def lists(value, path=""):
    """The lists of texts in the data: what stands side by side in a row."""
    if isinstance(value, list) and len(value) > 1 and all(isinstance(cell, str) for cell in value):
        yield path, [plain(cell) for cell in value]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from lists(inner, f"{path}.{key}" if path else str(key))


# Lists of sentences and of heads, and those whose first cell is named beside them.
NO_ROWS = r"(arus|jumlah|jenis|jam\.\d+\.pekan|tanpa_jam_ramadan|kesimpulan|istilah|riwayat|pernyataan)\b|.*\.(catatan|golongan|perubahan|angka|titik)$|kecamatan\.jumlah$"
for path, row in lists(data):
    if not re.match(f"{NO_ROWS}|{ON_PAPER}", path) and not stands(None, row):
        faults.append(f"{path} is no row of the page: {row}")


# The flow is no table.
flow = []
if NAME.startswith("laporan_bulanan"):
    moved = (document["sheet"]["figures"]["figures"] if IS_ON_PAPER else document["figures"])["movement"]
    # Where the archive begins with the month, nobody knows what was open before.
    flow = [("awal bulan", document["open_before"]), ("masuk", moved["entered"]), ("diserahkan", moved["handed_over"]),
            ("ditolak", moved["rejected"]), ("rekaman ganda", moved["duplicate"])]
for words, n in flow:
    told_n = "–" if n is None else idn(n)
    if not re.search(rf"{words} {re.escape(told_n)}(?!\S)", text):
        faults.append(f"by the JSON `{words}` is {told_n}, which the page does not say")
rows = list({"laporan_bulanan": review, "laporan_bulanan_tersaring": part, "laporan_kepatuhan": compliance, "kalender": lambda _: []}[NAME](document))
for head, wanted in rows:
    if not stands(head, wanted):
        faults.append(f"by the JSON {head} has the row {wanted}, which the page does not have")
if NAME == "kalender":
    for _, days, seconds in document["months"]:
        hours = f"{idn(seconds // 3600)} jam" + (f" {seconds % 3600 // 60} menit" if seconds % 3600 else "")
        if f" {idn(days)} hari, {hours} " not in text:
            faults.append(f"by the JSON a month has {days} working days of {hours}, which the page does not say")
if len(rows) < (0 if NAME == "kalender" else 10):
    faults.append(f"only {len(rows)} rows were made from the JSON")



def is_number(text):
    return re.fullmatch(r"-?\d+(,\d+)?", text) is not None


def tables():
    """What CSV and workbook say by part, row and column: numbers as numbers, all else as text."""
    with open(FOLDER / "table.csv", encoding="utf-8-sig", newline="") as file:
        head, *lines = list(csv.reader(file, delimiter=";"))
    is_long = head == ["Bagian", "Rincian", "Ukuran", "Nilai"]
    if not is_long:
        # The compliance sheet has one table, in which a row is a target.
        lines = [("Standar", line[0], label, value) for line in lines for label, value in zip(head[1:], line[1:]) if value]
    in_csv = collections.Counter(tuple(line) for line in lines)
    # This file is called like a module of Python that others need.
    sys.path.remove(str(pathlib.Path(__file__).parent))
    import openpyxl
    in_book = collections.Counter()
    for sheet in openpyxl.load_workbook(FOLDER / "table.xlsx").worksheets[:-1]:
        if not is_long and sheet.title != "Standar":
            continue
        cells = [list(row) for row in sheet.iter_rows(values_only=True)]
        # Below the head stand the numbers of the columns.
        at = next((n for n, row in enumerate(cells) if row[:2] == [1, 2]), None)
        for row in cells[at + 1:] if at is not None else []:
            if row[0] == "Jumlah" or all(cell is None for cell in row):
                continue
            head = cells[at - 1]
            # The unit of a row is that of the numbers to its right, and in a long table no cell of its own.
            unit = head.index("Satuan") if is_long and "Satuan" in head else len(head)
            for n, (label, value) in enumerate(zip(head[1:], row[1:]), 1):
                if value in (None, "") or not label or n == unit:
                    continue
                if isinstance(value, str):
                    in_book[(sheet.title, row[0] or "", label, value)] += 1
                    continue
                of_unit = f"{label} ({row[unit]})" if n > unit else label
                # A share is kept as a part of one there.
                is_share = "%)" in of_unit or not is_long and label in ("Capaian", "Nilai target", "Selisih") and row[head.index("Satuan")] == "%"
                in_book[(sheet.title, row[0] or "", of_unit, value * 100 if is_share else value)] += 1
    return in_csv, in_book


compared = 0
if (FOLDER / "table.csv").exists():
    in_csv, in_book = tables()
    as_number = lambda text: float(text.replace(",", "."))
    near = {(part, row, label, round(as_number(value), 2)) for part, row, label, value in in_csv if is_number(value)}
    for part_name, row, label, value in in_book:
        said = (part_name, str(row), label)
        is_there = (*said, value) in in_csv if isinstance(value, str) else any((*said, round(value + off, 2)) in near for off in (0, 0.005, -0.005))
        if not is_there:
            faults.append(f"the workbook says {part_name}, {row}, {label}: {value}, the CSV does not")
    if sum(in_csv.values()) != sum(in_book.values()):
        faults.append(f"the CSV says {sum(in_csv.values())} things, the workbook {sum(in_book.values())}")
    full = NAME == "laporan_bulanan"
    sheet = document["sheet"] if full else document
    names = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
    wanted = []
    for t in [] if NAME == "laporan_kepatuhan" else sheet["figures"]["trend"] if full else document["trend"]:
        month = f"{names[int(t['month'][5:]) - 1]} {t['month'][:4]}"
        for label, n in (("Diterima", t["received"]), ("Tercetak", t["printed"]), ("Diserahkan", t["handed_over"]), ("Ditolak", t["movement"]["rejected"]),
                         ("Rekaman ganda", t["movement"]["duplicate"]), ("Terbuka pada akhir bulan", t["open"])):
            wanted.append(("Arus", month, label, str(n)))
    by_kecamatan = document["kecamatan"] if full else document.get("by_kecamatan", []) if document.get("kecamatan") is None else []
    for k in by_kecamatan:
        wanted.append(("Kecamatan", k["kecamatan"], "Diterima", str(k["received"])))
    for u in document.get("uncollected", []):
        wanted.append(("Pekon", u["pekon"], "KTP-el belum diambil", str(u["n"])))
    times = (sheet["figures"]["figures"] if full else document.get("figures", {})).get("time_per_step", {})
    for step, act in document.get("steps", []):
        if str(step) in times:
            wanted.append(("Langkah", f"{step}. {act}", "Peristiwa", str(times[str(step)]["events"])))
    for t in sheet["judgements"] if "judgements" in sheet else document["targets"]:
        if t["decides"] and t["value"] is not None and t["n"] is not None:
            wanted.append(("Standar", t["title"], "Kasus", str(t["n"])))
    for found in document.get("quality") or []:
        wanted.append(("Mutu", found["text"]["code"], "Data yang terkena", str(found["n"])))
        wanted.append(("Mutu", found["text"]["code"], "Tindakan", found["text"]["remedy"]))
    for matter in document.get("pending") or []:
        wanted.append(("Keputusan", matter["sentence"], "Usul", matter["proposal"]))
    for book, title in document.get("books") or []:
        wanted.append(("Penomoran", title, "Entri", str(sheet["figures"]["figures"]["ledgers"][book]["entries"])))
    stock = document.get("blanks")
    if stock:
        words = {"received": "Diterima", "printed": "Dicetak", "spoilt": "Gagal cetak"}
        wanted += [("Blangko", name, "Nilai (keping)", str(stock[of])) for of, name in words.items()]
    if document.get("outages"):
        wanted.append(("Gangguan", "Banyaknya", "Nilai (kali)", str(document["outages"]["n"])))
    for row in wanted:
        if row not in in_csv:
            faults.append(f"by the JSON the CSV has {row}")
    compared = len(wanted) + sum(in_book.values())

if faults:
    sys.exit("\n".join(faults))
print(sum(on_page.values()) + compared)
