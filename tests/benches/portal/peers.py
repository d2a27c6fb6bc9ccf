"""What others show of the same figures: nginx with the same bytes from disk, Datasette with the figures in SQLite, a page of Evidence."""
import csv, io, os, pathlib, signal, socket, sqlite3, subprocess, time, urllib.request


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Peer:
    """A server of somebody else; it is ended with everything that it started."""

    def __init__(self, command, url, **more):
        self.url = url
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **more)
        for _ in range(300):
            try:
                with urllib.request.urlopen(url, timeout=5) as answer:
                    self.page = answer.read()
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"{command[0]} does not answer")

    def memory_mb(self):
        kilobytes = int(next(line for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines() if line.startswith("VmRSS")).split()[1])
        return round(kilobytes / 1024, 1)

    def close(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=30)


def nginx(program, folder, page):
    """The bytes of a page, or a folder that is shown as it is, from disk."""
    folder, port = pathlib.Path(folder), free_port()
    site = page if isinstance(page, pathlib.Path) else folder / "site"
    for made in (folder, site):
        made.mkdir(parents=True, exist_ok=True)
    if isinstance(page, bytes):
        (site / "index.html").write_bytes(page)
    paths = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"worker_processes 1; pid {folder}/pid; error_log {folder}/error.log; daemon off; events {{ worker_connections 256; }}\n"
        f"http {{ access_log off; sendfile on; etag on; keepalive_requests 1000000; types {{ text/html html; text/css css; text/javascript js; }} {paths}\n"
        f"server {{ listen 127.0.0.1:{port}; root {site}; }} }}\n")
    return Peer([program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", f"{folder}/error.log"], f"http://127.0.0.1:{port}/")


def figures(office, months, file):
    """The figures of months as a table of SQLite; how many there are."""
    file.unlink(missing_ok=True)
    with sqlite3.connect(file) as database:
        database.execute("create table figures (month text, figure text, value text, primary key (month, figure))")
        for month in months:
            rows = csv.reader(io.StringIO(office.run("metrics", "--month", month, "--all", "--format", "csv")))
            next(rows)
            database.executemany("insert into figures values (?, ?, ?)", [(month, *row) for row in rows])
        return database.execute("select count(*) from figures").fetchone()[0]


def datasette(program, file, month):
    """The figures of a month as Datasette's page of a table."""
    port = free_port()
    command = [program, "serve", "-i", str(file), "--port", str(port), "--setting", "max_returned_rows", "2000"]
    return Peer(command, f"http://127.0.0.1:{port}/{file.stem}/figures?month={month}&_size=max")
