"""The form of one's notice settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.kinds import NoticeKind
from qualityloop.foundation.notices.models import How, Wishes
from qualityloop.foundation.notices.planning import how
from qualityloop.foundation.notices.queries import choices_of, kinds_for
from qualityloop.foundation.notices.transports import TRANSPORTS
from qualityloop.foundation.notices.transports.base import Transport
from qualityloop.foundation.notices.transports.robots import Robot

KEEP = "••••••••"  # shown for a secret that is kept; sent back unchanged it stays
ROBOTS = ("dingtalk_url", "dingtalk_secret", "feishu_url", "feishu_secret", "wecom_url")
ON_PAGE = ((How.NOW.value, How.NOW.label), (How.OFF.value, How.OFF.label))


class WishesForm(forms.Form):
    """When, where, and each kind by each transport."""

    digest_hour = forms.TypedChoiceField(
        label=_("Hour of the daily digest"), coerce=int, choices=[(hour, f"{hour:02}:00") for hour in range(24)]
    )
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False)
    quiet_to = forms.TimeField(label=_("Quiet until"), required=False)
    dingtalk_url = forms.CharField(label=_("DingTalk: address of the robot"), required=False, max_length=500)
    dingtalk_secret = forms.CharField(label=_("DingTalk: secret (加签)"), required=False, max_length=200)
    feishu_url = forms.CharField(label=_("Feishu: address of the robot"), required=False, max_length=500)
    feishu_secret = forms.CharField(label=_("Feishu: secret (签名校验)"), required=False, max_length=200)
    wecom_url = forms.CharField(label=_("WeCom: address of the robot"), required=False, max_length=500)

    def __init__(self, user: User, wishes: Wishes, data: Any = None) -> None:
        self.user, self.wishes = user, wishes
        initial: dict[str, Any] = {name: getattr(wishes, name) for name in ("digest_hour", "quiet_from", "quiet_to")}
        initial |= {name: KEEP if getattr(wishes, name) else "" for name in ROBOTS}
        super().__init__(data, initial=initial)
        chosen = choices_of(user)
        self.kinds = kinds_for(user)
        for kind in self.kinds:
            for transport in TRANSPORTS.values():
                self.fields[f"how-{kind.key}-{transport.key}"] = forms.ChoiceField(
                    label=f"{kind.label}: {transport.label}",
                    choices=How.choices if transport.sends else ON_PAGE,
                    initial=how(kind, transport.key, chosen),
                    required=False,
                )

    def clean(self) -> dict[str, Any]:
        """Both ends of the quiet hours or none; addresses that belong to the chat that is named."""
        cleaned = super().clean() or {}
        if (cleaned.get("quiet_from") is None) != (cleaned.get("quiet_to") is None):
            self.add_error(
                "quiet_to" if cleaned.get("quiet_to") is None else "quiet_from", _("Give both ends, or none.")
            )
        for name in ROBOTS:
            if cleaned.get(name) == KEEP:
                cleaned[name] = getattr(self.wishes, name)
            elif cleaned.get(name) and name.endswith("_url"):
                self._check_robot(name, cleaned[name])
        return cleaned

    def _check_robot(self, name: str, address: str) -> None:
        robot = TRANSPORTS[name.removesuffix("_url")]
        try:
            assert isinstance(robot, Robot)  # noqa: S101 (the names of the fields are those of robots)
            robot.check(address)
        except AnalysisError as error:
            self.add_error(name, error.in_language(translation.get_language() or settings.LANGUAGE_CODE))

    @property
    def values(self) -> dict[str, Any]:
        """What goes into the columns."""
        return {name: self.cleaned_data[name] for name in ("digest_hour", "quiet_from", "quiet_to", *ROBOTS)}

    @property
    def choices(self) -> dict[tuple[str, str], str]:
        """What differs from what the kinds are shipped with."""
        found = {}
        for kind in self.kinds:
            for transport in TRANSPORTS.values():
                wanted = self.cleaned_data.get(f"how-{kind.key}-{transport.key}") or ""
                if wanted and wanted != how(kind, transport.key, {}):
                    found[kind.key, transport.key] = wanted
        return found

    def table(self) -> Iterator[tuple[NoticeKind, list[forms.BoundField]]]:
        """Kinds, and their fields in the order of the transports."""
        for kind in self.kinds:
            yield kind, [self[f"how-{kind.key}-{transport.key}"] for transport in TRANSPORTS.values()]

    def transports(self) -> list[tuple[Transport, bool]]:
        """Transports, and whether they reach this person."""
        return [(one, one.to(self.user, self.wishes) is not None) for one in TRANSPORTS.values()]

    def robots(self) -> list[forms.BoundField]:
        """Fields about robots."""
        return [self[name] for name in ROBOTS]
