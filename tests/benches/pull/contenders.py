#!/usr/bin/env python3
"""Moves the whole table to Parquet once, the way a user of each tool would: `contenders.py NAME`.

Source in BENCH_URI (PostgreSQL, MySQL or SQLite), output folder in BENCH_OUT. Zstandard level 1 everywhere, as ours.
None of them validates, splits, pseudonymises, hashes or commits.
"""
import os
import sys

URI, OUT = os.environ["BENCH_URI"], os.environ["BENCH_OUT"]
QUERY = ("SELECT event_id,recorded_at,berkas_id,kolektif_id,langkah,pelaksana,petugas_id,mulai,selesai,hasil,kekurangan,"
         "nomor_register,keterangan,jenis,kewarganegaraan,nik,nama,jenis_kelamin,tempat_lahir,tanggal_lahir,pekon,pembawa,"
         "diterima FROM workflow_events")
LEVEL = {"compression": "zstd", "compression_level": 1}


def path(name):
    return os.path.join(OUT, name + ".parquet")


def batches_to_parquet(name, batches):
    import pyarrow.parquet as pq
    writer = None
    for batch in batches:
        writer = writer or pq.ParquetWriter(path(name), batch.schema, **LEVEL)
        writer.write_batch(batch)
    writer.close()


def raw():
    """The limit: the server's own binary dump of the table, thrown away at the client."""
    os.execvp("psql", ["psql", URI, "-X", "-q", "-c", f"\\copy ({QUERY}) to '/dev/null' (format binary)"])


def connectorx():
    import connectorx as cx
    import pyarrow.parquet as pq
    pq.write_table(cx.read_sql(URI, QUERY, return_type="arrow"), path("connectorx"), **LEVEL)


def connectorx_two():
    import connectorx as cx
    import pyarrow.parquet as pq
    table = cx.read_sql(URI, QUERY, return_type="arrow", partition_on="event_id", partition_num=2)
    pq.write_table(table, path("connectorx_two"), **LEVEL)


def connectorx_stream():
    import connectorx as cx
    batches_to_parquet("connectorx_stream", cx.read_sql(URI, QUERY, return_type="arrow_stream", batch_size=65536))


def adbc():
    import adbc_driver_postgresql.dbapi as dbapi
    with dbapi.connect(URI) as connection, connection.cursor() as cursor:
        cursor.execute(QUERY)
        batches_to_parquet("adbc", cursor.fetch_record_batch())


def duckdb():
    import glob
    import duckdb as db
    import duckdb_ext
    folder = list(duckdb_ext.__path__)[0]
    extension = glob.glob(os.path.join(folder, "extensions/*/*/postgres_scanner.duckdb_extension"))[0]
    connection = db.connect()
    connection.execute(f"LOAD '{extension}'")
    connection.execute(f"ATTACH '{URI}' AS pg (TYPE postgres, READ_ONLY)")
    table = QUERY.replace("FROM workflow_events", "FROM pg.public.workflow_events")
    connection.execute(f"COPY ({table}) TO '{path('duckdb')}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")


def dlt(backend="pyarrow"):
    home = os.path.join(OUT, "dlt_" + backend)
    os.makedirs(home, exist_ok=True)
    os.environ.update({"DLT_DATA_DIR": home, "RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR",
                       "DATA_WRITER__COMPRESSION": "zstd"})
    import dlt as load
    from dlt.sources.sql_database import sql_table
    pipeline = load.pipeline("bench", destination=load.destinations.filesystem(bucket_url="file://" + home),
                             dataset_name="events", pipelines_dir=home + "/p")
    more = {"backend_kwargs": {"return_type": "arrow_stream", "batch_size": 100_000}} if backend == "connectorx" else {}
    table = sql_table(credentials=URI, table="workflow_events", backend=backend, chunk_size=100_000,
                      reflection_level="full", **more)
    pipeline.run(table, loader_file_format="parquet", write_disposition="append")


def dlt_connectorx():
    dlt("connectorx")


if __name__ == "__main__":
    {f.__name__: f for f in (raw, connectorx, connectorx_two, connectorx_stream, adbc, duckdb, dlt, dlt_connectorx)}[
        sys.argv[1]]()
