"""Work that must happen, as rows: the outbox that accounts, media and messaging share."""
