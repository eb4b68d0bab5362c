"""The demo organisation: what was planted can be counted, and the records agree with each other.

Everything is counted by SQL of its own directly on the Parquet files, beside the product's indicators.
"""

from __future__ import annotations

from datetime import date
from math import sqrt
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.lake import Lake
from qualityloop.demo import generate, stories, tables
from qualityloop.demo import organisation as org

pytestmark = pytest.mark.xdist_group("demo")
SIGMAS = 4.5  # a fair generator leaves such bounds once in 150 000 times


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return generate(tmp_path_factory.mktemp("demo") / "lake")


@pytest.fixture(scope="module")
def sql(lake: Lake) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name in lake.datasets:
        folder = (lake.root / name).as_posix()
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder}/*.parquet')")
    return connection


def one(sql: duckdb.DuckDBPyConnection, query: str) -> tuple:
    row = sql.execute(query).fetchone()
    assert row
    return row


def assert_rate(hits: int, rows: int, probability: float) -> None:
    """`hits` of `rows` are what a coin of `probability` would give."""
    assert rows > 0
    bound = SIGMAS * sqrt(probability * (1 - probability) / rows)
    assert hits / rows == pytest.approx(probability, abs=bound), f"{hits}/{rows}, planted {probability} ± {bound:.4f}"


# ---- the same every time ----------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_rows() -> None:
    first, second = tables(tickets=700, seed=5), tables(tickets=700, seed=5)
    assert first.keys() == second.keys() == DATASETS.keys()
    for name, rows in first.items():
        assert rows.equals(second[name]), name


def test_another_seed_gives_other_rows() -> None:
    first, second = tables(tickets=700, seed=5), tables(tickets=700, seed=6)
    assert not first["tickets"].equals(second["tickets"])
    assert not first["training_results"].equals(second["training_results"])


def test_the_lake_is_the_same_to_the_byte(tmp_path: Path) -> None:
    first, second = (generate(tmp_path / name, tickets=300, seed=1) for name in ("a", "b"))
    assert first.snapshot == second.snapshot
    assert first.zone == org.ZONE


@pytest.mark.parametrize("size", [1, 40])
def test_few_tickets_are_enough(size: int) -> None:
    made = tables(tickets=size, seed=2)
    assert made["tickets"].num_rows == size
    assert pa.compute.count_distinct(made["ticket_events"]["ticket_id"]).as_py() == size


def test_it_may_end_on_another_day() -> None:
    created = tables(tickets=500, until=date(2025, 2, 28))["tickets"]["created_at"]
    local = pa.compute.add(created, pa.scalar(8 * 3600 * 1_000_000, pa.duration("us")))
    assert pa.compute.min(local).as_py().date() >= date(2024, 2, 1)
    assert pa.compute.max(local).as_py().date() <= date(2025, 2, 28)
    assert pa.compute.min(local).as_py().date() < date(2024, 2, 10)


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    generate(tmp_path / "lake", tickets=50, progress=lambda done, of: told.append((done, of)))
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert told[-1][0] == told[-1][1]


# ---- the records agree with each other --------------------------------------------------------------------


def test_size_and_span(lake: Lake, sql: duckdb.DuckDBPyConnection) -> None:
    rows, customers, first, last = one(
        sql, "SELECT count(*), count(DISTINCT customer), min(created_at_day), max(created_at_day) FROM tickets"
    )
    assert rows == 60_000
    assert 15_000 < customers < 30_000
    assert (first, last) == (date(2025, 10, 1), stories.UNTIL)
    assert [p.month for p in lake.datasets["tickets"].partitions] == [
        *(f"2025-{m:02d}" for m in (10, 11, 12)),
        *(f"2026-{m:02d}" for m in range(1, 11)),
    ]


@pytest.mark.parametrize("name", sorted(DATASETS.keys()))
def test_keys_identify_rows_and_all_columns_are_there(lake: Lake, sql: duckdb.DuckDBPyConnection, name: str) -> None:
    key = ", ".join(f'"{column}"' for column in DATASETS[name].key)
    rows, distinct = one(sql, f"SELECT count(*), count(DISTINCT ({key})) FROM {name}")
    assert rows == distinct > 0
    optional = {"lifecycle"}  # the log has one instant per step
    assert {c.name for c in DATASETS[name].columns} - optional <= lake.datasets[name].columns


@pytest.mark.parametrize(
    ("child", "column", "parent"),
    [
        ("ticket_events", "ticket_id", "tickets"),
        ("interactions", "ticket_id", "tickets"),
        ("survey_responses", "ticket_id", "tickets"),
        ("complaints", "ticket_id", "tickets"),
        ("scores", "ticket_id", "tickets"),
        ("parts_used", "ticket_id", "tickets"),
        ("knowledge_uses", "ticket_id", "tickets"),
        ("scores", "interaction_id", "interactions"),
        ("score_items", "score_id", "scores"),
    ],
)
def test_every_row_has_its_parent(sql: duckdb.DuckDBPyConnection, child: str, column: str, parent: str) -> None:
    (orphans,) = one(
        sql,
        f"SELECT count(*) FROM {child} WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT {column} FROM {parent})",
    )
    assert orphans == 0


@pytest.mark.parametrize("name", [n for n, d in DATASETS.items() if d.order and n != "messages"])
def test_instants_stand_in_order_and_before_the_export(sql: duckdb.DuckDBPyConnection, name: str) -> None:
    wrong = " OR ".join(f'"{later}" < "{earlier}"' for earlier, later in DATASETS[name].order)
    assert one(sql, f"SELECT count(*) FROM {name} WHERE {wrong}") == (0,)
    for column in DATASETS[name].instants:
        if column != "due_at":
            assert one(sql, f"SELECT max(\"{column}\") < TIMESTAMP '2026-10-31 16:00' FROM {name}") == (True,), column


def test_the_log_tells_the_same_story_as_the_tickets(sql: duckdb.DuckDBPyConnection) -> None:
    backwards = "SELECT count(*) FROM (SELECT e.at - lag(e.at) OVER (PARTITION BY ticket_id ORDER BY seq) AS gap, "
    backwards += "seq - row_number() OVER (PARTITION BY ticket_id ORDER BY seq) AS hole FROM ticket_events e)"
    assert one(sql, f"{backwards} WHERE gap < INTERVAL 0 SECOND OR hole != 0") == (0,)
    sql.execute(
        """CREATE OR REPLACE TEMP TABLE told AS SELECT ticket_id, min("at") AS begins,
        max("at") FILTER (activity = '首次响应') AS answered, max("at") FILTER (activity = '解决') AS solved,
        max("at") FILTER (activity IN ('关闭', '撤销')) AS closed, count(*) FILTER (activity = '重新打开') AS reopened,
        count(*) FILTER (activity = '转派') AS moved, count(*) FILTER (activity = '升级处理') > 0 AS escalated
        FROM ticket_events GROUP BY ticket_id"""
    )
    different = one(
        sql,
        """SELECT count(*), count(*) FILTER (begins != created_at),
        count(*) FILTER (answered IS DISTINCT FROM first_response_at),
        count(*) FILTER (resolved_at IS NOT NULL AND solved != resolved_at),
        count(*) FILTER (closed IS DISTINCT FROM closed_at), count(*) FILTER (told.reopened != t.reopened),
        count(*) FILTER (moved != reassigned), count(*) FILTER (told.escalated != t.escalated)
        FROM tickets t JOIN told USING (ticket_id)""",
    )
    assert different == (60_000, 0, 0, 0, 0, 0, 0, 0)


def test_counts_and_states_fit(sql: duckdb.DuckDBPyConnection) -> None:
    impossible = one(
        sql,
        """SELECT count(*) FILTER (contacts <= reopened AND resolved_at IS NOT NULL),
        count(*) FILTER (contacts IS NULL AND resolved_at IS NOT NULL),
        count(*) FILTER (status = '已关闭' AND (closed_at IS NULL OR resolved_at IS NULL)),
        count(*) FILTER (status NOT IN ('已关闭', '已撤销') AND closed_at IS NOT NULL),
        count(*) FILTER (status IN ('待受理', '待派单', '已派单', '处理中', '挂起') AND resolved_at IS NOT NULL)
        FROM tickets""",
    )
    assert impossible == (0, 0, 0, 0, 0)


def test_the_last_days_are_still_open_and_the_old_ones_are_not(sql: duckdb.DuckDBPyConnection) -> None:
    states = dict(sql.execute("SELECT status, count(*) FROM tickets GROUP BY 1").fetchall())
    assert {"已关闭", "已撤销", "待回访", "处理中", "待派单"} <= states.keys()
    late, early = one(
        sql,
        """SELECT avg((closed_at IS NULL)::INT) FILTER (created_at_day >= '2026-10-30'),
        avg((closed_at IS NULL)::INT) FILTER (created_at_day < '2026-09-01') FROM tickets""",
    )
    assert late > 0.4
    assert early == 0


def test_parts_that_were_waited_for_are_in_the_log(sql: duckdb.DuckDBPyConnection) -> None:
    mismatches = one(
        sql,
        """WITH waited AS (SELECT DISTINCT ticket_id FROM ticket_events WHERE activity = '配件到货'),
        short AS (SELECT DISTINCT ticket_id FROM parts_used WHERE NOT in_stock)
        SELECT (SELECT count(*) FROM waited ANTI JOIN short USING (ticket_id)),
               (SELECT count(*) FROM short ANTI JOIN waited USING (ticket_id)), (SELECT count(*) FROM short)""",
    )
    assert mismatches[:2] == (0, 0)
    assert mismatches[2] > 1000


def test_process_and_its_deviations(sql: duckdb.DuckDBPyConnection) -> None:
    """A closed ticket deviates exactly where its log has no call-back, one after closing, or no diagnosis."""
    rows = sql.execute(
        """WITH path AS (SELECT ticket_id, list(activity ORDER BY seq) AS steps FROM ticket_events GROUP BY 1)
        SELECT deviated, kind, steps FROM tickets JOIN path USING (ticket_id) WHERE status = '已关闭'"""
    ).fetchall()
    for deviated, kind, steps in rows:
        skipped = "回访" not in steps or steps.index("回访") > steps.index("关闭")
        blind = kind in ("repair", "technical_support") and "诊断" not in steps
        assert deviated == (skipped or blind), steps
    assert 0.01 < sum(r[0] for r in rows) / len(rows) < 0.05


# ---- life ------------------------------------------------------------------------------------------------


def test_days_weeks_and_seasons_differ(sql: duckdb.DuckDBPyConnection) -> None:
    monday, sunday, night, day = one(
        sql,
        """SELECT count(*) FILTER (weekday = 1), count(*) FILTER (weekday = 7),
        count(*) FILTER (channel = 'phone' AND (hour < 7 OR hour >= 22)), count(*) FILTER (channel = 'phone')
        FROM tickets""",
    )
    assert monday > 1.2 * sunday
    assert night < 0.08 * day
    summer, winter = one(
        sql,
        """SELECT avg((product = '变频空调 A3')::INT) FILTER (month(created_at_day) IN (6, 7, 8)),
        avg((product = '变频空调 A3')::INT) FILTER (month(created_at_day) IN (12, 1, 2)) FROM tickets""",
    )
    assert summer > 1.4 * winter
    festival, usual = one(
        sql,
        """SELECT count(*) FILTER (created_at_day BETWEEN '2026-02-16' AND '2026-02-22') / 7,
        count(*) FILTER (created_at_day BETWEEN '2026-03-02' AND '2026-03-22') / 21 FROM tickets""",
    )
    assert festival < 0.6 * usual


def test_shifts_follow_the_clock(sql: duckdb.DuckDBPyConnection) -> None:
    wrong = one(
        sql,
        """SELECT count(*) FROM tickets WHERE shift !=
        CASE WHEN hour BETWEEN 7 AND 14 THEN '早班' WHEN hour BETWEEN 15 AND 21 THEN '中班' ELSE '夜班' END""",
    )
    assert wrong == (0,)


PLEASED = (
    "满意 谢谢 点赞 五星 专业 耐心 快 准时 省心 过硬 透明 好 热情 客客气气 仔细 "
    "讲究 说话算话 不用跑一趟 没有乱收费 找到毛病 新的一样"
)
ANGRY = (
    "失望 差评 投诉 不耐烦 敷衍 没人 等了 又坏 老问题 反复 加钱 没有道理 不懂 转接 不管用 贵一倍 催了 改约 说法 "
    "石沉大海 排队 听不明白 不情愿 三天没 查不到 没查出 不会再买 耽误 到底有没有修 派个懂的来 才到 领导看看 上网查 "
    "一直让我等 待揽收"
)


def test_comments_are_many_and_fit_the_score(sql: duckdb.DuckDBPyConnection) -> None:
    rows = sql.execute("SELECT csat, comment FROM survey_responses WHERE comment IS NOT NULL").fetchall()
    assert len(rows) > 3000
    assert len({comment for _, comment in rows}) > 0.5 * len(rows)
    assert not [c for _, c in rows if "{" in c or "None" in c]
    happy = [c for score, c in rows if score >= 4]
    unhappy = [c for score, c in rows if score <= 2]
    assert sum(any(word in c for word in PLEASED.split()) for c in happy) > 0.95 * len(happy)
    assert sum(any(word in c for word in ANGRY.split()) for c in unhappy) > 0.95 * len(unhappy)


def test_the_sample_of_quality_checks_weighs_up_to_all_conversations(sql: duckdb.DuckDBPyConnection) -> None:
    """Horvitz–Thompson: sampled rows divided by their inclusion probability estimate the number of conversations."""
    for shift in org.SHIFTS:
        where = f"shift = '{shift}'"
        estimate, sampled = one(sql, f"SELECT sum(1 / inclusion_probability), count(*) FROM scores WHERE {where}")
        (talks,) = one(
            sql,
            f"SELECT count(*) FROM interactions WHERE {where} AND NOT abandoned AND started_at_day < '2026-10-28'",
        )
        assert estimate == pytest.approx(talks, rel=SIGMAS / sqrt(sampled) + 0.01)
    share, items = one(
        sql,
        """SELECT (SELECT count(*) FROM scores) / (SELECT count(*) FROM interactions),
        count(*) / count(DISTINCT score_id) FROM score_items""",
    )
    assert 0.10 <= share <= 0.20
    assert items == 8


# ---- the planted stories ---------------------------------------------------------------------------------


def test_story_night_shift(sql: duckdb.DuckDBPyConnection) -> None:
    story = stories.NIGHT_SHIFT
    query = "SELECT count(*) FILTER (first_response_minutes <= 5), count(first_response_minutes) FROM tickets WHERE "
    night = "channel = 'online' AND shift = '夜班' AND created_at_day"
    assert_rate(*one(sql, f"{query} {night} < '2026-09-01'"), story.before)
    assert_rate(*one(sql, f"{query} {night} >= '2026-09-01'"), story.after)
    hits, rows = one(sql, f"{query} channel = 'online' AND shift != '夜班' AND created_at_day >= '2026-09-01'")
    assert hits / rows > 0.90  # the others stay at their target


def test_story_logistics(sql: duckdb.DuckDBPyConnection) -> None:
    story = stories.LOGISTICS
    for when, probability in (("< '2026-08-01'", story.before), (">= '2026-08-01'", story.after)):
        (hits,) = one(
            sql,
            f"SELECT count(*) FROM complaints WHERE category = '物流信息更新不及时' AND received_at_day {when}",
        )
        (tickets,) = one(sql, f"SELECT count(*) FROM tickets WHERE created_at_day {when}")
        assert_rate(hits, tickets, probability)
    hits, rows = one(
        sql,
        """SELECT (SELECT count(*) FROM complaints WHERE received_at_day < '2026-08-01'),
        (SELECT count(*) FROM tickets WHERE created_at_day < '2026-08-01')""",
    )
    assert hits / rows < 0.01  # below the target before


def test_story_repeat_repairs(sql: duckdb.DuckDBPyConnection) -> None:
    story = stories.REPEAT_REPAIRS
    query = (
        "SELECT count(*) FILTER (reopened > 0), count(*) FROM tickets WHERE resolved_at IS NOT NULL AND kind = 'repair'"
    )
    mine = f"{query} AND product = '滚筒洗衣机 W80' AND created_at_day"
    assert_rate(*one(sql, f"{mine} < '2026-06-01'"), story.before)
    assert_rate(*one(sql, f"{mine} >= '2026-06-01'"), story.after)
    assert_rate(*one(sql, f"{query} AND product != '滚筒洗衣机 W80'"), story.before)


def test_story_of_the_measure_that_worked(sql: duckdb.DuckDBPyConnection) -> None:
    story = stories.WORKED
    query = "SELECT count(*) FILTER (escalated), count(*) FROM tickets WHERE team = '技术支持组' AND status != '已撤销'"
    assert_rate(*one(sql, f"{query} AND created_at_day < '2026-05-11'"), story.before)
    assert_rate(*one(sql, f"{query} AND created_at_day BETWEEN '2026-05-11' AND '2026-10-28'"), story.after)


def test_story_of_the_measure_that_failed(sql: duckdb.DuckDBPyConnection) -> None:
    story = stories.FAILED
    query = """SELECT avg(resolution_hours), stddev_samp(resolution_hours) / sqrt(count(*)) FROM tickets
    WHERE team = '华南维修站' AND kind = 'repair' AND created_at_day """
    before, error_before = one(sql, f"{query} < '2026-06-15'")
    after, error_after = one(sql, f"{query} BETWEEN '2026-06-15' AND '2026-10-20'")
    assert before == pytest.approx(story.before, abs=SIGMAS * error_before)
    assert after == pytest.approx(story.after, abs=SIGMAS * error_after)
    assert abs(after - before) < 2 * sqrt(error_before**2 + error_after**2)  # nothing to see, in this very data


def test_stories_begin_where_they_say() -> None:
    assert [story.begins() for story in stories.STORIES] == [
        date(2026, 9, 1),
        date(2026, 8, 1),
        date(2026, 6, 1),
        date(2026, 5, 11),
        date(2026, 6, 15),
    ]
    assert stories.NIGHT_SHIFT.begins(date(2026, 1, 31)) == date(2025, 12, 1)
