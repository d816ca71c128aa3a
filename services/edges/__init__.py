"""The edges: I/O without decisions. Each speaks to one thing outside and translates its errors once."""
