"""How calls are signed. docs/WEBHOOKS.md tells receivers."""

from __future__ import annotations

import hashlib
import hmac


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256, in hexadecimal digits, of "timestamp.body" with the secret as key."""
    return "v1=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def headers(secret: str, timestamp: int, body: bytes, *, event: str, key: str) -> dict[str, str]:
    """What stands above the body."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "QualityLoop-Event": event,
        "QualityLoop-Delivery": key,
        "QualityLoop-Timestamp": str(timestamp),
        "QualityLoop-Signature": signature(secret, timestamp, body),
    }
