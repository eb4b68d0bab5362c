"""docs/ACCOUNTS.md is true: its numbers are those of the settings, its variables those that are read."""

from __future__ import annotations

import re

from django.conf import settings
from django.urls import reverse

from qualityloop.config.sign_in import AUTH_PASSWORD_VALIDATORS, COMPANY, company_sign_in
from qualityloop.foundation.accounts import ONE_TIME_DAYS
from qualityloop.foundation.roles import Role
from tests.conftest import ROOT

TEXT = (ROOT / "docs" / "ACCOUNTS.md").read_text("utf-8")


class Noting(dict[str, str]):
    """Notes what is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        self.asked.add(key)
        return default


def test_variables() -> None:
    environ = Noting()
    answer = company_sign_in(environ)
    assert set(re.findall(r"^\| `(QUALITYLOOP_\w+)`", TEXT, re.M)) == environ.asked
    assert f"the default `{','.join(answer['QUALITYLOOP_OIDC_MATCH'])}`" in TEXT
    assert reverse("openid_connect_callback", args=[COMPANY]) in TEXT


def test_numbers() -> None:
    assert f"door for {ONE_TIME_DAYS} days" in TEXT
    assert f"After {settings.AXES_FAILURE_LIMIT} wrong passwords" in TEXT
    assert f"closed for {settings.AXES_COOLOFF_TIME.seconds // 60} minutes" in TEXT
    length = next(v["OPTIONS"]["min_length"] for v in AUTH_PASSWORD_VALIDATORS if "MinimumLength" in v["NAME"])
    assert f"at least {length} characters" in TEXT
    assert len(Role) == 8
    assert "Eight roles" in TEXT
