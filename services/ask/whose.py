"""Whose data is meant by a question to a data folder, which may hold that of several projects."""

from collections.abc import Sequence

from services.ask.errors import CannotAsk


def meant(named: str, known: Sequence[str], own: str) -> str:
    """The project named, else the installation's `own`, else the only one; any that is asked for has sessions.

    Raises CannotAsk where it has none while others have, or where it is not said which of several.

    >>> meant("", [], "default"), meant("", ["shop"], "default"), meant("", ["blog", "shop"], "shop")
    ('default', 'shop', 'shop')
    """
    if not known or named in known:
        return named or own
    if not named and (own in known or len(known) == 1):
        return own if own in known else known[0]
    wrong = f"There are no sessions of {named!r} here." if named else "Whose data?"
    raise CannotAsk(f"{wrong} Name one of these with --project: {', '.join(known)}.")
