"""A case as a Temporal workflow: messages come in here, one procedure runs, queries answer.

Every message is taken by a dynamic handler under its own name, so that none is dropped for a wrong type or an unknown
name: what cannot be read is journalled and kept. A command comes as an update, which answers, or as a signal of the
same name, whose refusal is journalled.
"""

from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from domain import commands, receiving, refusals
from domain.case import CaseState
from domain.events import CaseStart
from domain.explain import Action, Explanation, actions, explain
from domain.messages.commands import AdoptRulebook, Command
from domain.messages.decoding import Undecodable, decode
from domain.refusal import Refusal

# The sandbox loads this room anew for each case, on purpose; anything else that is not passed through raises.
with workflow.unsafe.sandbox_import_notification_policy(workflow.SandboxImportNotificationPolicy.SILENT):
    from workflows import duties
    from workflows.conduct import conduct
    from workflows.course import Case


@workflow.defn(name="Case")
class CaseWorkflow:
    """One after-sales case from the order event to the end of its aftercare (售后案件)."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        self._case = Case(start, start.carried or CaseState(opened_at=start.opened_at))

    @workflow.run
    async def run(self, start: CaseStart) -> str:
        """Conduct the case. Returns its outcome."""
        return await conduct(self._case)

    @workflow.signal(dynamic=True)
    def take(self, name: str, args: Sequence[RawValue]) -> None:
        """Any message by its kind: a fact, or the signal twin of a command."""
        self._apply(name, args)

    @workflow.update(dynamic=True)
    async def act(self, name: str, args: Sequence[RawValue]) -> dict[str, Any]:
        """A command by its kind, checked before it is accepted. Answers what it did and who has the ball now.

        Another version of the rulebook is looked up outside: a resting case answers when it knows what came of it.
        """
        did, state = self._apply(name, args, checked=True), self._case.state
        if name == AdoptRulebook.kind and did == "accepted" and self._case.alarm.resting:
            if (refused := await self._case.adoption.answer()) is not None:
                raise _refused(refused)
            did = state.rulebook
        return {"accepted": True, "did": did, "stage": state.stage, "needs_human": state.needs_human}

    @act.validator
    def check(self, name: str, args: Sequence[RawValue]) -> None:
        """Refuse what may not be done, with a sentence that says why and what to do; nothing is left in the history."""
        message = decode(name, raw(args))
        if isinstance(message, Undecodable):
            raise ApplicationError(
                f"看不懂 {message.kind}：{message.problem} / {message.kind} cannot be read: {message.problem}",
                type="NotUnderstood",
                non_retryable=True,
            )
        if receiving.is_known(self._case.state, message):
            return  # its first answer was lost: it is told again that it is known
        refused = refusals.refusal(self._case.start, self._case.state, message)
        if refused is not None:
            raise _refused(refused)

    @workflow.query
    def state(self) -> CaseState:
        """Everything that the case remembers."""
        return self._case.state

    @workflow.query
    def explain(self) -> Explanation:
        """Stage, who has the ball, each clock with rule and source, what a guard blocks and why, what fires next."""
        waiting = self._case.state.waiting
        upcoming = duties.next_instant(self._case, self._case.looks_again_at) if waiting else (None, "")
        return explain(self._case.start, self._case.state, upcoming)

    @workflow.query
    def allowed_actions(self) -> list[Action]:
        """Every command, and why it cannot be given now if it cannot."""
        return actions(self._case.start, self._case.state)

    def _apply(self, name: str, args: Sequence[RawValue], *, checked: bool = False) -> str:
        case, now = self._case, workflow.now()
        case.handled_in_run += 1
        case.alarm.wake()
        document = raw(args)
        message = decode(name, document)
        if isinstance(message, Undecodable):
            receiving.keep_undecodable(case.state, message, document, now)
            return "kept"
        if not receiving.is_new(case.state, message):
            return "known"
        # An update was checked when it came, and stays accepted when refusals grow stricter.
        refused = None if checked else refusals.refusal(case.start, case.state, message)
        if refused is not None:  # it came as a signal: nobody waits for the answer, the journal has it
            refusal = {"command": message.kind, "code": refused.code}
            case.state.note(now, message.by, "command_refused", refused.rule, **refusal)
            return refused.code
        if isinstance(message.payload, Command):
            return commands.apply(case.start, case.state, message, now)
        receiving.receive(case.state, message, now)
        solved, offset = case.done("outcome"), case.order.utc_offset_minutes
        receiving.note_contact(case.state, message, now, offset, solved=solved)
        return "taken"


def _refused(why: Refusal) -> ApplicationError:
    return ApplicationError(str(why), why.code, why.rule, type="Refused", non_retryable=True)


def raw(args: Sequence[RawValue]) -> bytes:
    """The first argument's bytes as they came; anything else is no message of ours and reads as such."""
    if not args:
        return b""
    payload = args[0].payload
    if payload.metadata.get("encoding") == b"binary/null":
        return b""
    return bytes(payload.data)
