"""The one line that a run ends with, and the findings behind each figure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

HEALS_WITHIN_S = 30.0
LONGEST_FINDING = 600
MUST_BE_ZERO = ("lost", "dup", "reorder", "gap", "leak", "unread_diff")


@dataclass
class Verdict:
    """Counts by figure; `findings` says in words what was counted."""

    sent: int = 0
    acked: int = 0
    lost: int = 0
    dup: int = 0
    reorder: int = 0
    gap: int = 0
    leak: int = 0
    unread_diff: int = 0
    heal_s: float = 0.0
    findings: list[str] = field(default_factory=list)

    def count(self, figure: str, what: str, by: int = 1) -> None:
        """Add to a figure that must be zero, and say why."""
        setattr(self, figure, getattr(self, figure) + by)
        self.findings.append(f"{figure}: {what}"[:LONGEST_FINDING])

    def healed(self, seconds: Iterable[float]) -> None:
        """The worst of these times to become level."""
        self.heal_s = max([self.heal_s, *seconds])

    @property
    def holds(self) -> bool:
        """Every figure that must be zero is zero, and everybody was level in time."""
        return self.heal_s <= HEALS_WITHIN_S and not any(getattr(self, figure) for figure in MUST_BE_ZERO)

    def figures(self) -> dict[str, float]:
        """The line as values."""
        names = ("sent", "acked", *MUST_BE_ZERO)
        return {name: getattr(self, name) for name in names} | {"heal_s": round(self.heal_s, 2)}

    def __str__(self) -> str:
        figures = " ".join(f"{name}={getattr(self, name)}" for name in ("sent", "acked", *MUST_BE_ZERO))
        return f"{figures} heal_s={self.heal_s:.2f}"
