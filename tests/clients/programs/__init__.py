"""One program a client: `program HOST KEY` sends thirty events, a page and an identify, and ends when it has."""
