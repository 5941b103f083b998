"""What the clients saw: the checker believes this, and what the servers kept, and nothing in between."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from uuid import UUID


@dataclass(slots=True)
class Operation:
    """One report that a client wanted to send, and the last answer it got. Times are seconds since the epoch."""

    unit: UUID
    key: str
    amount: str
    pledged: bool
    scheduled: float
    attempts: int = 0
    answered: float | None = None
    status: int | None = None
    version: int | None = None
    receipt: str | None = None
    correlationid: str | None = None

    @property
    def accepted(self) -> bool:
        """Tell whether a client holds a receipt for it."""
        return self.receipt is not None


@dataclass
class History:
    """All operations of a run, in the order in which they were wanted."""

    operations: list[Operation] = field(default_factory=list)

    @property
    def accepted(self) -> list[Operation]:
        return [each for each in self.operations if each.accepted]

    def dump(self, path: Path) -> None:
        """Keep it for whoever asks what went wrong: one JSON line an operation."""
        path.write_text("".join(json.dumps(asdict(each), default=str) + "\n" for each in self.operations))
