"""What the house asks of the outside: values that cross the border, protocols that gateways and the store meet.

partner          how a partner fails, and how he knows our case
customer         `ContactGateway` · `ContactLedger` · `AddressBook`
courier          `CourierGateway`
warehouse        `WarehouseGateway`
refunds          `RefundGateway` · `RefundLedger` · `OneTimeInputs`
reconciliation   `RefundStatements` · `Reconciliations`
case_file        `Journal` · `GoodsHeld` · `WorkingTime` · `Rulebooks`
"""
