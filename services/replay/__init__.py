"""The client side of history: recorded events, read from a file and posted in the order of time."""
