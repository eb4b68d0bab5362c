"""Every mail of the samples is read as far as it can be read; no bytes whatever make the reading fail."""

from __future__ import annotations

from datetime import datetime
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qualityloop.collection.mail.decoding import header_text, text_of
from qualityloop.collection.mail.parsing import parse
from qualityloop.collection.mail.threading import candidates

FOLDER = Path(__file__).parent / "samples"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER.parent / "expected.yaml").read_text("utf-8"))


def test_there_are_enough_samples_and_each_is_expected() -> None:
    assert {path.stem for path in FOLDER.glob("*.eml")} == set(EXPECTED)
    assert len(EXPECTED) >= 110


@pytest.mark.parametrize("name", EXPECTED)
def test_sample(name: str) -> None:
    mail = parse((FOLDER / f"{name}.eml").read_bytes())
    for what, wanted in EXPECTED[name].items():
        assert _seen(mail, what) == wanted, what


def _seen(mail: Any, what: str) -> Any:
    if what == "at":
        return mail.at.isoformat() if isinstance(mail.at, datetime) else None
    if what == "automatic":
        return mail.automatic is not None
    if what == "notes":
        return len(mail.notes)
    if what == "notes_at_least":
        return min(1, len(mail.notes))
    if what == "files":
        return [[a.name, a.media_type, len(a.content)] for a in mail.attachments]
    if what == "files_count":
        return len(mail.attachments)
    if what == "text_length":
        return len(mail.text)
    if what == "references_count":
        return len(mail.references)
    if what == "numbers":
        return list(candidates(mail.subject, mail.text))
    value = getattr(mail, what)
    return list(value) if isinstance(value, tuple) else value


@given(st.binary(max_size=2000))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    mail = parse(raw)
    assert "\x00" not in mail.text + mail.subject
    (mail.text + mail.subject + mail.sender_name).encode("utf-8")


@given(st.binary(max_size=300), st.sampled_from(["From", "Subject", "Date", "References", "Content-Type", "To"]))
def test_no_header_makes_it_fail(value: bytes, name: str) -> None:
    parse(name.encode() + b": " + value + b"\r\n\r\nx")


CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=60)


@given(CHINESE, st.sampled_from(["utf-8", "gb18030", "gbk"]), st.sampled_from(["gb2312", "gbk", "gb18030"]))
def test_chinese_comes_out_as_it_went_in(text: str, encoding: str, label: str) -> None:
    shown = "utf-8" if encoding == "utf-8" else label
    assert text_of(text.encode(encoding), shown) == text


@given(CHINESE, CHINESE)
def test_what_another_library_writes_is_read(subject: str, body: str) -> None:
    mail = MIMEMultipart()
    mail["Subject"] = subject
    mail["From"] = "a@example.com"
    mail.attach(MIMEText(body, "plain", "utf-8"))
    found = parse(mail.as_bytes())
    assert (found.subject, found.text, found.sender) == (subject, body, "a@example.com")


@given(st.text(max_size=200))
def test_headers_never_break_a_line(text: str) -> None:
    assert not {"\r", "\n", "\x00"} & set(header_text(text.encode("utf-8", "replace")))
