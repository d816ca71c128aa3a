"""Answers as tables: CSV and Parquet, a column for each field, nested ones flattened (`rate.share` → `rate_share`)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import msgspec
from pydantic import AwareDatetime, BaseModel, create_model

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
MEDIA_TYPES: Mapping[str, str] = {"csv": f"{CSV}; charset=utf-8", "parquet": PARQUET}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula; such a text gets an apostrophe in front (OWASP, CSV injection)."""

Format = Literal["json", "csv", "parquet"]


def format_of(asked: Format | None, accept: str) -> Format:
    """The parameter decides, else the header Accept.

    >>> format_of(None, "text/csv, */*"), format_of("json", "text/csv"), format_of(None, "*/*")
    ('csv', 'json', 'json')
    """
    named = [one.partition(";")[0].strip().lower() for one in accept.split(",")]
    return asked or ("csv" if CSV in named else "parquet" if PARQUET in named else "json")


def row_of_lists(name: str, **lists: type[BaseModel]) -> type[BaseModel]:
    """A row of the table of an answer with several lists: after the name of its list, the fields of all of them."""
    described: dict[str, Any] = {field: of for kind in lists.values() for field, of in kind.model_fields.items()}
    fields: dict[str, Any] = {field: (of.annotation | None, None) for field, of in described.items()}
    first: dict[str, Any] = {"list": (Literal[tuple(lists)], ...)}
    return create_model(name, __doc__="A line of one of the lists.", **first, **fields)


def in_one_table(row: type[BaseModel], **lists: Sequence[BaseModel]) -> list[BaseModel]:
    """The rows of all lists, one list after the other."""
    return [row(list=name, **dict(one)) for name, rows in lists.items() for one in rows]


def write_table(kind: type[BaseModel], parts: Mapping[str, Sequence[BaseModel]], form: Format, by: str = "") -> bytes:
    """Rows of one kind in one of the two formats; the columns are the kind's fields, also where there are no rows.

    Where the rows are of parts `by` something, the first column says of which: '' of all together.
    """
    import polars  # a second to import, and not all who ask want tables

    flat = [_of(by, part) | _cells(kind, row) for part, rows in parts.items() for row in rows]
    columns = _of(by, "") | _cells(kind, None)
    types = _types(kind)
    schema = {name: _stored_as(types.get(name, (str,)), any_rows=bool(flat)) for name in columns}
    frame = polars.DataFrame(flat, schema=schema, orient="row", infer_schema_length=None)
    out = BytesIO()
    if form == "csv":
        safe = [_unformulated(polars.col(name)) for name, of in frame.schema.items() if of == polars.String]
        frame.with_columns(safe).write_csv(out, datetime_format="%Y-%m-%dT%H:%M:%S%.3fZ")
    else:
        frame.write_parquet(out)
    return out.getvalue()


def _of(by: str, part: str) -> dict[str, object]:
    return {f"by_{by}": part} if by else {}


def _unformulated(column: Any) -> Any:
    import polars

    begins = polars.any_horizontal([column.str.starts_with(one) for one in FORMULA])
    return polars.when(begins).then(polars.lit("'") + column).otherwise(column).alias(column.meta.output_name())


def _cells(kind: type[BaseModel], row: BaseModel | None, before: str = "") -> dict[str, object]:
    """The columns of a row, all null where there is none."""
    cells: dict[str, object] = {}
    for name, field in kind.model_fields.items():
        value = getattr(row, name, None)
        nested = _model_in(field.annotation)
        if nested:
            cells |= _cells(nested, value, f"{before}{name}_")
        elif isinstance(value, (list, dict)):
            cells[before + name] = msgspec.json.encode(value, enc_hook=_plain).decode()
        else:
            cells[before + name] = value
    return cells


def _types(kind: type[BaseModel], before: str = "") -> dict[str, tuple[type, ...]]:
    """What the columns of a row may hold, besides nothing."""
    types: dict[str, tuple[type, ...]] = {}
    for name, field in kind.model_fields.items():
        nested = _model_in(field.annotation)
        types |= _types(nested, f"{before}{name}_") if nested else {before + name: tuple(_kinds(field.annotation))}
    return types


def _kinds(annotation: object) -> Iterator[type]:
    """The types of what an annotation allows.

    >>> list(_kinds(int | None)), list(_kinds(Literal["csv", "json"])), list(_kinds(list[int]))
    ([<class 'int'>], [<class 'str'>], [<class 'str'>])
    """
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin in {list, dict}:
        yield str  # as JSON
    elif origin is Literal:
        yield from dict.fromkeys(map(type, inside))
    elif inside:
        yield from dict.fromkeys(kind for one in inside for kind in _kinds(one))
    elif annotation is AwareDatetime:
        yield datetime
    elif isinstance(annotation, type) and annotation is not NoneType:
        yield annotation


def _stored_as(kinds: Sequence[type], *, any_rows: bool) -> Any:
    """The type of a column; None where the rows decide, since it may be of two."""
    import polars

    stored = {str: polars.String, int: polars.Int64, float: polars.Float64, bool: polars.Boolean, date: polars.Date}
    one = kinds[0]
    if len(kinds) > 1 and any_rows:
        return None
    return polars.Datetime("us", "UTC") if one is datetime else stored[one]


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model that a field holds, or may hold."""
    if get_origin(annotation) in {list, dict}:
        return None
    kinds = (one for one in (annotation, *get_args(annotation)) if isinstance(one, type) and get_origin(one) is None)
    return next((one for one in kinds if issubclass(one, BaseModel)), None)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    raise NotImplementedError(f"a table cannot hold a {type(value).__name__}")
