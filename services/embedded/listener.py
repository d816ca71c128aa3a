"""The one port of an embedded installation, taken before anything starts."""

import errno
import socket

from services.embedded.errors import CannotStart

_BACKLOG = 1024


def listen(host: str, port: int) -> socket.socket:
    """Raises CannotStart where the port is taken or the address is not ours."""
    try:
        return socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be served on: {error.strerror}"
        raise CannotStart(
            f"{host}:{port} {reason}. Stop what holds it, or give another port with --port (0 takes a free one)."
        ) from None


def url(listener: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
