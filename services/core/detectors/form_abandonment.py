"""Beginning to fill in a form and leaving it."""

from typing import ClassVar

import msgspec

from services.core.act import Act
from services.core.detector import Detector
from services.core.finding import NOTICEABLE, Finding
from services.core.fold import Fold, Run
from services.core.form import FIELD_PROPS, FORM_FIELD, FORM_START, FORM_SUBMIT, form_of
from services.core.plan import Place

MOST_FORMS = 10
"""Forms of one session that are remembered at once; the one touched longest ago is forgotten first."""


class _Form(msgspec.Struct, gc=False):
    name: str
    first: Act
    last: Act
    place: Place | None
    page: str
    field: str = ""
    is_said: bool = False


class FormAbandonment(Detector):
    """The person begins to answer, comes to a question they cannot or will not answer, and stops.

    Found where a form was typed into and neither sent nor passed (a later stage or step entered) before the visitor
    went back to an earlier stage or left: Zuko's and Matomo's definition, less those who got on without sending. Names
    the field they were in last; of several such forms the one touched last. Taken back when the form is sent after all.
    Misfires: where a form is sent without saying so, and the journey goes no further from there.
    """

    waits: ClassVar[bool] = True

    @property
    def hears(self) -> frozenset[str]:
        return frozenset({FORM_FIELD, FORM_START, FORM_SUBMIT})

    @property
    def reads(self) -> frozenset[str]:
        return FIELD_PROPS | {"first_field_name", "first_field_id"}

    def see(self, act: Act, fold: Fold) -> Finding | None:
        """Note the field, or that the form was sent."""
        forms: dict[str, _Form] = fold.memory.setdefault(self.name, {})
        form = forms.pop(name := form_of(act), None)
        if act.name == FORM_SUBMIT:
            if form is not None and form.is_said:
                fold.withdraw(self.name, form.first.id)
            return None
        if form is None:
            # A page may put the focus into a field by itself: only typing is the visitor's.
            if act.name == FORM_FIELD and act.text("action") not in {"input", "invalid"}:
                return None
            run = fold.run
            form = _Form(name, act, act, run.place if run else None, act.path or fold.page)
        form.last = act
        form.field = act.text("field") or act.text("first_field_name") or act.text("first_field_id") or form.field
        forms[name] = form  # at the end: touched last
        if len(forms) > MOST_FORMS:
            del forms[next(iter(forms))]
        return None

    def enter(self, act: Act, fold: Fold, left: Run | None) -> Finding | None:
        """Forget the forms that were passed; name the last one that was left."""
        forms: dict[str, _Form] | None = fold.memory.get(self.name)
        if not forms:
            return None
        place = fold.runs[-1].place
        for name in [name for name, form in forms.items() if _is_passed(form, place)]:
            form = forms.pop(name)
            if form.is_said:
                fold.withdraw(self.name, form.first.id)
        behind = [form for form in forms.values() if form.place and form.place.stage_number > place.stage_number]
        if not behind:
            return None
        behind[-1].is_said = True
        return self._find(behind[-1], act)

    def close(self, fold: Fold) -> Finding | None:
        """Name the last form that is still open."""
        forms: dict[str, _Form] | None = fold.memory.get(self.name)
        if not forms or fold.last is None:
            return None
        form = next(reversed(forms.values()))
        return None if form.is_said else self._find(form, fold.last)

    def _find(self, form: _Form, act: Act) -> Finding:
        return Finding(
            detector=self.name,
            cause_id=form.first.id,
            stage=form.place.stage if form.place else "",
            step=form.place.step if form.place else "",
            page=form.page,
            element=f"{form.name} {form.field}".rstrip(),
            occurred_at=form.last.occurred_at,
            severity=NOTICEABLE,
            cost_seconds=(form.last.occurred_at - form.first.occurred_at) / 1000,
            evidence=tuple(dict.fromkeys((form.first.id, form.last.id, act.id))),
        )


def _is_passed(form: _Form, place: Place) -> bool:
    return form.place is None or place.order > form.place.order
