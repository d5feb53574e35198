"""Why a case cannot follow a version of the rulebook that somebody named."""

from __future__ import annotations

from domain.refusal import Refusal


def not_adopted(why: str, version: str, known: tuple[str, ...] = ()) -> Refusal:
    """The refusal: `unknown`, `several`, `unreadable`, `same`, or that the archive is `away`."""
    there = ", ".join(known) or "-"
    zh, en = {
        "unknown": (
            f"规则档案里没有版本 {version}；现有 {there}；新版本先用 aftersales rulebook keep 存档",
            f"The archive has no rulebook {version}; there are {there}; keep a new one by `aftersales rulebook keep`",
        ),
        "several": (
            f"{version} 不止一个版本；请写明其中一个：{there}",
            f"There are several versions of {version}; name one of {there}",
        ),
        "unreadable": (
            f"本程序读不出存档时的版本 {version}；请把规则文件重新存档（aftersales rulebook keep）再用新版本",
            f"This program does not read {version} as it was kept; keep its file anew (`aftersales rulebook keep`)",
        ),
        "same": (f"售后单已按版本 {version} 处理，无需更换", f"The case follows {version} already"),
        "away": ("规则档案暂时读不到；请稍后再试", "The archive of rulebooks cannot be read now; try again later"),
    }[why]
    return Refusal(code=f"rulebook_{why}", rule="A-SUPQ", zh=zh, en=en)
