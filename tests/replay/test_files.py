"""Files of every kind become the same rows, and what is broken in them harms nothing else."""

import gzip
from pathlib import Path

import polars
import pytest
from backports import zstd

from services.replay.files import RecordedFile, Row
from services.replay.lines import Broken
from services.replay.mapping import Mapping, MappingError

MAPPING = Mapping(visitor="who", time="at", event="what")
CSV = "who,at,what\nann,1569888000,view\nbob,1569888001,cart\n"


def read(path: Path, content: str | bytes) -> list[Row | Broken]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(RecordedFile(path, MAPPING).rows())


def broken(rows: list[Row | Broken]) -> list[int]:
    return [row.line for row in rows if isinstance(row, Broken)]


def visitors(rows: list[Row | Broken]) -> list[str]:
    return [row.cells["who"] for row in rows if isinstance(row, Row)]


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        "\ufeff" + CSV,
        CSV.replace(",", ";"),
        CSV.replace(",", "\t"),
        CSV.replace("\n", "\r\n"),
        gzip.compress(CSV.encode()),
        zstd.compress(CSV.encode()),
    ],
    ids=["plain", "byte order mark", "semicolons", "tabs", "windows", "gzip", "zstd"],
)
def test_csv_is_read_however_it_is_packed(tmp_path: Path, content: str | bytes) -> None:
    rows = read(tmp_path / "events", content)

    assert rows == [
        Row(2, {"who": "ann", "at": "1569888000", "what": "view"}),
        Row(3, {"who": "bob", "at": "1569888001", "what": "cart"}),
    ]


def test_json_lines_keep_their_types(tmp_path: Path) -> None:
    rows = read(tmp_path / "events", '{"who":"ann","at":1,"what":"view"}\n\n{"who":"bob","at":2,"what":{"x":[1]}}\n')

    assert rows == [
        Row(1, {"who": "ann", "at": 1, "what": "view"}),
        Row(3, {"who": "bob", "at": 2, "what": {"x": [1]}}),
    ]


def test_parquet_rows_are_numbered(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    polars.DataFrame({"who": ["ann", "bob"], "at": [1, 2], "what": ["view", "cart"]}).write_parquet(path)

    rows = list(RecordedFile(path, MAPPING).rows())

    assert rows == [
        Row(1, {"who": "ann", "at": 1, "what": "view"}),
        Row(2, {"who": "bob", "at": 2, "what": "cart"}),
    ]


def test_a_quoted_cell_may_span_lines(tmp_path: Path) -> None:
    rows = read(tmp_path / "events", 'who,at,what\n"ann\nlee",1,"a ""view"""\nbob,2,cart\n')

    assert [row.line for row in rows] == [2, 4]
    assert visitors(rows) == ["ann\nlee", "bob"]


@pytest.mark.parametrize(
    "line",
    ["ann,1", "ann,1,view,more", 'ann,1,"view', "ann,1,\xff\xfe", "x" * (1 << 20)],
    ids=["too few", "too many", "open quote", "not UTF-8", "endless"],
)
def test_a_broken_line_is_named_and_the_rest_is_read(tmp_path: Path, line: str) -> None:
    content = b"who,at,what\nann,1,view\n" + line.encode("latin-1") + b"\nbob,2,cart\n" + b"cid,3,cart\n" * 60

    rows = read(tmp_path / "events", content)

    assert broken(rows) == [3]
    assert visitors(rows) == ["ann", "bob"] + ["cid"] * 60


def test_broken_json_lines_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    good = '{"who":"ann","at":1,"what":"view"}'
    deep = "[" * 100_000

    rows = read(tmp_path / "events", "\n".join([good, "{", "[1]", "null", deep, '{"at": NaN}', good]))

    assert broken(rows) == [2, 3, 4, 5, 6]
    assert visitors(rows) == ["ann", "ann"]


def test_a_file_that_was_cut_off_gives_what_is_left_of_it(tmp_path: Path) -> None:
    whole = gzip.compress((CSV + "".join(f"v{n},{n},view\n" for n in range(20_000))).encode())

    rows = read(tmp_path / "events", whole[: len(whole) // 2])

    assert len(visitors(rows)) > 1_000
    assert len(broken(rows)) == 1
    assert isinstance(rows[-1], Broken)
    assert "damaged" in rows[-1].reason


def test_a_column_that_is_not_there_is_named_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no column 'what'; it has who, at, name"):
        read(tmp_path / "events", "who,at,name\nann,1,view\n")


def test_how_far_the_reading_is_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text(CSV + "ann,1,view\n" * 100_000)
    file = RecordedFile(path, MAPPING)

    rows = file.rows()
    first = next(rows), file.done
    list(rows)

    assert 0 < first[1] < file.size
    assert file.done == file.size
