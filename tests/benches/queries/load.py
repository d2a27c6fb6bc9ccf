#!/usr/bin/env python3
"""Makes a large SQLite source of an invented office's events, repeated over five years with ids of their own.

    python ../../office/make_office.py base.sqlite --seed 7 --per-month 500
    python load.py base.sqlite big.sqlite 1000000
    tertib init work --source sqlite:big.sqlite && cd work && tertib pull
"""
import sqlite3
import sys

SHIFTS, DAYS = 20, 91


def main(base, out, rows):
    db = sqlite3.connect(out)
    db.execute("attach ? as base", (base,))
    db.execute("pragma journal_mode = off")
    db.execute("pragma synchronous = off")
    columns = [d[0] for d in db.execute("select * from base.workflow_events limit 0").description]
    events = db.execute("select count(*) from base.workflow_events").fetchone()[0]
    copies = -(-rows // events)
    db.execute("create temp table copies as with recursive n (k) as (select 0 union all select k + 1 from n where k + 1 < ?) select k from n", (copies,))
    moved = {"recorded_at", "mulai", "selesai", "diterima"}

    def value(name):
        if name in moved:
            return f"strftime('%Y-%m-%dT%H:%M:%SZ', {name}, (-{DAYS} * s) || ' days')"
        if name in ("berkas_id", "kolektif_id"):
            return f"{name} || '-' || k"
        return f"event_id + k * 1000000" if name == "event_id" else name

    for s in reversed(range(SHIFTS)):
        select = f"select {', '.join(value(n) + ' as ' + n for n in columns)} from base.workflow_events, copies where k % {SHIFTS} = {s} order by recorded_at, k"
        select = select.replace("* s)", f"* {s})")
        if s == SHIFTS - 1:
            db.execute(f"create table workflow_events as {select}")
        else:
            db.execute(f"insert into workflow_events {select}")
    db.commit()
    print(db.execute("select count(*), count(distinct berkas_id) from workflow_events").fetchone())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
