"""Looks at the pages of a folder as a browser shows them.

    browser.py CHROMIUM FOLDER [SCREENS]

Files of FOLDER lie where their paths say; a page is an index.html. Each page is opened at five widths, with and without a script, is
judged by axe (WCAG 2.2 A and AA) and printed. It may ask for nothing that is not in FOLDER. Pictures are written to SCREENS. What is
wrong is an error.
"""
import gzip, pathlib, re, sys
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

CHROMIUM, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
SCREENS = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
          "frame-ancestors 'none'; base-uri 'none'")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "rules": {"landmark-unique": {"enabled": True}}}
PAGES = sorted("/" + str(page.parent.relative_to(FOLDER)) for page in FOLDER.rglob("index.html"))
faults = []


def answer(route):
    path = route.request.url.removeprefix("http://portal.test")
    file = FOLDER / path.lstrip("/")
    file = file / "index.html" if file.is_dir() else file
    if not file.is_file():
        faults.append(f"{path} is asked for and not there")
        return route.fulfill(status=404, body="")
    asked.append(path)
    headers = {"content-type": TYPES[file.suffix], "content-security-policy": POLICY, "x-content-type-options": "nosniff"}
    body = file.read_bytes()
    # What is handed over here does not pass the part of the browser that unpacks.
    route.fulfill(body=gzip.decompress(body) if file.suffix == ".svg" and body[:2] == b"\x1f\x8b" else body, headers=headers)


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    for path in PAGES:
        name = path.strip("/").replace("/", "_")
        for width, script in ((1280, True), (1024, True), (834, True), (768, True), (320, True), (1280, False)):
            context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
            asked = []
            context.route("**/*", answer)
            page = context.new_page()
            page.on("console", lambda said: faults.append(f"{path}: {said.text}"))
            page.on("pageerror", lambda fault: faults.append(f"{path}: {fault}"))
            page.goto("http://portal.test" + path, wait_until="load")
            if SCREENS:
                page.screenshot(path=SCREENS / f"{name}_{width}{'' if script else '_tanpa_skrip'}.png", full_page=True)
            if script:
                breadth = page.evaluate("document.documentElement.scrollWidth")
                if breadth > width:
                    wide = page.evaluate("w => [...document.querySelectorAll('main *')].filter(e => !e.closest('.gulir') && e.getBoundingClientRect().right > w).map(e => e.outerHTML.slice(0, 80)).slice(0, 3)", width)
                    faults.append(f"{path} is {breadth} wide at {width}: {wide}")
                small = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
                if small < 16:
                    faults.append(f"{path}: its text has {small} pixels")
                unseen = page.evaluate("[...document.images].filter(i => i.complete && i.naturalWidth == 0 && i.loading != 'lazy').length")
                if unseen:
                    faults.append(f"{path}: {unseen} pictures are not shown")
            if script and width in (1280, 320):
                for found in Axe().run(page, options=RULES).response["violations"]:
                    nodes = [node["html"][:160] for node in found["nodes"][:3]]
                    faults.append(f"{path} at {width}: {found['id']}: {found['help']}: {nodes}")
            if width == 1280 and script:
                # The first key leads to the content.
                page.keyboard.press("Tab")
                if page.evaluate("document.activeElement.className") != "lewati":
                    faults.append(f"{path}: the first key does not lead to the content")
                # Nothing is cut off on paper, and a number is no link there.
                page.emulate_media(media="print")
                cut = page.evaluate("[...document.querySelectorAll('.log')].filter(e => e.scrollHeight > e.clientHeight + 1).length")
                marked = page.evaluate("[...document.querySelectorAll('main a:not(.tombol)')].filter(e => getComputedStyle(e).textDecorationLine != 'none').length")
                if cut or marked:
                    faults.append(f"{path} on paper: {cut} texts are cut off, {marked} links are underlined")
                page.emulate_media(media="screen")
                paper = page.pdf(format="A4")
                if SCREENS:
                    (SCREENS / f"{name}.pdf").write_bytes(paper)
                if len(re.findall(rb"/Type\s*/Page\b", paper)) == 0:
                    faults.append(f"{path} is not printed")
            if len(set(asked)) > 8:
                faults.append(f"{path} asks for {asked}")
            context.close()
    browser.close()

if faults:
    sys.exit("\n".join(faults))
print(len(PAGES))
