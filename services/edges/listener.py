"""The address a service listens on, taken before anything else starts, and what a signal does to its process."""

import errno
import signal
import socket

_BACKLOG = 4096


class CannotListen(Exception):
    """The address is taken or not ours: says which and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Take an address; port 0 takes a free one. Raises CannotListen."""
    try:
        return socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be served on: {error.strerror}"
        raise CannotListen(
            f"{host}:{port} {reason}. Stop what holds it, or give another address with DESIRELINE_HOST and "
            "DESIRELINE_PORT, or --port (0 takes a free one)."
        ) from None


def url(listener: socket.socket) -> str:
    """Where a browser on this machine finds it."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def leave_quietly() -> None:
    """Let uvicorn end the serving without ending the process.

    It raises SIGTERM and SIGINT again once it has stopped serving: what is drained after that would be lost, and a
    process that was told to stop and did would not exit with 0.
    """
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
