"""The socket's door: one consumer per socket, one hub per process, the database as the truth."""
