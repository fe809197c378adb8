"""Measurements on the real product, with the load generator on another core than the server."""
