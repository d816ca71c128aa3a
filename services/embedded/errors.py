"""Why an embedded installation cannot start."""


class CannotStart(Exception):
    """Nothing was started; the message says what is in the way and what to do."""
