"""Answers one question with DuckDB over the Parquet of an archive, as CSV: `peer.py ARCHIVE SQL`."""
import sys

import duckdb

archive, sql = sys.argv[1:]
db = duckdb.connect()
db.execute("set timezone = 'UTC'")
db.execute(
    f"""create view stored as select *, epoch_us(mulai) // 1000000 as mulai_s, epoch_us(selesai) // 1000000 as selesai_s
        from read_parquet('{archive}/events/*/*.parquet', hive_partitioning = true, hive_types = {{'bulan': 'varchar'}})"""
)
corrections = "--corrections" in sql
db.execute("create view events as select * from stored" + (" where seq not in (select correction_of from stored where correction_of is not null)" if corrections else ""))
db.execute(f"copy ({sql.replace('--corrections', '')}) to '/dev/stdout' (format csv, header)")
