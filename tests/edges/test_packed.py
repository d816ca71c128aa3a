"""Rows in pieces: nothing is lost between two of them, and a request that is sent again has all of them again."""

import msgspec

from services.core.rows import BelievedRow
from services.edges.packed import AT_ONCE, Lines, Packed


def test_pieces_are_all_lines_and_can_be_gone_through_again() -> None:
    said = [b"%d" % number for number in range(2 * AT_ONCE + 1)]

    lines = Lines(said)

    for _ in range(2):
        whole = b"".join(lines)
        assert whole.splitlines() == said
        assert lines.size == len(whole)
    assert len(list(lines)) == 3


def test_rows_are_packed_as_they_come() -> None:
    rows = [BelievedRow(project="p", visitor=f"v{number}", stands_for=number) for number in range(AT_ONCE + 2)]

    packed = Packed(BelievedRow)
    packed.add(rows[:1])
    packed.add([])
    packed.add(rows[1:])

    whole = b"".join(packed)
    assert msgspec.json.Decoder(BelievedRow).decode_lines(whole) == rows
    assert len(packed) == len(rows)
    assert packed.size == len(whole)
    assert packed.columns == ("project", "visitor", "stands_for")
