"""docs/API.md is true: its requests answer what it says."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qualityloop.demo import generate
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api import metering
from qualityloop.foundation.api.services import token_create
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db
DOC = (ROOT / "docs" / "API.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"```sh\n(curl .*?)\n```\n```json\n(.*?)\n```", re.DOTALL)


def send(command: str, values: dict[str, str]) -> Any:
    """What curl would send."""
    words = shlex.split(re.sub(r"\$(\w+)", lambda found: values[found[1]], command))[1:]
    head: dict[str, str] = {}
    body = None
    while len(words) > 1:
        option = words.pop(0)
        if option == "-H":
            name, value = words.pop(0).split(": ", 1)
            head[name] = value
        elif option == "--json":
            body = words.pop(0)
        else:
            raise ValueError(f"the test does not know {option}")
    method = "GET" if body is None else "POST"
    return Client().generic(method, words[0], body or "", content_type="application/json", headers=head)


def same(said: Any, found: Any, place: str = "answer") -> None:
    """Equal but for what the page leaves open with …; the very same fields."""
    if said == "…":
        return
    if isinstance(said, dict):
        assert set(said) == set(found), place
        for key, value in said.items():
            same(value, found[key], f"{place}.{key}")
    elif isinstance(said, list):
        assert len(said) == len(found), place
        for number, value in enumerate(said):
            same(value, found[number], f"{place}.{number}")
    else:
        assert said == found, place


def test_the_examples_answer_as_the_page_says(tmp_path: Path, settings: Any) -> None:
    generate(tmp_path / "lake", tickets=300)
    settings.QUALITYLOOP_HOME = tmp_path
    metering.forget()
    lin = account_create(username="lin", password="Qu4lity loops", role="admin", name="林岚")
    token_create(actor=lin, name="nightly copy", days=90)
    token_create(actor=lin, name="nightly export", days=90)
    _token, secret = token_create(actor=lin, name="example", days=30, read_only=False)
    values = {"TOKEN": secret, "HOST": "", "NEXT": ""}
    examples = EXAMPLE.findall(DOC)
    assert len(examples) >= 6
    for command, said in examples:
        answer = send(command, values)
        found = answer.json()
        same(json.loads(said), found, command)
        values["NEXT"] = (found.get("next") or "") if isinstance(found, dict) else ""


def test_the_codes_are_those_of_the_program() -> None:
    source = "".join(
        path.read_text("utf-8")
        for folder in ("foundation/api", "diagnosis/api")
        for path in (ROOT / "src" / "qualityloop" / folder).glob("*.py")
    )
    table = DOC.split("| status | code |")[1].split("\n\n")[0]
    for code in set(re.findall(r"`([a-z_]+)`", table)) - {"fields"}:
        assert f'"{code}"' in source, code
