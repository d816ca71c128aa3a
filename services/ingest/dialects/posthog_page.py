"""What PostHog's clients see of a page, in the words of our signals (docs/events.md): name and properties."""

import re
from typing import Any

Json = dict[str, Any]

CLICKED = ("click", "touch")  # held against whatever a client put there, hashable or not
VITALS = {
    "$web_vitals_LCP_value": "lcp_ms",
    "$web_vitals_INP_value": "inp_ms",
    "$web_vitals_CLS_value": "cls",
    "$web_vitals_FCP_value": "fcp_ms",
}
_ATTRIBUTE = re.compile(r'attr__(id|role|data-testid)="([^"]*)"')


def told_by_page(event: Any, props: Json) -> tuple[Any, Json]:
    """Any other event keeps its name and its properties."""
    match event:
        case "$autocapture" if props.get("$event_type") in CLICKED:
            return "click", props | _clicked(props)
        case "$dead_click":
            return "dead_click", props | _clicked(props)
        case "$web_vitals":
            return "web_vitals", _measured(props)
        case "$exception":
            return "error", _failed(props)
    return event, props


def _clicked(props: Json) -> Json:
    """The innermost element tells what was clicked."""
    chain = props.get("$elements_chain")
    elements = props.get("$elements")
    if isinstance(chain, str) and chain:
        first = chain.partition(";")[0]
        named = dict(_ATTRIBUTE.findall(first))
        tag = first.partition(":")[0]
    elif isinstance(elements, list) and elements and isinstance(elements[0], dict):
        named = {name.removeprefix("attr__"): value for name, value in elements[0].items()}
        tag = str(elements[0].get("tag_name") or "")
    else:
        return {}
    said = {
        "target": f"#{named['id']}" if named.get("id") else tag,
        "role": named.get("role") or tag.partition(".")[0],
        "text": props.get("$el_text") or named.get("$el_text"),
    }
    return {name: value for name, value in said.items() if value}


def _measured(props: Json) -> Json:
    """Without the entries behind each measurement, which are longer than all the rest."""
    kept = {name: value for name, value in props.items() if not re.fullmatch(r"\$web_vitals_\w+_(event|value)", name)}
    return kept | {ours: props[theirs] for theirs, ours in VITALS.items() if theirs in props}


def _failed(props: Json) -> Json:
    """Without the list of errors and their stacks, from which the first gives the message."""
    listed = props.get("$exception_list")
    kept = {name: value for name, value in props.items() if name != "$exception_list"}
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    mechanism = first.get("mechanism")
    said = {
        "message": first.get("value") or props.get("$exception_message"),
        "handled": mechanism.get("handled") if isinstance(mechanism, dict) else None,
        "source": _source(first, str(props.get("$host") or "")),
        "kind": first.get("type") or props.get("$exception_type"),
    }
    return kept | {name: value for name, value in said.items() if value is not None}


def _source(error: Json, host: str) -> str | None:
    """The file in which the error arose (the last frame is the innermost), without the host where it is the site's."""
    stack = error.get("stacktrace")
    frames = stack.get("frames") if isinstance(stack, dict) else None
    last = frames[-1] if isinstance(frames, list) and frames and isinstance(frames[-1], dict) else {}
    name = last.get("filename") or last.get("abs_path")
    if not isinstance(name, str):
        return None
    return re.sub(rf"^https?://{re.escape(host)}(?=/)", "", name) if host else name
