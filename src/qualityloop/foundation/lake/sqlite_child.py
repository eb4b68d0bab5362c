"""Reads SQLite in a process of its own and hands rows on as Arrow: run by `extraction`, never imported.

The driver brings its own copy of SQLite. Two copies in one process undo each other's file locks when one closes
the file (https://www.sqlite.org/howtocorrupt.html, 2.2.1), so this copy lives alone. One read transaction for all
questions: each is a line of JSON on stdin, each answer an Arrow stream on stdout. The driver is used without its
layer for Python's database interface, whose import takes three times as long.
"""

import json
import sys
from urllib.parse import quote

import adbc_driver_manager as adbc
import adbc_driver_sqlite
import pyarrow as pa

OPTIONS = {adbc_driver_sqlite.StatementOptions.BATCH_ROWS.value: "65536"}


class WithoutPandas:
    """pyarrow imports pandas, where it is installed, to look at values that cannot be here: a second saved."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Refuse it, and leave everything else to those who know."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def answer(connection: adbc.AdbcConnection, sql: str, parameters: list[object], out: object) -> None:
    """Write the rows of `sql` as one Arrow stream."""
    with adbc.AdbcStatement(connection) as statement:
        statement.set_options(**OPTIONS)
        statement.set_sql_query(sql)
        if parameters:
            values = [pa.array([value]) for value in parameters]
            statement.bind(pa.RecordBatch.from_arrays(values, names=[str(n) for n in range(len(values))]))
        handle, _ = statement.execute_query()
        rows = pa.RecordBatchReader._import_from_c(handle.address)
        with rows, pa.ipc.new_stream(out, rows.schema) as stream:
            for batch in rows:
                stream.write_batch(batch)


def main(path: str) -> None:
    """Answer questions until stdin ends."""
    out = sys.stdout.buffer
    with (
        adbc_driver_sqlite.connect(f"file:{quote(path)}?mode=ro") as database,
        adbc.AdbcConnection(database) as connection,
    ):
        connection.set_autocommit(False)
        for line in sys.stdin:
            asked = json.loads(line)
            answer(connection, asked["sql"], asked["parameters"], out)
            out.flush()


if __name__ == "__main__":
    sys.meta_path.insert(0, WithoutPandas)
    main(sys.argv[1])
