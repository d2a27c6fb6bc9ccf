"""An invented office whose pages are shown: its processes, its people, and what they are sent."""
import http.client, os, pathlib, re, shutil, signal, subprocess, time, urllib.parse

ROLE, PASSWORD = "ti", "sandi rekaan petugas"
REVIEW = "/tinjauan/2026-10"


class Office:
    """The office of `tertib demo`, 33,619 events in three months, in a folder that is kept from run to run."""

    def __init__(self, tertib, folder):
        self.tertib, self.folder = str(pathlib.Path(tertib).resolve()), pathlib.Path(folder).resolve()
        if not (self.folder / "tertib.toml").exists():
            self.run("demo", "--dir", str(self.folder), config=False)
            (self.folder / "pengguna.toml").unlink()
            with open(self.folder / "tertib.toml", "a") as config:
                config.write('\n[portal]\nlisten = "127.0.0.1:0"\n')
            self.run("portal", "user", "add", ROLE, "--name", "Rekaan", "--post", "Petugas", "--role", ROLE, given=PASSWORD + "\n")

    def run(self, *arguments, config=True, given="", may_fail=False):
        command = [self.tertib, *arguments, *(["--config", str(self.folder / "tertib.toml")] if config else [])]
        ran = subprocess.run(command, input=given, capture_output=True, text=True)
        # 1 is: done, with findings.
        if ran.returncode not in (0, 1) and not may_fail:
            raise SystemExit(f"{command}: {ran.stderr}")
        return ran.stdout

    def copy(self, folder):
        """Another office with the same files."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return Office(self.tertib, folder)

    def configure(self, pattern, text):
        config = self.folder / "tertib.toml"
        config.write_text(re.sub(pattern, text, config.read_text(), flags=re.M))

    def pulled_anew(self):
        """How long a pull of everything takes, in seconds."""
        shutil.rmtree(self.folder / "archive")
        began = time.monotonic()
        self.run("pull")
        return time.monotonic() - began


class Portal:
    """`serve` or `portal` of an office, and somebody who is signed in."""

    def __init__(self, office, command="serve", account=ROLE, password=PASSWORD):
        self.office, log = office, office.folder / "portal.log"
        log.unlink(missing_ok=True)
        self.process = subprocess.Popen([office.tertib, command, "--config", str(office.folder / "tertib.toml")], stdout=subprocess.DEVNULL, stderr=open(log, "w"))
        for _ in range(1200):
            found = re.search(r"address=(\S+)", log.read_text())
            if found:
                break
            time.sleep(0.05)
        else:
            raise SystemExit(f"the portal does not open: {log.read_text()}")
        self.address = found.group(1)
        status, headers, _ = self.ask("POST", "/masuk", urllib.parse.urlencode({"akun": account, "sandi": password}), {"Content-Type": "application/x-www-form-urlencoded"})
        if status != 303:
            raise SystemExit(f"nobody can sign in: {status}")
        self.cookie = headers["Set-Cookie"].split(";")[0]

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.address, timeout=120)
        cookie = {"Cookie": self.cookie} if hasattr(self, "cookie") else {}
        connection.request(method, path, body, {**cookie, **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def url(self, path):
        return f"http://{self.address}{path}"

    def timed(self, path):
        began = time.monotonic()
        status, _, content = self.ask("GET", path)
        if status != 200:
            raise SystemExit(f"{path}: {status}: {content[:300]}")
        return time.monotonic() - began

    def children(self):
        """The processes that any of its threads started."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]

    def memory(self):
        """Resident megabytes of the server, of its children, and its open files."""
        def megabytes(pid):
            try:
                found = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
            except FileNotFoundError:
                return 0
            return int(found.group(1)) / 1024 if found else 0

        pid = self.process.pid
        children = sum(map(megabytes, self.children()))
        return {"server_mb": round(megabytes(pid), 1), "children_mb": round(children, 1), "descriptors": len(os.listdir(f"/proc/{pid}/fd"))}

    def weight(self, path):
        """What a browser asks for to show a page: requests, bytes as they are sent, and bytes of script."""
        _, _, page = self.ask("GET", path)
        text = page.decode().replace("&#x2f;", "/")
        linked = set(re.findall(r'(?:src|href)="(/(?:aset/[^"]+|tinjauan/[^"]+\.svg))"', text))
        parts = {linked_path: len(self.ask("GET", linked_path)[2]) for linked_path in sorted(linked)}
        return {"requests": 1 + len(parts), "bytes": len(page) + sum(parts.values()), "script_bytes": sum(size for name, size in parts.items() if name.endswith(".js"))}

    def abort(self, job="tarik"):
        """How long it takes until a run that is aborted has no process any more, in milliseconds."""
        status, headers, said = self.ask("POST", f"/pekerjaan/{job}/jalankan")
        if status != 303:
            raise SystemExit(f"{job} cannot be run: {status}: {said[:300]}")
        run = headers["Location"]
        running = [pid for pid in self.children() if "run" in pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")]
        if not running:
            raise SystemExit(f"{run} has no process")
        time.sleep(0.5)
        began = time.monotonic()
        status, _, said = self.ask("POST", f"{run}/batal")
        while any(pathlib.Path(f"/proc/{pid}").exists() for pid in running):
            time.sleep(0.001)
        if status != 303:
            raise SystemExit(f"{run} cannot be aborted: {status}: {said[:300]}")
        return 1_000 * (time.monotonic() - began)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)
