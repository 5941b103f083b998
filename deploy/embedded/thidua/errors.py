"""What a person is told when something cannot be done."""


class Refusal(RuntimeError):  # noqa: N818 - not a fault of the program: it declines, and says what would help
    """One or two Vietnamese sentences: what happened, and what to do."""
