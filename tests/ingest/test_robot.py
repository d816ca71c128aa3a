"""Who is a robot."""

from typing import Any

import msgspec
import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from services.ingest.robot import is_robot, may_be_robots, tells_of_robot

CHROME = "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
PEOPLE = [
    CHROME,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/119 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 Chrome/119.0.0.0 Mobile Safari/537.36",
    "Dalvik/2.1.0 (Linux; U; Android 9; SM-G960F)",
    "",
]


def body_of(*contexts: dict[str, Any], indent: int = 0) -> bytes:
    body = msgspec.json.encode({"batch": [{"type": "track", "context": context} for context in contexts]})
    return msgspec.json.format(body, indent=indent) if indent else body


def test_every_robot_of_the_public_list_is_known() -> None:
    named = [name for one in CRAWLER_USER_AGENTS_DATA for name in one["instances"] if len(name) < 512]

    assert len(named) > 2000
    assert [name for name in named if not is_robot(name.encode())] == []


@pytest.mark.parametrize("name", PEOPLE)
def test_people_are_none(name: str) -> None:
    assert not is_robot(name.encode())


@pytest.mark.parametrize("indent", [0, 2])
@pytest.mark.parametrize(("context", "expected"), [({"userAgent": GOOGLE}, True), ({"userAgent": CHROME}, False)])
def test_one_robot_among_many_calls_is_noticed(context: dict[str, Any], expected: bool, indent: int) -> None:
    body = body_of({"userAgent": CHROME}, {}, context, {"userAgent": CHROME}, indent=indent)

    assert may_be_robots(body, is_browser=False) is expected
    assert tells_of_robot(msgspec.Raw(msgspec.json.encode(context))) is expected


@pytest.mark.parametrize("indent", [0, 2])
def test_a_browser_that_says_it_is_driven_is_a_robot(indent: int) -> None:
    body = body_of({"userAgent": CHROME, "webdriver": True}, indent=indent)

    assert may_be_robots(body, is_browser=True)
    assert tells_of_robot(msgspec.Raw(b'{"webdriver":true}'))
    assert not tells_of_robot(msgspec.Raw(b'{"webdriver":false}'))


@pytest.mark.parametrize("odd", [b'{"userAgent"', b'"userAgent"', b'"userAgent":null,"userAgent":7', b'"userAgent":"'])
def test_what_is_no_name_is_no_robot(odd: bytes) -> None:
    assert not may_be_robots(odd, is_browser=True)


@pytest.mark.parametrize("context", [b"{}", b'{"userAgent":7}', b'{"userAgent":null}', b'{"webdriver":"true"}'])
def test_a_context_that_says_nothing_of_it_tells_of_nobody(context: bytes) -> None:
    assert not tells_of_robot(msgspec.Raw(context))
