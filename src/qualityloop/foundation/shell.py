"""What the page shell shows on every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from qualityloop.foundation.lake.permissions import DATA
from qualityloop.foundation.lake.queries import taken_at
from qualityloop.foundation.models import Theme
from qualityloop.foundation.navigation import SYSTEM, links_for, steps_for

LANGUAGE_NAMES = {"zh-hans": "简体中文", "en": "English"}  # each in its own language


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation, language and theme, for the templates."""
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return {
        "company_sign_in": apps[0] if apps else None,
        "html_lang": "zh-Hans" if language == "zh-hans" else language,
        "theme": getattr(request, "theme", Theme.AUTO.value),
        "themes": Theme.choices,
        "other_languages": [(code, name) for code, name in LANGUAGE_NAMES.items() if code != language],
        "data_as_of": SimpleLazyObject(taken_at) if signed_in else None,
        "sees_data": signed_in and DATA.allows(request.user),
        "top_links": links_for(request, None) if signed_in else (),
        "loop_steps": steps_for(request) if signed_in else (),
        "system_links": links_for(request, SYSTEM) if signed_in else (),
    }
