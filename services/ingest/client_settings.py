"""What clients ask for before they send, in the words of each: that the key is known, where to send, and nothing more.

Features that other servers would switch on from there (recordings, flags, surveys) are answered as absent.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.core.key import Kind
from services.edges.keyring import Keyring
from services.ingest.answer import ANY_ORIGIN, PREFLIGHT_HEADERS
from services.ingest.caller import Caller, admit, caller_of
from services.ingest.intake import Parts
from services.ingest.other_dialects import TakeGtag
from services.ingest.posthog_files import SCRIPT, file_routes, script_of_settings
from services.ingest.problem import CONTENT_TYPE, Problem
from services.ingest.refusal import Reason

METHODS = ["GET", "POST", "OPTIONS"]
CORS = {name.decode(): value.decode() for name, value in [ANY_ORIGIN, *PREFLIGHT_HEADERS]}

Json = dict[str, Any]
Say = Callable[[Request, str], Json]
"""What is said to this request with this key."""


def client_routes(parts: Parts) -> list[Route]:
    """The routes, each with and without the slash at its end."""
    asked = {
        "/v1/projects/{key}/settings": segment_settings,
        "/projects/{key}/settings": segment_settings,
        "/sourceConfig": rudder_settings,
        "/array/{key}/config": posthog_settings,
        "/array/{key}/config.js": posthog_settings,
    }
    routes = [_route(f"{path}{slash}", parts, say) for path, say in asked.items() for slash in ("", "/")]
    flags = [
        Route(f"/{path}{slash}", _no_flags, methods=METHODS) for path in ("flags", "decide") for slash in ("", "/")
    ]
    # An address with the key in it, for a client that has no other place for one.
    gtag = [Route("/{key}/g/collect", TakeGtag(parts), include_in_schema=False)]
    return routes + flags + gtag + file_routes(parts.settings.posthog_js)


def segment_settings(request: Request, key: str) -> Json:
    """For @segment/analytics-next: whoever names us as its CDN sends here, too."""
    place = {"apiKey": key, "apiHost": f"{request.url.netloc}/v1", "protocol": scheme(request)}
    return {"integrations": {"Segment.io": place}, "plan": {"track": {"__default": {"enabled": True}}}}


def rudder_settings(request: Request, key: str) -> Json:
    """For RudderStack's clients: the source is on, has no destinations in the browser, and tells nobody of itself."""
    off = {"enabled": False}
    source = {
        "id": "desireline",
        "name": "desireline",
        "writeKey": key,
        "enabled": True,
        "workspaceId": "desireline",
        "config": {"statsCollection": {"errors": off, "metrics": off}},
        "destinations": [],
    }
    return {"source": source, "updatedAt": "2026-01-01T00:00:00.000Z"}


def posthog_settings(request: Request, key: str) -> Json:
    """For posthog-js: how to send, and which of its features have no server here."""
    absent = dict.fromkeys(("sessionRecording", "surveys", "heatmaps", "hasFeatureFlags", "captureDeadClicks"), False)
    return {
        **absent,
        "supportedCompression": ["gzip", "gzip-js"],
        "defaultIdentifiedOnly": True,
        "elementsChainAsString": True,
        "autocapture_opt_out": False,
        "siteApps": [],
    }


async def _no_flags(request: Request) -> Response:
    """What PostHog's clients wait for before they go on: that there are no flags, whoever asks."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=CORS)
    none = {"flags": {}, "featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": False}
    config = {"supportedCompression": ["gzip", "gzip-js"], "sessionRecording": False}
    return Response(msgspec.json.encode(none | config), 200, CORS, "application/json")


def scheme(request: Request) -> str:
    """A proxy in front may have undone TLS; a page that was loaded by it can send in no other way."""
    page = request.headers.get("origin") or request.headers.get("referer", "")
    return urlsplit(page).scheme if page.startswith("https:") else request.url.scheme


def _route(path: str, parts: Parts, say: Say) -> Route:
    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=CORS)
        caller = caller_of(request.scope, parts.privacy.proxies)
        try:
            parts.strangers.hold(caller, parts.keyring)
            said = say(request, _key(request, parts.keyring))
        except Problem as refused:
            return _refusal(refused, caller, parts)
        if path.endswith(".js"):
            script = script_of_settings(request.path_params["key"], said)
            return Response(script, 200, CORS | {"cache-control": "no-cache"}, SCRIPT)
        return Response(msgspec.json.encode(said), 200, CORS, "application/json")

    return Route(path, endpoint, methods=METHODS, include_in_schema=False)


def _refusal(refused: Problem, caller: Caller, parts: Parts) -> Response:
    parts.metrics.request_refused[refused.reason].inc()
    if refused.reason is Reason.KEY:
        parts.strangers.note(caller.address)
    later = {"retry-after": str(refused.retry_after)} if refused.retry_after else {}
    return Response(refused.body, refused.status, CORS | later, CONTENT_TYPE)


def _key(request: Request, keyring: Keyring) -> str:
    """The write key as it was presented: in the path, a header or the query."""
    presented = request.path_params.get("key")
    if presented is None:
        return admit(keyring, dict(request.headers.raw), request.query_params.get("writeKey")).public
    key = keyring.find(presented)
    if key is None or key.kind is not Kind.WRITE:
        raise Problem(404, Reason.KEY, "there is no such write key", remedy="name a write key (wk_…) in the address")
    return key.public
