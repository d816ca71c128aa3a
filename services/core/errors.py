"""Everything the core raises. A message names the key at fault and the remedy."""


class CoreError(Exception):
    """A mistake the caller can mend; never a bug of ours."""


class JourneyError(CoreError):
    """A journey file that cannot be used: stops the start before anything else happens."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class NewerState(CoreError):
    """A visitor's state was written by a later version of this program: going on would destroy it."""

    def __init__(self, format_: int, known: int) -> None:
        super().__init__(
            f"The visitors' states in the database have format {format_}; this version knows formats up to {known}. "
            "Start the version that wrote them, or a later one."
        )


class Poisoned(CoreError):
    """A record that can never be applied, with the reason it is set aside for."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason}: {detail}" if detail else reason)
