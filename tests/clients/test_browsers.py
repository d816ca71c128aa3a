"""Vendors' browser libraries in a real browser, on a page of another origin than ingest's."""

import functools
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from playwright.sync_api import Page, sync_playwright

from services.core.event import Event
from tests.clients.ingest import Ingest, running
from tests.clients.proxy import FAILURES, Failure, failing_first

HERE = Path(__file__).parent
SECONDS = 60
POSTHOG_JS = HERE / "node_modules" / "posthog-js" / "dist"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]


class Pages(SimpleHTTPRequestHandler):
    """Serves the pages and the libraries that they load."""

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def ingest(tmp_path: Path) -> Iterator[Ingest]:
    with running(tmp_path, POSTHOG_JS=str(POSTHOG_JS) if POSTHOG_JS.exists() else "") as ingest:
        yield ingest


@pytest.fixture
def site() -> Iterator[str]:
    """Where the pages are served."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, directory=HERE)) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        serving.join()


@contextmanager
def visiting(site: str, page: str, host: str, key: str, heard: list[str] | None = None) -> Iterator[Page]:
    """The page in a browser; what it complains of, and each address that it asks for, is `heard`.

    Without chromium or the libraries the test is skipped, yet fails in CI.
    """
    chromium = shutil.which("chromium")
    if not chromium or not (HERE / "node_modules").exists():
        lack = f"{'npm ci --prefix tests/clients' if chromium else 'chromium'} is needed for {page}"
        (pytest.fail if os.environ.get("DESIRELINE_REQUIRE_ALL") == "1" else pytest.skip)(lack)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        opened = browser.new_page()
        if heard is not None:
            opened.on("console", lambda said: heard.extend([said.text] if said.type in ("error", "warning") else []))
            opened.on("pageerror", lambda error: heard.append(str(error)))
            opened.on("request", lambda request: heard.append(f"{request.method} {urlsplit(request.url).path}"))
        opened.goto(f"{site}/pages/{page}#host={host}&key={key}")
        yield opened
        browser.close()


def await_events(ingest: Ingest, are_there: Callable[[list[Event]], bool]) -> list[Event]:
    deadline = time.monotonic() + SECONDS
    while not are_there(events := ingest.events()):
        assert time.monotonic() < deadline, Counter((event.type, event.name) for event in events)
        time.sleep(0.2)
    return events


def named(events: list[Event], name: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(event.props) for event in events if event.name == name]


def has(*names: str) -> Callable[[list[Event]], bool]:
    """Whether there is an event of each name, and all five of those that a page tells itself."""
    return lambda events: len(named(events, "Product Added")) >= 5 and all(named(events, name) for name in names)


@pytest.mark.parametrize("failure", [Failure.NONE, Failure.REFUSED])
def test_segments_library_learns_where_to_send_and_all_is_stored_once(
    ingest: Ingest, site: str, failure: Failure
) -> None:
    with (
        failing_first(ingest.address, failure) as proxy,
        visiting(site, "segment.html", proxy.address, ingest.key),
    ):
        events = await_events(ingest, has("page", "identify"))

    assert proxy.statuses.count(503) == (FAILURES if failure is Failure.REFUSED else 0)
    assert Counter(props["n"] for props in named(events, "Product Added")) == Counter(range(5))
    assert [props["plan"] for props in named(events, "identify")] == ["pro"]
    [page] = [event for event in events if event.type == "page"]
    assert (page.path, page.title) == ("/pages/segment.html", "Gifts")
    assert len({event.visitor for event in events}) == 1


@pytest.mark.parametrize("failure", [Failure.NONE, Failure.REFUSED])
def test_what_posthogs_library_sees_of_a_page_is_stored_in_our_words(
    ingest: Ingest, site: str, failure: Failure
) -> None:
    with (
        failing_first(ingest.address, failure) as proxy,
        visiting(site, "posthog.html", proxy.address, ingest.key) as page,
    ):
        page.wait_for_function("document.title === 'ready'")
        page.click("#pay")
        events = await_events(ingest, has("page", "identify", "click", "dead_click", "error"))

    assert proxy.statuses.count(503) == (FAILURES if failure is Failure.REFUSED else 0)
    assert Counter(props["n"] for props in named(events, "Product Added")) == Counter(range(5))
    [click], [dead] = named(events, "click"), named(events, "dead_click")
    assert {(told["target"], told["role"], told["text"]) for told in (click, dead)} == {("#pay", "button", "Pay")}
    [error] = named(events, "error")
    assert (error["message"], error["handled"], error["kind"]) == ("no such candle", False, "TypeError")
    assert error["source"].startswith("/pages/")
    assert [view.path for view in events if view.type == "page"] == ["/pages/posthog.html"]
    assert len({event.visitor for event in events}) == 1
    assert all(abs(event.received_at - event.occurred_at) < SECONDS * 1000 for event in events)


@pytest.mark.parametrize("page", ["posthog_usual.html", "posthog_loader.html"])
def test_posthogs_library_as_it_comes_finds_all_it_asks_for(ingest: Ingest, site: str, page: str) -> None:
    heard: list[str] = []
    with visiting(site, page, ingest.address, ingest.key, heard) as opened:
        opened.wait_for_function("document.title === 'ready'")
        opened.click("#pay")
        events = await_events(ingest, has("page", "identify", "click"))

    asked = Counter(line for line in heard if line.startswith(("GET /array", "GET /static", "POST /flags")))
    complaints = [line for line in heard if not line.startswith(("GET /", "POST /"))]
    assert complaints == []
    assert set(asked.values()) == {1}, "what is answered is not asked for again"
    assert f"GET /array/{ingest.key}/config.js" in asked
    assert ("GET /static/array.js" in asked) == (page == "posthog_loader.html")
    assert Counter(props["n"] for props in named(events, "Product Added")) == Counter(range(5))
    assert [props["plan"] for props in named(events, "identify")] == ["pro"]
    assert {told["target"] for told in named(events, "click")} == {"#pay"}
    assert len({event.visitor for event in events}) == 1
