"""评估基准表: content, pages, instant check, trying out, files there and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.loading import load_standard, read_draft, shipped_draft, shipped_standards
from qualityloop.analysis.lake import Lake
from qualityloop.standards.indicators.content import (
    as_percent,
    check,
    content_of_draft,
    sections,
    standard_from,
    standard_of,
)
from qualityloop.standards.indicators.preview import newest_month
from qualityloop.standards.versions import services
from qualityloop.standards.versions.comparing import compare
from qualityloop.standards.versions.models import Content, Version
from qualityloop.standards.versions.queries import in_force

pytestmark = pytest.mark.django_db

EDIT = "/standards/indicators/ours/1/edit/"


def changed(content: Content, key: str, **fields: str) -> Content:
    rows = [{**row, **fields} if row["key"] == key else row for row in content["indicators"]]
    return {**content, "indicators": rows}


def form_of(content: Content, **more: str) -> dict[str, Any]:
    """What the browser sends for the table of a content."""
    data: dict[str, Any] = {"name.zh": content["name"]["zh"], "name.en": content["name"]["en"]}
    data |= {"problem_target": content["problem_target"], "headline_shown": "1", "headline": content["headline"]}
    for at, d in enumerate(content["dimensions"]):
        data |= {f"d-{at}-{part}": d[part] for part in ("key", "zh", "en")}
    for at, row in enumerate(content["indicators"]):
        data[f"i-{at}-was"] = row["key"]
        names = ("name.zh", "dimension", "baseline", "target", "warning", "unit", "better", "where", "formula")
        data |= {f"i-{at}-{name}": row.get(name, "") for name in names}
    return data | more


@pytest.mark.parametrize("key", shipped_standards())
def test_a_template_becomes_a_content_and_the_same_standard_again(key: str) -> None:
    content = json.loads(json.dumps(content_of_draft(shipped_draft(key))))
    assert check(content) == []
    assert standard_from(content, key, "1") == load_standard(key)


@pytest.mark.parametrize(
    ("written", "shown"), [("0.9", "90%"), ("0.905", "90.5%"), ("0.0005", "0.05%"), ("1", "100%"), ("abc", "abc")]
)
def test_shares_are_shown_as_percent(written: str, shown: str) -> None:
    assert as_percent(written) == shown


def test_every_fault_is_found_with_its_place(draft: Version) -> None:
    content = changed(draft.content, "csat", target="viel", formula="maen(score)")
    content = changed(content, "complaint_rate", unit="lightyears", dimension="nowhere")
    content["headline"] = ["csat", "no_such"]
    content["problem_target"] = "0"
    places = {row["key"]: at for at, row in enumerate(content["indicators"])}
    fields = [fault.field for fault in check(content)]
    wrong = (("csat", "target"), ("complaint_rate", "unit"))
    assert fields == ["problem_target", *(f"indicators.{places[key]}.{field}" for key, field in wrong)]
    content = changed(draft.content, "csat", formula="maen(score)")
    (fault,) = check(content)
    assert fault.field == f"indicators.{places['csat']}.formula"
    assert "mean" in fault.text.in_language("en")


def test_a_director_begins_with_a_template_and_changes_a_target(writing: Client) -> None:
    answer = writing.post("/standards/indicators/new/", {"key": "ours", "begin": "after-sales", "reason": "2026"})
    assert answer.status_code == 302
    assert answer["Location"] == EDIT
    version = Version.objects.get()
    page = writing.get(EDIT).content.decode()
    assert "share(first_response_minutes &lt;= 5)" in page
    content = version.content
    at = next(i for i, row in enumerate(content["indicators"]) if row["key"] == "first_response_online")
    writing.post(EDIT, form_of(content, **{f"i-{at}-target": "95%", "known_hash": version.content_hash}))
    after = standard_from(Version.objects.get().content, "ours", "1")
    before = load_standard("after-sales")
    assert after.indicator("first_response_online").target == 0.95
    others = [i for i in after.indicators if i.key != "first_response_online"]
    assert others == [i for i in before.indicators if i.key != "first_response_online"]


def test_bad_input_is_kept_and_said_under_its_field(writing: Client, draft: Version) -> None:
    typed = form_of(draft.content, **{"i-0-target": "ninety", "i-1-formula": "share(chanel = 'a')"})
    assert writing.post(EDIT, typed, follow=True).status_code == 200
    page = writing.get(EDIT).content.decode()
    assert 'value="ninety"' in page
    assert "share(chanel = &#x27;a&#x27;)" in page
    assert "ninety" in page.split('data-fault="i-0-target"')[1][:60]
    assert "channel" in page.split('data-fault="i-1-formula"')[1][:200]


def test_somebody_elses_change_is_not_overwritten_unseen(writing: Client, draft: Version, reviewer: Any) -> None:
    typed = form_of(draft.content, **{"i-0-target": "77%", "known_hash": draft.content_hash})
    services.draft_save(actor=reviewer, version=draft, content=changed(draft.content, "csat", target="91"))
    page = writing.post(EDIT, typed).content.decode()
    assert "其他人改过" in page
    assert 'value="77%"' in page
    kept = standard_from(Version.objects.get().content, "ours", "1")
    assert kept.indicator("csat").target == 91
    assert kept.indicators[0].target != 0.77


def test_rows_move_and_go(writing: Client, draft: Version) -> None:
    keys = [row["key"] for row in draft.content["indicators"]]
    writing.post(EDIT, form_of(draft.content, do=f"down:{keys[0]}"))
    moved = Version.objects.get().content
    assert [row["key"] for row in moved["indicators"]] == [keys[1], keys[0], *keys[2:]]
    writing.post(EDIT, form_of(moved, do=f"remove:{keys[1]}"))
    left = Version.objects.get().content
    assert [row["key"] for row in left["indicators"]] == [keys[0], *keys[2:]]
    assert keys[1] not in left["headline"]


def test_a_new_indicator_with_every_field(writing: Client, draft: Version) -> None:
    page = "/standards/indicators/ours/1/edit/indicator/"
    fields = {
        "key": "answered_12h", "dimension": "responsiveness", "name.zh": "12 小时内答复率",
        "name.en": "Answered in 12 h",
        "definition.zh": "首次响应不超过 12 小时的工单占比", "dataset": "tickets", "period": "created_at",
        "where": "tier = 'A'", "formula": "share(first_response_minutes <= 720)", "unit": "percent", "better": "higher",
        "baseline": "80%", "target": "90%", "warning": "85%", "source.zh": "工单", "owner.zh": "客服部",
        "scope.zh": "A 级客户", "kind": "other",
    }  # fmt: skip
    bad = writing.post(page, {**fields, "key": "csat"})
    assert "已有同编号" in bad.content.decode()
    assert "12 小时内答复率" in bad.content.decode()
    assert writing.post(page, fields).status_code == 302
    made = standard_from(Version.objects.get().content, "ours", "1").indicator("answered_12h")
    assert (made.target, made.where) == (0.9, "tier = 'A'")
    assert made.scope is not None
    assert made.scope.zh == "A 级客户"
    assert writing.get(f"{page}?indicator=answered_12h").status_code == 200
    assert writing.get(f"{page}?indicator=none").status_code == 404


def test_the_instant_check_names_position_and_suggestion(writing: Client, draft: Version) -> None:
    typed = form_of(draft.content, **{"i-0-formula": "share(first_respons_minutes <= 15)"})
    found = writing.post("/standards/indicators/ours/1/check/", typed).json()
    assert list(found["faults"]) == ["i-0-formula"]
    assert "first_response_minutes" in found["faults"]["i-0-formula"]
    assert "7" in found["faults"]["i-0-formula"]
    row = {"was": "csat", "key": "csat", "formula": "mean(csat)", "dataset": "survey_responses"}
    found = writing.post("/standards/indicators/ours/1/check/", row).json()
    assert found["faults"] == {}
    assert found["said"]["formula"]
    assert Version.objects.get().content == draft.content


def test_trying_out_says_what_the_change_does_to_last_month(
    writing: Client, draft: Version, release: Callable[..., Version], lake: Lake, author: Any
) -> None:
    release(draft)
    new = services.draft_create(actor=author, document=draft.document)
    at = next(i for i, row in enumerate(new.content["indicators"]) if row["key"] == "csat")
    url = "/standards/indicators/ours/2/preview/"
    page = writing.post(url, form_of(new.content, **{f"i-{at}-target": "1", f"i-{at}-warning": "0.5"}))
    text = page.content.decode()
    month = newest_month(lake)
    assert month is not None
    with open_engine() as engine:
        found = evaluate(
            lake, standard_of(draft), engine=engine, start=month, end=month, grain="month", groupings=[()],
            indicators=["csat"],
        )  # fmt: skip
    assert lake.snapshot[:12] in text
    assert text.count("<tr") == 3  # two of the head, one indicator that changed
    assert found.values
    assert writing.post(url, form_of(new.content)).content.decode().count("<tr") == 0
    broken = writing.post(url, form_of(new.content, **{f"i-{at}-formula": "mean("})).content.decode()
    assert "还不能计算" in broken
    assert Version.objects.get(number=2).content == draft.content


@pytest.mark.parametrize("form", ["yaml", "xlsx"])
def test_a_version_leaves_as_a_file_and_comes_back_the_same(
    writing: Client, draft: Version, form: str, tmp_path: Path
) -> None:
    body = writing.get(f"/standards/indicators/ours/1/export/?format={form}").content
    path = tmp_path / f"ours.{form}"
    path.write_bytes(body)
    assert load_standard(path) == standard_of(draft)
    assert content_of_draft(read_draft(path.name, body)) == draft.content
    answer = writing.post(
        "/standards/indicators/new/", {"key": "again", "begin": "file", "file": SimpleUploadedFile(path.name, body)}
    )
    assert answer.status_code == 302
    assert Version.objects.get(document__key="again").content_hash == draft.content_hash


def test_a_file_that_cannot_be_read_says_where_and_keeps_the_form(writing: Client, draft: Version) -> None:
    bad = SimpleUploadedFile("bad.yaml", b"key: a\nindicaters: []\n")
    page = writing.post("/standards/indicators/new/", {"key": "mine", "begin": "file", "file": bad, "reason": "neu"})
    text = page.content.decode()
    assert "bad.yaml" in text
    assert "indicators" in text
    assert 'value="mine"' in text
    assert 'value="neu"' in text
    for name, data in (
        ("x.txt", b"key: a"),
        ("x.xlsx", b"PK\x03\x04 nothing"),
        ("p.yaml", b"extends: ../../etc/passwd\nkey: a"),
    ):
        answer = writing.post(
            "/standards/indicators/ours/1/file/", {"file": SimpleUploadedFile(name, data)}, follow=True
        )
        assert "alert-danger" in answer.content.decode()
    assert Version.objects.get().content == draft.content


def test_two_versions_are_compared_value_by_value(writing: Client, draft: Version, release: Any, author: Any) -> None:
    release(draft)
    content = changed(draft.content, "csat", target="92")
    services.draft_create(actor=author, document=draft.document, content=content, reason="higher")
    (change,) = compare(sections(draft.content), sections(content))
    assert [(row.key, cell.before, cell.after) for row in change.rows for cell in row.cells] == [("csat", "90", "92")]
    page = writing.get("/standards/indicators/ours/compare/?a=1&b=2").content.decode()
    assert "目标值" in page
    assert "92" in page


def test_the_whole_way_by_pages_with_four_eyes(
    writing: Client, draft: Version, signed_in: Callable[..., Client]
) -> None:
    version = "/standards/indicators/ours/1/"
    assert "四眼原则" in writing.post(f"{version}review/", {"note": ""}).content.decode()
    qc = signed_in("qc")
    assert qc.post(f"{version}review/", {"note": "好"}).status_code == 302
    assert qc.post(f"{version}release/", {}).status_code == 404
    assert writing.get(EDIT).status_code == 404
    page = writing.post(f"{version}withdraw/", {"reason": ""}).content.decode()
    assert 'id="withdraw-reason"' in page
    assert writing.post(f"{version}release/", {"valid_on": "2026-01-01"}).status_code == 302
    kept = in_force("indicators", "ours")
    assert kept is not None
    assert kept.valid_from is not None
    assert kept.valid_from.astimezone().isoformat()[:4] in ("2025", "2026")
    agent = signed_in("agent")
    assert "生效中" in agent.get(version).content.decode()
    assert agent.get("/standards/indicators/new/").status_code == 404
    assert signed_in("customer").get(version).status_code == 404


@pytest.mark.parametrize(
    ("url", "most"),
    [
        ("/standards/indicators/", 8),
        ("/standards/indicators/ours/", 9),
        ("/standards/indicators/ours/1/", 8),
        ("/standards/indicators/ours/compare/", 8),
        (EDIT, 7),
    ],
)
def test_pages_ask_the_database_little(
    writing: Client, draft: Version, url: str, most: int, django_assert_max_num_queries: Any
) -> None:
    writing.get(url)
    with django_assert_max_num_queries(most):
        assert writing.get(url).status_code == 200


def test_the_content_may_be_large(writing: Client, draft: Version) -> None:
    """500 indicators are sent and kept; Django's usual limit of 1 000 fields would refuse them."""
    rows = [{**draft.content["indicators"][0], "key": f"k{n}"} for n in range(200)]
    services.draft_save(
        actor=draft.author, version=draft, content={**draft.content, "indicators": rows, "headline": []}
    )
    answer = writing.post(EDIT, form_of(Version.objects.get().content, reason="all"))
    assert answer.status_code == 302
    assert Version.objects.get().reason == "all"
