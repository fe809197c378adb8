"""What works and what does not, each with its next step in words: for the page of settings and for the command."""
