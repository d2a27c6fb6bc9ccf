"""Visits every page of a portal as each of its people, as those do who cannot see, have a narrow window, a printer, or no script.

    visits.py CHROMIUM ADDRESS OFFICE KEPT PICTURES write|compare ACCOUNT...

The portal of OFFICE is shown at ADDRESS. Each account signs in by the form, without a script, and opens every page.
What a screen reader is told of a page is the text that KEPT holds: `page.yml` what stands in `main`, `page_account.yml` where an account
is told something else, `kerangka_account.yml` what stands around it. At twice the size, and in a window of 320 pixels, nothing must be
moved sideways but what is in a frame of its own. Without a script a page says the same. On paper, in black and white, each word has ink
enough. The pictures of the README, in PICTURES, look as they did, and so does the layout of every page, wide and narrow, in PICTURES/tata_letak. `write` writes texts and pictures anew. What is wrong is an error; on standard output, how many pages were visited.
"""
import io, pathlib, re, subprocess, sys, tempfile
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageChops
from playwright.sync_api import sync_playwright

CHROMIUM, BASE, OFFICE = sys.argv[1], f"http://{sys.argv[2]}", sys.argv[3]
KEPT, PICTURES, IS_WRITTEN = pathlib.Path(sys.argv[4]), pathlib.Path(sys.argv[5]), sys.argv[6] == "write"
BERKAS, NIK, *ACCOUNTS = sys.argv[7:]
PAGES = {"tinjauan": "/tinjauan/2026-10", "tersaring": "/tinjauan/2026-10?jenis=baru", "kepatuhan": "/kepatuhan/2026-10", "kalender": "/kalender/2026", "dokumen": "/dokumen/2026-10",
         "pekerjaan": "/pekerjaan", "pelaksanaan": "/pekerjaan/1", "sistem": "/sistem", "akun": "/akun", "tidak_ada": "/tidak-ada", "angka": "/angka/2026-10/issuance/wall",
         "angka_baris": "/angka/2026-10/issuance/wall/baris", "target": "/target", "temuan": "/temuan/2026-10/Q004",
         "andai": "/andai/2026-10/terbit_24_jam?target=0.9", "kueri": "/kueri", "kueri_tersedia": "/kueri?tanya=beban_petugas&month=2026-10",
         "log_akses": "/log-akses", "telusur": "/telusur", "telusur_orang": "/telusur-orang", "bukti": "/bukti?peristiwa=1", "periksa": "/periksa",
         "verifikasi": "/verifikasi", "rekonsiliasi": "/rekonsiliasi/2026-10", "paket": "/paket", "pemusnahan": "/pemusnahan"}
# The README shows these: the account, the page, and how much of it.
SHOWN = {"tinjauan": ("kepala", "tinjauan", 820), "pekerjaan": ("ti", "pekerjaan", 820)}
# No picture of the README is heavier, and no word on paper is paler, of 255.
HEAVIEST, PALEST = 120_000, 150
# What is only there once somebody has asked for it: who asks, where, what is filled in, and how what comes then is known.
ANSWERS = {"jawaban": ("auditor", "/kueri", {"#sql": "SELECT langkah, COUNT(*) AS banyak FROM events GROUP BY langkah"}, "text=Sidik jawaban"),
           "telusur_berkas": ("auditor", "/telusur", {"#berkas": BERKAS}, "text=Bukti tiap peristiwa"),
           "telusur_seorang": ("kepala", "/telusur-orang", {"#nik": NIK, "#purpose": "Permohonan", "#surat": "470/12/2026", "#sandi": "sandi rekaan kepala"}, "text=Yang pernah melihat"),
           "paket_jadi": ("auditor", "/paket", {"#purpose": "Pemeriksaan"}, "text=Sidik paket")}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "rules": {"landmark-unique": {"enabled": True}}}
faults = []


def seconds(text):
    """The same with other words for what differs from one look to the next."""
    return re.sub(r"\b(kurang dari )?\d[\d.,]* detik\b", "N detik", text)


def lasting(tree):
    """What a tree says whenever and wherever it is asked for: digests, sizes and places of an office differ from one to the next."""
    tree = tree.replace(OFFICE, "KANTOR")
    tree = re.sub(r"\b[0-9a-f]{16,64}\b", "SIDIK", tree)
    tree = re.sub(r"/aset/(\w+)-[0-9a-f]+\.", r"/aset/\1-SIDIK.", tree)
    tree = re.sub(r"\b[\d.]+\s(kB|MB|GB)\b", r"BANYAK \1", tree)
    tree = re.sub(r"\d\d-\d\d-\d{4} \d\d\.\d\d(?=, arsip versi)", "SAAT", tree)
    tree = re.sub(r"Diperiksa \d\d-\d\d-\d{4} \d\d\.\d\d", "Diperiksa SAAT", tree)
    tree = re.sub(r"\(proses \d+\)", "(proses N)", tree)
    return seconds(tree) + "\n"


def kept(name, tree):
    file = KEPT / f"{name}.yml"
    if IS_WRITTEN:
        file.write_text(tree)
    before = file.read_text() if file.exists() else ""
    if before != tree:
        lines = zip(before.splitlines() + [""], tree.splitlines() + [""])
        differs = next(((a, b) for a, b in lines if a != b), ("", ""))
        faults.append(f"{name}: a screen reader is told `{differs[1].strip()}`, and not `{differs[0].strip()}` as tests/aria/{name}.yml says")
    used.add(file.name)


def fits(page, width, of):
    breadth = page.evaluate("document.documentElement.scrollWidth")
    if breadth > width:
        faults.append(f"{of} is {breadth} wide in a window of {width}")


def words_have_ink(pdf, of):
    """Each word of a paper, printed without colour, is dark on a light ground."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "paper.pdf")
        file.write_bytes(pdf)
        boxes = subprocess.run(["pdftotext", "-bbox", str(file), "-"], capture_output=True, text=True, check=True).stdout
        subprocess.run(["pdftoppm", "-gray", "-r", "144", str(file), f"{folder}/paper"], check=True)
        pages, words = sorted(pathlib.Path(folder).glob("paper*.pgm")), 0
        for picture, text in zip(pages, boxes.split("<page ")[1:], strict=True):
            ink = Image.open(picture)
            for box in re.finditer(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', text):
                corners = [2 * float(corner) for corner in box.groups()[:4]]
                darkest, lightest = ink.crop((int(corners[0]), int(corners[1]), int(corners[2]) + 1, int(corners[3]) + 1)).getextrema()
                if darkest > PALEST or lightest < darkest + 80:
                    faults.append(f"{of}: on paper `{box.group(5)}` is {darkest} on {lightest}")
                words += 1
    if words < 10:
        faults.append(f"{of}: only {words} words are on paper")


def picture(name, page, height):
    page.set_viewport_size({"width": 1100, "height": height})
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.set_viewport_size({"width": 1280, "height": 900})
    file = PICTURES / f"{name}.png"
    if IS_WRITTEN:
        shown.quantize(64, dither=Image.Dither.NONE).save(file, optimize=True)
    if not file.exists():
        return faults.append(f"there is no {file.name}")
    if file.stat().st_size > HEAVIEST:
        faults.append(f"{file.name} has {file.stat().st_size} bytes")
    before = Image.open(file).convert("RGB")
    # Letters differ from machine to machine, where things lie does not.
    small = [one.convert("L").resize((55, height // 20), Image.Resampling.BOX) for one in (before, shown)]
    differs = ImageChops.difference(*small).tobytes() if before.size == shown.size else b"\xff"
    if sum(differs) / len(differs) > 6:
        faults.append(f"{file.name} looks otherwise than it did; TERTIB_PAGES=write makes it anew")


def layout(name, page):
    """Where things lie on a page, wide and narrow, as a picture so small that no letter can be read in it."""
    views = []
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        views.append(Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L"))
    page.set_viewport_size({"width": 1280, "height": 900})
    small = [view.resize((64, max(1, round(view.height * 64 / view.width))), Image.Resampling.BOX) for view in views]
    sheet = Image.new("L", (130, max(view.height for view in small)), 255)
    for left, view in zip((0, 66), small):
        sheet.paste(view, (left, 0))
    file = PICTURES / "tata_letak" / f"{name}.png"
    drawn.add(file.name)
    if IS_WRITTEN:
        file.parent.mkdir(exist_ok=True)
        sheet.quantize(16, dither=Image.Dither.NONE).save(file, optimize=True)
    if not file.exists():
        return faults.append(f"there is no tata_letak/{file.name}")
    before = Image.open(file).convert("L")
    # A line more moves what is below it by some squares; letters and digits differ from machine to machine.
    tallest = max(before.height, sheet.height)
    if abs(before.height - sheet.height) > 4 + tallest // 50:
        return faults.append(f"tata_letak/{file.name} is {sheet.height} high and was {before.height}; TERTIB_PAGES=write makes it anew")
    pair = [Image.new("L", (130, tallest), 255) for _ in range(2)]
    for whole, one in zip(pair, (before, sheet)):
        whole.paste(one, (0, 0))
    coarse = [one.resize((26, max(1, tallest // 5)), Image.Resampling.BOX) for one in pair]
    differs = ImageChops.difference(*coarse).tobytes()
    if sum(differs) / len(differs) > 5:
        faults.append(f"tata_letak/{file.name} looks otherwise than it did; TERTIB_PAGES=write makes it anew")


def said(page):
    # Seconds go on from one look to the next.
    words = seconds(" ".join(page.locator("main").inner_text().split()))
    return re.sub(r"Diperiksa \d\d-\d\d-\d{4} \d\d\.\d\d", "Diperiksa SAAT", words)


used, drawn, visited = set(), set(), 0
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    mains = {}
    for account in ACCOUNTS:
        # Signing in needs no script.
        silent = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}, locale="id-ID")
        page = silent.new_page()
        page.goto(BASE + "/tinjauan/2026-10")
        if account == ACCOUNTS[0]:
            kept("masuk", lasting(page.locator("body").aria_snapshot()))
        page.fill("#akun", account)
        page.fill("#sandi", f"sandi rekaan {account}")
        page.click("main button")
        if not page.url.endswith("/tinjauan/2026-10"):
            faults.append(f"{account} is led to {page.url}")
        cookies = silent.cookies()
        seeing = browser.new_context(viewport={"width": 1280, "height": 900}, locale="id-ID")
        seeing.add_cookies(cookies)
        large = browser.new_context(viewport={"width": 640, "height": 450}, device_scale_factor=2, locale="id-ID")
        large.add_cookies(cookies)
        for name, path in PAGES.items():
            of = f"{name} as {account}"
            with_script = seeing.new_page()
            with_script.on("pageerror", lambda fault: faults.append(f"{of}: {fault}"))
            with_script.on("console", lambda word: faults.append(f"{of}: {word.text}") if "the server responded with" not in word.text else None)
            with_script.goto(BASE + path, wait_until="load")
            visited += 1
            main = lasting(with_script.locator("main").aria_snapshot())
            if mains.setdefault(name, main) == main:
                kept(name, main) if account == ACCOUNTS[0] else None
            else:
                kept(f"{name}_{account}", main)
            if name == "akun":
                around = [with_script.locator(part).aria_snapshot() for part in ("header.kepala", "footer")]
                kept(f"kerangka_{account}", lasting("\n".join(around)))
            for shown, (whose, which, height) in SHOWN.items():
                if which == name and whose == account:
                    picture(shown, with_script, height)
            if mains[name] == main and account != ACCOUNTS[0]:
                with_script.close()
                continue
            layout(name if account == ACCOUNTS[0] else f"{name}_{account}", with_script)
            page.goto(BASE + path)
            # What only a script can do, as to print, is not there without one.
            silent_words, words = said(page), re.sub(r" Cetak(?= |$)", "", said(with_script), count=1)
            if silent_words != words:
                pair = next(((a, b) for a, b in zip(silent_words.split(), words.split()) if a != b), ("", ""))
                faults.append(f"{of}: without a script it says `{pair[0]}`, and not `{pair[1]}`")
            for found in Axe().run(with_script, options=RULES).response["violations"]:
                faults.append(f"{of}: {found['id']}: {found['help']}: {[node['html'][:120] for node in found['nodes'][:2]]}")
            enlarged = large.new_page()
            enlarged.goto(BASE + path, wait_until="load")
            fits(enlarged, 640, f"{of} at 200 %")
            small = enlarged.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
            if small < 16:
                faults.append(f"{of}: its text has {small} pixels")
            enlarged.set_viewport_size({"width": 320, "height": 568})
            fits(enlarged, 320, of)
            enlarged.close()
            with_script.emulate_media(media="print")
            words_have_ink(with_script.pdf(format="A4", print_background=False), of)
            with_script.emulate_media(media="screen")
            with_script.close()
        for context in (silent, seeing, large):
            context.close()
    # At the end, so that every page above is as it was before somebody asked.
    for name, (whose, path, fields, known) in ANSWERS.items():
        asking = browser.new_context(viewport={"width": 1280, "height": 900}, locale="id-ID")
        answer = asking.new_page()
        answer.goto(BASE + "/masuk")
        answer.fill("#akun", whose)
        answer.fill("#sandi", f"sandi rekaan {whose}")
        answer.click("main button")
        answer.goto(BASE + path)
        for field, value in fields.items():
            answer.fill(field, value)
        answer.click("main form button.utama")
        answer.locator(known).first.wait_for(timeout=60_000)
        visited += 1
        if NIK in answer.content() or NIK in answer.url:
            faults.append(f"{name} names a person")
        for found in Axe().run(answer, options=RULES).response["violations"]:
            faults.append(f"{name}: {found['id']}: {found['help']}: {[node['html'][:120] for node in found['nodes'][:2]]}")
        for width in (640, 320):
            answer.set_viewport_size({"width": width, "height": 568})
            fits(answer, width, name)
        asking.close()
    browser.close()

layouts = PICTURES / "tata_letak"
strays = [KEPT / name for name in {file.name for file in KEPT.glob("*.yml")} - used]
for stray in strays + [layouts / name for name in {file.name for file in layouts.glob("*.png")} - drawn]:
    if IS_WRITTEN:
        stray.unlink()
    else:
        faults.append(f"{stray.name} is of no page")
if faults:
    sys.exit("\n".join(faults[:40]))
print(visited)
