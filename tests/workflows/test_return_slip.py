"""The return slip on paper: a real case, the command line, and what a reader of bars and of PDF finds on the page."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

import pypdfium2
import zxingcpp

from tests.test_command_case import Told, told
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase

SEND_TO = "示例省样板市测试路1号1号仓 退货组 00000000000"
DPI = 300 / 72  # what an office printer prints


def environment(house: House, send_to: str = SEND_TO) -> Mapping[str, str]:
    """Of somebody at a desk of the house."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
    own |= {"AFTERSALES_DATABASE_DSN": house.dsn, "AFTERSALES_RETURN_ADDRESS": send_to}
    own |= {"TEMPORAL_ADDRESS": house.client.service_client.config.target_host, "TEMPORAL_NAMESPACE": "house"}
    return own


async def slip(house: House, case: LivedCase, *words: str, language: str = "en", send_to: str = SEND_TO) -> Told:
    """`aftersales case slip`."""
    name = f"{case.shop}/{case.case_no}"
    return await told(environment(house, send_to), "case", "slip", name, *words, language=language)


def read(file: Path) -> tuple[str, list[str], dict[str, bool]]:
    """The text of a PDF's first page, its barcodes as a camera reads them, and its fonts: embedded or not."""
    with pypdfium2.PdfDocument(file) as document:
        page = document[0]
        bars = [found.text for found in zxingcpp.read_barcodes(page.render(scale=DPI).to_pil())]
        fonts = {}
        for one in page.get_objects(max_depth=9):
            if isinstance(one, pypdfium2.PdfTextObj):
                font = one.get_font()
                fonts[font.get_base_name()] = font.is_embedded
        return page.get_textpage().get_text_range(), bars, fonts


async def test_a_slip_tells_the_warehouse_whose_parcel_it_is(house: House, tmp_path: Path) -> None:
    """R-RET-SLIP: once the return is agreed to, the slip has numbers, reason, goods, address; the buyer masked."""
    case = await house.open("return_refund", reason="no_reason", customer={"ships_after": "never"})
    await case.run_until(waiting_for="return_number")
    file = tmp_path / "slip.pdf"

    written, chinese = await asyncio.gather(
        slip(house, case, "--out", str(file), "--json"),
        slip(house, case, "--out", str(tmp_path / "zh.pdf"), language="zh"),
    )

    assert written.code == 0, written.err
    assert f"退货单 RMA-{case.case_no} 已写入" in chinese.out
    assert (tmp_path / "zh.pdf").read_bytes() == file.read_bytes()
    assert len(file.read_bytes()) < 100_000
    text, bars, fonts = read(file)
    assert bars == [case.case_no]
    assert fonts == {"NotoSansSC-Regular": True}
    sku = case.request["order"]["lines"][0]["sku"]
    for words in (
        f"RMA-{case.case_no}",
        case.order_no,
        case.customer_ref,
        sku,
        SEND_TO,
        "七天无理由",
        "测**",
        "*******0000",
    ):
        assert words in text, words
    assert "测试顾客" not in text
    assert "10000000000" not in text
    assert written.json["freight"] == "customer"
    assert "最晚" in text
    assert "by " in text


async def test_a_slip_for_wrong_goods_names_what_he_has(house: House, tmp_path: Path) -> None:
    """He was sent red for blue: the red one is what the slip is for, and it costs him nothing."""
    lines = [{"sku": "BLUE", "quantity": 2, "price": 8000}]
    case = await house.open(
        "wrong_item", reason="wrong_item", order={"paid": 8000, "lines": lines},
        lines=[{"sku": "BLUE", "quantity": 1, "instead": "RED"}], customer={"ships_after": "never"},
    )  # fmt: skip
    await case.run_until(waiting_for="return_number")
    written = await slip(house, case, "--out", str(tmp_path / "slip.pdf"), "--json")
    assert written.code == 0, written.err
    assert [(line["sku"], line["quantity"]) for line in written.json["goods"]] == [("RED", 1)]
    assert written.json["freight"] == "merchant"


async def test_there_is_no_slip_before_we_agreed_and_none_without_an_address(house: House, tmp_path: Path) -> None:
    """Each refusal says what to do: wait for the return number, set the address, choose another place for the file."""
    asked = await house.open("refund_only", reason="quality")
    early = await slip(house, asked, language="zh")
    assert early.code == 1
    assert f"aftersales case explain {asked.case_no}" in early.err
    case = await house.open("return_refund", reason="no_reason", customer={"ships_after": "never"})
    await case.run_until(waiting_for="return_number")
    nowhere, no_folder, rare = await asyncio.gather(
        slip(house, case, send_to=""),
        slip(house, case, "--out", str(tmp_path / "missing" / "slip.pdf")),
        slip(house, case, "--out", str(tmp_path / "rare.pdf"), send_to="示例市𠮷路1号"),
    )
    assert (nowhere.code, "AFTERSALES_RETURN_ADDRESS" in nowhere.err) == (1, True)
    assert (no_folder.code, "--out" in no_folder.err) == (1, True)
    assert (rare.code, "𠮷" in rare.err) == (0, True)
    assert "示例市〓路1号" in read(tmp_path / "rare.pdf")[0]
