"""Accounts for every number that the reports of a month print, and for the totals of its books and lists.

    numbers.py OFFICE.sqlite MONTH AREAS.csv KELENGKAPAN.toml FOLDER VERSION UNTIL

FOLDER holds what `render` wrote: NAME.data.json, what a layout reads, NAME.txt, the text of its PDF, and NAME.csv of books and lists. Each
number of the data is computed here anew, from office/reference.py or from the office's database, and each number of the text is one of
the data or of the layout. What is not accounted for is an error. UNTIL is the instant until which the archive is complete, as printed. On
standard output: how many numbers were accounted for.
"""
import bisect, collections, csv, datetime as dt, json, math, pathlib, re, sqlite3, sys, tomllib

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "office"))
import reference as ref

OFFICE, MONTH, AREAS, PAPERS, FOLDER, VERSION, UNTIL = sys.argv[1:]
MONTHS = ["Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"]
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NB = "\u00a0"
DASH = "–"


def back(month, n):
    y, m = map(int, month.split("-"))
    y, m = divmod(y * 12 + m - 1 - n, 12)
    return f"{y:04}-{m + 1:02}"


def short(month):
    y, m = map(int, month.split("-"))
    return f"{MONTHS[m - 1][:3]} {y % 100:02}"


def idn(n):
    return f"{n:,}".replace(",", ".")


def decimal(value, decimals=1):
    """Halves go up, as people round."""
    whole = math.floor(value * 10**decimals * (1 + 1e-15) + 0.5)
    return f"{whole // 10**decimals},{whole % 10**decimals:0{decimals}}"


def percent(part, of):
    return f"{decimal(part * 100 / of)}{NB}%" if of else DASH


def duration(s):
    if s < 60:
        return f"{s} detik"
    h, m = divmod((s + 30) // 60, 60)
    return " ".join(([f"{idn(h)} jam"] if h else []) + ([f"{m} menit"] if m or not h else []))


def days_in(month):
    i, j = (bisect.bisect_left(clock.days, dt.date(*map(int, (m + "-01").split("-")))) for m in (month, back(month, -1)))
    return [sum(int((b - a).total_seconds()) for a, b in spans) for spans in clock.spans[i:j] if spans]


def working(s):
    return DASH if s is None else f"{decimal(s / DAY)} hari kerja" if s >= DAY else duration(s)


clock = ref.working_clock(ref.ZONE)
DAY = sum(days_in(MONTH)) // len(days_in(MONTH))
rows, outages = ref.read(OFFICE)
db = sqlite3.connect(OFFICE)
one = lambda sql: db.execute(sql).fetchone()[0]
year = [back(MONTH, n) for n in range(12, -1, -1)]
figures = {m: ref.figures(rows, outages, m) for m in year}
now = figures[MONTH]
with open(AREAS) as file:
    areas = {a["kode_10"]: a for a in csv.DictReader(file)}
needs = {(s["jenis"], s["kewarganegaraan"]): set(s["dokumen"]) for s in tomllib.load(open(PAPERS, "rb"))["syarat"]}
documents = {d["id"]: d["label"] for d in tomllib.load(open(PAPERS, "rb"))["dokumen"]}
by_berkas = collections.defaultdict(list)
for r in sorted(rows, key=lambda r: (r["selesai"], r["langkah"], r["event_id"])):
    by_berkas[r["berkas_id"]].append(r)
of_month = lambda e: ref.month_of(e["selesai"]) == MONTH


def end_of(month):
    y, m = map(int, back(month, -1).split("-"))
    return dt.datetime(y, m, 1, tzinfo=ref.ZONE)


def net(a, b):
    """Seconds without those of outages, which may overlap."""
    covered, edge = 0, a
    for x, y in outages:
        x, y = max(x, edge), min(y, b)
        if y > x:
            covered, edge = covered + int((y - x).total_seconds()), y
    return int((b - a).total_seconds()) - covered


def deadlines(month):
    """On time, late, open past each of the three deadlines."""
    end, counts = end_of(month), [[0, 0, 0] for _ in range(3)]
    for events in by_berkas.values():
        past = [e for e in events if e["selesai"] < end]
        ready = next((e["selesai"] for e in past if e["langkah"] == 2 and e["hasil"] in ref.COMPLETE), None)
        card = next((e["selesai"] for e in events if e["langkah"] == 6 and e["hasil"] == "tercetak"), None)
        ended = any(e["hasil"] in ("tercetak", "ditolak", "duplikat") for e in past)
        took = lambda until: (net(ready, until), net(ready, until), clock.working_days(ready, until))
        limits = (3600, 86400, 14)
        if ready and card and ready <= card and ref.month_of(card) == month:
            for count, t, limit in zip(counts, took(card), limits):
                count[0 if t <= limit else 1] += 1
        if ready and not ended:
            last = end - dt.timedelta(seconds=1)
            for count, t, limit in zip(counts, (net(ready, end), net(ready, end), clock.working_days(ready, last)), limits):
                count[2] += t > limit
    return counts


due = {m: deadlines(m) for m in year}
open_at = lambda m: sum(figures[m]["backlog"].values())
first_of = lambda m, test: sum(1 for ev in by_berkas.values() if (e := next((e for e in ev if test(e)), None)) and ref.month_of(e["selesai"]) == m)
TREND = [
    [first_of(m, lambda e: e["langkah"] == 1), first_of(m, lambda e: e["langkah"] == 6 and e["hasil"] == "tercetak"),
     first_of(m, lambda e: e["langkah"] == 10), figures[m]["movement"]["rejected"], figures[m]["movement"]["duplicate"], open_at(m)]
    for m in year
]

# The measures: how a month is told, its number, its bad cases and of how many.
share = lambda part, of, bad: (part / of if of else None, percent(part, of), f"{idn(bad)} dari {idn(of)}" if of else None)
# A judged share is told with the digits that its verdict needs, whatever month it is of.
in_time = lambda count: (count[0] / sum(count) if sum(count) else None, shown_share(count[0], sum(count), 1.0)[0] if sum(count) else DASH, f"{idn(sum(count) - count[0])} dari {idn(sum(count))}" if sum(count) else None)


def wide(m, within, past):
    i = figures[m]["issuance"]
    return share(i[within], i["printed"] + i[past], i["printed"] + i[past] - i[within])


def spread(m, key):
    s = figures[m]["turnaround"]["working"]
    return (s.get(key), working(s.get(key)), f"{idn(s['n'])} berkas")


def part_of(m, figure, part, of, part_is_bad=False):
    f = figures[m][figure]
    return share(f[part], f[of], f[part] if part_is_bad else f[of] - f[part])


MEASURES = [
    lambda m: in_time(due[m][1]),
    lambda m: wide(m, "within_24_hours_wall", "open_past_24_hours_wall"),
    lambda m: in_time(due[m][0]),
    lambda m: wide(m, "within_1_working_day", "open_past_1_working_day"),
    lambda m: in_time(due[m][2]),
    lambda m: spread(m, "p50"),
    lambda m: spread(m, "p90"),
    lambda m: part_of(m, "completeness", "complete", "first_checks"),
    lambda m: part_of(m, "conformance", "conforming", "finished"),
    lambda m: part_of(m, "duplicates", "record_duplicates", "record_checks", True),
    lambda m: (open_at(m), idn(open_at(m)), ""),
]


class Report:
    """The data of a report: what is expected under each path, and what was found to differ."""

    def __init__(self, name):
        self.name = name
        self.data = json.load(open(f"{FOLDER}/{name}.data.json"))
        self.text = open(f"{FOLDER}/{name}.txt").read()
        self.wanted, self.faults = {}, []

    def want(self, path, value):
        self.wanted[path] = value

    def each(self, path, values):
        for i, value in enumerate(values):
            self.want(f"{path}.{i}", value)

    def leaves(self, value, path=""):
        if isinstance(value, dict):
            for k, v in value.items():
                yield from self.leaves(v, f"{path}.{k}".lstrip("."))
        elif isinstance(value, list):
            for i, v in enumerate(value):
                yield from self.leaves(v, f"{path}.{i}")
        elif not isinstance(value, bool) and (isinstance(value, (int, float)) or isinstance(value, str) and NUMBER.search(value)):
            yield path, value

    def check(self, unread):
        """Each number of the data is expected, and as it is; each that is expected is there."""
        # To what a page leads is no text.
        given = {p: v for p, v in self.leaves(self.data) if not p.startswith(unread) and not p.endswith(".jangkar")}
        for path, value in given.items():
            if path not in self.wanted:
                self.faults.append(f"{path}: {value!r} is not accounted for")
                continue
            wanted = self.wanted[path]
            same = abs(value - wanted) < 1e-9 if isinstance(value, (int, float)) and isinstance(wanted, (int, float)) else value == wanted
            if not same:
                self.faults.append(f"{path}: {value!r} is printed, {wanted!r} is computed")
        numbers = lambda v: not isinstance(v, str) or NUMBER.search(v)
        self.faults += [f"{p}: {v!r} is computed and not printed" for p, v in self.wanted.items() if v is not None and numbers(v) and p not in given]
        return sum(len(NUMBER.findall(str(v))) for v in given.values())

    def check_text(self, of_layout, twice, counts):
        """Each number of the text is one of the data or of the layout, as often as they say it. Of numbers that are no text only these
        `counts` are printed; the others are the lengths of bars. `twice` is what stands in two places."""
        pages = self.text.count("\f")
        may = collections.Counter(of_layout)
        for path, value in self.leaves(self.data):
            if path.startswith("pernyataan") or not isinstance(value, str) and not re.fullmatch(counts, path):
                continue
            times = (pages if path.startswith(("asal", "keadaan", "bulan")) else 1) + bool(re.fullmatch(twice, path))
            for token in NUMBER.findall(str(value)):
                may[token] += times
        for page in range(1, pages + 1):
            may[str(page)] += 1
            may[str(pages)] += 1
        # What the archive states of itself is judged elsewhere.
        said = "|".join(re.escape(line) for line in [self.data["kode"], *(self.data["pernyataan"] or [])])
        text = re.sub(said + r"|sidik [0-9a-f]+", " ", self.text)
        over = collections.Counter(NUMBER.findall(text)) - may
        if over:
            self.faults.append(f"numbers of the text that nothing accounts for: {dict(over)}")
        return len(NUMBER.findall(text))


END = end_of(MONTH)
LABEL = f"{MONTHS[int(MONTH[5:]) - 1]} {MONTH[:4]}"
EVENTS = idn(len(rows))
ORIGIN = re.compile(rf"^tertib {re.escape(VERSION)} · arsip versi 0, {re.escape(EVENTS)} peristiwa · sidik [0-9a-f]{{16}}$")
NATIONAL = ["KTP-el terbit dalam 1 jam kalender sejak dinyatakan lengkap, di luar gangguan tercatat",
            "KTP-el terbit paling lama 24 jam kalender sejak dinyatakan lengkap, di luar gangguan tercatat",
            "KTP-el terbit paling lama 14 hari kerja sejak dinyatakan lengkap"]


def common(report):
    if not ORIGIN.match(report.data["asal"]):
        report.faults.append(f"asal: {report.data['asal']!r}")
    report.want("asal", report.data["asal"])
    report.want("bulan", LABEL)
    report.want("keadaan.sampai", f"data sampai {UNTIL} WIB")
    for i, (term, meaning) in enumerate(report.data["istilah"]):
        # Words that are explained, not figures.
        report.want(f"istilah.{i}.0", term)
        report.want(f"istilah.{i}.1", meaning)


def judged(report, path, rows_of):
    """Rows of targets: title, figure, value, cases. `rows_of` are (title, figure text, target text, n)."""
    for i, (title, figure, target, n) in enumerate(rows_of):
        report.want(f"{path}.{i}.judul", title)
        report.want(f"{path}.{i}.angka", figure)
        report.want(f"{path}.{i}.target", target)
        report.want(f"{path}.{i}.kasus", idn(n))


def shown_share(part, of, value):
    """With as many digits as the verdict needs."""
    for d in range(1, 9):
        figure, limit = decimal(part * 100 / of, d), decimal(value * 100, d)
        if figure != limit or part / of == value:
            return f"{figure}{NB}%", f"≥{NB}{limit.rstrip('0').rstrip(',')}{NB}%"


def national():
    rows_of = []
    for title, count in zip([NATIONAL[0], NATIONAL[1], NATIONAL[2]], due[MONTH]):
        figure, target = shown_share(count[0], sum(count), 1.0)
        rows_of.append((title, figure, target, sum(count)))
    return rows_of


def compliance():
    report = Report(f"laporan_kepatuhan_{MONTH}")
    common(report)
    d, c, k = now["duplicates"], now["completeness"], now["conformance"]
    of = lambda part, whole: f"{idn(part)} dari {idn(whole)}"
    values = [idn(d["arrivals"]), idn(now["issuance"]["printed"]), idn(now["turnaround"]["handed_over"]), idn(open_at(MONTH)),
              of(c["complete"], c["first_checks"]), of(d["record_duplicates"], d["record_checks"]), of(k["conforming"], k["finished"])]
    for i, value in enumerate(values):
        report.want(f"ringkasan.{i}.1", value)
    names = ["1 jam kalender sejak lengkap, di luar gangguan", "24 jam kalender sejak lengkap, di luar gangguan", "14 hari kerja sejak lengkap"]
    for i, (name, count) in enumerate(zip(names, due[MONTH])):
        report.each(f"tenggat.{i}", [name, *map(idn, count), idn(count[1] + count[2]), idn(sum(count))])
    met = sum(count[0] == sum(count) for count in due[MONTH])
    for i, n in enumerate([met, 3 - met, 0, UNSET]):
        report.want(f"hitungan.{i}.1", idn(n))
    rows_of = national()
    judged(report, "peraturan.0.baris", rows_of[:2])
    judged(report, "peraturan.1.baris", rows_of[2:])
    report.want("peraturan.0.nama", "Standar nasional penerbitan 1 jam dan 24 jam")
    report.want("peraturan.1.nama", "Standar nasional penerbitan 14 hari kerja")
    report.want("tidak_dicantumkan", UNSET)
    n = report.check(("qr", "kantor", "kode", "pernyataan"))
    # Heads of its parts are numbered.
    n += report.check_text(["1", "2", "3"], r"bulan|keadaan\.\w+", r"tidak_dicantumkan")
    return report, n


UNSET = 12


def review():
    report = Report(f"laporan_bulanan_{MONTH}")
    want, each = report.want, report.each
    common(report)
    move = now["movement"]
    for i, n in enumerate([open_at(back(MONTH, 1)), move["entered"], move["handed_over"], move["rejected"], move["duplicate"], open_at(MONTH)]):
        want(f"arus.suku.{i}.2", idn(n))
    each("arus.kolektif", [idn(now["batches"]["received"]), idn(now["batches"]["completed"])])

    # The measures of thirteen months.
    want("ukuran.kini", short(MONTH)), want("ukuran.lalu", short(back(MONTH, 1))), want("ukuran.pembanding", 12)
    want("ukuran.catatan.0", f"Lama terbit dihitung sejak berkas dinyatakan lengkap, lama sampai diserahkan pada jam kerja. Satu hari kerja bulan ini rata-rata {duration(DAY)}; arti istilah pada akhir laporan.")
    want("ukuran.catatan.1", "(!) di luar rentang itu, menyangkut sedikitnya 5 kasus, dan bukan hanya karena gangguan dikeluarkan; selebihnya perubahan biasa. (!!) juga di luar batas ragam alaminya (peta kendali).")
    each("riwayat.bulan", map(short, year))
    names = [row["nama"] for row in report.data["ukuran"]["baris"]]
    bad = ["terlambat"] * 5 + ["", "", "tidak lengkap", "menyimpang", "rekaman ganda", ""]
    unusual = []
    for i, measure in enumerate(MEASURES):
        values = [measure(m) for m in year]
        known = [v[0] for v in values[:-1] if v[0] is not None]
        least, most = min(known), max(known)
        judged_text = {v[0]: v[1].removesuffix(f"{NB}%") for v in values if v[0] is not None}
        tell = (lambda v: judged_text[v]) if i in (0, 2, 4) else (lambda v: decimal(v * 100)) if "%" in values[-1][1] else (lambda v: decimal(v / DAY)) if i in (5, 6) else (lambda v: idn(v))
        unit = f"{NB}%" if "%" in values[-1][1] else " hari kerja" if i in (5, 6) else ""
        now_words = values[-1][1]
        if i in (0, 2, 4):
            count = due[MONTH][{0: 1, 2: 0, 4: 2}[i]]
            now_words, target = shown_share(count[0], sum(count), 1.0)
            want(f"ukuran.baris.{i}.target", target)
        assert least >= DAY or i not in (5, 6), "a range of hours and days is written otherwise"
        # The name of a measure says its limit.
        want(f"ukuran.baris.{i}.nama", names[i]), want(f"riwayat.baris.{i}.nama", names[i])
        want(f"ukuran.baris.{i}.kini", now_words), want(f"ukuran.baris.{i}.lalu", values[-2][1])
        want(f"ukuran.baris.{i}.rentang", f"{tell(least)}{unit}" if tell(least) == tell(most) else f"{tell(least)}–{tell(most)}{unit}")
        want(f"ukuran.baris.{i}.catatan", f"{values[-1][2]} {bad[i]}".strip())
        each(f"ukuran.baris.{i}.sebaran", [least, most]), each(f"ukuran.baris.{i}.titik", [v[0] for v in values])
        each(f"riwayat.baris.{i}.nilai", [DASH if v[0] is None else tell(v[0]) for v in values])
        value, (cases_bad, cases) = values[-1][0], (int(n.replace(".", "")) for n in NUMBER.findall(values[-1][2])) if i not in (5, 6, 10) else (None, None)
        if value is not None and not least <= value <= most:
            edge = least if value < least else most
            good_up = i not in (5, 6, 9, 10)
            behind = max(cases_bad, (1 - edge if good_up else edge) * cases) if cases else now["turnaround"]["working"]["n"] if i in (5, 6) else max(value, edge)
            # Leaving outages out can only raise a share: one that is the best only so is no news.
            if i in (0, 2) and value > most:
                wide_of = lambda m: wide(m, *(("within_24_hours_wall", "open_past_24_hours_wall") if i == 0 else ("within_1_hour_wall", "open_past_1_hour_wall")))
                others = [w for w in (wide_of(m)[0] for m in year[:-1]) if w is not None]
                if not (wide_of(MONTH)[0] > max(others)):
                    continue
            if behind >= 5:
                unusual.append((i, "terendah" if value < least else "tertinggi", (value > most) == good_up))

    # The conclusion.
    count, slowest = due[MONTH][1], now["issuance"]["wall_less_outages"]["max"]
    text = f"{idn(count[0])} dari {idn(sum(count))} KTP-el yang dinilai ({shown_share(count[0], sum(count), 1.0)[0]}) terbit paling lama 24 jam kalender sejak lengkap di luar gangguan, yang terlama dalam {duration(slowest)} (jam kalender)"
    met = sum(c[0] == sum(c) for c in due[MONTH])
    text += f"; {met} dari 3 target yang dapat dinilai terpenuhi"
    begun = lambda name: name if name[1].isupper() else name[0].lower() + name[1:]
    told = [f"{begun(names[i].replace(chr(8804), 'paling lama'))}: {MEASURES[i](MONTH)[1]} ({side} dalam 13 bulan)" for i, side, _ in unusual]
    text += f". Di luar kebiasaan: {'; '.join(told)}." if told else "; tidak ada ukuran yang di luar kebiasaan 12 bulan sebelumnya."
    want("kesimpulan.0", text)

    # Steps.
    steps = now["time_per_step"]
    for i in range(10):
        s = steps[str(i + 1)]
        h, w = s["handling_working"], s["waiting_working"]
        want(f"langkah.{i}.nomor", i + 1), want(f"langkah.{i}.n", idn(s["events"])), want(f"langkah.{i}.terukur", idn(h["n"]))
        for key, of in (("tangani", h), ("tunggu", w)):
            for p in ("p50", "p90"):
                want(f"langkah.{i}.{key}_{p}", working(of.get(p))), want(f"langkah.{i}.{key}_{p}_s", of.get(p))
    waited = sorted(((-steps[s]["waiting_working"].get("sum", 0), int(s)) for s in steps))
    total = -sum(w for w, _ in waited)
    for i, (w, s) in enumerate([(w, s) for w, s in waited if w < 0][:4]):
        of = steps[str(s)]["waiting_working"]
        want(f"langkah_terlama.{i}.nama", f"{s}. {report.data['langkah'][s - 1]['nama']}")
        want(f"langkah_terlama.{i}.tengah", working(of["p50"])), want(f"langkah_terlama.{i}.sembilan_puluh", working(of["p90"]))
        want(f"langkah_terlama.{i}.bagian", -w / total)
    i, t, b = now["issuance"], now["turnaround"], now["batches"]["waiting_for_last_working"]
    spreads = [(i["working"], working), (i["wall"], duration), (i["wall_less_outages"], duration), (t["working"], working), (t["working_less_applicant"], working), (b, working)]
    for n, (s, words) in enumerate(spreads):
        each(f"waktu.baris.{n}", [None, idn(s["n"]), *(words(s[p]) if s["n"] else DASH for p in ("p50", "p90", "max"))])

    # Uncollected cards, blanks, outages.
    waiting = sorted(((-u["n"], -u["oldest_working_days"], code) for code, u in now["uncollected"].items()), key=lambda w: w[:2])
    want("belum_diambil.jumlah", idn(-sum(n for n, _, _ in waiting)))
    for n, (count, oldest, code) in enumerate(waiting):
        want(f"belum_diambil.semua.{n}.2", idn(-count)), want(f"belum_diambil.semua.{n}.3", idn(-oldest))
        if n < 4:
            want(f"belum_diambil.pekon.{n}.1", idn(-count)), want(f"belum_diambil.pekon.{n}.2", f"{idn(-oldest)} hari kerja")
    if len(waiting) > 4:
        want("belum_diambil.lainnya", f"{idn(len(waiting) - 4)} pekon lain: {idn(-sum(n for n, _, _ in waiting[4:]))}")
    stock = lambda what, when: one(f"select coalesce(sum({what}), 0) from blangko where strftime('%Y-%m', tanggal) {when}")
    left = stock("terima - cetak - gagal", f"<= '{MONTH}'")
    used, worked = stock("cetak + gagal", f"between '{back(MONTH, 2)}' and '{MONTH}'"), sum(len(days_in(back(MONTH, n))) for n in range(3))
    lasts = left * worked // used
    blanks = [stock("terima - cetak - gagal", f"< '{MONTH}'"), stock("terima", f"= '{MONTH}'"), stock("cetak", f"= '{MONTH}'"), stock("gagal", f"= '{MONTH}'"), left]
    for n, value in enumerate([*map(idn, blanks), "lebih dari 1 tahun" if lasts > 240 else f"{idn(lasts)} hari kerja"]):
        want(f"blangko.{n}.1", value)
    start, merged = end_of(back(MONTH, 1)), []
    for a, z in outages:
        a, z = max(a, start), min(z, END)
        if a < z:
            merged = merged[:-1] + [(merged[-1][0], max(z, merged[-1][1]))] if merged and a <= merged[-1][1] else merged + [(a, z)]
    lasted = [sum(int((z - a).total_seconds()) for a, z in merged), sum(clock.at(z) - clock.at(a) for a, z in merged)]
    both = [f"{idn(due[MONTH][k][0])} / {idn(i[wall])}" for k, wall in ((0, "within_1_hour_wall"), (1, "within_24_hours_wall"))]
    for n, value in enumerate([f"{len(merged)} kali", duration(lasted[0]), duration(lasted[1]), *both]):
        want(f"gangguan.{n}.1", value)
    want("gangguan.3.0", "Terbit paling lama 1 jam kalender: di luar gangguan / gangguan ikut dihitung")
    want("gangguan.4.0", "Terbit paling lama 24 jam kalender: di luar gangguan / gangguan ikut dihitung")

    # Completeness, doubles, conformance.
    c, d, k = now["completeness"], now["duplicates"], now["conformance"]
    returned = [e for e in rows if e["langkah"] == 2 and e["hasil"] == "kurang" and of_month(e)]
    lacking = lambda e: [code for code in (e["kekurangan"] or "").split(";") if code]
    needless = lambda e, code: code in documents and code not in needs.get((e["jenis"], e["kewarganegaraan"]), documents)
    in_vain = sum(bool(lacking(e)) and all(needless(e, code) for code in lacking(e)) for e in returned)
    for key, value in (("pertama", idn(c["first_checks"])), ("lengkap", idn(c["complete"])), ("bagian", percent(c["complete"], c["first_checks"])), ("kembali", idn(c["returned"])), ("tanpa_syarat", idn(in_vain))):
        want(f"kelengkapan.{key}", value)
    for n, (code, count) in enumerate(sorted(c["missing"].items(), key=lambda m: (-m[1], m[0]))):
        want(f"kelengkapan.kurang.{n}.0", documents[code]), want(f"kelengkapan.kurang.{n}.1", idn(count))
    compared = {e["berkas_id"] for e in rows if e["langkah"] == 1 and of_month(e)}
    persons = {}
    for e in rows:
        persons.setdefault((e["nama"], e["tanggal_lahir"], e["jenis_kelamin"]), {}).setdefault(e["nik"], set()).add(e["berkas_id"])
    # The invented office has no person under two NIK with the same name, birth and sex; nearness of names is judged by benches/duplicates.
    twice = {b for niks in persons.values() if len(niks) > 1 for bs in niks.values() for b in bs} & compared
    doubles = [(d["record_duplicates"], d["record_checks"]), (d["batch_same_nik"], d["batch_berkas"]), (d["repeat_within_90_days"], d["arrivals"]), (len(twice), len(compared))]
    for n, (part, of) in enumerate(doubles):
        each(f"duplikat.{n}", [report.data["duplikat"][n][0], idn(part), idn(of), percent(part, of)])
    for key, value in (("selesai", idn(k["finished"])), ("sesuai", idn(k["conforming"])), ("bagian", percent(k["conforming"], k["finished"])), ("langkah_wajib", idn(k["all_mandatory_steps"]))):
        want(f"kesesuaian.{key}", value)
    given = {"urutan": report.data["kesesuaian"]["urutan"], "peran": report.data["kesesuaian"]["peran"]}
    for key, wrong in (("urutan", k["wrong_succession"]), ("peran", k["wrong_role"])):
        counted = collections.Counter()
        for name, n in wrong.items():
            steps_named = re.match(r"(\d+):[a-z_]+(?:>(\d+))?", name).groups()
            counted[(tuple(s for s in steps_named if s), n)] += 1
        for n, (label, count) in enumerate(given[key]):
            if counted[(tuple(NUMBER.findall(label)), int(count.replace(".", "")))] < 1:
                report.faults.append(f"kesesuaian.{key}.{n}: {label} {count}")
            counted[(tuple(NUMBER.findall(label)), int(count.replace(".", "")))] -= 1
            want(f"kesesuaian.{key}.{n}.0", label), want(f"kesesuaian.{key}.{n}.1", count)
        report.faults += [f"kesesuaian.{key}: {what} is not printed" for what, n in counted.items() if n > 0]

    # What is open, by age; kecamatan; books.
    ages, last_second = collections.defaultdict(lambda: [0] * 4), END - dt.timedelta(seconds=1)
    for events in by_berkas.values():
        past = [e for e in events if e["selesai"] < END]
        if past and not any(e["langkah"] == 10 or e["hasil"] in ("ditolak", "duplikat") for e in past):
            age = clock.working_days(past[0]["selesai"], last_second)
            ages[past[-1]["langkah"]][bisect.bisect_left([1, 5, 14], age)] += 1
    each("tunggakan.golongan", ["0–1 hari", "2–5 hari", "6–14 hari", "> 14 hari"])
    for n, step in enumerate(sorted(ages)):
        each(f"tunggakan.baris.{n}", [str(step), None, *map(idn, ages[step]), idn(sum(ages[step]))])
    want("tunggakan.terlama", idn(sum(a[3] for a in ages.values())))
    places = collections.defaultdict(lambda: [0] * 4)
    for events in by_berkas.values():
        place = areas[events[0]["pekon"]]["nama_kecamatan"]
        for n, test in enumerate((lambda e: e["langkah"] == 1, lambda e: e["langkah"] == 6 and e["hasil"] == "tercetak", lambda e: e["langkah"] == 10)):
            e = next((e for e in events if test(e)), None)
            places[place][n] += bool(e and of_month(e))
        past = [e for e in events if e["selesai"] < END]
        places[place][3] += bool(past) and not any(e["langkah"] == 10 or e["hasil"] in ("ditolak", "duplikat") for e in past)
    shown = sorted(p for p, counts in places.items() if any(counts))
    most = max(max(places[p][0], places[p][3]) for p in shown)
    for n, place in enumerate(shown):
        want(f"kecamatan.baris.{n}.nama", place), each(f"kecamatan.baris.{n}.angka", map(idn, places[place]))
        want(f"kecamatan.baris.{n}.diterima", places[place][0] / most), want(f"kecamatan.baris.{n}.terbuka", places[place][3] / most)
    each("kecamatan.jumlah", [idn(sum(places[p][n] for p in shown)) for n in range(4)])
    written = lambda ledger, serial: ledger["first"].replace(ledger["first"].split("/")[0], f"{serial:06}").split("/")[0]
    for n, ledger in enumerate(now["ledgers"].values()):
        numbers = lambda serials: ", ".join(written(ledger, s) for s in serials) or "tidak ada"
        each(f"buku.{n}", [None, idn(ledger["entries"]), ledger["first"], ledger["last"], numbers(ledger["numbers_missing"]), "tidak ada", numbers(ledger["numbers_used_twice"])])
    for n, (month, counts) in enumerate(zip(year, TREND)):
        want(f"tren.{n}.bulan", short(month)), each(f"tren.{n}.angka", map(idn, counts))
        for key, at in (("diterima", 0), ("tercetak", 1), ("diserahkan", 2), ("terbuka", 5)):
            want(f"tren.{n}.{key}", counts[at])

    # Quality of the data.
    districts = {a["kode_10"][:6] for a in areas.values()}
    seen = {e["berkas_id"]: e for e in rows if of_month(e)}.values()
    foreign = [e for e in seen if e["nik"] and len(e["nik"]) == 16 and e["nik"][:4] != "1806"]
    strange = [e for e in seen if e["nik"] and len(e["nik"]) == 16 and e["nik"][:4] == "1806" and e["nik"][:6] not in districts]
    asked = {(e["berkas_id"], code) for e in returned for code in lacking(e) if needless(e, code)}
    gaps = sum(len(ledger["numbers_missing"]) for ledger in now["ledgers"].values())
    doubled = sum(len(ledger["numbers_used_twice"]) for ledger in now["ledgers"].values())
    young = lambda e: e["tanggal_lahir"] and e["selesai"].astimezone(ref.ZONE).date() < dt.date.fromisoformat(e["tanggal_lahir"][:4] + e["tanggal_lahir"][4:10]).replace(year=int(e["tanggal_lahir"][:4]) + 17)
    minors = {e["berkas_id"] for e in rows if e["langkah"] == 6 and e["hasil"] == "tercetak" and of_month(e) and young(e)}
    quality = {"Q004": len(strange), "Q005": len(foreign), "Q009": len(minors), "Q017": len(asked), "Q021": gaps, "Q022": doubled}
    for n, (code, sentence, remedy, _) in enumerate(report.data["mutu"]):
        each(f"mutu.{n}", [code, sentence, remedy, idn(quality[code]) if code in quality else None])
    missing = {code for code, n in quality.items() if n} - {row[0] for row in report.data["mutu"]}
    report.faults += [f"mutu: {code} is not printed" for code in missing]
    want("tertahan", "0")
    unstarted = sum(e["mulai"] is None for e in rows if of_month(e))
    for n, (label, _) in enumerate(report.data["tidak_dihitung"]):
        want(f"tidak_dihitung.{n}.1", idn(unstarted) if "tanpa waktu mulai" in label else None)
    want("tanpa_target", UNSET)
    judged(report, "standar", national())

    # What has to be decided: the numbers of each sentence, in the order of the file.
    side = [(i, s) for i, s, better in unusual if not better]
    others = f"; juga {len(side) - 1} ukuran lain" if len(side) > 1 else ""
    oldest = max((-o for _, o, _ in waiting), default=0)
    matters = {
        "KTP-el dicetak bagi": f"{idn(len(minors))} KTP-el dicetak bagi pemohon di bawah 17 tahun",
        "tidak disyaratkan": f"{idn(in_vain)} kali berkas dikembalikan hanya karena dokumen yang tidak disyaratkan",
        "dalam 13 bulan": side and f"{names[side[0][0]].replace(chr(8804), 'paling lama')}: {MEASURES[side[0][0]](MONTH)[1]}, {side[0][1]} dalam 13 bulan{others}",
        "perlu diberi tahu": (
            f"{idn(move['rejected'])} berkas ditolak dan {idn(move['duplicate'])} dinyatakan rekaman ganda" if move["rejected"] and move["duplicate"]
            else f"{idn(move['rejected'])} berkas ditolak" if move["rejected"] else f"{idn(move['duplicate'])} berkas dinyatakan rekaman ganda"
        ) + ": pemohon perlu diberi tahu",
        "belum diambil": f"{idn(-sum(n for n, _, _ in waiting))} KTP-el belum diambil, terlama {idn(oldest)} hari kerja",
        "Nomor register": "Nomor register: " + ", ".join(f"{idn(n)} {what}" for n, what in ((doubled, "nomor dipakai lebih dari sekali"), (gaps, "nomor terlewat")) if n),
        "belum ditetapkan": f"{UNSET} target Standar Pelayanan belum ditetapkan nilainya",
    }
    within = {"bagi pemohon": 5, "disyaratkan": 5, "13 bulan": 10, "perlu diberi tahu": 5, "belum diambil": 3, "Nomor register": 10, "belum ditetapkan": 20}
    for path in ("keputusan", "keputusan_lain"):
        for n, matter in enumerate(report.data[path]):
            told = next((text for mark, text in matters.items() if text and mark in matter["perkara"]), None)
            want(f"{path}.{n}.perkara", matter["perkara"] if told and matter["perkara"].startswith(told) else told)
            want(f"{path}.{n}.tenggat", next((f"{days} hari kerja" for mark, days in within.items() if mark in matter["perkara"]), None))

    n = report.check(("qr", "kantor", "kode", "pernyataan"))
    # The parts of page one that later pages say again, and what both a chart and its table name.
    twice = r"bulan|keadaan\.\w+|(blangko|gangguan|belum_diambil\.(jumlah|pekon|semua))\b.*|langkah\.\d+\.nomor|tren\.\d+\.bulan|ukuran\.(kini|lalu)|tunggakan\.golongan\.3"
    return report, n + report.check_text(layout_of(report, year), twice, r"langkah\.\d+\.nomor|ukuran\.pembanding|tanpa_target")


def ticks(n):
    """The marks of an axis, as people write them."""
    if n <= 0:
        return ["0", "1"]
    step = next(s for s in (k * 10.0 ** math.floor(math.log10(n / 5)) for k in (1, 2, 2.5, 5, 10)) if n <= 5 * s + 1e-12)
    decimals = next(d for d in range(4) if abs(step * 10**d - round(step * 10**d)) < 0.001)
    marks = [i * step for i in range(math.ceil(n / step - 1e-12) + 1)]
    return [str(round(m, decimals)).replace(".", ",") if decimals else idn(round(m)) for m in marks]


def layout_of(report, year):
    """The numbers that the layout says itself: heads, notes, the marks of its charts, the pages to which it points."""
    steps = report.data["langkah"]
    longest = lambda keys: max(1, *(s[k] or 0 for s in steps for k in keys))
    marks = ticks(max(5, *(max(t["diterima"], t["tercetak"], t["diserahkan"], t["terbuka"]) for t in report.data["tren"])))
    marks += ticks(max(1, longest(["tangani_p50_s", "tangani_p90_s"])) / 60) + ticks(max(1, longest(["tunggu_p50_s", "tunggu_p90_s"])) / 3600)
    # "13 bulan"; "90 % kasus" over columns and in the legend; steps that notes name.
    said = ["13", "12", "90", "90", "90", "90", "90", "2", "10"]
    heads = {"kelengkapan": "KELENGKAPAN", "duplikat": "DATA GANDA", "penomoran": "PENOMORAN BUKU", "mutu": "MUTU DATA", "tren": "PERKEMBANGAN TIGA BELAS BULAN",
             "standar": "STANDAR PELAYANAN", "belum_diambil": "KTP-EL TERCETAK YANG BELUM DIAMBIL", "blangko": "BLANGKO DAN GANGGUAN"}
    pages = report.text.split("\f")
    page = lambda part: next(str(n) for n, text in enumerate(pages, 1) if re.search(rf"^\s*{heads[part]}\s*$", text, re.M))
    pointed = [page(m["bagian"]) for m in report.data["keputusan"] + report.data["keputusan_lain"]]
    return marks + said + pointed


def entries_of(name):
    """The numbered lines of a CSV file, and what stands above and below them."""
    with open(f"{FOLDER}/{name}_{MONTH}.csv") as file:
        lines = list(csv.reader(file))[1:]
    return [line for line in lines if line[0].isdigit()], [line for line in lines if not line[0].isdigit()]


def totals():
    """Of each book and list: how many entries the last page carries, and the sums of counted columns, against SQL."""
    found, faults = 0, []
    local = "strftime('%Y-%m', selesai, '+7 hours')"
    count = lambda what: one(f"select count(*) from workflow_events where {local} = '{MONTH}' and {what}")
    wanted = {
        "buku_registrasi_perekaman": count("langkah = 3"), "buku_agenda_pendaftaran": count("langkah = 4"),
        "buku_registrasi_pengambilan": count("langkah = 8"), "buku_registrasi_arsip": count("langkah = 9"),
        "daftar_isi_berkas": count("langkah = 9"), "daftar_ditolak": count("hasil = 'ditolak'"),
        "daftar_duplikat_record": count("hasil = 'duplikat'"),
        "daftar_berkas": one(f"select count(distinct kolektif_id) from workflow_events where {local} = '{MONTH}' and langkah = 9"),
        "daftar_belum_diambil": sum(u["n"] for u in now["uncollected"].values()),
        "register_ktp_el_rusak": count("hasil = 'gagal_cetak'") + count("langkah = 10 and jenis in ('rusak', 'perubahan_data', 'pindah_datang')"),
        "kartu_stok_blangko": one(f"select count(*) from blangko where strftime('%Y-%m', tanggal) = '{MONTH}'"),
        "log_gangguan": sum(a < END and b > end_of(back(MONTH, 1)) for a, b in outages), "laporan_pemeriksaan_register": 4,
    }
    for name, entries in wanted.items():
        text = open(f"{FOLDER}/{name}_{MONTH}.txt").read()
        lines, _ = entries_of(name)
        said = [int(n.replace(".", "")) for n in re.findall(r"Jumlah sampai halaman ini: ([\d.]+)", text)]
        closing = re.search(r"(?:jumlah|ditutup:|memuat) ([\d.]+) \(", text)
        closing = int(closing.group(1).replace(".", "")) if closing else 0
        closing += sum(int(n.replace(".", "")) for n in re.findall(r"seharusnya ditarik, ([\d.]+)", " ".join(text.split())))
        found += len(said) + 1
        if len(lines) != entries or (said or [0])[-1] != entries or closing != entries:
            faults.append(f"{name}: {entries} by SQL, {len(lines)} in the CSV file, {said} on the pages, {closing} in the closing")
    sums = {
        "daftar_berkas": {6: count("langkah = 9")},
        "formulir_provinsi": {3: count("langkah = 3 and hasil = 'selesai'"), 5: count("hasil = 'tercetak' and jenis = 'baru'"), 7: count("hasil = 'duplikat'"), 9: count("hasil = 'tercetak' and jenis <> 'baru'")},
        "kartu_stok_blangko": {n: one(f"select coalesce(sum({what}), 0) from blangko where strftime('%Y-%m', tanggal) = '{MONTH}'") for n, what in ((2, "terima"), (4, "cetak"), (5, "gagal"))},
    }
    for name, columns in sums.items():
        lines, framing = entries_of(name)
        printed = re.search(r"^\s*Jumlah\s+(.*)$", open(f"{FOLDER}/{name}_{MONTH}.txt").read(), re.M)
        printed = [int(n.replace(".", "")) for n in NUMBER.findall(printed.group(1))] if printed else []
        for column, wanted_sum in columns.items():
            found += 1
            summed = sum(int(line[column] or 0) for line in lines)
            below = [line[column] for line in framing if "Jumlah" in line]
            if summed != wanted_sum or wanted_sum not in printed or below != [str(wanted_sum)]:
                faults.append(f"{name}, column {column + 1}: {wanted_sum} by SQL, {summed} in the CSV file, {below} below its rows, {printed} below those of the page")
    return found, faults


accounted, faults = 0, []
for report, n in (compliance(), review()):
    accounted += n
    faults += [f"{report.name}: {fault}" for fault in report.faults]
n, of_books = totals()
accounted += n
faults += of_books
if faults:
    sys.exit("\n".join(faults))
print(accounted)
