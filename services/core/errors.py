"""Everything the core raises. A message names the key at fault and the remedy."""

from collections.abc import Mapping, Sequence


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


class TooManyRefused(CoreError):
    """So many records cannot be applied that going on would bury everything: the worker stops."""

    def __init__(self, refused: int, came: int, reasons: Mapping[str, int], example: str) -> None:
        named = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        super().__init__(
            f"{refused} of the {came} records of the last minute could not be applied ({named}), the last at {example}."
            " The worker has stopped before it set them aside, so a restart meets the same records again. Mend what the"
            " detail names (a rule of the journey, a program that writes to the topic by itself, versions that differ)"
            " and start it again: nothing is lost. Or start it with DESIRELINE_MOST_REFUSED_SHARE=1: it then sets aside"
            " whatever it cannot apply, and `desireline refused replay` sends that again later."
        )


class NothingStored(CoreError):
    """A project of which there is nothing to judge: most likely its name is misspelt."""

    def __init__(self, project: str, since: str, projects: Sequence[str]) -> None:
        there = f"There are {', '.join(projects)}: name one with --project." if projects else "None of any project is."
        super().__init__(f"No event of the project {project!r} since {since} is stored. {there}")


class SettingError(CoreError, ValueError):
    """A setting that cannot be used: says which, why and what to give."""
