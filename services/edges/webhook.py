"""Webhooks: an incident as JSON, signed so that its receiver can tell that it is ours and of now.

The signature is HMAC-SHA256 over `<timestamp>.<body>`; a receiver refuses a timestamp more than five minutes off, so
that what somebody recorded cannot be sent again later. `Desireline-Delivery` is the same at each attempt.
"""

import hashlib
import hmac
from typing import Any

import msgspec

TOLERANCE_SECONDS = 300


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """For the header Desireline-Signature."""
    return "v1=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def is_ours(secret: str, headers: dict[str, str], body: bytes, now: int) -> bool:
    """What a receiver checks: seconds since 1970 close to `now`, and the signature."""
    timestamp = headers.get("Desireline-Timestamp", "")
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    presented = headers.get("Desireline-Signature", "").encode()
    return hmac.compare_digest(signature(secret, int(timestamp), body).encode(), presented)


def request(payload: dict[str, Any], delivery: str, secret: str, now: int) -> tuple[bytes, dict[str, str]]:
    """Body and headers. Without a secret it is not signed."""
    body = msgspec.json.encode(payload)
    headers = {
        "Content-Type": "application/json",
        "Desireline-Delivery": delivery,
        "Desireline-Timestamp": str(now),
    }
    if secret:
        headers["Desireline-Signature"] = signature(secret, now, body)
    return body, headers
