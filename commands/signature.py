"""Who gives a command: `role:id`, the role in the rulebook's words and the id as staff are numbered (A-SOD)."""

from __future__ import annotations

import re
from collections.abc import Collection

from commands.failure import Failure
from commands.language import say

_ID = re.compile(r"(?!(?:\D*\d){11})[0-9A-Za-z][0-9A-Za-z._-]{0,31}", re.ASCII)
"""A code: a name in characters is none, and no id has as many digits as a mobile telephone (P-PRIV)."""


def of_the_house(by: str) -> str:
    """The signature of somebody at a desk of ours or in the warehouse, whose id must be told.

    Raises:
        Failure: it is none, with how to write it.
    """
    from domain.case import STAFF
    from domain.vocabulary import Party

    return checked(by, desks=sorted(STAFF | {Party.WAREHOUSE}))


def checked(by: str, *, staff: bool = False, desks: Collection[str] = ()) -> str:
    """The signature as it is kept. With `staff`: of a person on the staff, whose id must be told; `desks`: of these.

    Raises:
        Failure: it is none, with how to write it.
    """
    from domain.refusals import STAFF_ROLES
    from domain.vocabulary import Party

    roles = desks or (STAFF_ROLES if staff else tuple(Party))
    role, colon, id = by.strip().partition(":")
    if role not in roles or (not _ID.fullmatch(id) if colon else staff or desks):
        known = ", ".join(roles)
        raise Failure(
            say("--by 看不懂，没有执行。", "--by cannot be read; nothing was done."),
            say(
                f"写成 角色:工号，例如 agent:17；工号只用字母和数字，不写姓名和电话。角色：{known}",
                f"Write it as role:id, such as agent:17; the id is a code of letters and digits, no name and no "
                f"telephone number. Roles: {known}",
            ),
        )
    return by.strip()
