"""Components that were counted before, kept in an SQLite file: only what changed is counted again.

An entry belongs to a definition × grouping × period and says from which data (hash of the partitions) it was made;
newer data replace it. The file is never needed: one that is locked, damaged or not ours is left alone.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

APPLICATION = 0x514C5631  # "QLV1": this file is ours
FORMAT = 2
LIMIT = 200_000  # entries; beyond, those are dropped that were used longest ago
_PATIENCE = 2.0  # seconds to wait for another process
_TABLE = (
    "CREATE TABLE IF NOT EXISTS kept (place BLOB PRIMARY KEY, data BLOB NOT NULL, used INTEGER NOT NULL,"
    " content BLOB NOT NULL) WITHOUT ROWID"
)


class Key(NamedTuple):
    """`place` = definition × grouping × period; `data` = the partitions it was counted from."""

    place: bytes
    data: bytes


class Cache:
    """Kept contents by key. Every failure of the file is answered like an empty cache."""

    def __init__(self, path: Path | None) -> None:
        self._path = path / "values.sqlite3" if path is not None and path.is_dir() else path

    def get(self, keys: Sequence[Key]) -> dict[Key, bytes]:
        """What is there and was made from the same data."""
        found: dict[Key, bytes] = {}
        wanted = {key.place: key for key in keys}
        if self._path is None or not self._path.exists() or not wanted:
            return found
        try:
            with self._open() as connection:
                places = list(wanted)
                for start in range(0, len(places), 500):
                    part = places[start : start + 500]
                    marks = ",".join("?" * len(part))
                    rows = connection.execute(f"SELECT place, data, content FROM kept WHERE place IN ({marks})", part)
                    for place, data, content in rows:
                        kept = _checked(content) if data == wanted[place].data else None
                        if kept is not None:
                            found[wanted[place]] = kept
        except (sqlite3.Error, OSError):
            return {}
        return found

    def put(self, made: Mapping[Key, bytes], used: Sequence[Key]) -> None:
        """Keep what was made, remember what was used, drop what nobody used for long."""
        if self._path is None or not made:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as connection:
                connection.execute("BEGIN IMMEDIATE")
                turn = connection.execute("SELECT coalesce(max(used), 0) + 1 FROM kept").fetchone()[0]
                connection.executemany("UPDATE kept SET used = ? WHERE place = ?", [(turn, key.place) for key in used])
                connection.executemany(
                    "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)",
                    [
                        (key.place, key.data, turn, content + zlib.crc32(content).to_bytes(4, "little"))
                        for key, content in made.items()
                    ],
                )
                connection.execute(
                    "DELETE FROM kept WHERE place IN (SELECT place FROM kept ORDER BY used DESC LIMIT -1 OFFSET ?)",
                    (LIMIT,),
                )
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError):
            return

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The file, if it is ours or new; sqlite3.Error otherwise."""
        connection = sqlite3.connect(str(self._path), timeout=_PATIENCE, isolation_level=None)
        try:
            if _application(connection) == 0:
                _create(connection)
            if _application(connection) != APPLICATION:
                raise sqlite3.DatabaseError("not ours")
            if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
                connection.execute("DROP TABLE IF EXISTS kept")
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA user_version = {FORMAT}")
            yield connection
        finally:
            connection.close()


def _application(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA application_id").fetchone()[0])


def _create(connection: sqlite3.Connection) -> None:
    """Make an empty file ours, in one transaction: nobody else sees a table in a file that says not yet whose it is."""
    connection.execute("BEGIN IMMEDIATE")
    new = not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    if new:
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT" if new else "ROLLBACK")
    if new:  # quicker for several at once, and needed by nothing: who comes in between may prevent it
        with suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode = WAL")


def _checked(content: bytes) -> bytes | None:
    """What was kept, or None where it is damaged."""
    body, checksum = content[:-4], content[-4:]
    return body if zlib.crc32(body).to_bytes(4, "little") == checksum else None
