"""Every visible text is in both languages."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_tool", ROOT / "tools" / "messages.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["messages_tool"] = module
    spec.loader.exec_module(module)
    return module


def test_chinese_is_complete(tool: ModuleType) -> None:
    assert tool.check() == []


def test_templates_are_read(tool: ModuleType) -> None:
    found = list(tool._entries(tool._template_as_python('{% load i18n %}<p title="{% translate "Trend" %}">(')))
    assert found == [(None, "Trend")]


def test_a_build_fails_on_what_is_not_translated(tool: ModuleType) -> None:
    catalogue = Catalog(locale="zh_Hans", fuzzy=False)
    catalogue.add("Overview", "质量总览")
    assert tool._faults(catalogue) == []
    catalogue.add("Row {row}", "第 行")
    catalogue.add("Trend")
    catalogue.add("Team", "班组", flags=["fuzzy"])
    faults = tool._faults(catalogue)
    assert len(faults) == 3
    assert "placeholder is lost" in faults[0]
    assert "not translated: 'Trend'" in faults[1]
    assert "fuzzy: 'Team'" in faults[2]
