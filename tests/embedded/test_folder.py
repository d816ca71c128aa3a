"""What a data folder keeps besides the database."""

from pathlib import Path

from services.embedded.folder import DataFolder


def test_what_was_signed_before_a_restart_opens_after_it_and_nobody_else_reads_with_what(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "a") as folder:
        before = folder.signing_key()
    with DataFolder(tmp_path / "a") as folder, DataFolder(tmp_path / "b") as other:
        after, foreign = folder.signing_key(), other.signing_key()

    assert before == after != foreign
    assert len(before) == 64
    assert (tmp_path / "a" / "signing.key").stat().st_mode & 0o077 == 0
