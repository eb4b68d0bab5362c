"""The page 期望与感知: a table of replies becomes the matrix; what cannot be read is said at the field."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from qualityloop.analysis.messages import AnalysisError
from qualityloop.diagnosis.themes.replies import matrix_of, read_replies
from qualityloop.foundation.accounts import account_create


def table(stated: bool) -> str:
    rng = np.random.default_rng(2)
    heads = ["响应速度", "维修质量", "收费透明"]
    heads += [f"重要性：{head}" for head in heads] if stated else ["总体满意度"]
    lines = [",".join(heads)]
    for _line in range(80):
        rated = np.clip(np.round(rng.normal([2.0, 4.5, 3.0], 0.5)), 1, 5)
        more = np.clip(np.round(rng.normal([4.6, 4.5, 2.0], 0.5)), 1, 5) if stated else [round(float(rated[0]) + 1)]
        lines.append(",".join(f"{value:g}" for value in [*rated, *more]))
    return "\n".join(lines)


def test_stated_importance_in_either_encoding() -> None:
    for encoding in ("utf-8-sig", "gb18030"):
        matrix = matrix_of("答卷.csv", table(True).encode(encoding))
        assert {item.name: item.quadrant for item in matrix.items} == {
            "响应速度": "concentrate", "维修质量": "keep_up", "收费透明": "low_priority",
        }  # fmt: skip
        assert matrix.importance == "stated"


def test_derived_importance_is_named() -> None:
    matrix = matrix_of("a.csv", table(False).encode())
    assert matrix.importance == "correlation"
    first = next(item for item in matrix.items if item.name == "响应速度")
    assert first.importance == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""), ("a.csv", b"a,b\n1,2\n"), ("a.xlsx", b"no table"), ("a.csv", "甲,overall\n1,2\n".encode()),
        ("a.csv", "甲,乙,重要性：甲\n1,2,3\n".encode()), ("a.csv", b"\xff\xfe\xff"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(AnalysisError):
        matrix_of(name, content)


def test_missing_answers_are_gaps() -> None:
    found = read_replies("a.csv", b"a,b,overall\n1,,3\n2,5\n")
    assert found.names == ("a", "b")
    assert np.isnan(found.performance[0, 1])
    assert found.overall is not None
    assert np.isnan(found.overall[1])


@pytest.mark.django_db
def test_the_page() -> None:
    client = Client()
    client.force_login(account_create(username="expectation", password="a good Passw0rd", role="director"))
    page = reverse("diagnosis_themes:expectation")
    assert client.get(page).status_code == 200
    answer = client.post(page, {"file": SimpleUploadedFile("a.csv", table(True).encode())})
    assert answer.status_code == 200
    assert "响应速度" in answer.content.decode()
    assert client.post(page, {"file": SimpleUploadedFile("a.csv", b"a")}).status_code == 422
