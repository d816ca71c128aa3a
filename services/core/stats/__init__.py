"""Statistics, one a file: the formula, where it comes from, and an example that runs."""
