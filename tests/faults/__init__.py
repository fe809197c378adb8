"""What must hold when things break, shown against real server processes."""
