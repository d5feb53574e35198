"""Signatures, both ways, against the specification's vector and an independent implementation."""

from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks

from domain.webhook_signature import BadSignature, SigningKeys
from gateways.standard_webhooks import SignedExchange

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def exchange(secrets: str = OLD, now: datetime = NOON) -> SignedExchange:
    return SignedExchange(SigningKeys.parse(secrets), lambda: now)


def test_vector_of_the_specification() -> None:
    """The published example gives the published signature."""
    headers = SigningKeys.parse(OLD).sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}'
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


@pytest.mark.parametrize("body", [b"{}", '{"地址": "示例路"}'.encode(), b"", b'{"a":"' + b"x" * 100_000 + b'"}'])
def test_ours_is_believed_by_the_oracle(body: bytes) -> None:
    """What we sign, another implementation of the standard accepts."""
    headers = exchange(now=datetime.now(UTC)).request(body)
    standardwebhooks.Webhook(OLD).verify(body, headers, json_parse=False)


def test_oracles_is_believed_by_us() -> None:
    """What another implementation signs, we accept."""
    signature = standardwebhooks.Webhook(OLD).sign("msg_7", NOON, '{"a":1}')
    headers = {"webhook-id": "msg_7", "webhook-timestamp": str(int(NOON.timestamp())), "webhook-signature": signature}
    assert exchange().check_request(headers, b'{"a":1}') == "msg_7"


@pytest.mark.parametrize(("sender", "receiver"), [(f"{NEW} {OLD}", OLD), (OLD, f"{NEW} {OLD}"), (f"{NEW} {OLD}", NEW)])
def test_key_change_leaves_no_gap(sender: str, receiver: str) -> None:
    """While a key is being changed, either side may already or still use the other one."""
    exchange(receiver).check_request(exchange(sender).request(b"{}"), b"{}")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_old_and_early_messages_are_refused(minutes: int) -> None:
    """A message more than five minutes off is refused, whichever clock is wrong."""
    headers = exchange(now=NOON + timedelta(minutes=minutes)).request(b"{}")
    with pytest.raises(BadSignature, match="5 minutes"):
        exchange().check_request(headers, b"{}")


def test_four_minutes_are_forgiven() -> None:
    """A clock that is four minutes off still gets through."""
    headers = exchange(now=NOON - timedelta(minutes=4)).request(b"{}")
    assert exchange().check_request(headers, b"{}") == headers["webhook-id"]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("webhook-id", "msg_other"),
        ("webhook-id", ""),
        ("webhook-timestamp", str(int(NOON.timestamp()) + 1)),
        ("webhook-timestamp", "soon"),
        ("webhook-timestamp", "１７６７２２５６００"),
        ("webhook-timestamp", "9" * 40),
        ("webhook-timestamp", "9" * 12),
        ("webhook-signature", ""),
        ("webhook-signature", "v1,"),
        ("webhook-signature", "v1"),
        ("webhook-signature", "v1,not base64 ¡"),
        ("webhook-signature", "v1a,AAAA v1,AAAA"),
        ("webhook-signature", "v1,AAAA " * 5000),
    ],
)
def test_changed_headers_are_refused(header: str, value: str) -> None:
    """No change to a header gets through, and none of them crashes the check."""
    headers = exchange().request(b"{}") | {header: value}
    with pytest.raises(BadSignature):
        exchange().check_request(headers, b"{}")


def test_changed_body_is_refused() -> None:
    """One changed byte of the body is seen."""
    headers = exchange().request(b'{"amount":100}')
    with pytest.raises(BadSignature, match="matches"):
        exchange().check_request(headers, b'{"amount":900}')


def test_other_version_of_the_right_signature_is_no_proof() -> None:
    """A correct signature under an unknown version is not taken for one of ours."""
    headers = exchange().request(b"{}")
    headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", "v2,")
    with pytest.raises(BadSignature):
        exchange().check_request(headers, b"{}")


def test_answer_is_bound_to_its_request() -> None:
    """Neither an old answer nor our own request, thrown back at us, passes for the answer."""
    us, partner = exchange(), exchange()
    request = us.request(b"{}")
    us.check_answer(partner.answer(request["webhook-id"], b"{}"), b"{}", request["webhook-id"])
    for false in (partner.answer("msg_other", b"{}"), request):
        with pytest.raises(BadSignature):
            us.check_answer(false, b"{}", request["webhook-id"])
    with pytest.raises(BadSignature):
        partner.check_request(partner.answer(request["webhook-id"], b"{}"), b"{}")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no signing secret"),
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "begin with whsec_"),
        ("whsec_%%%%", "not base64"),
        ("whsec_c2hvcnQ=", "5 bytes"),
        (f"{OLD} whsec_c2hvcnQ=", "secret 2 has 5 bytes"),
    ],
)
def test_bad_secrets_are_named_not_shown(text: str, complaint: str) -> None:
    """A wrong secret is refused at start-up with what is wrong, without repeating it."""
    with pytest.raises(ValueError, match=complaint) as caught:
        SigningKeys.parse(text)
    assert "c2hvcnQ" not in str(caught.value)
    assert "MfKQ" not in str(caught.value)


def test_secrets_never_show() -> None:
    """Keys show nothing of themselves when printed or logged."""
    keys = SigningKeys.parse(OLD)
    assert "MfKQ" not in f"{keys!r} {keys} {[keys]} {keys.__dict__ if hasattr(keys, '__dict__') else ''}"
