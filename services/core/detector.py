"""What every friction detector is: settings from the journey file, and one method for each thing it listens to.

A detector keeps nothing of its own. What it must remember of a session lives in `fold.memory[self.name]`, which
is never stored: a session that comes back after a crash is folded again from its acts.
"""

import re
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from services.core.finding import Finding
from services.core.page import NO_CLASSES, PageClass
from services.core.role import Role

if TYPE_CHECKING:
    from services.core.act import Act
    from services.core.fold import Fold, Run


class Detector(BaseModel):
    """A kind of friction. Its file's name is its name in YAML, in the store, in metrics and in tests.

    Override only what the detector needs: the pipeline calls no method that is not overridden. No method may
    look at the session's acts again, so that each act costs the same however long the session is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ClassVar[Literal["friction", "drop_off"]] = "friction"
    """A drop-off is an effect, the end of a session; friction may be its cause. Only friction is ranked as pain."""

    waits: ClassVar[bool] = False
    """Whether `enter`, `close` and what it `notices` mean nothing to it before it remembers something of the session.

    Then they are called only for sessions in whose memory it has something, which few have.
    """

    told_live: ClassVar[Role | None] = None
    """The role of a stage in which its `close` is not waited for: where nothing happens there for the `patience`, an
    open session is quiet: judged as if it were over, by all detectors, until its next act.
    """

    name: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @property
    def hears(self) -> frozenset[str]:
        """Names of the events `see` is called for. Asked once for each journey, so settings may name them."""
        return frozenset()

    @property
    def notices(self) -> frozenset[str]:
        """Names of further events `see` is called for, of which no properties need be kept."""
        return frozenset()

    @property
    def passes_over(self) -> frozenset[str]:
        """Names of events in `hears` of which `see` says and remembers nothing where none of the properties that
        anybody reads of such events is told: then it is not called.
        """
        return frozenset()

    @property
    def visits(self) -> frozenset[PageClass]:
        """Classes of the pages `visit` is called for; the journey file says which pages these are."""
        return NO_CLASSES

    @property
    def reads(self) -> frozenset[str]:
        """Properties of events in `hears` and of visits that are kept with the session; all others are dropped."""
        return frozenset()

    def begin(self, act: "Act", fold: "Fold", severity: int, cause: str = "", element: str = "") -> Finding:
        """A finding that begins with an act, at the place where the visitor is and with what their basket is worth."""
        stage, step = fold.where
        return Finding(
            detector=self.name,
            cause_id=act.id,
            stage=stage,
            step=step,
            page=act.path or fold.page,
            element=element,
            occurred_at=act.occurred_at,
            severity=severity,
            value=fold.value,
            currency=fold.currency or fold.book.currency,
            cause=cause,
            evidence=(act.id,),
        )

    def see(self, act: "Act", fold: "Fold") -> Finding | None:
        """An act named in `hears` or `notices` happened."""
        raise NotImplementedError

    def visit(self, act: "Act", fold: "Fold") -> Finding | None:
        """The visitor came to a page of a class named in `visits`; `fold.page_classes` says which.

        Other acts on that page are no visits of it.
        """
        raise NotImplementedError

    def enter(self, act: "Act", fold: "Fold", left: "Run | None") -> Finding | None:
        """The visitor entered another stage or step (`fold.run`), having left the one given."""
        raise NotImplementedError

    def turn_back(self, act: "Act", fold: "Fold") -> Finding | None:
        """The visitor came back to the page before the last (or, where pages are not told, to the place)."""
        raise NotImplementedError

    def outstay(self, act: "Act", fold: "Fold") -> Finding | None:
        """The visitor acted after `fold.due`, which a detector sets as a place is entered, and is still there."""
        raise NotImplementedError

    def close(self, fold: "Fold") -> Finding | None:
        """The session closed. It may be reopened by a late event; what was said here is then taken back."""
        raise NotImplementedError
