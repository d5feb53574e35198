"""The return slip on paper: the upper part goes into the parcel, the lower one stays with the customer."""

from __future__ import annotations

from domain.holding import holds
from domain.return_slip import ReturnSlip, both, steps
from papers.sheet import Sheet

KEPT = ("下半部分请您留着", "The lower part is yours")


@holds("R-RET-SLIP")
def return_slip(slip: ReturnSlip) -> Sheet:
    """The slip. Its barcode is the number of the case (Code 128)."""
    sheet = Sheet(("退货单", "Return slip"), slip.case_no)
    sheet.fields(
        [
            (("退货编号", "Return number"), slip.rma),
            (("订单号", "Order"), slip.order_no),
            (("店铺", "Shop"), slip.shop),
            (("类型", "Kind"), " ".join(both("case_type", slip.case_type))),
            (("原因", "Reason"), " ".join(both("reason", slip.reason))),
            (("买家编号", "Buyer"), slip.buyer),
            (("姓名", "Name"), slip.name),
            (("联系电话", "Contact"), slip.contact),
            (("寄到", "Send to"), slip.send_to),
        ]
    )
    goods = [(line.sku, str(line.quantity)) for line in slip.goods]
    sheet.table([("商品", "Goods"), ("件数", "Pieces")], goods, (4, 1))
    sheet.cut(KEPT)
    sheet.steps(("怎么寄回", "How to send it back"), steps(slip))
    sheet.blanks([("快递公司和单号", "Courier and number")])
    return sheet
