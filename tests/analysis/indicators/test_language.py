"""The indicator language: what it understands, what it refuses, what it answers."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot

from qualityloop.analysis.datasets import DATASETS, TICKETS
from qualityloop.analysis.engine.literal import text_sql
from qualityloop.analysis.indicators.language import (
    FUNCTIONS,
    Condition,
    Formula,
    FormulaError,
    parse_condition,
    parse_formula,
)
from qualityloop.analysis.messages import Place

# Twelve rows: minutes with two unknown, contacts with a zero and an unknown, flags with an unknown
ROWS = [
    ("A", "online", 1.0, 1, True),
    ("B", "online", 2.0, 2, False),
    ("C", "phone", 5.0, 0, None),
    ("D", "phone", None, 4, True),
    ("E", "it's", 10.0, 1, False),
    ("F", "a\\b", None, None, True),
    ("G", None, 100.0, 3, False),
    ("H", "50%", 6.0, 2, None),
]


@pytest.fixture(scope="module")
def rows() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE tickets "
        "(subject text, channel text, first_response_minutes double, contacts bigint, escalated boolean)"
    )
    connection.executemany("INSERT INTO tickets VALUES (?, ?, ?, ?, ?)", ROWS)
    return connection


def formula(text: str) -> Formula:
    return parse_formula(text, TICKETS)


def condition(text: str) -> Condition:
    return parse_condition(text, TICKETS)


def chosen(rows: duckdb.DuckDBPyConnection, text: str) -> str:
    """The subjects of the rows that meet a condition."""
    sql = f"SELECT string_agg(subject, '' ORDER BY subject) FROM tickets WHERE {condition(text).sql('duckdb')}"
    found = rows.execute(sql).fetchone()
    assert found
    return found[0] or ""


def value(rows: duckdb.DuckDBPyConnection, text: str, where: str | None = None) -> float | None:
    sql = formula(text).value_sql("duckdb", condition(where) if where else None)
    found = rows.execute(f"SELECT {sql} FROM tickets").fetchone()
    assert found
    result: float | None = found[0]
    return result


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("channel = 'online'", "AB"),
        ("CHANNEL <> 'online'", "CDEFH"),  # an unknown channel is not known to be another one
        ("channel != 'online'", "CDEFH"),
        ("channel = 'it''s'", "E"),
        ("channel = 'a\\b'", "F"),
        ("channel LIKE '%\\%'", "F"),
        ("channel LIKE '_n%'", "AB"),
        ("contains(channel, '%')", "H"),  # no pattern: a percent sign is itself
        ("CONTAINS(channel, 'zz', 'n')", "ABCD"),
        ("NOT contains(channel, 'n')", "EFH"),  # what is unknown contains nothing and lacks nothing
        ("contains(channel, 'it''s') OR contacts = 3", "EG"),
        ("channel NOT LIKE '%n%'", "EFH"),
        ("channel IN ('phone', '50%')", "CDH"),
        ("channel NOT IN ('phone', '50%')", "ABEF"),
        ("channel IS NULL", "G"),
        ("channel IS NOT NULL AND escalated", "ADF"),
        ("NOT escalated", "BEG"),
        ("escalated = FALSE OR escalated IS NULL", "BCEGH"),
        ("first_response_minutes BETWEEN 2 AND 6", "BCH"),
        ("first_response_minutes NOT BETWEEN 2 AND 6", "AEG"),
        ("first_response_minutes <= 1.5 + 0.5", "AB"),
        ("contacts > -1 AND contacts < 2 OR contacts = 4", "ACDE"),
        ("contacts IN (-1, 0, +4)", "CD"),
        ("first_response_minutes / contacts > 4", "EG"),  # C divides by zero: unknown
        ("contacts / 2 = 0.5", "AE"),  # whole numbers divide as numbers
        ("7 - 2 - 1 = contacts AND 8 / 2 / 2 < contacts", "D"),
        ("2 + 2 * 1 = contacts", "D"),
        ("-contacts = -4", "D"),
        ("NOT (channel = 'online' OR channel = 'phone')", "EFH"),
        ("TRUE", "ABCDEFGH"),
        ("\"channel\" = 'phone'", "CD"),
    ],
)
def test_conditions_choose(rows: duckdb.DuckDBPyConnection, text: str, subjects: str) -> None:
    assert chosen(rows, text) == subjects


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        ("count()", None, 8),
        ("count(channel)", None, 7),
        ("count()", "channel = 'phone'", 2),
        ("share(escalated)", None, 0.5),  # A D F of ABDEFG
        ("share(escalated, channel = 'online')", None, 0.5),
        # D of ABCDEGH: an unknown AND a no is a no (C, H), a yes AND an unknown is unknown (F)
        ("share(escalated AND contacts > 2)", None, 1 / 7),
        ("mean(first_response_minutes)", None, 124 / 6),
        ("sum(contacts)", "escalated", 5),
        ("min(first_response_minutes)", None, 1),
        ("max(contacts)", None, 4),
        ("median(contacts)", None, 2),  # 0 1 1 2 2 3 4
        ("quantile(contacts, 0.75)", None, 2.5),  # place 4.5: between 2 and 3
        ("quantile(contacts, 0)", None, 0),
        ("quantile(contacts, 1)", None, 4),
        ("ratio(sum(contacts), count())", None, 13 / 8),
        ("ratio(count(), sum(contacts))", "channel = 'nowhere'", None),
        ("share(escalated)", "channel = 'nowhere'", None),
        ("1 - share(escalated)", None, 0.5),
        ("-count() + 2 * 3 / 4", None, -6.5),
        ("count() / (count() - count())", None, None),
        ("(max(contacts) - min(contacts)) / count(contacts)", None, 4 / 7),
        ("mean(first_response_minutes / contacts)", None, (1 + 1 + 10 + 100 / 3 + 3) / 5),
    ],
)
def test_formulas_answer(rows: duckdb.DuckDBPyConnection, text: str, where: str | None, expected: float | None) -> None:
    assert value(rows, text, where) == (None if expected is None else pytest.approx(expected))


def test_components_by_kind() -> None:
    expected = {
        "count()": ("count", ["n"]),
        "share(escalated)": ("share", ["num", "den"]),
        "mean(contacts)": ("mean", ["n", "mean", "var", "sum"]),
        "sum(contacts)": ("sum", ["n", "sum", "sumsq"]),
        "min(contacts)": ("min", ["n", "value"]),
        "max(contacts)": ("max", ["n", "value"]),
        "median(contacts)": ("quantile", ["n", "value"]),
        "quantile(contacts, 0.9)": ("quantile", ["n", "value"]),
        "nps(contacts)": ("nps", ["n", "promoters", "detractors"]),
        "ratio(sum(contacts), share(escalated))": ("ratio", ["a_n", "a_sum", "a_sumsq", "b_num", "b_den"]),
        "sum(contacts) / 2": ("expression", ["n", "value"]),
    }
    for text, (kind, names) in expected.items():
        read = formula(text)
        assert (read.kind, list(read.components("duckdb"))) == (kind, names)
    assert {formula(t).node.name for t in list(expected)[:-1]} == set(FUNCTIONS)  # type: ignore[attr-defined]


def test_quantiles_say_which() -> None:
    assert formula("median(contacts)").q == 0.5
    assert formula("quantile(contacts, 0.9)").q == 0.9
    assert formula("mean(contacts)").q is None


def test_an_expression_rests_on_its_poorest_part(rows: duckdb.DuckDBPyConnection) -> None:
    read = formula("mean(first_response_minutes) + share(escalated, channel = 'online') + count()")
    assert [p.text for p in read.parts] == [
        "mean(first_response_minutes)",
        "share(escalated, channel = 'online')",
        "count()",
    ]
    n = rows.execute(f"SELECT {read.components('duckdb')['n']} FROM tickets").fetchone()
    assert n == (2,)


def test_rows_behind_a_share_add_up(rows: duckdb.DuckDBPyConnection) -> None:
    read = formula("share(escalated AND contacts > 2, channel IS NOT NULL)")
    parts = read.components("duckdb")
    found = rows.execute(
        f"SELECT {parts['num']}, {parts['den']}, count(*) FILTER (WHERE {read.numerator_condition('duckdb')}), "
        f"count(*) FILTER (WHERE {read.rows_condition('duckdb')}) FROM tickets"
    ).fetchone()
    assert found
    assert found[0] == found[2] == 1
    assert found[1] == found[3] == 6


@pytest.mark.parametrize(
    ("text", "wrong", "suggestion"),
    [
        ("share(first_respnse_minutes <= 5)", "first_respnse_minutes", "first_response_minutes"),
        ("maen(contacts)", "maen", "mean"),
        ("avg(contacts)", "avg", "mean"),
        ('share(channel = "online")', '"online"', "'online'"),
        ("share(channel = 1)", "1", "'1'"),
        ("share(contacts = '1')", "'1'", "1"),
        ("share(created_at_day > '2026-01-01')", "'2026-01-01'", "DATE '2026-01-01'"),
        ("share(created_at > DATE '2026-01-01')", "created_at", "created_at_day"),
        ("count(*)", "*", "count()"),
        ("share(contacts == 1)", "==", "="),
        ("share\uff08contacts <= 5\uff09", "\uff08", "("),
        ("share(channel = ‘online’)", "‘", "'"),
        ("share(contacts ≤ 5)", "≤", "<="),
        ("contacts", "contacts", "mean(contacts)"),
        ("sum(escalated)", "escalated", "share(…)"),
        ("count(contacts > 1)", "contacts > 1", "share(…)"),
        ("share(channel = NULL)", "NULL", "IS NULL"),
        ("share(contacts > .5)", ".", "0."),
    ],
)
def test_mistakes_are_shown_with_a_way_out(text: str, wrong: str, suggestion: str) -> None:
    with pytest.raises(FormulaError) as caught:
        formula(text)
    error = caught.value
    assert text[error.position : error.position + error.length] == wrong
    assert error.suggestion == suggestion
    assert suggestion in str(error)
    assert f"character {error.position + 1}" in str(error)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", ""),
        ("5", "5"),
        ("mean(5)", "5"),
        ("mean(5 + 1)", "5 + 1"),
        ("mean(channel)", "channel"),
        ("mean(created_at)", "created_at"),
        ("mean(resolved_at - created_at)", "resolved_at"),
        ("sum(sum(contacts))", "sum(contacts)"),
        ("share(count() > 5)", "count()"),
        ("share(contacts)", "contacts"),
        ("share(contacts > 1, 2)", "2"),
        ("share()", "share()"),
        ("mean(contacts, contacts)", "mean(contacts, contacts)"),
        ("quantile(contacts, 90)", "90"),
        ("quantile(contacts, contacts)", "contacts"),
        ("ratio(count(), 5)", "5"),
        ("ratio(count(), ratio(count(), count()))", "ratio(count(), count())"),
        ("count() + contacts", "contacts"),
        ("count() + 'a'", "'a'"),
        ("count() > 5", "count() > 5"),
        ("count(", ""),
        ("count())", ")"),
        ("share(contacts < 1 < 2)", "<"),
        ("share(contacts = 1", ""),
        ("share(channel IN (team))", "team"),
        ("share(channel IN ())", ")"),
        ("share(channel LIKE team)", "team"),
        ("share(channel LIKE 5)", "5"),
        ("share(contains(channel, 5))", "5"),
        ("share(contains(channel, ''))", "''"),
        ("share(contains(contacts, 'a'))", "contacts"),
        ("share(channel + 1 > 2)", "channel"),
        ("share(escalated > FALSE)", "FALSE"),
        ("share(tickets.channel = 'a')", "."),
        ("share(channel = 'a' 'b')", "b' "[:-1] and "'b'"),
        ("share(channel = 'a)", "'a)"),
        ("share(created_at_day > DATE '2026-02-30')", "'2026-02-30'"),
        ("share(contacts > 12345678901234567890)", "12345678901234567890"),
        ("share(contacts > 5min)", "5min"),
        ("count() -- all", "-- all"),
        ("count() /* all */", "/* all */"),
        ("count(); DROP TABLE tickets", ";"),
        ("count() FILTER (WHERE TRUE)", "FILTER"),
        ("count() OVER ()", "OVER"),
        ("count(DISTINCT channel)", "channel"),
        ("(SELECT 1)", "1"),
        ("mean(CASE WHEN escalated THEN 1 END)", "WHEN"),
        ("mean(contacts::int)", "::"),
        ("mean(CAST(contacts AS INT))", "AS"),
        ("coalesce(count(), 0)", "coalesce"),
        ("read_csv('/etc/passwd')", "read_csv"),
        ("share(channel = 'a' || 'b')", "||"),
        ("share(channel = $1)", "$1"),
        ("share(channel = ?)", "?"),
        ("share(channel = {{x}})", "{"),
        ("share(channel = x'41')", "'41'"),
        ("share(channel = 'a\x00')", "\x00"),
        ("share(channel = 'a\nb')", "'a\nb'"),
        ("share(channel = '\ud800')", "\ud800"),
        ("工单数", "工单数"),
    ],
)
def test_what_is_not_the_language_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(FormulaError) as caught:
        formula(text)
    error = caught.value
    assert text[error.position : error.position + error.length] == wrong


def test_limits() -> None:
    assert formula("count() + " + "(" * 40 + "1" + ")" * 40)
    for text in ("(" * 60 + "count()" + ")" * 60, "- " * 500 + "count()", "share(" + "NOT " * 500 + "escalated)"):
        with pytest.raises(FormulaError, match="parentheses"):
            formula(text)
    with pytest.raises(FormulaError, match="too long"):
        formula("count()" + " + 1" * 300)
    with pytest.raises(FormulaError, match="10000 characters"):
        formula("count()" + " " * 10_000)
    many = " OR ".join(f"channel = 'c{n}'" for n in range(500))
    sql = condition(many).sql("duckdb")
    assert duckdb.execute(f"SELECT {sql} FROM (SELECT 'c499' AS channel)").fetchone() == (True,)


def test_a_deep_stack_is_no_excuse() -> None:
    """Called from deep inside a web framework, the deepest formula still reads or is refused."""

    def deep(level: int) -> str:
        return (
            formula("share(" + "(" * 44 + "contacts > 1 + 2 * 3" + ")" * 44 + ")").kind
            if level == 0
            else deep(level - 1)
        )

    assert deep(300) == "share"


def test_literals_cannot_leave_their_quotes() -> None:
    nasty = "a' OR 1=1 --\\' \" ` ${env:HOME} ${system:user.home}"
    read = condition("channel = '" + nasty.replace("'", "''") + "'")
    sql = f"SELECT {read.sql('duckdb')} FROM (SELECT ? AS channel)"
    assert duckdb.execute(sql, [nasty]).fetchone() == (True,)
    spark = read.sql("spark")
    assert "${" not in spark  # Spark would put a setting or an environment variable there
    parsed = sqlglot.parse_one(spark.replace("\\u0024", "$"), dialect="spark")
    assert [n.this for n in parsed.find_all(sqlglot.exp.Literal)] == [nasty]
    assert text_sql("\\", "spark") == "'\\\\'"
    # inside a pattern Spark reads backslashes a second time
    assert condition("contains(channel, '${x}')").sql("spark") == "((instr(`channel`, '\\u0024{x}') > 0))"
    assert condition("channel LIKE 'a\\%'").sql("spark") == "(`channel` LIKE 'a\\\\\\\\%')"


def test_both_dialects_say_the_same() -> None:
    """The Spark text, read by sqlglot and written for DuckDB, is the DuckDB text."""
    texts = [
        "mean(contacts / reopened)",
        "share(first_response_minutes <= 5 AND channel IN ('a', 'b'), NOT escalated)",
        "ratio(sum(contacts), count())",
        "1 - share(channel LIKE 'a%') / 2",
        "share(created_at_day BETWEEN DATE '2026-01-01' AND DATE '2026-03-31')",
        "nps(contacts)",
    ]
    for text in texts:
        one, other = formula(text).components("duckdb"), formula(text).components("spark")
        assert {k: v.replace('"', "`") for k, v in one.items()} == other
    assert formula("median(contacts)").components("spark")["value"] == "percentile(CAST(`contacts` AS DOUBLE), 0.5e0)"


def test_every_function_explains_itself() -> None:
    table = DATASETS["survey_responses"]
    assert (
        parse_formula("share(csat >= 4)", table).explain("en")
        == "Share of survey responses where “Satisfaction (1–5)” is at least 4, among those where this is known."
    )
    words = {
        "count()": "Number of tickets.",
        "count(channel)": "Number of tickets where “Channel” is known.",
        "mean(contacts * 2)": "Mean of (“Contacts until solved” × 2).",
        "sum(contacts)": "Sum of “Contacts until solved”.",
        "min(contacts)": "Smallest “Contacts until solved”.",
        "max(contacts)": "Largest “Contacts until solved”.",
        "median(contacts)": "Median of “Contacts until solved”.",
        "quantile(contacts, 0.9)": "Percentile 90 of “Contacts until solved”.",
        "nps(contacts)": "Percentage of 9 and 10 minus percentage of 0 to 6 in “Contacts until solved”.",
        "ratio(sum(contacts), count())": "Sum of “Contacts until solved” divided by number of tickets.",
        "1 - share(escalated)": "1 − (share of tickets where “Escalated” is yes, among those where this is known).",
    }
    for text, sentence in words.items():
        assert formula(text).explain("en") == sentence
    assert condition(
        "NOT (channel IN ('a', 'b', 'c') OR contacts BETWEEN 1 AND 2) AND subject LIKE '%x%' AND team IS NOT NULL"
    ).explain("en") == (
        "it is not so that (“Channel” is “a”, “b” or “c” or “Contacts until solved” is between 1 and 2) "
        "and “Subject” looks like “%x%” and “Team” is known"
    )


def test_errors_can_be_placed() -> None:
    with pytest.raises(FormulaError) as caught:
        formula("count(x)")
    placed = caught.value.at(Place("s.yaml", 7, "formula"))
    assert str(placed.in_language("en")).startswith("s.yaml, row 7, column “formula”: Tickets has no column “x”.")
    assert (placed.position, placed.length) == (6, 1)


def test_columns_are_those_read() -> None:
    assert formula("share(contacts > 1, NOT escalated) + count(team)").columns == {"contacts", "escalated", "team"}
    assert condition("channel = 'a' OR hour > 22").columns == {"channel", "hour"}
