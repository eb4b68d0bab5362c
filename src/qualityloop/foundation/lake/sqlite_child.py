"""Reads SQLite in a process of its own and hands rows on as Arrow: run by `extraction`, never imported.

The driver brings its own copy of SQLite. Two copies in one process undo each other's file locks when one closes
the file (https://www.sqlite.org/howtocorrupt.html, 2.2.1), so this copy lives alone. One read transaction for all
questions: each is a line of JSON on stdin, each answer an Arrow stream on stdout.
"""

import json
import sys
from urllib.parse import quote

import adbc_driver_sqlite
import adbc_driver_sqlite.dbapi
import pyarrow as pa

ROWS = "65536"  # per batch


def main(path: str) -> None:
    """Answer questions until stdin ends."""
    out = sys.stdout.buffer
    with adbc_driver_sqlite.dbapi.connect(f"file:{quote(path)}?mode=ro") as connection:
        for line in sys.stdin:
            asked = json.loads(line)
            with connection.cursor() as cursor:
                cursor.adbc_statement.set_options(**{adbc_driver_sqlite.StatementOptions.BATCH_ROWS.value: ROWS})
                cursor.execute(asked["sql"], asked["parameters"])
                with cursor.fetch_record_batch() as rows, pa.ipc.new_stream(out, rows.schema) as stream:
                    for batch in rows:
                        stream.write_batch(batch)
            out.flush()


if __name__ == "__main__":
    main(sys.argv[1])
