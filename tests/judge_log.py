"""Makes the log of an archive anew with programs that are not ours, and compares it with checkpoints.

    judge_log.py ARCHIVE PUBLIC.pem CHECKPOINT...

duckdb writes the record of every row from the Parquet files, pymerkle makes the tree, openssl checks the signatures. A CHECKPOINT is
a signed note or its three printed lines. Prints what does not fit, one a line, and ends with 1; or the number of leaves.
"""
import base64
import glob
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import warnings

import duckdb
import pymerkle

warnings.simplefilter("ignore")
archive, public_key, *checkpoints = sys.argv[1:]
faults = []

# The columns of the table, in the order of their names; a column that a file does not have is without value there.
AS_TEXT = {
    "bigint": "cast({0} as varchar)",
    "integer": "cast({0} as varchar)",
    "varchar": "cast(to_json({0}) as varchar)",
    "blob": "'\"' || lower(hex({0})) || '\"'",
    "timestamp with time zone": "cast(epoch_us({0}) as varchar)",
    "timestamp": "cast(epoch_us({0}) as varchar)",
    "date": "cast({0} - date '1970-01-01' as varchar)",
}


def records(paths):
    """The record of each row by its number."""
    found = {}
    for path in paths:
        columns = duckdb.sql(f"select * from read_parquet('{path}', hive_partitioning = false) limit 0")
        members = [
            f"'\"{name}\":' || " + AS_TEXT[str(kind).lower()].format(f'"{name}"')
            for name, kind in sorted(zip(columns.columns, columns.types))
        ]
        record = "'{' || concat_ws(',', " + ", ".join(members) + ") || '}'"
        rows = duckdb.sql(f"select seq, {record} from read_parquet('{path}', hive_partitioning = false)").fetchall()
        for seq, text in rows:
            if seq in found:
                faults.append(f"seq {seq} stands twice")
            found[seq] = text.encode()
    return found


def statement(version, digest, note):
    declared = {key: note[key] for key in DECLARED if note.get(key) is not None}
    if "bag" in declared:
        # Its files hang on the digest.
        declared["bag"] = {key: declared["bag"][key] for key in ("month", "tagmanifest_sha256")}
    members = {"commit": version, "sha256": digest, **declared}
    return json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


DECLARED = ["seal", "sealed_incomplete", "bag", "key_change", "signer_change", "hold", "disposal"]
tree = pymerkle.InmemoryTree(algorithm="sha256")
sizes, size, next_seq = set(), 0, 0
for version, path in enumerate(sorted(glob.glob(f"{archive}/events/_delta_log/*.json"))):
    content = open(path, "rb").read()
    actions = [json.loads(line) for line in content.splitlines()]
    note = next(action["commitInfo"]["tertib"] for action in actions if "commitInfo" in action)
    parts = [f"{archive}/events/{action['add']['path']}" for action in actions if "add" in action]
    rows = records(parts)
    for seq in range(next_seq, note["next_seq"]):
        if seq not in rows:
            faults.append(f"seq {seq} is missing")
        tree.append_entry(rows.get(seq, b""))
    next_seq = note["next_seq"]
    tree.append_entry(statement(version, hashlib.sha256(content).hexdigest(), note))
    size = next_seq + version + 1
    sizes.add(size)

for path in checkpoints:
    note = open(path, encoding="utf-8").read()
    text, _, signatures = note.partition("\n\n")
    origin, stated, root = text.split("\n")[:3]
    stated = int(stated)
    if stated not in sizes:
        faults.append(f"{path}: the archive never had {stated} leaves")
    elif base64.b64encode(tree.get_state(stated)).decode() != root:
        faults.append(f"{path}: the root of {stated} leaves is another")
    own = [line.split(" ")[2] for line in signatures.splitlines() if line.startswith(f"\u2014 {origin} ")]
    if not own:
        continue
    with tempfile.TemporaryDirectory() as room:
        with open(f"{room}/text", "wb") as file:
            file.write(text.encode() + b"\n")
        with open(f"{room}/signature", "wb") as file:
            file.write(base64.b64decode(own[0])[4:])
        verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public_key, "-rawin"]
        verify += ["-in", f"{room}/text", "-sigfile", f"{room}/signature"]
        if subprocess.run(verify, capture_output=True).returncode != 0:
            faults.append(f"{path}: the signature does not fit")

# The tiles hold the leaves.
for level in glob.glob(f"{archive}/log/tile/0/**", recursive=True):
    if not os.path.isfile(level):
        continue
    number = level[len(f"{archive}/log/tile/0/"):].split(".p/")[0].replace("/", "").replace("x", "")
    first = int(number) * 256
    held = open(level, "rb").read()
    for place in range(len(held) // 32):
        leaf = tree.get_leaf(first + place + 1) if first + place < size else None
        if leaf != held[32 * place : 32 * place + 32]:
            faults.append(f"{level}: leaf {first + place} is another")
            break

print("\n".join(faults) if faults else size)
sys.exit(1 if faults else 0)
