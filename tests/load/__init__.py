"""A load of well-behaved clients for protocol v1, bounded in count and time, loopback only."""
