"""docs/STANDARDS.md is true: its examples answer what it says, and the rights are those that it names."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from qualityloop.foundation.permissions import REGISTRY

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "STANDARDS.md").read_text(encoding="utf-8")


def test_examples() -> None:
    text = "".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    found = doctest.DocTestParser().get_doctest(text, {}, "STANDARDS.md", None, 0)
    assert len(found.examples) >= 5
    assert doctest.DocTestRunner(verbose=False).run(found).failed == 0


def test_rights_exist() -> None:
    assert set(re.findall(r"`(standards\.\w+)`", PAGE)) <= set(REGISTRY)
