"""What posthog-js asks for as scripts: its settings, and itself, where whoever runs this has put its files here.

None of its files come with us: they are the vendor's, and change every week.
"""

import re
from pathlib import Path
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from services.core.errors import SettingError
from services.ingest.answer import ANY_ORIGIN
from services.ingest.problem import CONTENT_TYPE, problem_body

CORS: Final = {name.decode(): value.decode() for name, value in [ANY_ORIGIN]}
SCRIPT: Final = "text/javascript; charset=utf-8"
NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}\.js")
MAIN: Final = "array.js"
CACHED: Final = {"cache-control": "public, max-age=3600"}


def script_of_settings(key: str, settings: dict[str, Any]) -> bytes:
    """The settings as the script that its loader runs before anything else."""
    held = b"window._POSTHOG_REMOTE_CONFIG"
    told = msgspec.json.encode({"config": settings, "siteApps": []}).replace(b"</", rb"<\/")
    return b"%s=%s||{};%s[%s]=%s;" % (held, held, held, msgspec.json.encode(key), told)


def file_routes(folder: Path | None) -> list[Route]:
    """Raises SettingError where the folder has not what is looked for."""
    if folder is not None and not (folder / MAIN).is_file():
        raise SettingError(
            f"DESIRELINE_POSTHOG_JS: {folder} has no {MAIN}; name the folder `dist` of the npm package posthog-js"
        )
    version = _version(folder)

    async def script(request: Request) -> Response:
        name, asked = request.path_params.get("name", MAIN), request.path_params.get("version", version)
        if folder is None or not NAME.fullmatch(name) or asked != version or not (folder / name).is_file():
            return _absent(request, folder, version)
        return FileResponse(folder / name, 200, CORS | CACHED, SCRIPT)

    paths = ("/static/{name}", "/static/{version}/{name}", "/array/{key}/array.js")
    return [Route(path, script, methods=["GET"], include_in_schema=False) for path in paths]


def _version(folder: Path | None) -> str:
    """A page that was built with another must not be given this one's parts."""
    try:
        told = msgspec.json.decode((folder.parent / "package.json").read_bytes()) if folder else {}
    except (OSError, msgspec.DecodeError):
        return ""
    return str(told.get("version", ""))


def _absent(request: Request, folder: Path | None, version: str) -> Response:
    here = f"of posthog-js {version} this serves" if folder else "of posthog-js are here: set DESIRELINE_POSTHOG_JS"
    detail = f"{request.url.path} is none of the files that {here}"
    body = problem_body(404, "route", "There is no such script.", detail)
    return Response(body, 404, CORS, CONTENT_TYPE)
