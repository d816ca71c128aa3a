"""What a fuzzer sends: requests that are nearly right, and less and less so."""

import base64
import gzip
import json
import math
import random
from typing import Any, NamedTuple
from urllib.parse import urlencode

from hypothesis import strategies as st

from services.ingest.app import segment_paths

OTHER_PATHS = [
    "/batch",
    "/e",
    "/i/v0/e",
    "/capture",
    "/mp/collect",
    "/g/collect",
    "/{key}/g/collect",
    "/v1/import/end",
    "/v1/m",
    "/flags",
    "/decide",
]
ASKED = ["/v1/projects/{key}/settings", "/sourceConfig", "/array/{key}/config", "/livez", "/readyz", "/openapi.json"]
PATHS = [*segment_paths(), *OTHER_PATHS, *ASKED, "/metrics", "/", "/v1/nothing", "/%ff", "/v1/batch/"]
NAMES = [
    *("type", "event", "userId", "anonymousId", "previousId", "groupId", "messageId", "timestamp", "sentAt", "context"),
    *("originalTimestamp", "properties", "traits", "name", "writeKey", "batch", "historical", "watermark", "replayed"),
    *("api_key", "distinct_id", "uuid", "offset", "$set", "client_id", "events", "params", "page", "url", "path"),
    *("userAgent", "webdriver", "campaign", "ip", "data", "integrations", "original_event", "$elements", "items"),
]
TIMES = ["2026-11-02T12:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "2026-02-30T00:00:00Z", "now", ""]
NUMBERS = [0, -1, 2**31, 2**53, 2**63, 2**64, 10**30, 10**400, 1e308, -0.0, math.nan, math.inf]
TEXTS = [
    "",
    "track",
    "page",
    "$pageview",
    "$autocapture",
    "https://a.example/b?utm_source=c",
    "https://[",
    "\x00",
    "\ud800",
]

texts = st.sampled_from(TEXTS + TIMES) | st.text(max_size=20) | st.integers(1, 3).map(lambda n: "x" * 10 ** (n + 1))
scalars = texts | st.sampled_from(NUMBERS) | st.integers() | st.booleans() | st.none()
names = st.sampled_from(NAMES) | texts
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=12
)
calls = st.dictionaries(st.sampled_from(NAMES), trees, max_size=8).map(
    lambda call: {"type": "track", "event": "x", "userId": "u"} | call
)
heads = st.dictionaries(st.sampled_from(NAMES), trees, max_size=3)


def rendered(content: Any, is_ascii: bool) -> bytes:
    return json.dumps(content, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass")


documents = st.builds(
    rendered,
    st.builds(lambda head, batch: {"batch": batch} | head, heads, st.lists(calls | trees, max_size=5))
    | st.builds(lambda head, items: {"client_id": "c", "events": items} | head, heads, st.lists(trees, max_size=3))
    | calls
    | trees,
    st.booleans(),
)


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A document with something cut out or put in."""
    document = draw(documents)
    begin = draw(st.integers(0, len(document)))
    end = draw(st.integers(begin, min(len(document), begin + 40)))
    return document[:begin] + draw(st.binary(max_size=10)) + document[end:]


WRAPPINGS = [
    lambda body: body,
    gzip.compress,
    lambda body: gzip.compress(body)[:-5],
    base64.b64encode,
    lambda body: b"data=" + base64.b64encode(body),
    lambda body: body * 3,
    lambda body: b"\xef\xbb\xbf" + body,
    lambda body: body.decode("utf-8", "replace").encode("utf-16"),
]
lines = st.lists(
    st.dictionaries(st.sampled_from(["en", "cid", "ep.a", "epn.n", "pr1", "cu", "_et", "gcs", "ep.write_key"]), texts),
    max_size=4,
).map(lambda events: "\r\n".join(urlencode(event, errors="replace") for event in events).encode())
bodies = st.builds(
    lambda body, wrap: wrap(body), documents | broken() | lines | st.binary(max_size=200), st.sampled_from(WRAPPINGS)
)
HEADERS = {
    "Content-Encoding": ["gzip", "GZIP", "identity", "br", "gzip, gzip", "\xff"],
    "Content-Type": [
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
    ],
    "Authorization": ["Basic e30=", "Basic !", "Bearer", "Bearer x y", "Digest x", ""],
    "Origin": ["null", "https://a.example", "*", "https://a.example, https://b.example", ""],
    "User-Agent": ["Googlebot/2.1", "Mozilla/5.0", "\xff\xfe", "(" * 300, ""],
    "Sec-GPC": ["1", "0"],
    "DNT": ["1", "null"],
    "X-Forwarded-For": ["1.2.3.4, 5.6.7.8", "::1", ",", "unknown"],
    "Expect": ["100-continue", "x"],
    "Connection": ["close", "keep-alive", "upgrade"],
    "Upgrade": ["websocket", "h2c"],
    "X-Write-Key": ["", ":", "wk_x:secret"],
}
QUERIES = [
    "",
    "?v=2&tid=G-1&cid=c&en=x&_p=1&_s=1&ep.a=b&epn.n=1e999&pr1=id1~pr~k0a&gcs=G100",
    "?writeKey=x",
    "?token=%ff",
    "?_=1577836860000",
    "?_=" + "9" * 30,
    "?compression=gzip-js",
    "?&&=&ver=%00",
]


class Envelope(NamedTuple):
    """A request without its body."""

    method: str
    target: str
    headers: dict[str, str]


def envelopes(count: int, seed: int = 7) -> list[Envelope]:
    chance = random.Random(seed)

    def envelope() -> Envelope:
        named = chance.sample(sorted(HEADERS), chance.choice([0, 0, 1, 2, 5, len(HEADERS)]))
        method = chance.choice(["POST"] * 9 + ["GET", "OPTIONS", "HEAD", "PUT"])
        return Envelope(
            method,
            chance.choice(PATHS) + chance.choice(QUERIES),
            {name: chance.choice(HEADERS[name]) for name in named},
        )

    return [envelope() for _ in range(count)]


A_BODY = 8  # ways to send each, as it takes longer to make one up than to answer it
requests = st.tuples(bodies, st.lists(st.sampled_from(envelopes(3000)), min_size=A_BODY, max_size=A_BODY))
