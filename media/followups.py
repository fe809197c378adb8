"""Work that files ask for, and what the clock does with them."""

from chatify.jobs import registry, sweeps
from media.operations import care, keeping, preparing


def connect() -> None:
    """Called once, when the app is ready."""
    registry.register(keeping.PROCESS, preparing.prepare, patient=True)
    registry.register(keeping.PLAY, preparing.make_playable, patient=True)
    registry.register(keeping.FORGET, keeping.forget_now)
    sweeps.register(care.sweep)
