"""Work that files ask for, and what the clock does with them."""

from chatify.jobs import registry, sweeps
from chatify.jobs.registry import Queue, Turn
from media.operations import care, keeping, preparing


def connect() -> None:
    """Called once, when the app is ready."""
    registry.register(keeping.PROCESS, preparing.prepare, turn=Turn.PATIENT, queue=Queue.MEDIA)
    registry.register(keeping.PLAY, preparing.make_playable, turn=Turn.PATIENT, queue=Queue.MEDIA)
    registry.register(keeping.FORGET, keeping.forget_now, queue=Queue.MEDIA)
    sweeps.register(care.sweep)
