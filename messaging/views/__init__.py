"""Pages of the inbox and of conversations: find through queries, call one operation, answer with one partial."""
