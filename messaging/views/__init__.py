"""Pages of the inbox and of conversations: a view finds through queries, calls one operation, answers with one partial."""
