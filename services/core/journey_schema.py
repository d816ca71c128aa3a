"""The journey file as a JSON Schema: what an editor completes and explains, and what mistakes are explained with."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from services.core.detector import Detector
from services.core.duration import format_duration

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _InOurWords(GenerateJsonSchema):
    """Writes a default duration as the journey file does."""

    def encode_default(self, dft: Any) -> Any:
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def schema_of(journey: type[BaseModel], detectors: dict[str, type[Detector]]) -> Schema:
    """The schema of a journey's model, with every detector's settings where these are only any keys to the model."""
    schema = journey.model_json_schema(by_alias=True, schema_generator=_InOurWords)
    parts = schema["$defs"]
    settings = {}
    for name, detector in detectors.items():
        own = detector.model_json_schema(by_alias=True, schema_generator=_InOurWords)
        parts.update(own.pop("$defs", {}))
        parts[f"detector_{name}"] = own
        settings[name] = {"$ref": f"#/$defs/detector_{name}"}
    _name_detectors(schema["properties"]["friction"]["anyOf"][0], settings, nullable=True)
    _name_detectors(parts["Stage"]["properties"]["friction"], settings, nullable=False)
    tidy: Schema = _without_titles(schema)
    return {"$schema": DIALECT, "title": "Journey file of Desireline", **tidy}


def _name_detectors(friction: Schema, settings: Schema, *, nullable: bool) -> None:
    friction["properties"] = {
        name: {"anyOf": [one, {"type": "null"}]} if nullable else one for name, one in settings.items()
    }
    friction["additionalProperties"] = False


def _without_titles(value: Any) -> Any:
    """Pydantic makes a title of every name, which only repeats it; a property may be called `title` all the same."""
    if isinstance(value, dict):
        return {
            key: _without_titles(one) for key, one in value.items() if not (key == "title" and isinstance(one, str))
        }
    return [_without_titles(one) for one in value] if isinstance(value, list) else value
