"""How acts in a form are told, in our own words and in GA4's; docs/events.md has the whole vocabulary."""

from services.core.act import Act

FORM_FIELD = "form_field"
FORM_START = "form_start"  # GA4's: the first input
FORM_SUBMIT = "form_submit"

FORM_PROPS = frozenset({"form", "form_id", "form_name"})
FIELD_PROPS = FORM_PROPS | {"field", "action", "hidden"}

Field = tuple[str, str]
"""A form and a field in it."""


def form_of(act: Act) -> str:
    """The form by its own name; where it has none, the page it stands on."""
    return act.text("form") or act.text("form_id") or act.text("form_name") or act.path


def field_of(act: Act) -> Field:
    """The field an act is about."""
    return form_of(act), act.text("field")
