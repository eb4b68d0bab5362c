"""The READMEs are true: their links lead somewhere, their make targets exist, their standard can be loaded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qualityloop.analysis.indicators.loading import load_standard

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
PAGES = [*READMES, "CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").rglob("*.md")))]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!http|#|mailto:)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"


@pytest.mark.parametrize("page", [*READMES, "CONTRIBUTING.md"])
def test_make_targets_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(
        re.findall(r"(?:^|`)(?:[A-Z_]+=\S+ |PYTEST_ARGS=\"[^\"]*\" )?make ([a-z-]+)", (ROOT / page).read_text(), re.M)
    )
    assert named
    assert named <= targets


@pytest.mark.parametrize("page", READMES)
def test_the_standard_shown_can_be_loaded(page: str, tmp_path: Path) -> None:
    shown = re.search(r"```yaml\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.S)
    assert shown
    file = tmp_path / "my.yaml"
    file.write_text(shown.group(1), encoding="utf-8")
    assert load_standard(file).indicator("first_response_online").formula == "share(first_response_minutes <= 3)"
