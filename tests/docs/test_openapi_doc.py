"""The whole schema, tried by Schemathesis as several people: no 5xx, no answer that the document does not name."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from qualityloop.demo import generate
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api import metering
from qualityloop.foundation.api.document import document
from qualityloop.foundation.api.services import token_create

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("kept_connection"),  # called through WSGI, not by Django's own test client
    pytest.mark.xdist_group("schemathesis"),
]
SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip
EXAMPLES = int(
    os.environ.get("QUALITYLOOP_API_EXAMPLES", "3")
)  # of each operation, person and kind of data; 60 before a release
assert get_resolver().url_patterns  # every room has declared its lists


@pytest.fixture(scope="module")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a very small lake."""
    home = tmp_path_factory.mktemp("schema")
    generate(home / "lake", tickets=300)
    return home


@pytest.fixture
def schema(small_home: Path, settings: Any) -> Any:
    settings.QUALITYLOOP_HOME = small_home
    settings.QUALITYLOOP_API_PER_MINUTE = settings.QUALITYLOOP_API_PER_MINUTE_AND_ADDRESS = 10**6
    metering.forget()
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def tried(schema: Any, head: dict[str, str], *, checks: list[Any]) -> int:
    """Call every operation with data that fit and with data that do not; how many were called at least once."""
    called: set[str] = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                strategy = operation.as_strategy(generation_mode=mode)
            except Exception as error:  # nothing can be negated where nothing is asked for
                if "negative" in str(error).lower() or "Unsatisfiable" in type(error).__name__:
                    continue
                raise

            @settings(
                max_examples=EXAMPLES,
                database=None,
                derandomize=True,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=strategy)
            def call(case: Any) -> None:
                called.add(case.operation.label)
                case.call_and_validate(headers={**head, "Accept-Encoding": "identity"}, checks=checks)

            try:
                call()
            except Exception as error:
                if type(error).__name__ not in ("Unsatisfiable", "SkipTest"):
                    raise
    assert len(called) == len(list(schema.get_all_operations()))
    return len(called)


@pytest.mark.parametrize("role", ["admin", "director", "agent"])
def test_whatever_is_sent_the_answer_is_one_that_is_documented(schema: Any, role: str) -> None:
    _token, secret = token_create(
        actor=account_create(username=role, password="Qu4lity loops", role=role), name="try", days=30, read_only=False
    )
    head = {"Authorization": f"Bearer {secret}"}
    assert tried(schema, head, checks=[*CHECKS, negative_data_rejection, unsupported_method]) >= 10


def test_whatever_is_sent_without_a_token(schema: Any) -> None:
    def locked(ctx: Any, response: Any, case: Any) -> None:
        assert response.status_code == 401, f"{case.method} {case.path}: {response.status_code}"

    assert tried(schema, {}, checks=[*CHECKS, locked]) >= 10


def test_the_document_is_the_one_that_was_reviewed() -> None:
    """`QUALITYLOOP_RENEW=1` writes it anew; the difference is then seen in review."""
    now = json.dumps(document("en"), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("QUALITYLOOP_RENEW"):
        SNAPSHOT.write_text(now, encoding="utf-8")
    assert SNAPSHOT.read_text("utf-8") == now


def test_the_document_is_openapi_3_1_and_open_to_all(client: Any) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.json()["openapi"].startswith("3.1")
    assert answer.json()["paths"] == document("en")["paths"]
    chinese = client.get("/api/v1/openapi.json", headers={"Accept-Language": "zh"})
    assert chinese["Content-Language"] == "zh-Hans"
    assert chinese.json()["paths"]["/api/v1/me"]["get"]["summary"] == "调用者是谁"
