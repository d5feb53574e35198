"""How a step may end a procedure from within."""


class Withdrawn(Exception):
    """The customer took the request back; the procedure ends wherever it rests."""


class CarriedOn(Exception):
    """Another case carries the same affair on; the procedure ends wherever it rests."""


class PartnerSaidNo(Exception):
    """A partner's final refusal, with its code and what it is about: a business answer."""

    def __init__(self, code: str, *about: str) -> None:
        super().__init__(code)
        self.code = code
        self.about = about
