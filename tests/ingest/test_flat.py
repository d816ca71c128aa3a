"""What is told to be flat at a glance: never more than a decoder with all limits takes."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.dialects.flat import are_flat, objects_of
from services.ingest.dialects.segment_plain import Props

letters = st.text(st.sampled_from(' ":{}[],\\/aé0-.eE+\n\x00\x1f\u2028\U0001f600'), max_size=6)
scalars = letters | st.integers() | st.floats() | st.booleans() | st.none()
objects = st.dictionaries(
    letters, scalars | st.lists(scalars, max_size=2) | st.dictionaries(letters, scalars), max_size=5
)
pieces = st.lists(st.sampled_from(['"', "{", "}", ":", ",", "1", "-", ".5", "e9", "0", " ", "a", "\\", "true", "[]"]))


def is_plain(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=Props)
    except msgspec.MsgspecError:
        return False
    return True


@given(st.lists(objects, min_size=1, max_size=3), st.booleans())
def test_what_looks_flat_is_what_the_decoder_takes(drawn: list[dict[str, Any]], ascii_only: bool) -> None:
    texts = [json.dumps(one, ensure_ascii=ascii_only).encode() for one in drawn]

    if are_flat(objects_of([msgspec.Raw(text) for text in texts])):
        assert all(is_plain(text) for text in texts)


@given(pieces)
def test_nothing_but_json_looks_flat(drawn: list[str]) -> None:
    text = "".join(["{", *drawn, "}"]).encode()

    if are_flat(objects_of([msgspec.Raw(text)])):
        assert is_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        b'{"price":9.5,"currency":"EUR","new":true,"note":null,"n":-0,"big":1.5e+10}',
        b'{"price": 9.5, "note": "a \\"b\\" \\n"}',
        '{"name":"Gr\u00fc\u00dfe"}'.encode(),
    ],
)
def test_what_shops_send_looks_flat(text: bytes) -> None:
    assert are_flat(objects_of([msgspec.Raw(text), msgspec.Raw(b"{}")]))


@pytest.mark.parametrize(
    "text",
    [
        b'{"n":1e999}',
        b'{"n":01}',
        b'{"n":' + b"1" * 400 + b"}",
        b'{"a":{}}',
        b'{"a":[]}',
        b'{"a":1}{"b":2}',
        b'{"a":1},{"b":2',
        b'{"' + b"k" * 129 + b'":1}',
        json.dumps({"v": "x" * 8193}).encode(),
        json.dumps({str(number): 1 for number in range(41)}).encode(),
        b'{"half":"\\ud83d"}',
    ],
)
def test_what_may_pass_a_limit_does_not(text: bytes) -> None:
    assert not are_flat(objects_of([msgspec.Raw(b"{}"), msgspec.Raw(text)]))
