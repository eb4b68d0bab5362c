"""The handbook: everything in force is in it, page, Word and PDF say the same, and files are made once."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from docx import Document as Word

from qualityloop.analysis.indicators.loading import load_standard, shipped_draft
from qualityloop.demo.accounts import make_accounts
from qualityloop.demo.documents import first_day, make_documents
from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.store import file_open
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.models import Notice
from qualityloop.reports.handbook import pdf
from qualityloop.reports.handbook.collecting import collect
from qualityloop.reports.handbook.word import handbook_word
from qualityloop.standards import reminders
from qualityloop.standards.indicators.content import content_of_draft
from qualityloop.standards.models import Document
from qualityloop.standards.versions import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def department(settings: Any, tmp_path: Any) -> None:
    """People, and everything in force."""
    settings.QUALITYLOOP_HOME = tmp_path
    make_accounts()
    make_documents()
    director, reviewer = User.objects.get(username="linzhuren"), User.objects.get(username="zhaomin")
    content = content_of_draft(shipped_draft("after-sales"))
    version = services.document_create(actor=director, kind="indicators", key="after-sales", content=content)
    version = services.review(actor=reviewer, version=version)
    services.put_in_force(actor=director, version=version)


def client_of(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def words_of(body: bytes) -> str:
    """Every text of a Word file, tables included."""
    word = Word(io.BytesIO(body))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in word.paragraphs), *cells])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_indicator_says_how_from_what_and_who(department: None, language: str) -> None:
    handbook = collect(timezone.now(), language)
    standard = load_standard("after-sales")
    assert handbook.indicator_count == len(standard.indicators)
    words = words_of(handbook_word(handbook))
    for indicator in standard.indicators:
        assert indicator.name.in_language(language) in words
        assert indicator.source is not None
        assert indicator.source.in_language(language) in words
        assert indicator.owner is not None
        assert indicator.owner.in_language(language) in words
        assert indicator.formula in words
    assert len(handbook.sources) == 8
    assert handbook.gaps == ()


def test_what_is_not_stated_is_said(department: None) -> None:
    document = Document.objects.get(kind="indicators")
    director, reviewer = User.objects.get(username="linzhuren"), User.objects.get(username="zhaomin")
    content = document.versions.get().content
    for name in ("owner.zh", "owner.en"):
        content["indicators"][0].pop(name, None)
    version = services.draft_create(actor=director, document=document, content=content)
    services.put_in_force(actor=director, version=services.review(actor=reviewer, version=version))
    page = client_of("zhou").get("/handbook/").content.decode()
    assert "未写明" in page
    assert len(collect(timezone.now(), "zh").gaps) == 1


def test_a_day_of_the_past_says_what_was_in_force_then(department: None) -> None:
    assert collect(first_day() - timedelta(days=1), "zh").empty
    past = collect(first_day() + timedelta(days=1), "zh")
    assert (len(past.sources), past.indicator_count) == (7, 0)
    assert past.fingerprint != collect(timezone.now(), "zh").fingerprint
    page = client_of("linzhuren").get("/handbook/?on=2025-01-01").content.decode()
    assert "还没有现行标准" in page
    assert client_of("linzhuren").get("/handbook/?on=2025-99-99").status_code == 200


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_files_are_made_by_a_job_and_once(department: None, form: str, django_capture_on_commit_callbacks: Any) -> None:
    if form == "pdf" and pdf.missing():
        pytest.skip(str(pdf.missing()))
    client = client_of("zhou")
    for _again in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post("/handbook/make/", {"form": form}).status_code == 302
    kept = StoredFile.objects.get()
    assert kept.name.endswith(form)
    with file_open(kept) as file:
        assert file.read(4) == (b"%PDF" if form == "pdf" else b"PK\x03\x04")
    assert client.get(f"/files/{kept.pk}/").status_code == 200
    assert client_of("wang").get(f"/files/{kept.pk}/").status_code == 404  # a customer
    assert client.post("/handbook/make/", {"form": "exe"}).status_code == 404


def test_without_pango_the_page_says_so_and_word_still_works(department: None, monkeypatch: Any) -> None:
    import builtins

    real = builtins.__import__

    def broken(name: str, *args: Any, **more: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", broken)
    page = client_of("linzhuren").get("/handbook/").content.decode()
    assert "需要 Pango" in page
    assert 'value="docx"' in page
    assert 'value="pdf"' not in page


def test_reviews_that_are_due_are_told_once(department: None) -> None:
    document = Document.objects.get(key="customer-service")
    services.review_date_set(actor=None, document=document, day=timezone.localdate())
    for _again in range(2):
        reminders.remind(lambda *a: None)  # type: ignore[arg-type]
    told = Notice.objects.filter(kind="standards.review_due").values_list("user__username", flat=True)
    assert sorted(told) == ["admin", "linzhuren"]
    services.review_date_set(actor=None, document=document, day=timezone.localdate() - timedelta(days=1))
    reminders.remind(lambda *a: None)  # type: ignore[arg-type]
    assert Notice.objects.filter(kind="standards.review_due").count() == 4


def test_a_new_sop_is_told_to_its_readers_and_reminded_weekly(department: None) -> None:
    document = Document.objects.get(kind="sops", key="on-site-repair")
    director, reviewer = User.objects.get(username="linzhuren"), User.objects.get(username="zhaomin")
    Notice.objects.all().delete()
    version = services.draft_create(actor=director, document=document, reason="改")
    services.put_in_force(actor=director, version=services.review(actor=reviewer, version=version))
    told = Notice.objects.filter(kind="standards.sop_to_read")
    assert [n.user.username for n in told] == ["li"]  # the engineer
    reminders.remind(lambda *a: None)  # type: ignore[arg-type]
    assert told.filter(url__contains=f"/on-site-repair/{version.number}/").count() == 1  # told already this week
