"""Real servers for tests: PostgreSQL, Redis and the product itself, each ended by its own process id."""
