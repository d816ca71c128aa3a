"""The keys file, on a real disk."""

import stat
from pathlib import Path

import pytest

from services.core.key import Kind, Right
from services.core.terms import Terms
from services.edges.keyring import Keyring, KeysFileError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keys.json"


def test_a_created_key_is_found_by_its_secret(path: Path) -> None:
    keyring = Keyring(path)

    secret = keyring.create(Kind.WRITE, "shop", [Right.HISTORICAL])

    found = keyring.find(secret)
    assert found is not None
    assert (found.kind, found.project, found.public) == ("write", "shop", secret)
    assert found.may(Right.HISTORICAL)


@pytest.mark.parametrize("presented", ["", "wk_unknown", "\ud800", "ä" * 10_000])
def test_an_unknown_key_is_nobody(path: Path, presented: str) -> None:
    keyring = Keyring(path)
    keyring.create(Kind.READ, "shop")

    assert keyring.find(presented) is None


def test_keys_survive_a_restart(path: Path) -> None:
    secrets = [Keyring(path).create(kind, "shop") for kind in Kind]

    again = Keyring(path)

    assert [key.kind for key in again.keys] == list(Kind)
    assert all(again.find(secret) for secret in secrets)


def test_the_file_is_for_its_owner_only_and_holds_no_secret(path: Path) -> None:
    secret = Keyring(path).create(Kind.ADMIN, "shop")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret not in path.read_text()
    assert [file.name for file in path.parent.iterdir()] == ["keys.json"]


def test_a_key_created_elsewhere_is_found_at_once(path: Path) -> None:
    serving = Keyring(path)
    serving.create(Kind.WRITE, "shop")

    secret = Keyring(path).create(Kind.READ, "shop")

    assert serving.find(secret) is not None


def test_a_withdrawn_key_is_nobody_once_the_file_was_looked_at(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.edges.keyring.LOOK_SECONDS", 0)
    serving = Keyring(path)
    secret = serving.create(Kind.READ, "shop")

    path.write_text('{"keys": []}')

    assert serving.find(secret) is None


def test_a_file_that_breaks_while_serving_locks_nobody_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.edges.keyring.LOOK_SECONDS", 0)
    serving = Keyring(path)
    secret = serving.create(Kind.READ, "shop")

    path.write_text('{"keys": [')

    assert serving.find(secret) is not None


def test_a_broken_file_at_start_is_named_with_the_remedy(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"keys": [')

    with pytest.raises(KeysFileError, match=r"keys\.json cannot be read .*truncated.* create new keys"):
        Keyring(path)


FILE = """{"keys": [
  {
    "kind": "write",
    "project": "shop",
    "key": "wk_1",
    "terms": {
      "origins": ["https://shop.example"],
      "rate": 500
    }
  }
]}"""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('"kind": "write"', '"kind": "emperor"', r":3: keys\.0\.kind: .*emperor.*; write `write`, `read` or `admin`"),
        ('"origins"', '"orgins"', r":7: keys\.0\.terms\.orgins: .*; did you mean `origins`\?"),
        ("shop.example", "Shop.example/page", r":7: keys\.0\.terms\.origins\.0: .*; write origins as browsers do"),
        ("500", "0", r":8: keys\.0\.terms\.rate: .*; write how many events a second"),
        ('"project": "shop",', "", r":2: keys\.0\.project: .*missing.*; see docs/ingest\.md"),
        (FILE, "[]", r":1: the file: Expected `object`"),
    ],
)
def test_a_mistake_is_told_with_its_line_its_key_and_the_remedy(path: Path, right: str, wrong: str, said: str) -> None:
    path.parent.mkdir()
    path.write_text(FILE.replace(right, wrong))

    with pytest.raises(KeysFileError, match=r"keys\.json" + said):
        Keyring(path)


def test_the_terms_of_a_key_outlive_the_making_of_another(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(FILE)

    Keyring(path).create(Kind.READ, "shop")

    found = Keyring(path).find("wk_1")
    assert found is not None
    assert found.terms == Terms(origins=("https://shop.example",), rate=500)
