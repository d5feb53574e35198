"""How a step may end a procedure from within."""


class Withdrawn(Exception):  # noqa: N818 - it is what happened, not a fault
    """The customer took the request back; the procedure ends wherever it rests."""


class PartnerSaidNo(Exception):  # noqa: N818
    """A partner's final refusal, with its code: a business answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
