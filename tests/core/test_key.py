"""Keys: spelled by kind, kept as digests where they are secret."""

import pytest

from services.core.key import Kind, Right, digest, generate, make

RANDOM = bytes(range(24))


@pytest.mark.parametrize(("kind", "prefix"), [(Kind.WRITE, "wk_"), (Kind.READ, "rk_"), (Kind.ADMIN, "ak_")])
def test_a_key_says_by_its_prefix_what_it_is_for(kind: Kind, prefix: str) -> None:
    assert generate(kind, RANDOM).startswith(prefix)


def test_different_randomness_gives_different_keys() -> None:
    assert generate(Kind.READ, RANDOM) != generate(Kind.READ, bytes(reversed(RANDOM)))


def test_too_little_randomness_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 random bytes"):
        generate(Kind.READ, b"short")


@pytest.mark.parametrize("kind", [Kind.READ, Kind.ADMIN])
def test_of_a_secret_key_only_its_digest_is_kept(kind: Kind) -> None:
    secret = generate(kind, RANDOM)

    kept = make(secret, kind, "shop")

    assert kept.digest == digest(secret)
    assert secret not in repr(kept)


def test_a_write_key_is_public_and_kept_as_it_is() -> None:
    key = generate(Kind.WRITE, RANDOM)

    assert make(key, Kind.WRITE, "shop").public == key


def test_a_key_may_only_what_it_was_given() -> None:
    importing = make("wk_a", Kind.WRITE, "shop", frozenset({Right.HISTORICAL}))
    plain = make("wk_b", Kind.WRITE, "shop")

    assert importing.may(Right.HISTORICAL)
    assert not plain.may(Right.HISTORICAL)
