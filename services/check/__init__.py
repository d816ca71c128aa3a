"""A journey file tried on recorded visits: what would be assigned, and why. Nothing is stored."""
