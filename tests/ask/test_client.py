"""The typed client against the OpenAPI: every question there is, each of its parameters, each field of its answer."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from inspect import getmembers, isfunction
from pkgutil import iter_modules
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel

from services.api import questions
from services.api.app import create_app
from services.api.endpoint import path_of
from services.api.routes import routers
from services.ask.client import classes_of, route_of
from services.ask.questions import questions_in, taken_by
from services.edges.clickhouse import Store
from services.edges.clickhouse_clients import Address
from tests.api.shop import SomeKeys

NO_CLASS = {"event-log": "a file for other tools, XES or CSV: `fetch` it"}
SAID_OF_A_FIELD = {"title", "description", "examples", "default", "$defs"}

Answering = Callable[..., BaseModel]


@pytest.fixture(scope="module")
def document() -> Mapping[str, Any]:
    app: FastAPI = create_app(SomeKeys(), Store(Address.parse("http://nobody.asks.it")))
    return app.openapi()


def known_to_the_client() -> Iterator[tuple[str, Answering]]:
    """Each question that `Client.ask` or `Client.look_up` may be given, by its name."""
    registered = {}
    for router in routers():
        for route in router.routes:
            if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
                registered[route.path_format] = route.endpoint
    for module in iter_modules(questions.__path__):
        for _, ask in getmembers(import_module(f"{questions.__name__}.{module.name}"), isfunction):
            if ask.__name__.startswith("ask_"):
                try:
                    registered[path_of(ask)] = ask
                except KeyError:
                    continue  # of something that its endpoint asks
    return ((path.removeprefix("/v1/"), one) for path, one in registered.items())


def test_every_question_of_the_api_has_its_classes_in_the_client(document: Mapping[str, Any]) -> None:
    typed = {name: classes_of(ask)[1] for name, ask in known_to_the_client() if name in questions_in(document)}

    assert questions_in(document).keys() - typed.keys() == set()
    assert {name for name, kind in typed.items() if not issubclass(kind, BaseModel)} == set(NO_CLASS)
    assert len(typed) >= 30


def test_a_question_takes_in_the_client_what_it_takes_in_the_api(document: Mapping[str, Any]) -> None:
    asked = dict(known_to_the_client())
    for name, operation in questions_in(document).items():
        kind, _ = classes_of(asked[name])
        told = kind.model_json_schema() if kind else {}

        parameters = taken_by(operation)

        assert parameters.keys() == told.get("properties", {}).keys(), name
        required = {one for one, parameter in parameters.items() if parameter.get("required")}
        assert required == set(told.get("required", ())), name
        for parameter, given in parameters.items():
            assert shape(given["schema"], document) == shape(told["properties"][parameter], told), (name, parameter)


def test_an_answer_holds_in_the_client_what_it_holds_in_the_api(document: Mapping[str, Any]) -> None:
    asked = dict(known_to_the_client())
    for name, operation in questions_in(document).items():
        if name in NO_CLASS:
            continue
        told = classes_of(asked[name])[1].model_json_schema(mode="serialization")

        answered = operation["responses"]["200"]["content"]["application/json"]["schema"]

        assert shape(answered, document) == shape(told, told), name


def test_where_an_endpoint_stands_is_found_by_its_function() -> None:
    paths = {route_of(one).path_format for _, one in known_to_the_client() if not one.__name__.startswith("ask_")}

    assert {"/v1/sessions/{id}", "/v1/visitors/{id}", "/v1/incidents", "/v1/annotations", "/v1/refused"} <= paths


def shape(schema: Any, document: Mapping[str, Any], within: tuple[str, ...] = ()) -> Any:
    """A schema without its words, and with what it refers to in its place; what it is within stands as a name."""
    if isinstance(schema, list):
        return [shape(one, document, within) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        short = name.rpartition("__")[2]
        if short in within:
            return short
        return shape(referred(document, name), document, (*within, short))
    if isinstance(schema.get("title"), str) and schema.get("type") == "object":
        within = (*within, schema["title"])
    fields = {name: one for name, one in schema.items() if name not in SAID_OF_A_FIELD or not isinstance(one, str)}
    return {
        name: {field: shape(one, document, within) for field, one in value.items()}
        if name == "properties"
        else shape(value, document, within)
        for name, value in fields.items()
        if name not in {"examples", "default", "$defs"}
    }


def referred(document: Mapping[str, Any], name: str) -> Any:
    return (document.get("$defs") or document["components"]["schemas"])[name]
