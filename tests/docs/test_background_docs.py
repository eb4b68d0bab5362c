"""docs/JOBS.md, NOTICES.md and WEBHOOKS.md: what they import is there, what they call can be so called."""

from __future__ import annotations

import ast
import inspect
import re

import pytest

from qualityloop.config import settings as shipped
from qualityloop.foundation import jobs, notices, webhooks
from qualityloop.foundation.jobs.registry import JobKind
from qualityloop.foundation.notices.jobs import PAUSES
from qualityloop.foundation.webhooks.jobs import PAUSES as WEBHOOK_PAUSES
from tests.conftest import ROOT

PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("JOBS.md", "NOTICES.md", "WEBHOOKS.md")}
CALLED = {
    "enqueue": jobs.enqueue, "job": jobs.job, "schedule": jobs.schedule, "notify": notices.notify,
    "notice_kind": notices.notice_kind, "announce": webhooks.announce, "event": webhooks.event,
}  # fmt: skip


def examples() -> list[tuple[str, ast.Module]]:
    return [
        (name, ast.parse(code.replace("…", "...")))
        for name, text in PAGES.items()
        for code in re.findall(r"```python\n(.*?)```", text, re.S)
    ]


@pytest.mark.parametrize(("name", "tree"), examples())
def test_examples_call_what_there_is_as_it_can_be_called(name: str, tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qualityloop"):
            module = __import__(node.module or "", fromlist=["x"])
            assert all(hasattr(module, alias.name) for alias in node.names), name
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLED:
            keywords = {keyword.arg: None for keyword in node.keywords if keyword.arg}
            inspect.signature(CALLED[node.func.id]).bind(*node.args, **keywords)


def test_options_and_variables_exist() -> None:
    text = "\n".join(PAGES.values())
    for options in re.findall(r"`job\(…, (\w+)=", text):
        assert options in JobKind.__dataclass_fields__
    for option in re.findall(r"`enqueue\(…, (\w+)=", text):
        assert option in inspect.signature(jobs.enqueue).parameters
    source = inspect.getsource(shipped)
    for variable in set(re.findall(r"QUALITYLOOP_[A-Z_]+", text)):
        assert variable in source, variable


def test_the_pauses_are_as_written() -> None:
    assert "after 1, 5\n  and 15 minutes, 1, 3, 6, 12 and 24 hours" in PAGES["NOTICES.md"]
    assert [pause / 60 for pause in PAUSES] == [1, 5, 15, 60, 180, 360, 720, 1440]
    assert "after 30 seconds,\n2, 10 and 30 minutes, 2, 6, 12 and 24 hours" in PAGES["WEBHOOKS.md"]
    assert [pause / 60 for pause in WEBHOOK_PAUSES] == [0.5, 2, 10, 30, 120, 360, 720, 1440]
