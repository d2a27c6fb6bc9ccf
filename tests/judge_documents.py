"""Judges documents by tools that are not ours.

    judge_documents.py xlsx BOOK.xlsx BOOK.csv     what a spreadsheet sees is what the CSV says, typed
    judge_documents.py tables FOLDER NAME...       of each document, what its workbook says in rows is what its CSV says; says how many cells
    judge_documents.py json REPORT.json SCHEMA     the report keeps its schema, and broken ones do not
    judge_documents.py schema SCHEMA DOCUMENT...   each document keeps its schema, and broken ones do not; says how many broken ones
"""
import csv
import datetime as dt
import json
import sys

what, path, other = sys.argv[1:4]
if what == "schema":
    import copy

    import jsonschema

    schema = json.load(open(path))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    refused = 0

    def places(value, at=()):
        """Where objects are in a document; of a list the first ones."""
        if isinstance(value, dict):
            yield at
            for key, inner in value.items():
                yield from places(inner, (*at, key))
        elif isinstance(value, list):
            for number, inner in enumerate(value[:3]):
                yield from places(inner, (*at, number))

    for name in sys.argv[3:]:
        document = json.load(open(name))
        faults = [f"{name}: {list(fault.absolute_path)}: {fault.message[:300]}" for fault in validator.iter_errors(document)]
        assert not faults, faults[:5]

        def spoilt(change, place=()):
            broken = copy.deepcopy(document)
            inner = broken
            for key in place:
                inner = inner[key]
            change(inner)
            assert not validator.is_valid(broken), f"{name}: a broken document keeps the schema: {place}"

        for key in document:
            if key in schema["required"]:
                spoilt(lambda broken, key=key: broken.pop(key))
                refused += 1
        for place in list(places(document))[:60]:
            spoilt(lambda inner: inner.update(asing=None), place)
            refused += 1
        if document.get("provenance"):
            spoilt(lambda inner: inner.update(complete_until=1793491200), ("provenance",))
            refused += 1
    print(refused)
elif what == "tables":
    import openpyxl

    def plain(cell):
        """A cell as the CSV of programs writes it."""
        value = cell.value
        if isinstance(value, dt.datetime):
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
        if isinstance(value, dt.timedelta):
            seconds = round(value.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        if isinstance(value, dt.time):
            return f"{value.hour}:{value.minute:02}:{value.second:02}"
        return "" if value is None else str(value)

    compared = 0
    for name in sys.argv[3:]:
        with open(f"{path}/{name}.csv") as file:
            head, *lines = list(csv.reader(file))
        rows = list(openpyxl.load_workbook(f"{path}/{name}.xlsx").worksheets[0].iter_rows())
        at = next((n for n, row in enumerate(rows) if [cell.value for cell in row] == head), None)
        assert at is not None, f"{name}: no row of the workbook is the head of the CSV: {head}"
        rows = rows[at + 2:]
        # Sums stand below in the workbook alone.
        assert len(lines) <= len(rows) <= len(lines) + 2, f"{name}: {len(rows)} rows, {len(lines)} lines"
        for row, line in zip(rows, lines):
            for cell, text in zip(row, line, strict=True):
                assert cell.data_type != "f", f"{name} {cell.coordinate} is a formula"
                said = plain(cell)
                assert text in (said, "'" + said), f"{name} {cell.coordinate}: {said!r}, {text!r}"
                compared += said != ""
    print(compared)
elif what == "xlsx":
    import openpyxl

    workbook = openpyxl.load_workbook(path)
    sheet = workbook.worksheets[0]
    with open(other.removesuffix(".csv") + ".keterangan.txt") as file:
        beside = dict(line.rstrip("\n").split(": ", 1) for line in file)
    notes = {row[0].value: row[1].value for row in workbook["Keterangan"].iter_rows()}
    assert notes == beside and len(notes["Sidik arsip"]) == 64, (notes, beside)
    assert notes["Bulan"] == "Oktober 2026" and notes["Salinan"].startswith("Salinan dinas"), notes
    # Above the head: the letterhead, the title, the period; below it the numbers of the columns.
    above = []
    rows = list(sheet.iter_rows())
    with open(other) as file:
        wanted = list(csv.reader(file))
    while [cell.value for cell in rows[0]] != wanted[0]:
        above.append(rows.pop(0)[0].value)
    assert above[:2] == ["PEMERINTAH KABUPATEN TANGGAMUS", "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL"], above
    assert above[-2] == sheet.title.upper() == workbook.properties.title.upper(), above
    assert above[-1].startswith("Bulan Oktober 2026 · Salinan dinas"), above
    assert workbook.properties.creator == above[1] and workbook.properties.keywords.startswith("TERTIB1 "), above
    assert [cell.value for cell in rows.pop(1)] == list(range(1, len(wanted[0]) + 1))
    head = len(above) + 1
    assert sheet.freeze_panes == f"A{head + 2}", sheet.freeze_panes
    last = f"{openpyxl.utils.get_column_letter(len(wanted[0]))}{head + len(wanted)}"
    assert sheet.auto_filter.ref == f"A{head + 1}:{last}", sheet.auto_filter.ref
    page = sheet.page_setup
    # One page wide is what is meant where no width is given.
    assert (page.orientation, page.paperSize, page.fitToWidth or 1, page.fitToHeight) == ("landscape", 14, 1, 0), page
    assert sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.print_title_rows == f"${head}:${head + 1}"
    assert sheet.oddFooter.right.text.endswith("Halaman &P dari &N") and "sidik" in sheet.oddFooter.left.text
    assert len(rows) == len(wanted), (len(rows), len(wanted))
    kinds = {}
    for row, line in zip(rows[1:], wanted[1:]):
        for cell, text in zip(row, line):
            value = cell.value
            assert cell.data_type != "f", f"{cell.coordinate} is a formula"
            if isinstance(value, dt.datetime):
                value = value.isoformat() if "T" in text else value.date().isoformat()
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
