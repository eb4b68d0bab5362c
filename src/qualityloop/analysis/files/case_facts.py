"""Rows of a dataset made from an event log: one per case, each column taken from the events of the case."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from qualityloop.analysis.messages import message

from . import expressions as sql
from .mapping import ColumnRule, EventLog, Mapping, TableRule, Take
from .source import ROW
from .staging import FILE, NUMBER, Check, Judged, Staging

_CHECKS = (
    Check("t_case IS NULL", "case", message("a value is required here and missing")),
    Check("t_activity IS NULL", "activity", message("a value is required here and missing")),
    Check("t_at IS NULL", "time", message("a value is required here and missing")),
    Check("happened IS NULL", "time", message("this is not an instant as the mapping describes it")),
    Check(
        f"NOT (happened >= TIMESTAMP '{sql.EARLIEST}' AND happened < TIMESTAMP '{sql.LATEST}')",
        "time",
        message("a date before 1970 or after 2099 cannot be right"),
    ),
)


class CaseFacts:
    """Collects the events that one table is made from."""

    def __init__(self, staging: Staging, table: TableRule, mapping: Mapping, position: int) -> None:
        if table.events is None:
            raise ValueError("the table is not made from events")
        self._staging = staging
        self._table = table
        self._mapping = mapping
        self._log: EventLog = table.events
        self._name = f"events_{position}"
        self._rules = [rule for rule in table.columns if rule.take is not None]
        of_columns = "".join(f', "of_{n}" VARCHAR' for n in range(len(self._rules)))
        staging.connection.execute(
            f"CREATE TEMP TABLE {self._name} (case_id VARCHAR, activity VARCHAR, happened TIMESTAMP, seq DOUBLE"
            f"{of_columns}, "
            f'"{FILE}" INTEGER, "{ROW}" BIGINT, "{NUMBER}" BIGINT)'
        )

    def forget_file(self, file: int) -> None:
        """Take back the events of a file that must be read again."""
        self._staging.connection.execute(f'DELETE FROM {self._name} WHERE "{FILE}" = {file}')

    def add_batch(self, batch: pa.Table, file: int) -> Judged:
        """Keep the events of a batch."""
        missing = self._mapping.missing
        texts = [
            f"{sql.cell(self._log.case, missing)} AS t_case",
            f"{sql.cell(self._log.activity, missing)} AS t_activity",
            f"{sql.text_of(self._log.time, missing)} AS t_at",
            f"{sql.cell(self._log.seq, missing) if self._log.seq else 'NULL'} AS t_seq",
        ]
        for n, rule in enumerate(self._rules):
            of = rule.take.of if rule.take else None
            texts.append(f'{sql.cell(of, (*missing, *rule.missing)) if of else "NULL"} AS "of_{n}"')
        left_out = self._staging.take_in(batch, self._table, texts, file, "event_texts")
        cases = " ".join(f"WHEN {check.broken} THEN {n}" for n, check in enumerate(_CHECKS, 1))
        happened = sql.utc("t_at", self._log.time, self._mapping.zone)
        connection = self._staging.connection
        connection.execute(
            f'CREATE OR REPLACE TEMP TABLE judged_events AS SELECT *, CASE {cases} ELSE 0 END AS "#rule" '
            f"FROM (SELECT *, {happened} AS happened FROM event_texts)"
        )
        of_columns = "".join(f', "of_{n}"' for n in range(len(self._rules)))
        connection.execute(
            f"INSERT INTO {self._name} SELECT t_case, t_activity, happened, try_cast(t_seq AS DOUBLE){of_columns}, "
            f'"{FILE}", "{ROW}", "{NUMBER}" FROM judged_events WHERE "#rule" = 0'
        )
        broken = connection.execute(
            f'SELECT "{FILE}", "{ROW}", "#rule" FROM judged_events WHERE "#rule" > 0 ORDER BY "{NUMBER}"'
        ).fetchall()
        named = {"case": self._log.case, "activity": self._log.activity, "time": ", ".join(self._log.time.sources)}
        rejected = [
            (file_, row, replace(_CHECKS[rule - 1], column=named[_CHECKS[rule - 1].column]))
            for file_, row, rule in broken
        ]
        return Judged(rejected=rejected, left_out=left_out)

    def finish(self) -> Judged:
        """Make one row per case and store those that keep the dataset's contract."""
        self._staging.connection.execute(f"CREATE OR REPLACE TEMP TABLE texts AS {self._facts_sql()}")
        self._staging.connection.execute(f"DROP TABLE {self._name}")
        return self._staging.judge("texts", self._table, self._mapping)

    def _facts_sql(self) -> str:
        order = f'PARTITION BY case_id ORDER BY happened, seq, "{NUMBER}"'
        helps = [f"row_number() OVER ({order}) AS place", "count(*) OVER (PARTITION BY case_id) AS size"]
        helps += [
            f'lag("of_{n}" IGNORE NULLS) OVER ({order}) AS "before_{n}"'
            for n, rule in enumerate(self._rules)
            if rule.take and rule.take.what == "changes"
        ]
        columns = [f"{self._taken(rule, n)} AS {sql.name('t_' + rule.target)}" for n, rule in enumerate(self._rules)]
        columns += [
            f"{sql.text_of(rule, ())} AS {sql.name('t_' + rule.target)}"
            for rule in self._table.columns
            if rule.constant is not None
        ]
        after = [
            f"min(CASE WHEN activity IN {sql.words(rule.take.after)} THEN place END) "
            f'OVER (PARTITION BY case_id) AS "after_{n}"'
            for n, rule in enumerate(self._rules)
            if rule.take and rule.take.what == "returns"
        ]
        keys = [f'arg_min("{FILE}", place) AS "{FILE}"', f'arg_min("{ROW}", place) AS "{ROW}"',
                f'min("{NUMBER}") AS "{NUMBER}"']  # fmt: skip
        return (
            f"SELECT {', '.join([*columns, *keys])} FROM (SELECT {', '.join(['*', *after])} FROM "
            f"(SELECT *, {', '.join(helps)} FROM {self._name})) GROUP BY case_id"
        )

    def _taken(self, rule: ColumnRule, n: int) -> str:
        take = rule.take
        if take is None:
            raise ValueError(f"{rule.target} is not taken from events")
        if take.what == "first" and take.of == self._log.case:
            return sql.mapped("case_id", rule)
        conditions = [f"activity IN {sql.words(take.activity)}"] if take.activity else []
        if take.final:
            conditions.append("place = size")
        if take.of is None and take.what in {"first", "last"}:
            return f"{'min' if take.what == 'first' else 'max'}(happened){_where(conditions)}"
        if take.what in {"first", "last"}:
            pick = "arg_min" if take.what == "first" else "arg_max"
            return sql.mapped(f'{pick}("of_{n}", place){_where([*conditions, f"of_{n} IS NOT NULL"])}', rule)
        return _counted(take, n, conditions)


def _where(conditions: list[str]) -> str:
    return f" FILTER (WHERE {' AND '.join(conditions)})" if conditions else ""


def _counted(take: Take, n: int, conditions: list[str]) -> str:
    if take.what == "repeats":
        return f"greatest(count(*){_where(conditions)} - 1, 0)"
    if take.what == "changes":
        return f"count(*){_where([*conditions, f'of_{n} <> before_{n}'])}"
    if take.what == "returns":
        return f"count(*){_where([*conditions, f'place > after_{n}'])}"
    return f"count({f'DISTINCT of_{n}' if take.of else '*'}){_where(conditions)}"
