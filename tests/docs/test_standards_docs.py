"""docs/SCORING.md and docs/PROCESS_MAPS.md are true: their examples answer what they say."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize(("name", "examples"), [("SCORING.md", 10), ("PROCESS_MAPS.md", 5)])
def test_examples(name: str, examples: int) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    text = "".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    sheets = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    runner = doctest.DocTestRunner(verbose=False)
    found = doctest.DocTestParser().get_doctest(text, {"HOTLINE": sheets[0] if sheets else ""}, name, None, 0)
    assert len(found.examples) >= examples
    assert runner.run(found).failed == 0
