"""How mail is sent, named by an address."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TIMEOUT = 20  # seconds


def mail(address: str) -> dict[str, Any]:
    """Django's settings for `smtp://user:password@host:port` (STARTTLS), `smtps://…` (TLS) or `smtp://…?plain=1`.

    Empty: no mail is sent, and people are not offered any.
    """
    if not address:
        return {"QUALITYLOOP_EMAIL_READY": False, "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(address)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured("QUALITYLOOP_EMAIL must look like smtp://user:password@host:587 or smtps://…:465")
    plain = parse_qs(parts.query).get("plain") == ["1"]
    secure = parts.scheme == "smtps"
    return {
        "QUALITYLOOP_EMAIL_READY": True,
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if secure else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": not secure and not plain,
        "EMAIL_TIMEOUT": TIMEOUT,
    }
