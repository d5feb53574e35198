"""The words of the rulebook, section 11, as closed sets. Values go on the wire and into PostgreSQL as they stand."""

from enum import StrEnum
from typing import Final, Self


class Nature(StrEnum):
    """What a case is about, in the broadest words (性质, R-CLASSIFY)."""

    GOODS = "goods"  # 商品
    PARCEL = "parcel"  # 物流
    MONEY = "money"  # 钱款
    GRIEVANCE = "grievance"  # 投诉维权


DISPOSES: Final = True
"""Such a case may end with goods taken back, mended, sent again or paid back: it holds them (domain/goods_held.py)."""


class CaseType(StrEnum):
    """What a case is about (rulebook section 1), and of what nature. A member exists when a procedure for it exists."""

    nature: Nature
    disposes: bool

    def __new__(cls, word: str, nature: Nature = Nature.PARCEL, disposes: bool = False) -> Self:
        """A member, found by its word."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.nature, member.disposes = nature, disposes
        return member

    RETURN_REFUND = "return_refund", Nature.GOODS, DISPOSES  # 退货退款
    REFUND_ONLY = "refund_only", Nature.MONEY, DISPOSES  # 仅退款
    CUSTOMER_UNREACHABLE = "customer_unreachable", Nature.PARCEL, DISPOSES  # 联系不上
    NO_TRACKING_INFO = "no_tracking_info", Nature.PARCEL, DISPOSES  # 发出无物流信息
    PARCEL_LOST = "parcel_lost", Nature.PARCEL, DISPOSES  # 丢件
    PARCEL_DAMAGED = "parcel_damaged", Nature.PARCEL, DISPOSES  # 破损件
    MISSING_ITEM = "missing_item", Nature.GOODS, DISPOSES  # 少发 / 漏发
    WRONG_ITEM = "wrong_item", Nature.GOODS, DISPOSES  # 发错货
    RESHIP = "reship", Nature.PARCEL, DISPOSES  # 补发
    OUT_OF_STOCK = "out_of_stock", Nature.PARCEL, DISPOSES  # 缺货
    WARRANTY_REPAIR = "warranty_repair", Nature.GOODS, DISPOSES  # 保修
    PAID_MAINTENANCE = "paid_maintenance", Nature.GOODS, DISPOSES  # 付费维护
    TRACKING_QUERY = "tracking_query", Nature.PARCEL  # 查件
    SIGNED_NOT_RECEIVED = "signed_not_received", Nature.PARCEL, DISPOSES  # 非本人签收
    PARCEL_STUCK = "parcel_stuck", Nature.PARCEL, DISPOSES  # 件留仓
    COURIER_CONDUCT = "courier_conduct", Nature.GRIEVANCE  # 快递服务质量差
    LATE_DELIVERY = "late_delivery", Nature.PARCEL  # 派送不及时
    LATE_SHIPMENT = "late_shipment", Nature.PARCEL  # 发货不及时
    COMPLAINT = "complaint", Nature.GRIEVANCE  # 投诉
    DISPUTE = "dispute", Nature.GRIEVANCE  # 重大纠纷
    BAD_REVIEW = "bad_review", Nature.GRIEVANCE  # 中差评
    PLATFORM_RIGHTS = "platform_rights", Nature.GRIEVANCE  # 平台介入
    ADDRESS_CHANGE = "address_change", Nature.PARCEL  # 改地址
    OUT_OF_AREA = "out_of_area", Nature.PARCEL, DISPOSES  # 超区件
    CANCEL_BEFORE_RECEIPT = "cancel_before_receipt", Nature.MONEY, DISPOSES  # 未收到货的退货
    PRICE_DIFFERENCE = "price_difference", Nature.MONEY  # 退差价
    POSTAGE_CLAIM = "postage_claim", Nature.MONEY  # 退运费
    MINOR_FLAW = "minor_flaw", Nature.GOODS, DISPOSES  # 小瑕疵
    CUSTOMER_MISUSE = "customer_misuse", Nature.GOODS, DISPOSES  # 使用不当
    EXCHANGE = "exchange", Nature.GOODS, DISPOSES  # 换货
    COLOUR_DIFFERENCE = "colour_difference", Nature.GOODS, DISPOSES  # 色差
    SIZE_UNSUITABLE = "size_unsuitable", Nature.GOODS, DISPOSES  # 尺码
    UNIDENTIFIED_PARCEL = "unidentified_parcel", Nature.PARCEL  # 无头件: opened by the warehouse's receipt alone
    COURIER_CLAIM = "courier_claim", Nature.PARCEL  # 快递索赔: opened by a customer's case beside itself


class Stage(StrEnum):
    """Where a case stands. Derived from what happened, never set by a person."""

    INTAKE = "intake"  # 受理
    VERIFY = "verify"  # 核实
    EVIDENCE = "evidence"  # 举证
    PLAN = "plan"  # 方案
    CONSENT = "consent"  # 客户同意
    APPROVAL = "approval"  # 审批
    EXECUTE = "execute"  # 执行
    CONFIRM = "confirm"  # 客户确认
    CLOSED = "closed"  # 结案
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_COURIER = "waiting_courier"
    WAITING_WAREHOUSE = "waiting_warehouse"
    WAITING_SUPPLIER = "waiting_supplier"
    WAITING_PLATFORM = "waiting_platform"
    ESCALATED = "escalated"  # 升级
    REOPENED = "reopened"


class CaseStatus(StrEnum):
    """Whether a case is over, as Temporal's finder tells it: the workflow runs on through aftercare."""

    OPEN = "open"
    CLOSED = "closed"


class Party(StrEnum):
    """Who acts, or must act next (rulebook section 7)."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    WAREHOUSE = "warehouse"
    QC = "qc"
    LOGISTICS_CLERK = "logistics_clerk"
    PURCHASING = "purchasing"
    FINANCE = "finance"
    COURIER = "courier"
    SUPPLIER = "supplier"
    SERVICE_CENTER = "service_center"
    DEALER = "dealer"
    PLATFORM = "platform"
    SYSTEM = "system"


class Liability(StrEnum):
    """Whose fault it is (责任)."""

    MERCHANT = "merchant"
    COURIER = "courier"
    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    PLATFORM = "platform"
    NONE = "none"
    UNDETERMINED = "undetermined"


class Outcome(StrEnum):
    """How a case ended."""

    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially_refunded"
    EXCHANGED = "exchanged"
    RESHIPPED = "reshipped"
    DELIVERED = "delivered"
    REPAIRED = "repaired"
    RETURNED_TO_CUSTOMER = "returned_to_customer"
    PRICE_ADJUSTED = "price_adjusted"
    GOODWILL_ONLY = "goodwill_only"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NO_FAULT_FOUND = "no_fault_found"
    EXPLAINED = "explained"  # 已说明: an answer or an apology was what he wanted
    MATCHED = "matched"  # 已认领: it is known whose parcel it is
    UNCLAIMED = "unclaimed"  # 无人认领: a supervisor decided what becomes of it
    REIMBURSED = "reimbursed"  # 已赔付: the courier paid for what he broke or lost
    WRITTEN_OFF = "written_off"  # 核销: he did not, and we bear it


class Resolution(StrEnum):
    """What may be offered to a customer; the last two are what may become of a claim on a courier."""

    FULL_REFUND = "full_refund"
    PARTIAL_REFUND = "partial_refund"
    PART_REFUND = "part_refund"  # for goods of the order that he does not have (R-MISSING, R-OOS-OFFER)
    RETURN_REFUND = "return_refund"
    EXCHANGE = "exchange"
    RESHIP = "reship"
    REDELIVER = "redeliver"
    REROUTE = "reroute"
    SELF_PICKUP = "self_pickup"
    OTHER_COURIER = "other_courier"  # the courier that the customer asks for (R-OOA-FEE)
    WAIT = "wait"  # he waits for his parcel after all (R-CANCEL-SHIPPED)
    SHIP_TOGETHER = "ship_together"  # what is missing goes free with his next order (R-MISSING)
    WAIT_FOR_STOCK = "wait_for_stock"  # until the new date that he was told (R-OOS-OFFER)
    SUBSTITUTE = "substitute"  # another product, with a discount (R-OOS-OFFER)
    RECALL_PARCEL = "recall_parcel"
    REPAIR = "repair"
    REMOTE_ASSIST = "remote_assist"
    ONSITE_VISIT = "onsite_visit"
    COUPON = "coupon"
    GIFT = "gift"
    CASH_GOODWILL = "cash_goodwill"
    PRICE_REFUND = "price_refund"
    FREIGHT_REFUND = "freight_refund"
    SEND_BACK = "send_back"  # the customer's own goods go back to him (W-8)
    EXPLAIN_ONLY = "explain_only"
    CLAIM_AGAIN = "claim_again"  # of a claim on a courier: with more documents, or paid after a reminder
    WRITE_OFF = "write_off"  # of a claim on a courier: we bear it
    KEEP = "keep"  # of a parcel that nobody claims: it is laid aside (W-3)
    SCRAP = "scrap"  # of a parcel that nobody claims (W-3)
    GO_ON = "go_on"  # at the desk: with goods that another case holds (R-N1)
    SAME_AFFAIR = "same_affair"  # at the desk: the other case carries it on (R-N1)


class ReasonCode(StrEnum):
    """Our reason for the request. What the platform calls it is kept apart (X16)."""

    NO_REASON = "no_reason"
    QUALITY = "quality"
    MISDESCRIBED = "misdescribed"
    COLOUR = "colour"
    SIZE = "size"
    WRONG_ITEM = "wrong_item"
    MISSING_ITEM = "missing_item"
    DAMAGED = "damaged"
    LOST = "lost"
    LATE = "late"
    NOT_RECEIVED = "not_received"
    OUT_OF_STOCK = "out_of_stock"
    DUPLICATE = "duplicate"
    PRICE_DROP = "price_drop"
    FREIGHT = "freight"
    SERVICE = "service"


class ParcelState(StrEnum):
    """What a courier says of a parcel, in our words (ecosystem 1.1)."""

    NO_INFO = "no_info"
    INFO_RECEIVED = "info_received"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    STALLED = "stalled"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AT_PICKUP_POINT = "at_pickup_point"
    PICKUP_OVERDUE = "pickup_overdue"
    DELIVERED = "delivered"
    DELIVERED_BY_PROXY = "delivered_by_proxy"
    DELIVERED_AFTER_EXCEPTION = "delivered_after_exception"
    DELIVERY_FAILED = "delivery_failed"
    UNREACHABLE = "unreachable"
    BAD_ADDRESS = "bad_address"
    MISROUTED = "misrouted"
    OUT_OF_AREA = "out_of_area"
    DAMAGED = "damaged"
    LOST = "lost"
    REJECTED = "rejected"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    CUSTOMS = "customs"
    UNKNOWN = "unknown"  # a code that nobody mapped: the raw code is kept beside it


class ShipmentLeg(StrEnum):
    """Which journey a parcel is on."""

    ORIGINAL = "original"
    RESHIP = "reship"
    RETURN = "return"
    EXCHANGE_OUT = "exchange_out"
    REPAIR_IN = "repair_in"
    REPAIR_OUT = "repair_out"
    RECALL = "recall"
    SEND_BACK = "send_back"
    TO_FACTORY = "to_factory"


class InboundKind(StrEnum):
    """Why a parcel comes to us (T-INBOUND)."""

    CUSTOMER_RETURN = "customer_return"  # 自退件
    UNDELIVERED_RETURN = "undelivered_return"  # 在途退件
    REFUSED_RETURN = "refused_return"  # 拒收件
    UNIDENTIFIED = "unidentified"  # 无头件


class Settlement(StrEnum):
    """How a fee gets to the company that receives it (X10)."""

    DIRECT = "direct"
    MONTHLY = "monthly"


class Packaging(StrEnum):
    """How the outer packaging of a damaged parcel is (R-DMG-CAUSE)."""

    INTACT = "intact"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How bad a damage is (R-DMG-EVID)."""

    MINOR = "minor"  # it can still be used
    SERIOUS = "serious"


class Quality(StrEnum):
    """Quality class of a received line, Qimen's `inventoryType`."""

    GOOD = "ZP"  # 正品
    DEFECTIVE = "CC"  # 残次
    MACHINE_DAMAGE = "JS"  # 机损
    BOX_DAMAGE = "XS"  # 箱损


class Inspection(StrEnum):
    """What an inspection of returned goods found."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    DEFECT_CONFIRMED = "defect_confirmed"
    TRANSIT_DAMAGE = "transit_damage"
    CUSTOMER_DAMAGE = "customer_damage"
    INCOMPLETE = "incomplete"
    WRONG_GOODS = "wrong_goods"
    NO_FAULT_FOUND = "no_fault_found"


class RepairState(StrEnum):
    """How a repair stands (R-REPAIR-NEWS). `ordered` and `cancelled` we say, all else the repairer."""

    ORDERED = "ordered"
    RECEIVED = "received"  # the goods are there, or the technician is named
    CONFIRMED = "confirmed"  # the fault is found and can be repaired
    WAITING_PARTS = "waiting_parts"
    REPAIRING = "repairing"
    DONE = "done"
    UNREPAIRABLE = "unrepairable"  # or made no more, and no parts for it (停产)
    NO_FAULT = "no_fault"
    NOT_COVERED = "not_covered"  # broken in use: the customer's to pay
    CANCELLED = "cancelled"


class Disposition(StrEnum):
    """Where returned goods go."""

    RESTOCK = "restock"
    QUARANTINE = "quarantine"  # 不良区
    RETURN_TO_FACTORY = "return_to_factory"
    REPAIR = "repair"
    SEND_BACK = "send_back"
    SCRAP = "scrap"
    PROCESSING = "processing"


class Channel(StrEnum):
    """How a customer is spoken to. Only a call is bound to hours and counts against the caps (P-HOURS, P-CALLCAP)."""

    CALL = "call"
    IM = "im"  # 旺旺 or the refund's own message board
    SMS = "sms"


class AttemptResult(StrEnum):
    """What came of one attempt to contact a customer."""

    REACHED = "reached"  # spoke to him, or he answered
    SENT = "sent"  # a written message left; no answer yet
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"
    CHANNEL_BLOCKED = "channel_blocked"  # the customer's client takes no messages on this channel (R-FALLBACK)
    BLOCKED_BY_GUARD = "blocked_by_guard"
    UNKNOWN = "unknown"  # time-out after sending: asked for, never resent blindly


class FreightPayer(StrEnum):
    """Who bears one leg's freight."""

    MERCHANT = "merchant"
    CUSTOMER = "customer"
    COURIER = "courier"


class Negotiated(StrEnum):
    """How one negotiation with a customer ended (R-DISPUTE-LOG)."""

    AGREED = "agreed"
    REFUSED = "refused"
    ADJOURNED = "adjourned"  # to be gone on with
    SILENT = "silent"


class PlatformVerdict(StrEnum):
    """What a platform's arbiter decided (小二)."""

    FOR_CUSTOMER = "for_customer"
    FOR_SHOP = "for_shop"
    MORE_EVIDENCE = "more_evidence"
