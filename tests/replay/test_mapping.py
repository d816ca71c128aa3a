"""Columns become an event's fields, the rest its properties."""

from typing import Any

import msgspec
import pytest

from services.replay.mapping import Converter, Mapping, MappingError

MAPPING = Mapping.parse("visitor=who, time=at, event=what, id=no, user=login, path=page, value=worth")


def convert(row: dict[str, Any], line: int = 7, mapping: Mapping = MAPPING) -> dict[str, Any]:
    outgoing = Converter(mapping, "abc").convert(line, {"who": "ann", "at": "1569888000", "what": "view"} | row)
    message: dict[str, Any] = msgspec.json.decode(outgoing.body)
    return message


def test_mapped_columns_fill_the_fields_and_all_others_become_properties() -> None:
    message = convert(
        {"no": "e-1", "login": 42, "page": "/a", "worth": "9.50", "brand": "acme", "stock": "3", "sku": "0042"}
    )

    assert message == {
        "type": "track",
        "event": "view",
        "anonymousId": "ann",
        "userId": "42",
        "messageId": "e-1",
        "timestamp": "2019-10-01T00:00:00.000Z",
        "properties": {"brand": "acme", "stock": 3, "sku": "0042", "value": 9.5},
        "context": {"page": {"path": "/a"}},
    }


def test_an_event_without_an_id_is_named_by_its_file_and_line_so_that_ties_sort_by_line() -> None:
    ids = [convert({}, line)["messageId"] for line in (9, 10, 100)]

    assert ids == sorted(ids)
    assert ids[0] == "abc-0000000009"


def test_a_page_event_becomes_a_page_call() -> None:
    message = convert({"what": "page", "page": "https://shop.example/gifts?x=1"})

    assert (message["type"], message.get("event")) == ("page", None)
    assert message["context"]["page"] == {"url": "https://shop.example/gifts?x=1", "path": "/gifts"}


def test_a_dotted_column_reaches_into_a_json_object() -> None:
    mapping = Mapping.parse("visitor=user.id,time=at,event=what")

    message = convert({"user": {"id": 5}}, mapping=mapping)

    assert message["anonymousId"] == "5"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"who": ""}, "no visitor"),
        ({"who": None}, "no visitor"),
        ({"who": ["a"]}, "who is neither"),
        ({"at": ""}, "no time"),
        ({"at": "soon"}, "neither RFC 3339"),
        ({"what": " "}, "no event"),
        ({"worth": "much"}, "value 'much'"),
        ({"brand": "\ud800"}, "cannot be written"),
    ],
)
def test_a_row_that_cannot_be_an_event_says_why(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        convert(row)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("visitor=a,time=b", "event missing"),
        ("visitor=a,time=b,event", "not FIELD=COLUMN"),
        ("visitor=a,time=b,event=c,colour=d", "out of visitor, time"),
        ("visitor=a,visitor=b", "given twice"),
    ],
)
def test_a_mapping_with_a_mistake_says_what_to_write(text: str, said: str) -> None:
    with pytest.raises(MappingError, match=said):
        Mapping.parse(text)
