"""Filling in the same field again and again."""

import msgspec
from pydantic import Field

from services.core import form
from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold

MOST_FIELDS = 50
"""Fields of one session that are remembered; the one met first is forgotten first."""

MOST_EVIDENCE = 100


class _Filling(msgspec.Struct, gc=False):
    first: Act
    stage: str
    step: str
    evidence: list[str]
    is_left: bool = False  # after it was changed
    returns: int = 0
    rejections: int = 0


class FormRefill(Detector):
    """The person answers, and the answer is not accepted, or they see that it was not what was meant.

    Found where a field was changed, left, and changed again twice or more, or rejected by its validation twice or more:
    Matomo calls these refills. Once is a slip.
    Misfires: on fields that are meant to be changed often, such as a search or a quantity.
    """

    returns: int = Field(2, ge=1, description="Fewest changes after the field was left.")
    rejections: int = Field(2, ge=1, description="Fewest rejections by validation.")

    @property
    def hears(self) -> frozenset[str]:
        return frozenset({form.FORM_FIELD})

    @property
    def reads(self) -> frozenset[str]:
        return form.FIELD_PROPS

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Count changes and rejections of the field."""
        action = act.text("action")
        fields: dict[form.Field, _Filling] = fold.memory.setdefault(self.name, {})
        filling = fields.get(key := form.field_of(act))
        if filling is None:
            if action in {"input", "invalid"}:
                _keep(fields, key, _Filling(act, *fold.where, [act.id], rejections=int(action == "invalid")))
            return None
        if action == "leave":
            filling.is_left = True
            return None
        if not _counts(filling, action):
            return None
        if len(filling.evidence) < MOST_EVIDENCE:
            filling.evidence.append(act.id)
        is_enough = filling.returns >= self.returns or filling.rejections >= self.rejections
        return self._find(filling, act, fold) if is_enough else None

    def _find(self, filling: _Filling, act: Act, fold: Fold) -> Finding:
        first = filling.first
        return Finding(
            detector=self.name,
            cause_id=first.id,
            stage=filling.stage,
            step=filling.step,
            page=first.path or fold.page,
            element=" ".join(form.field_of(first)),
            occurred_at=first.occurred_at,
            severity=NOTICEABLE,
            cost_seconds=(act.occurred_at - first.occurred_at) / 1000,
            cause=f"changed again {filling.returns} times, rejected {filling.rejections} times",
            evidence=tuple(filling.evidence),
        )


def _counts(filling: _Filling, action: str) -> bool:
    """Take the act in, and say whether it is one of those that make a refill."""
    if action == "invalid":
        filling.rejections += 1
        return True
    if action == "input" and filling.is_left:
        filling.is_left = False
        filling.returns += 1
        return True
    return False


def _keep(fields: dict[form.Field, _Filling], key: form.Field, filling: _Filling) -> None:
    if len(fields) >= MOST_FIELDS:
        del fields[next(iter(fields))]
    fields[key] = filling
