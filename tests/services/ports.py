"""Free ports on the loopback address."""

import socket


def free_port() -> int:
    """A port that nobody listens on now. It may be taken before it is used: check who answers, and try again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
