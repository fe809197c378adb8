"""Several serving processes on one port: started together, replaced when one dies, ended together."""

import contextlib
import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NoReturn

log = logging.getLogger(__name__)
END_SECONDS = 19.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
READY = b"r"


class NotServing(Exception):
    """A process ended before it served anybody; why is in its log."""


class Child:
    """One serving process. It has the listener, and a line to us on which it says that it listens and hears that we are
    gone. A process group of its own, so that Ctrl-C reaches it once and through us."""

    def __init__(self, command: Sequence[str], listener: socket.socket) -> None:
        self.line, theirs = socket.socketpair()
        fds = (listener.fileno(), theirs.fileno())
        told = ["--listener", str(fds[0]), "--line", str(fds[1])]
        with theirs:
            self.process = subprocess.Popen([*command, *told], pass_fds=fds, process_group=0)
        self.ready = self.told = False

    def hear(self) -> bool:
        """Take what it said; False when it is over."""
        with contextlib.suppress(ConnectionError):
            if self.line.recv(1):
                self.ready = True
                return True
        return False

    def over(self) -> int:
        """Its exit code, waited for."""
        self.line.close()
        return self.process.wait()


class Supervisor:
    """Runs `count` children until SIGTERM or SIGINT, which each of them gets as SIGTERM. `ready` is called once, when
    all of them listen."""

    def __init__(
        self, command: Sequence[str], listener: socket.socket, *, count: int, ready: Callable[[], object]
    ) -> None:
        self._command = command
        self._listener = listener
        self._count = count
        self._ready: Callable[[], object] | None = ready
        self._children: list[Child] = []
        self._selector = selectors.DefaultSelector()
        self._pause = FIRST_PAUSE
        self._not_before = 0.0
        self._deadline: float | None = None

    def run(self) -> None:
        """Serve; returns when all have ended. Raises NotServing when one ends before all served for the first time."""
        before = {one: signal.signal(one, self._stop) for one in (signal.SIGTERM, signal.SIGINT)}
        try:
            for _ in range(self._count):
                self._start()
            while self._children or self._deadline is None:
                self._turn()
        finally:
            self._kill()
            for one, handler in before.items():
                signal.signal(one, handler)

    def _turn(self) -> None:
        for key, _ in self._selector.select(timeout=0.2):
            child: Child = key.data
            if not child.hear():
                self._ended(child)
        if self._ready and self._deadline is None and all(child.ready for child in self._children):
            ready, self._ready = self._ready, None
            ready()
        if self._deadline is not None:
            self._end(self._deadline)
        elif len(self._children) < self._count and time.monotonic() >= self._not_before:
            self._start()

    def _start(self) -> None:
        child = Child(self._command, self._listener)
        self._children.append(child)
        self._selector.register(child.line, selectors.EVENT_READ, child)

    def _ended(self, child: Child) -> None:
        self._selector.unregister(child.line)
        self._children.remove(child)
        code = child.over()
        if self._deadline is not None:
            return
        if self._ready is not None:
            raise NotServing(f"a process ended with {code} before all of them served")
        log.error("a serving process ended (%s): another takes its place", code)
        self._pause = FIRST_PAUSE if child.ready else min(LONGEST_PAUSE, 2 * self._pause)
        self._not_before = time.monotonic() + (0.0 if child.ready else self._pause)

    def _stop(self, *_: Any) -> None:
        """The handler of a signal."""
        if self._deadline is None:
            self._deadline = time.monotonic() + END_SECONDS

    def _end(self, deadline: float) -> None:
        for child in self._children:
            if time.monotonic() > deadline:
                child.process.kill()
            elif not child.told:
                child.told = True
                child.process.terminate()

    def _kill(self) -> None:
        for child in self._children:
            child.process.kill()
            child.over()


class Line:
    """A child's end of the line to its supervisor."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        threading.Thread(target=self._watch, name="supervisor", daemon=True).start()

    def ready(self) -> None:
        """Say that this process listens."""
        with contextlib.suppress(OSError):
            self._socket.send(READY)

    def _watch(self) -> None:
        """Nobody would replace or end us when the supervisor is gone: end as by its signal."""
        with contextlib.suppress(OSError):
            self._socket.recv(1)
        os.kill(os.getpid(), signal.SIGTERM)


def become(listener: socket.socket, *, manage: str, processes: int, address: str) -> NoReturn:
    """Go on as the supervisor of `manage.py serve`, as a bare interpreter without all that Django had loaded."""
    listener.set_inheritable(True)
    told = [str(listener.fileno()), manage, str(processes), address]
    os.execv(sys.executable, [sys.executable, "-P", __file__, *told])  # noqa: S606


def main() -> None:
    """What `become` becomes."""
    fd, manage, processes, address = sys.argv[1:]
    logging.basicConfig(format="%(levelname)s %(name)s %(message)s")
    with socket.socket(fileno=int(fd)) as listener:
        listener.set_inheritable(False)
        command = [sys.executable, manage, "serve"]
        ready = partial(print, f"Chatify is ready at {address}", flush=True)
        try:
            Supervisor(command, listener, count=int(processes), ready=ready).run()
        except NotServing as error:
            sys.exit(f"Chatify does not serve: {error}.")


if __name__ == "__main__":
    main()
