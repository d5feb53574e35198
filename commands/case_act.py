"""`aftersales case act`: a command of a member of staff, as an update that the case checks before it takes it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.case_named import PATIENCE, CaseName, NamedCase, no_worker, with_case
from commands.command_fields import unknown_field, wrong_fields
from commands.confirmation import Yes, for_good
from commands.failure import Failure
from commands.language import say, sentence_of
from commands.output import AsJson, show_json, tell
from commands.signature import checked

if TYPE_CHECKING:
    from domain.messages.commands import Command

HELP = say(
    "操作售后单，例如：aftersales case act 1001 decide --resolution full_refund --by supervisor:2。"
    "字段写成 --名称 值；--note 写备注正文，--input 写一次性输入（如短信验证码，- 表示不显示地输入）。",
    "Act on a case, for example: aftersales case act 1001 decide --resolution full_refund --by supervisor:2. "
    "Fields are given as --name value; --note takes the words of a note, --input a one-time input such as an SMS code "
    "(- asks for it without showing it).",
)
FINAL = frozenset({"approve", "cancel_case", "close_case", "match_parcel"})
"""Commands that nobody takes back; `decide` is one of them when it pays, or is one of these:"""
FINAL_DECISIONS = frozenset({"cash_goodwill", "scrap", "send_back", "write_off", "go_on"})


def act(
    ctx: typer.Context,
    case: CaseName,
    command: Annotated[str, typer.Argument(metavar="COMMAND", help=say("操作，例如 decide。", "Such as decide."))],
    *,
    by: Annotated[
        str, typer.Option("--by", metavar="ROLE:ID", help=say("谁，例如 agent:17。", "Who, such as agent:17."))
    ] = "agent",
    json_input: Annotated[
        str,
        typer.Option("--json-input", metavar="JSON", help=say("全部字段，JSON 对象。", "The fields as an object.")),
    ] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Give a command."""
    model, by = _model(command), checked(by)
    fields = _fields(ctx.args, json_input)
    note, one_time = fields.pop("note", None), fields.pop("input", None)
    if note is not None and "note_ref" not in model.model_fields:
        raise unknown_field(model, "note")
    if one_time is not None and "input_ref" not in model.model_fields:
        raise unknown_field(model, "input")

    async def give(named: NamedCase) -> Mapping[str, Any]:
        written = {**fields, **_placeholders(note, one_time)}
        _check(model, written, named)
        if command == "match_parcel":
            await _known(named, str(written["case"]))
        if _final(command, written):
            told = " ".join(f"{name}={value}" for name, value in written.items())
            for_good(f"{named.row.shop}/{named.row.case_no}: {command} {told}".rstrip(), yes=yes)
        written |= await _kept(named, by, note, one_time)
        try:
            return await _send(named, command, {**written, "by": by, "id": str(uuid.uuid4())})
        except Over:
            if command not in AFTERWARDS:
                raise
            return await AFTERWARDS[command](named, written, by)

    answer = with_case(case, give)
    if as_json:
        show_json(answer)
        return
    tell(
        f"已受理。后续进展：aftersales case explain {case}",
        f"Taken. How it goes on: aftersales case explain {case}",
    )


def _model(command: str) -> type[Command]:
    from domain.messages.commands import COMMANDS

    if command not in COMMANDS:
        raise Failure(
            say(f"没有操作 {command}", f"There is no command {command}"),
            say(f"可用的有：{', '.join(COMMANDS)}", f"There are: {', '.join(COMMANDS)}"),
        )
    return COMMANDS[command]


def _fields(words: Sequence[str], json_input: str) -> dict[str, Any]:
    """`--name value` and `--name=value`, over the fields of `--json-input`."""
    fields: dict[str, Any] = {}
    if json_input:
        try:
            fields = json.loads(json_input)
        except ValueError as error:
            raise Failure(say(f"--json-input 不是 JSON：{error}", f"--json-input is not JSON: {error}")) from None
        if not isinstance(fields, dict):
            raise Failure(say("--json-input 必须是一个 JSON 对象", "--json-input must be one JSON object"))
    left = list(words)
    while left:
        name, equals, value = left.pop(0).partition("=")
        if not name.startswith("--"):
            raise Failure(
                say("多余的参数", "A word too many") + f": {name}",
                say("字段写成 --名称 值。", "Fields are given as --name value."),
            )
        if not equals and (not left or left[0].startswith("--")):
            raise Failure(say(f"{name} 后面缺少值", f"{name} lacks its value"))
        fields[name[2:].replace("-", "_")] = value if equals else left.pop(0)
    return fields


def _placeholders(note: str | None, one_time: str | None) -> dict[str, str]:
    """What stands for the references while the fields are checked: nothing is kept for a command that is wrong."""
    return ({"note_ref": "text-"} if note is not None else {}) | ({"input_ref": "in-"} if one_time is not None else {})


def _check(model: type[Command], fields: dict[str, Any], named: NamedCase) -> None:
    """Read sums as people write them, and say which field is wrong and how."""
    from pydantic import ValidationError

    for name in fields:
        if name not in model.model_fields:
            raise unknown_field(model, name)
    if isinstance(amount := fields.get("amount"), str):
        fields["amount"] = _money(amount, named.row.currency)
    try:
        model.model_validate(fields)
    except ValidationError as error:
        raise wrong_fields(model, error) from None


async def _known(named: NamedCase, case_no: str) -> None:
    """A parcel is handed on to a case that is there and open: of any other nobody would hear of it."""
    from store.openings import Openings

    shop = named.row.shop
    found = await Openings(named.pool).find("case_no", case_no, shop)
    if found and found[0].closed:
        raise Failure(
            say(f"售后单 {case_no} 已结案", f"Case {case_no} is closed"),
            say(
                f"先重新打开：aftersales case act {case_no} reopen_case，再认领。",
                f"Take it up again first: aftersales case act {case_no} reopen_case; then match.",
            ),
        )
    if not found:
        raise Failure(
            say(f"店铺 {shop} 没有售后单 {case_no}", f"Shop {shop} has no case {case_no}"),
            say("用 aftersales case list --find 按任一号码查找。", "Look for it: aftersales case list --find NUMBER."),
        )


def _money(text: str, currency: str) -> dict[str, Any]:
    """`12.50` or `12.50 CNY`."""
    from decimal import Decimal, InvalidOperation

    number, _, named = text.strip().partition(" ")
    try:
        minor = Decimal(number) * 100
    except InvalidOperation:
        minor = Decimal("NaN")
    if not minor.is_finite() or minor != minor.to_integral_value():
        raise Failure(
            say(f"--amount 看不懂：{text}", f"--amount cannot be read: {text}"),
            say("写成 12.50 或 12.50 CNY。", "Write it as 12.50 or 12.50 CNY."),
        )
    return {"minor": int(minor), "currency": named or currency}


def _final(command: str, fields: Mapping[str, Any]) -> bool:
    """Whether nobody takes it back: it pays, ends the case, or parts with goods or with a claim."""
    resolution = str(fields.get("resolution", ""))
    decides = command == "decide" and ("refund" in resolution or resolution in FINAL_DECISIONS)
    return decides or command in FINAL


async def _kept(named: NamedCase, by: str, note: str | None, one_time: str | None) -> dict[str, str]:
    """Words and secrets go into the store; the command carries their references only (P-PRIV)."""
    kept = {}
    if note is not None:
        from store.texts import CustomerErased, PostgresTexts

        row = named.row
        try:
            kept["note_ref"] = await PostgresTexts(named.pool).write(row.shop, row.case_no, by, datetime.now(UTC), note)
        except CustomerErased:
            raise Failure(
                say(
                    "该客户的资料已按其要求删除，不再保存备注",
                    "The customer's data were erased at his request; no note is kept",
                ),
                say(
                    "没有执行。不需要备注的操作请去掉 --note 再试。",
                    "Nothing was done. Leave out --note where the command allows it.",
                ),
            ) from None
    if one_time is not None:
        from store.one_time_inputs import PostgresOneTimeInputs

        secret = typer.prompt(say("输入", "Input"), hide_input=True, err=True) if one_time == "-" else one_time
        kept["input_ref"] = await PostgresOneTimeInputs(named.pool).put(secret)
    return kept


class Over(Failure):
    """The case's workflow is over."""


async def _tag(named: NamedCase, fields: Mapping[str, Any], by: str) -> Mapping[str, Any]:
    """The tag of a case that is over is put right in the books, with its entry in the journal (R-TAG)."""
    from domain.messages.commands import TagCase
    from store.tags import NotTagged, PostgresTags

    signed = checked(by, staff=True)
    try:
        tag = await PostgresTags(named.pool).put_right(
            named.row.shop, named.row.case_no, TagCase.model_validate(fields), signed, datetime.now(UTC)
        )
    except NotTagged as error:
        raise Failure(sentence_of(str(error.refusal))) from None
    return {"accepted": True, "did": "tagged", **tag.model_dump(mode="json")}


async def _book(named: NamedCase, fields: Mapping[str, Any], by: str) -> Mapping[str, Any]:
    """What a courier pays on a claim that is over, after something of it was written off (M-COURIER)."""
    from domain.messages.commands import RecordReimbursement
    from store.late_reimbursements import LateReimbursements, NotBooked

    signed, row = checked(by, staff=True), named.row
    paid = RecordReimbursement.model_validate(fields)
    try:
        booked = await LateReimbursements(named.pool).book(
            row.shop, row.case_no, paid, by=signed, at=datetime.now(UTC), id=str(uuid.uuid4())
        )
    except NotBooked as error:
        raise Failure(sentence_of(str(error.refusal))) from None
    if not booked:
        raise Over(
            say("这里没有可登记的赔款：不是已核销的索赔单，或该凭证已登记", "Nothing of it can be booked here"),
            say(
                "用 aftersales case show 查看索赔单及已登记的赔款。",
                "It is no claim with a loss that is over, or this receipt is booked: aftersales case show tells.",
            ),
        )
    return {"accepted": True, "did": "booked"}


AFTERWARDS: Mapping[str, Callable[[NamedCase, Mapping[str, Any], str], Awaitable[Mapping[str, Any]]]] = {
    "tag_case": _tag,
    "record_reimbursement": _book,
}
"""What staff may still do to a case whose workflow is over: it is written into the books."""


async def _send(named: NamedCase, command: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
    from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
    from temporalio.service import RPCError, RPCStatusCode

    handle = await named.handle()
    try:
        answer: Mapping[str, Any] = await handle.execute_update(command, dict(message), rpc_timeout=PATIENCE)
    except WorkflowUpdateFailedError as error:
        raise Failure(sentence_of(getattr(error.cause, "message", str(error.cause)))) from None
    except WorkflowUpdateRPCTimeoutOrCancelledError:
        silent, name = no_worker(), f"{named.row.shop}/{named.row.case_no}"
        unsure = say(
            f"操作仍可能被执行：重做之前先看 aftersales case explain {name}。",
            f"It may still be carried out: see `aftersales case explain {name}` before you give it again. ",
        )
        raise Failure(silent.what, unsure + silent.remedy) from None
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise Over(
            say("这个售后单已经全部结束，不再接受操作", "This case has ended for good and takes no more commands"),
            say("顾客还有诉求时请建新的售后单。", "Open a new case if the customer still asks for something."),
        ) from None
    return answer
