"""Where customers send goods back, and the room that our messages leave for it."""

from __future__ import annotations

import pytest

from domain.return_address import FULL, room, too_long
from domain.texts import MESSAGE_BYTES, render, templates, variables_of

SAYS_IT = [template for template in templates() if "return_address" in variables_of(template)[1]]


@pytest.mark.parametrize(
    "address", ["仓" * 200, "Warehouse 1 " * 40, "示例省样板市测试路1号1号仓 退货组 00000000000" * 3]
)
def test_what_is_left_of_a_long_address_fits_every_message(address: str) -> None:
    """R-RET-ADDR: cut by as many characters as we name, and by no fewer, it fits into all of them in both languages."""

    def longest(kept: str) -> int:
        return max(
            len(render(one, language, {**said, "return_address": kept}).encode())
            for one in SAYS_IT
            for language in ("zh", "en")
            for said in [{name: FULL[name] for name in variables_of(one)[1] - {"return_address"}}]
        )

    over = too_long(address)
    assert over > 0
    assert longest(address[:-over]) <= MESSAGE_BYTES < longest(address[: len(address) - over + 1])


def test_an_ordinary_address_fits() -> None:
    """Province, city, street, house, department and telephone are not too much."""
    assert too_long("示例省样板市测试区示例街道测试路188号示例产业园3号仓 退货组 00000000000") == 0
    assert too_long("") == 0
    assert room() == 102  # docs/deployment.md says so
