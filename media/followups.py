"""Work that files ask for, and what the clock does with them."""

from chatify.jobs import registry, sweeps
from chatify.jobs.registry import Turn
from media.operations import care, keeping, preparing


def connect() -> None:
    """Called once, when the app is ready."""
    registry.register(keeping.PROCESS, preparing.prepare, turn=Turn.PATIENT)
    registry.register(keeping.PLAY, preparing.make_playable, turn=Turn.PATIENT)
    registry.register(keeping.FORGET, keeping.forget_now)
    sweeps.register(care.sweep)
