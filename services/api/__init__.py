"""Answers over HTTP: one question, one function, one SQL file, one endpoint."""
