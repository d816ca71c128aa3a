"""One wire format a file: a pure function from what a client sends to canonical events."""
