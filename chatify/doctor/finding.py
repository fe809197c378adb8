from dataclasses import dataclass

GOOD, UNUSED, ODD, BAD = "good", "unused", "odd", "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `step` is for who runs the server, and says what to do next."""

    name: str
    title: str
    state: str
    said: str
    step: str = ""

    @property
    def well(self) -> bool:
        return self.state in (GOOD, UNUSED)
