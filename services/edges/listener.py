"""The port a service is served on, taken before anything else starts."""

import errno
import socket

_BACKLOG = 1024


class CannotListen(Exception):
    """The port is taken or the address is not ours: says which and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Take the port; 0 takes a free one. Raises CannotListen."""
    try:
        return socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be served on: {error.strerror}"
        raise CannotListen(
            f"{host}:{port} {reason}. Stop what holds it, or give another port with --port or DESIRELINE_PORT"
            " (0 takes a free one)."
        ) from None


def url(listener: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
