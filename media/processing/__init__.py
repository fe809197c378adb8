"""Untrusted files are opened in a process of their own, which may crash, hang or be killed without harm.

What runs there (`child` and what it imports) knows neither Django nor the database.
"""
