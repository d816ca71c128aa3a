"""The three services, a broker and the database in one process, on one port, in one folder."""
