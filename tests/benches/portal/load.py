"""Load by `hey`, which asks at a steady rate, and by `wrk`, which asks as fast as it is answered."""
import csv, io, re, subprocess

CONNECTIONS = 20


def headers(given):
    return [argument for name, value in given.items() for argument in ("-H", f"{name}: {value}")]


def steady(url, rate, seconds, given=None, expected=200):
    """Times of all answers at so many requests a second, in milliseconds: the median and the 99th of a hundred."""
    command = ["hey", "-z", f"{seconds}s", "-c", str(CONNECTIONS), "-q", str(rate / CONNECTIONS), "-o", "csv", *headers(given or {}), url]
    rows = list(csv.DictReader(io.StringIO(subprocess.run(command, check=True, capture_output=True, text=True).stdout)))
    wrong = [row["status-code"] for row in rows if row["status-code"] != str(expected)]
    if wrong or len(rows) < 0.9 * rate * seconds:
        return {"rate": len(rows) / seconds, "missed": f"{len(wrong)} answers were {set(wrong)}" if wrong else "the rate was not reached"}
    times = sorted(1_000 * float(row["response-time"]) for row in rows)
    return {"p50_ms": round(times[len(times) // 2], 2), "p99_ms": round(times[len(times) * 99 // 100], 2), "answers": len(times)}


def saturated(url, seconds, given=None):
    """Answers a second, as many as there are."""
    command = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", *headers(given or {}), url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(said)
    return round(float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)))


def soaked(url, requests, given=None):
    """So many requests one after another on each connection; how long they took, in seconds."""
    command = ["hey", "-n", str(requests), "-c", str(CONNECTIONS), *headers(given or {}), url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if not re.search(rf"\[200\]\s+{requests // CONNECTIONS * CONNECTIONS} responses", said):
        raise SystemExit(said)
    return float(re.search(r"Total:\s+([\d.]+) secs", said).group(1))
