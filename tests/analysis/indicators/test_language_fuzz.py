"""No text, however odd, becomes anything but an aggregate over the dataset."""

from __future__ import annotations

import contextlib

import duckdb
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from qualityloop.analysis.datasets import DATASETS, Dataset
from qualityloop.analysis.indicators.language import FUNCTIONS, FormulaError, parse_condition, parse_formula

TABLES = [DATASETS["tickets"], DATASETS["survey_responses"]]
SQL_TYPES = {
    "text": "TEXT",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "instant": "TIMESTAMP",
    "date": "DATE",
}
ALLOWED = (
    exp.Alias, exp.Avg, exp.Sum, exp.Min, exp.Max, exp.Count, exp.Variance, exp.PercentileCont, exp.Quantile,
    exp.Case, exp.If, exp.Star, exp.Least, exp.Nullif, exp.Cast, exp.DataType,
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Date, exp.Is,
    exp.Paren, exp.Neg, exp.Not, exp.And, exp.Or, exp.In, exp.Between, exp.Like, exp.StrPosition,
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Add, exp.Sub, exp.Mul, exp.Div,
)  # fmt: skip
PIECES = st.sampled_from(
    [
        *FUNCTIONS, "contains", "avg", "coalesce", "read_csv", "pg_read_file", "getenv",
        "contacts", "channel", "escalated", "created_at", "created_at_day", "csat", "nps", "hour", "at", "text",
        "(", ")", "(", ")", ",", "+", "-", "*", "/", "%", "=", "<>", "<=", ">", "<", "!=", "==", "||", "::", ";", ".",
        "?",
        "AND", "OR", "NOT", "IN", "BETWEEN", "IS", "NULL", "LIKE", "TRUE", "FALSE", "DATE", "CASE", "WHEN", "END",
        "SELECT", "FROM", "WHERE", "UNION", "DISTINCT", "OVER", "FILTER", "CAST", "AS", "DROP", "TABLE", "tickets",
        "0", "1", "0.5", "1e3", "99999999999999999999", "'a'", "'2026-01-01'", "'it''s'", "'\\'", "'", '"', "`", "$1",
        "--", "/*", "*/", "#", "\n", "\t", "\x00", "工单", "(", "‘", "{{", "}}", "${env:HOME}", "😀",
    ]
)  # fmt: skip
ATTACKS = [
    "count() FROM tickets; DROP TABLE tickets; --",
    "count() UNION SELECT * FROM duckdb_settings()",
    "share(channel = 'x' OR 1=1; ATTACH 'x.db')",
    "share(channel = 'x'') OR (1=1')",
    "share(channel = '\\' OR 1=1 --')",
    "mean((SELECT max(length(content)) FROM read_text('/etc/passwd')))",
    "count(*) FILTER (WHERE EXISTS (SELECT 1 FROM read_csv('/etc/passwd')))",
    "sum(getenv('HOME'))",
    "share(channel IN (SELECT channel FROM tickets))",
    'share("channel" = (SELECT 1))',
    'share("x"") OR (1=1) OR (""" = 1)',
    "max(contacts) OVER (ORDER BY contacts)",
    "share(channel LIKE (SELECT 'a'))",
    "count()) FROM tickets; COPY tickets TO '/tmp/x' --",
    "share(channel = E'\\'')",
    "share(channel = $$x$$)",
    "count(/*)*/)",
    "share(${env:HOME})",
]
QUICK = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow], derandomize=True)

# formulas that are likely to be right, so that the compiler is reached too
numbers = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["contacts", "reopened", "first_response_minutes", "hour"]),
        st.sampled_from(["0", "1", "2.5", "1e3", "0.000001", "999999999999999"]),
        st.tuples(numbers, st.sampled_from("+-*/"), numbers).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        numbers.map(lambda n: f"-{n}"),
    )
)
literals = st.text(max_size=8).map(lambda t: "'" + t.replace("'", "''") + "'")
conditions = st.deferred(
    lambda: st.one_of(
        st.tuples(numbers, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), numbers).map(" ".join),
        st.tuples(st.sampled_from(["channel", "team"]), st.sampled_from(["=", "<>", "LIKE", "NOT LIKE"]), literals).map(
            " ".join
        ),
        st.lists(literals, min_size=1, max_size=3).map(lambda v: f"channel IN ({', '.join(v)})"),
        st.lists(literals, min_size=1, max_size=3).map(lambda v: f"contains(team, {', '.join(v)})"),
        st.tuples(numbers, numbers, numbers).map(lambda t: f"{t[0]} NOT BETWEEN {t[1]} AND {t[2]}"),
        st.sampled_from(["escalated", "NOT escalated", "closed_at IS NULL", "created_at_day >= DATE '2026-01-01'"]),
        st.tuples(conditions, st.sampled_from(["AND", "OR"]), conditions).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
    )
)
aggregates = st.one_of(
    st.just("count()"),
    conditions.map(lambda c: f"share({c})"),
    st.tuples(conditions, conditions).map(lambda t: f"share({t[0]}, {t[1]})"),
    st.tuples(st.sampled_from(["mean", "sum", "min", "max", "median", "nps"]), numbers).map(
        lambda t: f"{t[0]}({t[1]})"
    ),
    numbers.map(lambda n: f"quantile({n}, 0.9)"),
)
formulas = st.one_of(
    aggregates,
    st.tuples(aggregates, aggregates).map(lambda t: f"ratio({t[0]}, {t[1]})"),
    st.tuples(aggregates, st.sampled_from("+-*/"), aggregates).map(lambda t: f"{t[0]} {t[1]} ({t[2]} + 1)"),
)


@pytest.fixture(scope="module")
def empty() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for table in TABLES:
        columns = ", ".join(f'"{c.name}" {SQL_TYPES[c.type]}' for c in (*table.columns, *table.derived))
        connection.execute(f"CREATE TABLE {table.name} ({columns})")
    return connection


def check_pure(sql: str, table: Dataset) -> None:
    """`sql` is one expression over the columns of `table` made of what the language has, and nothing else."""
    statements = sqlglot.parse(f"SELECT {sql} AS x", dialect="duckdb")
    assert len(statements) == 1
    select = statements[0]
    assert isinstance(select, exp.Select)
    assert len(select.expressions) == 1
    assert {k for k, v in select.args.items() if v} == {"expressions"}
    known = {c.name for c in (*table.columns, *table.derived)}
    for node in select.expressions[0].walk():
        assert isinstance(node, ALLOWED), (type(node), sql)
        if isinstance(node, exp.Column):
            assert node.name in known
            assert not node.table


def check(text: str, empty: duckdb.DuckDBPyConnection) -> bool:
    """Whether the text was taken as a formula; then it must be harmless and run."""
    taken = False
    for table in TABLES:
        with contextlib.suppress(FormulaError):
            condition = parse_condition(text, table)
            taken = True
            check_pure(condition.sql("duckdb"), table)
            empty.execute(f"SELECT count(*) FROM {table.name} WHERE {condition.sql('duckdb')}")
            condition.sql("spark")
            condition.explain("zh")
        with contextlib.suppress(FormulaError):
            formula = parse_formula(text, table)
            taken = True
            parts = [*formula.components("duckdb").values(), formula.value_sql("duckdb")]
            for sql in parts:
                check_pure(sql, table)
            empty.execute(f"SELECT {', '.join(parts)} FROM {table.name} WHERE {formula.rows_condition('duckdb')}")
            for sql in formula.components("spark").values():
                assert "${" not in sql
            formula.explain("en")
    return taken


@QUICK
@given(st.text(max_size=60))
def test_any_text(empty: duckdb.DuckDBPyConnection, text: str) -> None:
    check(text, empty)


@QUICK
@given(st.lists(PIECES, max_size=14).map(" ".join), st.booleans())
def test_text_that_looks_like_sql(empty: duckdb.DuckDBPyConnection, text: str, wrapped: bool) -> None:
    check(f"share({text})" if wrapped else text, empty)


@QUICK
@given(formulas)
def test_formulas(empty: duckdb.DuckDBPyConnection, text: str) -> None:
    check(text, empty)


@QUICK
@given(
    formulas, st.integers(0, 200), st.sampled_from(["'", ")", "(", ";", "--", " OR 1=1", "\\", '"', ",", " SELECT "])
)
def test_formulas_with_something_slipped_in(empty: duckdb.DuckDBPyConnection, text: str, at: int, piece: str) -> None:
    check(text[:at] + piece + text[at:], empty)


def test_good_formulas_are_taken(empty: duckdb.DuckDBPyConnection) -> None:
    """The fuzzing above would prove nothing if everything were refused."""
    assert check("share(escalated AND contacts > 1)", empty)
    assert check("nps(nps)", empty)


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks_are_refused(empty: duckdb.DuckDBPyConnection, text: str) -> None:
    if text == "share(channel = 'x'') OR (1=1')":
        assert check(text, empty)  # odd, but one text literal from quote to quote
    else:
        assert not check(text, empty)


def test_the_judge_is_awake() -> None:
    """`check_pure` itself refuses what must never be compiled."""
    for sql in (
        "(SELECT 1)",
        "read_text('x')",
        "count(*) OVER ()",
        "now()",
        "count(y)",
        "1 AS a, 2",
        "count(*) FROM t",
    ):
        with pytest.raises(AssertionError):
            check_pure(sql, TABLES[0])
