"""`desireline ask`: every question of the API from a terminal, and the typed client for Python."""
