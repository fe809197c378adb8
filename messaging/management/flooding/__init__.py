"""Filling the log with invented conversations, to see how Chatify does when its tables are large."""
