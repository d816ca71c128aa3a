"""The event log of a period for process-mining tools, as XES or CSV, a day at a time so that no period is too long.

XES: IEEE Std 1849-2016 (https://www.xes-standard.org). A trace is a session, an event one node of its path.
"""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from xml.sax.saxutils import quoteattr

from services.api.period import Period
from services.api.question import Asked, Row
from services.api.questions.freshness import from_millis
from services.api.questions.paths import Of
from services.api.table import FORMULA

COLUMNS = ("case", "activity", "timestamp", "visitor", "user", "job", "done")
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00Z"/></global>
<classifier name="Activity" keys="concept:name"/>
"""

Lines = Callable[[Row], str]


def write_xes(asked: Asked, of: Of) -> Iterator[str]:
    """The log as XES, piece by piece."""
    yield HEAD
    yield from pieces(asked, of, as_trace)
    yield "</log>\n"


def write_csv(asked: Asked, of: Of) -> Iterator[str]:
    """The log as CSV, piece by piece: a line an event."""
    yield ",".join(COLUMNS) + "\r\n"
    yield from pieces(asked, of, as_lines)


def pieces(asked: Asked, of: Of, written: Lines) -> Iterator[str]:
    """What is written of the sessions of each day."""
    since = asked.period.since
    while since < asked.period.until:
        until = min(since + timedelta(days=1), asked.period.until)
        walked = {} if of == "places" else {"places_walked": "events_walked"}
        rows = asked.of(Period(since=since, until=until)).rows("event_log", walked, of=of)
        yield "".join(map(written, rows))
        since = until


def as_trace(row: Row) -> str:
    """A session as a trace.

    >>> row = {"id": "s1", "visitor": "v", "user": "", "job": "", "is_done": 1, "labels": ["<a>"], "moments": [0]}
    >>> as_trace(row).splitlines()[1].partition("/>")[0]
    '<event><string key="concept:name" value="&lt;a&gt;"'
    """
    told = "".join(_string(key, row[name]) for key, name in (("concept:name", "id"), *zip(_SAME, _SAME, strict=True)))
    acts = "".join(
        f'<event>{_string("concept:name", label)}<date key="time:timestamp" value="{_moment(at)}"/></event>\n'
        for label, at in zip(row["labels"], row["moments"], strict=True)
    )
    return f'<trace>{told}<boolean key="done" value="{str(bool(row["is_done"])).lower()}"/>\n{acts}</trace>\n'


_SAME = ("visitor", "user", "job")


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(NO_XML.sub("", value))}/>'


def _moment(at: int) -> str:
    return from_millis(at).isoformat().replace("+00:00", "Z")


def as_lines(row: Row) -> str:
    """A session as lines of CSV; what a spreadsheet would take for a formula gets an apostrophe in front."""
    out = StringIO()
    writer = csv.writer(out)
    of_all = [_unformulated(row[name]) for name in _SAME]
    for label, at in zip(row["labels"], row["moments"], strict=True):
        writer.writerow([row["id"], _unformulated(label), _moment(at), *of_all, str(bool(row["is_done"])).lower()])
    return out.getvalue()


def _unformulated(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
