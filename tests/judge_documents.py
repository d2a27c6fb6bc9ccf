"""Judges documents by tools that are not ours.

    judge_documents.py xlsx BOOK.xlsx BOOK.csv     what a spreadsheet sees is what the CSV says, typed
    judge_documents.py json REPORT.json SCHEMA     the report keeps its schema, and broken ones do not
"""
import csv
import datetime as dt
import json
import sys

what, path, other = sys.argv[1:]
if what == "xlsx":
    import openpyxl

    workbook = openpyxl.load_workbook(path)
    sheet = workbook.worksheets[0]
    with open(other.removesuffix(".csv") + ".keterangan.txt") as file:
        beside = dict(line.rstrip("\n").split(": ", 1) for line in file)
    notes = {row[0].value: row[1].value for row in workbook["Keterangan"].iter_rows()}
    assert notes == beside and len(notes["Sidik arsip"]) == 64, (notes, beside)
    assert notes["Bulan"] == "Oktober 2026" and notes["Salinan"].startswith("Salinan dinas"), notes
    rows = list(sheet.iter_rows())
    with open(other) as file:
        wanted = list(csv.reader(file))
    assert sheet.freeze_panes == "A2", sheet.freeze_panes
    assert [c.value for c in rows[0]] == wanted[0] and len(rows) == len(wanted), (len(rows), len(wanted))
    kinds = {}
    for row, line in zip(rows[1:], wanted[1:]):
        for cell, text in zip(row, line):
            value = cell.value
            assert cell.data_type != "f", f"{cell.coordinate} is a formula"
            if isinstance(value, dt.datetime):
                value = value.strftime("%d-%m-%Y %H.%M") if " " in text else value.strftime("%d-%m-%Y")
            plain = "" if value is None else str(value)
            assert plain == text or "'" + plain == text, f"{cell.coordinate}: {plain!r}, {text!r}"
            if cell.value is not None:
                kinds.setdefault(wanted[0][cell.column - 1], set()).add(type(cell.value).__name__)
    assert kinds["No."] == {"int"} and kinds["NIK"] == {"str"} and kinds["Tanggal dan Jam Terima"] == {"datetime"}, kinds
    assert any(str(c.value or "").startswith("=cmd") for row in rows for c in row), "the hostile name is not there"
    print(len(rows) - 1)
else:
    import copy

    import jsonschema

    report, schema = json.load(open(path)), json.load(open(other))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(report)
    for spoil in (
        lambda r: r.pop("counts"),
        lambda r: r["judgements"][0].update(verdict="baik"),
        lambda r: r["judgements"][0].update(nik="1806010101909001"),
        lambda r: next(j for j in r["judgements"] if j["value"] is None).update(verdict="memenuhi"),
        lambda r: r["counts"].update(received=-1),
    ):
        broken = copy.deepcopy(report)
        spoil(broken)
        assert not validator.is_valid(broken), "a broken report keeps the schema"
    print(len(report["judgements"]))
