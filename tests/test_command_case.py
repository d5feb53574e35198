"""`aftersales case`: what operations see of a case and do to it, on real servers, through the command line itself."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

import settings
import worker
from commands import case_act
from commands.case_named import NamedCase
from commands.failure import Failure
from domain import rulebook_file
from domain.events import CUSTOMS, CaseStart, Person, Request
from domain.identity import TASK_QUEUE, workflow_id
from domain.messages.facts import ReturnReceived
from domain.money import Money
from domain.order import Order, OrderLine
from domain.parcel_candidates import Candidate
from domain.unidentified_parcel import request_for
from domain.vocabulary import CaseType, ReasonCode
from domain.webhook_signature import SigningKeys
from gateways.signed_json import PartnerWire, partner_client
from local.temporal_server import TemporalServer
from store.case_register import CaseRegister
from store.openings import Openings
from store.parcel_candidates import ParcelCandidates
from store.pool import open_pool
from store.texts import PostgresTexts
from store.working_time import CalendarWorkingTime
from tests.gateways.partners import DOOR_SECRET, SECRET, start_simulator, stop_simulator
from tests.namespace import own_namespace

AFTERSALES = str(Path(sys.executable).with_name("aftersales"))
SPACE = "case-verbs"
NEEDS_CODE = '[refunds."CODE-1"]\nanswer = "needs_human"\nneed = "sms_code"\nexpects = "731902"\n'


@dataclass
class Told:
    """What a verb answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, read."""
        return json.loads(self.out)


async def told(environment: Mapping[str, str], *words: str, language: str) -> Told:
    """`aftersales ...`, as a person without a terminal runs it."""
    process = await asyncio.create_subprocess_exec(
        AFTERSALES, *words, env={**environment, "AFTERSALES_LANG": language},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode is not None
    return Told(process.returncode, out.decode(), err.decode())


@dataclass
class Office:
    """An installation with a worker, in which cases can be opened and verbs be run."""

    pool: asyncpg.Pool
    client: Client
    environment: Mapping[str, str]

    async def open(self, order_no: str, *, shop: str = "desk", paid: int = 4500) -> str:
        """A refund-only request that a person must decide; waits until the case says so."""
        now = datetime.now(UTC)
        line = OrderLine(sku="CUP", quantity=1, price=Money(minor=paid))
        order = Order(
            order_no=order_no,
            customer_ref=f"c-{order_no}",
            paid=Money(minor=paid),
            lines=(line,),
            shipped_at=now - timedelta(days=3),
            signed_at=now - timedelta(days=1),
        )
        request = Request(
            shop=shop,
            case_type=CaseType.REFUND_ONLY,
            request_id=order_no,
            order=order,
            reason=ReasonCode.QUALITY,
            requested_at=now,
            person=Person(name="示例", phone="10000000000", address="示例路1号"),
        )
        rules = rulebook_file.default().rules()
        await Openings(self.pool).open(request, rules, rulebook_file.default_text(), now)
        asked = request.model_copy(update={"person": None})
        start = CaseStart(request=asked, rules=rules, opened_at=now, customs=CUSTOMS)
        await self.client.start_workflow("Case", start, id=request.workflow_id, task_queue=TASK_QUEUE)
        await self.until(shop, order_no, "needs_human", "decide:refund_only")
        return order_no

    async def until(self, shop: str, case_no: str, column: str, value: object) -> None:
        """Until the register shows it."""
        for _ in range(600):
            row = await self.pool.fetchrow("SELECT * FROM cases WHERE shop = $1 AND case_no = $2", shop, case_no)
            if row is not None and row[column] == value:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{shop}/{case_no}: {column} is {row[column]!r} and not {value!r}")

    async def run(self, *words: str, language: str = "en", verb: str = "case") -> Told:
        """`aftersales case ...`, as a person without a terminal runs it."""
        return await told(self.environment, verb, *words, language=language)


@pytest_asyncio.fixture(scope="module")
async def office(temporal: TemporalServer, module_database: str, tmp_path_factory: Any) -> AsyncIterator[Office]:
    """The office of these tests, in a namespace of its own."""
    folder: Path = tmp_path_factory.mktemp("office")
    (folder / "personas.toml").write_text(NEEDS_CODE)
    await own_namespace(temporal, SPACE)
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(await open_pool(module_database))
        client = await Client.connect(temporal.address, namespace=SPACE, plugins=[worker.plugin()])
        process, url = await start_simulator(
            "--ledger", str(folder / "ledger.db"), "--door", "http://127.0.0.1:9", "--secret", SECRET,
            "--door-secret", DOOR_SECRET, "--personas", str(folder / "personas.toml"),
        )  # fmt: skip
        stack.push_async_callback(stop_simulator, process)
        http = await stack.enter_async_context(partner_client())
        keys = SigningKeys.parse(SECRET)
        wires = {name: PartnerWire(http, url, keys) for name in settings.PARTNERS}
        activities = worker.activities_over(pool, wires, CalendarWorkingTime.from_folder(None))
        await stack.enter_async_context(worker.worker_over(client, activities))
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
        own |= {"AFTERSALES_DATABASE_DSN": module_database, "AFTERSALES_HOME": str(folder)}
        own |= {"TEMPORAL_ADDRESS": temporal.address, "TEMPORAL_NAMESPACE": SPACE}
        yield Office(pool, client, own)


async def test_a_case_is_listed_shown_and_explained(office: Office) -> None:
    """Operations find a case that waits for them, its numbers, and what it waits for under which clock and rule."""
    case = await office.open("LOOK-1")
    listed, shown, explained = await asyncio.gather(
        office.run("list", "--needs-person", "--ball", "agent", "--json"),
        office.run("show", case, "--json"),
        office.run("explain", f"desk/{case}", "--json"),
    )
    assert case in [row["case_no"] for row in listed.json]
    assert {"kind": "order_no", "value": "LOOK-1"} in shown.json["numbers"]
    told = explained.json
    assert (told["stage"], told["ball_with"], told["needs_human"]) == ("plan", "agent", "decide:refund_only")
    assert {clock["id"]: clock["rule"] for clock in told["clocks"]}["D-REFDEC"] == "R-REF-24H"
    allowed = {action["action"]: action["allowed"] for action in told["actions"]}
    assert allowed["decide"]
    assert not allowed["approve"]


async def test_an_explanation_reads_in_both_languages(office: Office) -> None:
    """What may not be done now, and why, is told in the reader's own language only."""
    case = await office.open("LOOK-2")
    zh, en = await asyncio.gather(office.run("explain", case, language="zh"), office.run("explain", case))
    assert "没有待审批的申请" in zh.out
    assert "No approval" not in zh.out
    assert "No approval is asked for" in en.out
    assert "没有" not in en.out


async def test_a_cases_records_and_numbers_are_named(office: Office) -> None:
    """Whoever looks a case up reads kinds of records and numbers by their names, and no braces of a program."""
    case = await office.open("LOOK-5")
    zh, en = await asyncio.gather(office.run("show", case, language="zh"), office.run("show", case))
    assert "│ 联系记录" in zh.out
    assert "│ 顾客编号 │ c-LOOK-5" in zh.out
    assert "│ contact attempts" in en.out
    assert "template request_received" in en.out
    assert "{" not in en.out


async def test_lists_are_filtered(office: Office) -> None:
    """A list holds only what was asked for, and a number finds its case among closed ones too."""
    case = await office.open("LOOK-3", shop="other")
    here, none, found = await asyncio.gather(
        office.run("list", "--shop", "other", "--json"),
        office.run("list", "--shop", "other", "--due-within", "0", "--json"),
        office.run("list", "--find", "LOOK-3", "--json"),
    )
    assert [row["case_no"] for row in here.json] == [case]
    assert none.json == []
    assert [row["shop"] for row in found.json] == ["other"]


async def test_a_case_that_is_over_for_good_is_still_tagged(office: Office) -> None:
    """Its workflow is gone: the tag and who gave it go into the books; nothing else is taken any more."""
    case = await office.open("OVER-1", shop="over")
    await office.client.get_workflow_handle(workflow_id("over", case)).terminate("over")
    tag = ["act", f"over/{case}", "tag_case", "--by", "agent:7"]
    wrong = await office.run(*tag, "--cause", "sabotage")
    assert (wrong.code, "must be one of" in wrong.err) == (1, True)
    told = await office.run(*tag, "--cause", "size", "--product", "CUP", "--json")
    assert (told.code, told.json["cause"], told.json["products"], told.json["by"]) == (0, "size", ["CUP"], "agent:7")
    journal = await office.run("timeline", f"over/{case}")
    assert "tagged: cause the size does not fit, product CUP" in journal.out
    other = await office.run("act", f"over/{case}", "reopen_case", "--by", "agent:7")
    assert (other.code, "ended for good" in other.err) == (1, True)


async def test_money_for_a_claim_that_is_over_is_booked_by_finance(office: Office) -> None:
    """M-COURIER: 45 were written off and 45 come in weeks later; more than that, or a second time, is refused."""
    case = await office.open("BORNE-1", shop="loss")
    await office.client.get_workflow_handle(workflow_id("loss", case)).terminate("over")
    pay = ["act", f"loss/{case}", "record_reimbursement", "--by", "finance:5", "--receipt-ref", "bank/1", "--amount"]
    none = await office.run(*pay, "45")
    assert (none.code, "no claim with a loss" in none.err) == (1, True)

    await office.pool.execute(
        "UPDATE cases SET stage = 'closed', closed_at = now(), parent_case_no = 'LOSS' WHERE case_no = $1", case
    )
    await office.pool.execute(
        "INSERT INTO courier_claims (shop, case_no, key, at, rule, state, amount_minor, currency)"
        " VALUES ('loss', $1, $1, now(), 'M-COURIER', 'written_off', 4500, 'CNY')",
        case,
    )
    more = await office.run(*pay, "45.01")
    assert (more.code, "45.00 CNY is still lost" in more.err) == (1, True)
    booked, again = await office.run(*pay, "45", "--json"), await office.run(*pay, "45")
    assert (booked.code, booked.json["did"], again.code) == (0, "booked", 1)
    assert "what the courier paid is booked: 45.00 CNY, bank/1" in (await office.run("timeline", f"loss/{case}")).out


async def test_a_list_begins_with_what_comes_first(office: Office) -> None:
    """A large sum makes a case important: it is listed before what came earlier, and the list and `explain` say why."""
    await office.open("RANK-1", shop="rank")
    large = await office.open("RANK-2", shop="rank", paid=88_000)
    listed, shown, explained = await asyncio.gather(
        office.run("list", "--shop", "rank", "--json"), office.run("show", large), office.run("explain", large)
    )
    assert [(row["case_no"], row["priority"], row["priority_why"]) for row in listed.json] == [
        (large, 2, "large_sum"), ("RANK-1", 4, ""),
    ]  # fmt: skip
    assert "a large sum" in shown.out
    assert "P2 · money · a large sum [R-CLASSIFY]" in explained.out


async def test_a_decision_above_the_limit_is_approved_by_another_and_paid(office: Office) -> None:
    """The whole way of a decision: refused to who may not, confirmed, approved by somebody else, paid, told."""
    case = await office.open("PAY-1", paid=8800)
    asked = await asyncio.gather(
        *(
            office.run("act", case, "decide", "--resolution", final, "--by", "agent:17")
            for final in ("full_refund", "cash_goodwill", "scrap", "send_back", "write_off", "go_on")
        )
    )
    assert {(one.code, "Add --yes" in one.err) for one in asked} == {(1, True)}, asked
    early = await office.run("act", case, "approve", "--by", "supervisor:2", "--yes")
    assert (early.code, "No approval is asked for" in early.err) == (1, True)

    decided = await office.run("act", case, "decide", "--resolution=full_refund", "--by", "agent:17", "--yes", "--json")
    assert (decided.code, decided.json["accepted"]) == (0, True)
    await office.until("desk", case, "stage", "approval")
    own = await office.run("act", case, "approve", "--by", "agent:17", "--yes", language="zh")
    assert own.code == 1
    assert "[A-" in own.err

    approved = await office.run("act", case, "approve", "--by", "supervisor:2", "--yes")
    assert approved.code == 0, approved.err
    await office.until("desk", case, "refunded_minor", 8800)
    told = await office.run("timeline", case, language="zh")
    assert "人工决定：全额退款" in told.out
    assert "退款到账 88.00 CNY" in told.out
    closed = await office.run("act", case, "cancel_case", "--reason", "mistake", "--yes")
    assert (closed.code, "[R-REF-PATH]" in closed.err) == (1, True), closed.err


async def test_a_secret_reaches_the_refund_and_no_history(office: Office) -> None:
    """An SMS code goes to the payment provider by reference; neither history nor journal ever holds it."""
    case = await office.open("CODE-1", paid=2000)
    await office.run("act", case, "decide", "--resolution", "full_refund", "--by", "agent:17", "--yes")
    await office.until("desk", case, "needs_human", "refund:sms_code")
    given = await office.run("act", case, "provide_input", "--input", "731902", "--by", "finance:5")
    assert given.code == 0, given.err
    await office.until("desk", case, "refunded_minor", 2000)
    history = await office.client.get_workflow_handle(workflow_id("desk", case)).fetch_history()
    assert "731902" not in history.to_json()
    assert "731902" not in (await office.run("timeline", case, "--json")).out


async def test_the_words_of_a_note_stay_out_of_the_history(office: Office) -> None:
    """A note is kept as a text of the case, which knows its reference only; of an erased customer none is taken."""
    case = await office.open("NOTE-1")
    noted = await office.run("act", case, "add_note", "--note", "客户下午再联系", "--by", "agent:17")
    assert noted.code == 0, noted.err
    (kept,) = await PostgresTexts(office.pool).of_case("desk", case)
    assert kept.body == "客户下午再联系"
    history = await office.client.get_workflow_handle(workflow_id("desk", case)).fetch_history()
    events = "".join(str(event) for event in history.events)
    assert kept.ref in events
    assert "客户下午再联系" not in events

    await office.pool.execute("UPDATE customers SET erased_at = now() WHERE customer_ref = 'c-NOTE-1'")
    refused = await office.run("act", case, "add_note", "--note", "客户姓示例", "--by", "agent:17")
    assert (refused.code, "erased" in refused.err, "示例" in refused.err) == (1, True, False)
    assert await PostgresTexts(office.pool).of_case("desk", case) == [kept]


async def test_wrong_words_are_explained(office: Office) -> None:
    """A misspelt command, field, sum or case says what is wrong and what there is instead, and changes nothing."""
    case = await office.open("WRONG-1")
    kinds = {
        ("act", case, "dicide"): "decide",
        ("act", case, "decide", "--outcome", "full_refund", "--yes"): "--resolution",
        ("act", case, "decide", "--resolution", "gold", "--yes"): "--resolution",
        ("act", case, "decide", "--resolution", "full_refund", "--amount", "ten", "--yes"): "12.50",
        ("act", case, "decide", "--resolution"): "lacks its value",
        ("act", case, "decide", "--json-input", "[1]", "--yes"): "JSON",
        ("act", case, "log_call", "--input", "1"): "--result",
        ("act", case, "decide"): "full_refund (a full refund)",
        ("act", case, "log_call", "--result", "spoken"): "no_answer (no answer)",
        ("act", case, "add_note", "--note", "x", "--by", "boss:17"): "Write it as role:id",
        ("explain", "NOBODY-1"): "--find",
    }
    answers = await asyncio.gather(*(office.run(*words) for words in kinds))
    for (words, said), told in zip(kinds.items(), answers, strict=True):
        assert (told.code, said in told.err) == (1, True), f"{words}: {told}"
    zh = await office.run("act", case, "promise", "--due-at", "morgen", language="zh")
    assert "--what: 缺失\n--due_at: 必须是时间" in zh.err
    told = await office.run("explain", case, "--json")
    assert told.json["needs_human"] == "decide:refund_only"


async def test_what_a_case_holds_open_is_told_in_words(office: Office) -> None:
    """A coupon that is owed, and the promise of it, are read by their names and on the reader's clock."""
    case = await office.open("OWED-1")
    offered = ("act", case, "offer_compensation", "--form", "coupon", "--amount", "5", "--by", "supervisor:1")
    assert (await office.run(*offered)).code == 0
    zh, en = await asyncio.gather(office.run("explain", case, language="zh"), office.run("explain", case))
    assert re.search(r"未兑现承诺 +P\d+ 优惠券 5\.00 CNY \d{4}-\d\d-\d\d \d\d:\d\d\s", zh.out)
    assert re.search(r"补偿 +G\d+ 优惠券 5\.00 CNY 待兑现 无惯常金额", zh.out)
    assert re.search(r"Goodwill +G\d+ a coupon 5\.00 CNY owed no custom for it", en.out)
    assert "Goodwill, next on the ladder: a coupon" in en.out


async def test_a_case_changes_to_a_kept_rulebook_from_the_command_line(office: Office, tmp_path: Path) -> None:
    """A version is kept, listed, refused to an agent, adopted by a supervisor, and shown; wrong names are explained."""
    case = await office.open("RULES-1")
    file = tmp_path / "calm.toml"
    file.write_text('name = "calm-2"\n[clocks.D-REFDEC]\nlength = "20 h"\n')
    unknown = await office.run(
        "act", case, "adopt_rulebook", "--rulebook", "calm-2", "--reason", "r", "--by", "manager"
    )
    assert (unknown.code, "aftersales rulebook keep" in unknown.err) == (1, True)

    kept = await office.run("keep", str(file), "--json", verb="rulebook")
    again = await office.run("keep", str(file), verb="rulebook", language="zh")
    assert (kept.code, f"已存档：{kept.json['version']}" in again.out) == (0, True), kept.err
    adopt = ("act", case, "adopt_rulebook", "--rulebook", "calm-2", "--reason", "new_version", "--by")
    agent = await office.run(*adopt, "agent:17")
    assert (agent.code, "[A-SUPQ]" in agent.err) == (1, True)
    taken = await office.run(*adopt, "supervisor:2", "--json")
    assert (taken.code, taken.json["did"]) == (0, kept.json["version"]), taken.err

    await office.until("desk", case, "rulebook", kept.json["version"])
    listed = await office.run("list", "--json", verb="rulebook")
    assert {one["name"]: one["cases"] for one in listed.json}["calm-2"] == 1
    told, journal = await asyncio.gather(office.run("explain", case), office.run("timeline", case, language="zh"))
    assert kept.json["version"] in told.out
    assert f"改为 {kept.json['version']}" in journal.out
    assert "时限 D-REFDEC 重算（规则版本变更）" in journal.out


async def test_a_number_of_two_shops_must_name_the_shop(office: Office) -> None:
    """The same case number in two shops is never guessed."""
    await office.open("TWIN-1", shop="north")
    await office.open("TWIN-1", shop="south")
    both, one = await asyncio.gather(office.run("show", "TWIN-1"), office.run("show", "south/TWIN-1", "--json"))
    assert (both.code, "north/TWIN-1, south/TWIN-1" in both.err) == (1, True)
    assert one.json["case"]["shop"] == "south"


async def test_a_claim_and_the_case_whose_loss_it_is_lead_to_each_other(office: Office) -> None:
    """`list`, `show` and `explain` say whose claim it is; finance books what came in from the command line."""
    now, owner = datetime.now(UTC), await office.open("LOSS-1", shop="loss")
    row = await office.pool.fetchrow("SELECT content FROM known_orders WHERE order_no = 'LOSS-1'")
    assert row is not None
    request = Request(
        shop="loss", case_type=CaseType.COURIER_CLAIM, request_id="LOSS-1.claim", parent=owner, reason=ReasonCode.LOST,
        order=Order.model_validate(row["content"]), amount=Money(minor=4500), requested_at=now,
    )  # fmt: skip
    rules = rulebook_file.default().rules()
    await Openings(office.pool).open(request, rules, rulebook_file.default_text(), now)
    start = CaseStart(request=request, rules=rules, opened_at=now, customs=CUSTOMS)
    await office.client.start_workflow("Case", start, id=request.workflow_id, task_queue=TASK_QUEUE)
    await office.until("loss", "LOSS-1.claim", "due_rule", "S-CLAIM")

    listed, found, shown, claim, explained = await asyncio.gather(
        office.run("list", "--shop", "loss", "--type", "courier_claim"),
        office.run("list", "--find", owner, "--json"),
        office.run("show", owner, "--json"),
        office.run("show", "LOSS-1.claim", "--json"),
        office.run("explain", "LOSS-1.claim", "--json"),
    )
    assert "Claim on a courier" in listed.out
    assert {one["case_no"] for one in found.json} == {owner, "LOSS-1.claim"}
    assert shown.json["case"]["claims"] == ["LOSS-1.claim"]
    assert (claim.json["case"]["parent_case_no"], explained.json["claim_of"]) == (owner, owner)

    booked = await office.run(
        "act", "LOSS-1.claim", "record_reimbursement", "--amount", "45.00", "--by", "finance:5", "--yes"
    )
    assert booked.code == 0, booked
    await office.until("loss", "LOSS-1.claim", "outcome", "reimbursed")


async def test_a_parcel_of_nobody_shows_whose_it_may_be_and_goes_to_a_case_that_exists_alone(office: Office) -> None:
    """`explain` names the candidates; a number that no case has is refused before anything happens."""
    now, owner = datetime.now(UTC), await office.open("OWNER-1")
    receipt = ReturnReceived.model_validate({"waybill": "NOBODY-1", "lines": [{"sku": "CUP", "quantity": 1}]})
    request, rules = request_for("desk", receipt, receipt.waybill, now), rulebook_file.default().rules()
    await Openings(office.pool).open(request, rules, rulebook_file.default_text(), now)
    found = await ParcelCandidates(office.pool).of("desk", receipt, ["OWNER-1"])
    assert found[0] == Candidate(case_no=owner, why=("slip", "goods"))
    start = CaseStart(request=request, rules=rules, opened_at=now, customs=CUSTOMS, candidates=found)
    first = {"start_signal": receipt.kind, "start_signal_args": [receipt.model_dump(mode="json")]}
    await office.client.start_workflow("Case", start, id=request.workflow_id, task_queue=TASK_QUEUE, **first)
    await office.until("desk", "unidentified-NOBODY-1", "needs_human", "parcel_owner")

    shown = await office.run("explain", "unidentified-NOBODY-1")
    assert "OWNER-1 (number on the slip, goods)" in shown.out, shown
    wrong = await office.run("act", "unidentified-NOBODY-1", "match_parcel", "--case", "OWNER-9", "--yes")
    assert (wrong.code, "no case OWNER-9" in wrong.err) == (1, True), wrong
    await office.pool.execute("UPDATE cases SET stage = 'closed', closed_at = now() WHERE case_no = $1", owner)
    over = await office.run("act", "unidentified-NOBODY-1", "match_parcel", "--case", owner, "--yes")
    assert (over.code, "reopen_case" in over.err) == (1, True), over
    await office.pool.execute("UPDATE cases SET stage = 'plan', closed_at = NULL WHERE case_no = $1", owner)
    unsure = await office.run("act", "unidentified-NOBODY-1", "match_parcel", "--case", owner)
    assert (unsure.code, "Add --yes" in unsure.err) == (1, True), unsure
    right = await office.run("act", "unidentified-NOBODY-1", "match_parcel", "--case", owner, "--yes")
    assert right.code == 0, right
    await office.until("desk", "unidentified-NOBODY-1", "outcome", "matched")


async def test_a_command_that_nobody_answers_may_still_be_carried_out(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a worker a payment is neither taken nor refused: he is told to look before he gives it again."""
    case_no = await office.open("SILENT-1")
    row = await CaseRegister(office.pool).get("desk", case_no)
    assert row is not None
    asleep = await office.client.start_workflow("Case", id="case/desk/asleep", task_queue="nobody works here")
    named = NamedCase(row.model_copy(update={"workflow_id": "case/desk/asleep"}), office.pool)
    for name, value in office.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AFTERSALES_LANG", "en")
    monkeypatch.setattr(case_act, "PATIENCE", timedelta(seconds=1))
    with pytest.raises(Failure, match="No answer") as caught:
        await case_act._send(named, "decide", {"resolution": "full_refund", "by": "supervisor:2", "id": "once"})
    assert "may still be carried out" in caught.value.remedy
    assert f"explain desk/{case_no}" in caught.value.remedy
    await asleep.terminate()


@workflow.defn(name="Case", sandboxed=False)
class OtherCourse:
    """A case of a version that took another course."""

    @workflow.run
    async def run(self, start: dict[str, str]) -> None:
        """Wait for what this version does not wait for."""
        await workflow.sleep(timedelta(days=1), summary=start["case"])


async def test_open_cases_are_replayed_before_an_upgrade(office: Office) -> None:
    """A version that goes on with every open case says so; one that could not go on with a case names it and fails."""
    case = await office.open("REPLAY-1")
    good = await office.run("replay", "--json")
    assert (good.code, good.json["different"]) == (0, []), good
    assert good.json["replayed"] >= 1

    odd, queue = workflow_id("desk", "REPLAY-2"), "other-course"
    client = await Client.connect(office.client.service_client.config.target_host, namespace=SPACE)
    async with Worker(client, task_queue=queue, workflows=[OtherCourse]):
        handle = await client.start_workflow("Case", {"case": case}, id=odd, task_queue=queue)
        async for event in handle.fetch_history_events(wait_new_event=True):
            if event.HasField("timer_started_event_attributes"):
                break
        told = await office.run("replay")
        await handle.terminate()
    assert told.code == 1
    assert "Those that could not go on: 1" in told.out
    assert odd in told.out
