"""The rows of each berkas as the Parquet files have them: key, end, version of the part, and whether a later row replaces them."""
import json
import sys

import duckdb

rows = duckdb.sql(
    f"""
    with rows as (
      select *, cast(regexp_extract(filename, 'part-([0-9]+)-', 1) as bigint) as versi
      from read_parquet('{sys.argv[1]}/*/*.parquet', filename = true, hive_partitioning = true)
    )
    select berkas_id, cast(event_id as varchar), cast(epoch(selesai) as bigint), versi,
           cast(seq in (select correction_of from rows where correction_of is not null) as integer)
    from rows
    """
).fetchall()
by_berkas = {}
for berkas, *row in rows:
    by_berkas.setdefault(berkas, []).append(row)
print(json.dumps({berkas: sorted(of) for berkas, of in by_berkas.items()}))
