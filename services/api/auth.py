"""Who asks, and of which project: told by the key alone, never by anything else in the request."""

from typing import Annotated, Protocol

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials, HTTPBearer

from services.api.problem import Refusal

MAY_ASK = frozenset({"read", "admin"})

bearer = HTTPBearer(auto_error=False, description="A read or admin key: `Authorization: Bearer rk_…`")
basic = HTTPBasic(auto_error=False, description="A read or admin key as the user name, the password left empty.")


class Key(Protocol):
    """What is known of a key."""

    @property
    def kind(self) -> str: ...
    @property
    def project(self) -> str: ...


class Keyring(Protocol):
    """Where keys are looked up."""

    def find(self, presented: str, /) -> Key | None:
        """The key whose secret this is, in constant time; None where there is none."""
        ...


def key_of(
    request: Request,
    by_bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    by_basic: Annotated[HTTPBasicCredentials | None, Depends(basic)],
) -> Key:
    """The key that was presented, of those that may ask."""
    secret = by_bearer.credentials if by_bearer else by_basic.username if by_basic else ""
    keyring: Keyring = request.app.state.keyring
    key = keyring.find(secret) if secret else None
    if key is None:
        said = "This key is not known." if secret else "This needs a key."
        raise Refusal(401, f"{said} Send `Authorization: Bearer rk_…` with a read key.", headers=_challenge(request))
    if key.kind not in MAY_ASK:
        raise Refusal(403, f"A {key.kind} key may not ask. Use a read key.")
    return key


def _challenge(request: Request) -> dict[str, str]:
    """Somebody who follows a link of a message is asked for a key by the browser; a program is told how to send one."""
    is_followed = "text/html" in request.headers.get("Accept", "")
    scheme = 'Basic realm="a read key as the user name"' if is_followed else 'Bearer realm="desireline"'
    return {"WWW-Authenticate": scheme}


def project_of(key: Annotated[Key, Depends(key_of)]) -> str:
    """The project that the presented key may ask about."""
    return key.project


def administered(key: Annotated[Key, Depends(key_of)]) -> str:
    """The project whose visitors' data the presented key may hand out and delete."""
    if key.kind != "admin":
        raise Refusal(403, f"A {key.kind} key may not see or delete all data of a visitor. Use an admin key (ak_…).")
    return key.project


Project = Annotated[str, Depends(project_of)]
Administered = Annotated[str, Depends(administered)]
