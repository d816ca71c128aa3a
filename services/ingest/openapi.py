"""The documentation of routes that FastAPI cannot see into, because they are plain ASGI for speed."""

from typing import Any

from fastapi import FastAPI

from services.core.refusal import IN_MASSES
from services.ingest.refusal import Reason

Json = dict[str, Any]

ID: Json = {"type": "string", "maxLength": 256}
TIME: Json = {"type": "string", "format": "date-time"}
CALL: Json = {
    "type": "object",
    "description": "One call as Segment's clients send it. `anonymousId` or `userId` is needed; `track` needs `event`.",
    "properties": {
        "type": {"enum": ["track", "page", "screen", "identify", "group", "alias"]},
        "event": ID | {"description": "Your own name of what happened."},
        "anonymousId": ID,
        "userId": ID,
        "previousId": ID,
        "groupId": ID,
        "messageId": ID | {"description": "Tells a call sent twice from two calls; given where absent."},
        "timestamp": TIME,
        "originalTimestamp": TIME,
        "sentAt": TIME | {"description": "The client's clock when it sent; corrects `timestamp`."},
        "name": {"type": "string"},
        "properties": {"type": "object"},
        "traits": {"type": "object"},
        "context": {"type": "object"},
    },
    "example": {
        "type": "track",
        "event": "Product Added",
        "anonymousId": "a-7f3c",
        "messageId": "0d6a6c2e",
        "timestamp": "2026-11-02T09:30:12.125Z",
        "properties": {"product_id": "p-17", "price": 24.9, "currency": "EUR"},
        "context": {"page": {"path": "/gifts/candles", "referrer": "https://example.com/"}},
    },
}
SINGLE: Json = {
    "allOf": [{"$ref": "#/components/schemas/Call"}, {"properties": {"writeKey": {"type": "string"}}}],
    "example": {key: value for key, value in CALL["example"].items() if key != "type"},
}
BATCH: Json = {
    "type": "object",
    "required": ["batch"],
    "properties": {
        "batch": {"type": "array", "maxItems": 500, "items": {"$ref": "#/components/schemas/Call"}},
        "writeKey": {"type": "string"},
        "sentAt": TIME,
        "context": {"type": "object", "description": "Merged into each call's own, which goes before it."},
        "historical": {
            "type": "boolean",
            "description": "History: taken at any age, on the data's own clock. A right of the key.",
        },
        "watermark": TIME | {"description": "With `historical`: no earlier event is still to come."},
    },
    "example": {"sentAt": "2026-11-02T09:30:13Z", "batch": [CALL["example"]]},
}
TAKEN: Json = {
    "type": "object",
    "required": ["success"],
    "properties": {
        "success": {"const": True},
        "refused": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "reason", "detail", "remedy"],
                "properties": {
                    "index": {"type": "integer", "description": "Which call of the batch."},
                    "reason": {"enum": list(Reason)},
                    "detail": {"type": "string"},
                    "remedy": {"type": "string", "description": "What to do about it."},
                },
            },
        },
        "dropped": {
            "type": "array",
            "description": "What is not taken though nobody did anything wrong, such as what was sent before.",
            "items": {
                "type": "object",
                "required": ["reason", "events", "remedy"],
                "properties": {
                    "reason": {"enum": sorted(IN_MASSES)},
                    "events": {"type": "integer", "minimum": 1},
                    "remedy": {"type": "string"},
                },
            },
        },
    },
    "example": {"success": True},
}
PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("detail", "pointer", "remedy")},
            },
        },
    },
}
FOREIGN: Json = {"description": "A body as that client writes it; docs/clients.md says what becomes of it."}
SCHEMAS = {"Foreign": FOREIGN, "Call": CALL, "Single": SINGLE, "Batch": BATCH, "Taken": TAKEN, "Problem": PROBLEM}
KEYS: Json = {
    "basic": {"type": "http", "scheme": "basic", "description": "The write key as user, no password."},
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-Write-Key"},
}
ALSO = {
    "/e": "Take what PostHog's clients capture; also at `/i/v0/e` and `/batch`.",
    "/g/collect": "Take what gtag.js sends; the key stands before the path, or in the parameter `ep.write_key`.",
    "/mp/collect": "Take the events of GA4's Measurement Protocol; `api_secret` is the write key.",
}
REFUSED = {
    "400": "The body as a whole cannot be used; `errors` points at the fault. Sending it again will not help.",
    "401": "The key is missing or unknown.",
    "403": "The key may not do this, or not from this origin.",
    "408": "The body did not arrive within 10 s.",
    "415": "A Content-Encoding other than gzip.",
    "429": "More than the key's terms allow: send it again after `Retry-After` seconds.",
    "503": "Not safe yet: send it again after `Retry-After` seconds.",
}


def document(app: FastAPI) -> None:
    """Let `/openapi.json` tell of the routes that take events."""
    generate = app.openapi

    def openapi() -> Json:
        schema = generate()
        schema["paths"] |= _paths()
        schema["components"] = {"schemas": SCHEMAS, "securitySchemes": KEYS}
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the schema


def _paths() -> Json:
    singles = {kind: f"Take one {kind} call." for kind in ("track", "page", "screen", "identify", "group", "alias")}
    paths = {f"/v1/{kind}": _operation(summary, "Single") for kind, summary in singles.items()}
    paths["/v1/batch"] = _operation("Take up to 500 calls. One that is refused never fails the others.", "Batch")
    paths["/v1/import/end"] = _operation("End an import: nothing historical is still to come.", None)
    for path, summary in ALSO.items():
        paths[path] = _operation(summary, "Foreign")
    return paths


def _operation(summary: str, body: str | None) -> Json:
    operation: Json = {
        "summary": summary,
        "security": [{name: []} for name in KEYS],
        "responses": {"200": {"description": "Safe.", "content": _content("application/json", "Taken")}},
    }
    for status, description in REFUSED.items():
        operation["responses"][status] = {
            "description": description,
            "content": _content("application/problem+json", "Problem"),
        }
    if body:
        operation["requestBody"] = {"required": True, "content": _content("application/json", body)}
    return {"post": operation}


def _content(media_type: str, schema: str) -> Json:
    return {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
