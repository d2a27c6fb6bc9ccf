"""Runs the scripts of an archive's folder in DuckDB, as an auditor does, and compares what they give.

    rerun.py ARCHIVE

ARCHIVE holds N.sql, and wanted.json: for each script the counts by path, and the ranks of a number that is one count. What is wrong is
an error. On standard output: how many scripts were run.
"""
import json
import os
import pathlib
import sys

import duckdb

os.chdir(sys.argv[1])
for number, wanted in enumerate(json.loads(pathlib.Path("wanted.json").read_text())):
    statements = duckdb.connect()
    found = []
    for statement in statements.extract_statements(pathlib.Path(f"{number}.sql").read_text()):
        answer = statements.execute(statement)
        if statement.type == duckdb.StatementType.SELECT:
            found += answer.fetchall()
    counts = [[path, int(n)] for path, n, *_ in found]
    if counts != wanted["terms"]:
        sys.exit(f"{number}.sql: DuckDB gives {counts}, and not {wanted['terms']}")
    ranks = [int(rank) for rank in found[0][2:]] if wanted["ranks"] else None
    if ranks != wanted["ranks"]:
        sys.exit(f"{number}.sql, {counts}: DuckDB gives {ranks}, and not {wanted['ranks']}")
print(number + 1)
