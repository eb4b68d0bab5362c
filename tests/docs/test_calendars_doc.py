"""docs/CALENDARS.md is true: its examples answer what it says, its table is that of the data."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from qualityloop.analysis.calendar import china, notices

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "CALENDARS.md").read_text(encoding="utf-8")


def test_examples() -> None:
    text = "".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    runner = doctest.DocTestRunner(verbose=False)
    found = doctest.DocTestParser().get_doctest(text, {}, "CALENDARS.md", None, 0)
    assert len(found.examples) > 20
    assert runner.run(found).failed == 0


def test_notices() -> None:
    rows = re.findall(r"^\| (\d{4}) \| (\S+) \| (\S+) \| (\S+) \| (\d+) \| (\d+) \|$", PAGE, re.M)
    calendars = {notice.year: china({1: [("09:00", "12:00")]}, [notice.year]) for notice in notices()}
    assert rows == [
        (str(n.year), n.title, n.number, n.issued.isoformat(),
         str(len(calendars[n.year].holidays)), str(len(calendars[n.year].workdays)))
        for n in notices()
    ]  # fmt: skip


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_page_is_listed(readme: str) -> None:
    assert re.search(r"^\| \[docs/CALENDARS\.md\]\(docs/CALENDARS\.md\) \|", (ROOT / readme).read_text("utf-8"), re.M)
