"""How a partner's failure reaches a workflow: the three classes of `domain.ports`, as Temporal failures.

Transient and unknown ones are retried by Temporal; a refusal is final and comes back as a business answer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.ports.customer import PersonUnknown
from domain.ports.partner import KeyReused, OutcomeUnknown, PartnerRefused, PartnerUnavailable
from domain.ports.refunds import OverRefund

REFUSED = "PartnerRefused"


@contextmanager
def as_failures(partner: str) -> Iterator[None]:
    """Translate what a port raises. `partner` names the kind of partner in the failure text."""
    try:
        yield
    except PartnerRefused as error:
        raise ApplicationError(
            f"{partner} refused: {error.code}", error.code, type=REFUSED, non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        ) from None  # fmt: skip
    except PartnerUnavailable as error:
        after = None if error.retry_after is None else timedelta(seconds=min(error.retry_after, 300))
        raise ApplicationError(
            f"{partner} is unavailable", type="PartnerUnavailable", next_retry_delay=after,
            category=ApplicationErrorCategory.BENIGN,
        ) from None  # fmt: skip
    except OutcomeUnknown:
        raise ApplicationError(f"{partner} did not answer", type="OutcomeUnknown") from None
    except OverRefund:
        raise ApplicationError(
            "the order has no money left to refund", "over_refund", type=REFUSED, non_retryable=True
        ) from None
    except PersonUnknown:  # erased, or an address that nobody kept: no repeating brings it back
        raise ApplicationError(
            "the customer or address is not in the address book", "person_unknown", type=REFUSED, non_retryable=True
        ) from None
    except KeyReused:
        raise ApplicationError("idempotency key reused", "key_reused", type=REFUSED, non_retryable=True) from None
