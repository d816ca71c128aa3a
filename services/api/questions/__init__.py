"""The questions. Each is one file with one function, beside one SQL file that answers it."""
