"""The bench's arithmetic and its protocols; nothing here is timed."""
