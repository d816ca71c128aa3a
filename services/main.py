"""Where the process begins: so little that Ctrl-C is quiet from the first moment on."""

import gc
import signal

SELDOM = 100_000
"""Objects made before garbage is looked for. Loading makes hundreds of thousands of them, and no garbage."""


def main() -> None:
    """Run the command of this process."""
    gc.set_threshold(SELDOM)
    # What the commands need takes a second to import, and whoever stops us meanwhile wants no traceback of that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from services.cli import app

    signal.signal(signal.SIGINT, signal.default_int_handler)
    app()
