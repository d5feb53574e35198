-- migrate:up
-- Money in: sums asked of a customer after his order was paid, such as the difference to dearer goods (P-FEEQUOTE).
-- What came in may go back: it raises the bound of the order's refunds, and nothing else does.

ALTER TABLE orders ADD COLUMN collected_minor bigint NOT NULL DEFAULT 0 CHECK (collected_minor >= 0);
COMMENT ON COLUMN orders.collected_minor IS 'Sum of the paid collections. Kept by a trigger on collections only.';
ALTER TABLE orders DROP CONSTRAINT orders_refunds_within_paid;
ALTER TABLE orders ADD CONSTRAINT orders_refunds_within_paid CHECK (committed_minor <= paid_minor + collected_minor);

CREATE TABLE collections (
    key text PRIMARY KEY CHECK (key ~ '^[0-9A-Za-z_-]{1,64}$'),
    shop text NOT NULL,
    case_no text NOT NULL,
    order_no text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    purpose text NOT NULL CHECK (purpose <> ''),
    rule text NOT NULL,
    channel text NOT NULL CHECK (channel <> ''),
    status text NOT NULL DEFAULT 'intended' CHECK (status IN ('intended', 'open', 'paid', 'closed')),
    partner_ref text NOT NULL DEFAULT '',
    code text NOT NULL DEFAULT '',
    intended_at timestamptz NOT NULL,
    settled_at timestamptz,
    FOREIGN KEY (shop, order_no) REFERENCES orders,
    CONSTRAINT collections_ended_has_instant CHECK ((status IN ('paid', 'closed')) = (settled_at IS NOT NULL))
);
CREATE INDEX collections_by_case ON collections (shop, case_no);
CREATE INDEX collections_by_order ON collections (shop, order_no);

CREATE FUNCTION collection_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'collection % cannot be deleted: the ledger keeps every intent', OLD.key
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'collection_moves_forward';
    END IF;
    IF OLD.status = 'paid' OR
       (NEW.key, NEW.shop, NEW.case_no, NEW.order_no, NEW.amount_minor, NEW.currency, NEW.purpose, NEW.rule,
        NEW.channel, NEW.intended_at)
       IS DISTINCT FROM
       (OLD.key, OLD.shop, OLD.case_no, OLD.order_no, OLD.amount_minor, OLD.currency, OLD.purpose, OLD.rule,
        OLD.channel, OLD.intended_at) THEN
        RAISE EXCEPTION 'collection %: what was paid, and what was asked for, never changes', OLD.key
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'collection_moves_forward';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER collection_moves_forward BEFORE UPDATE OR DELETE ON collections
    FOR EACH ROW EXECUTE FUNCTION collection_moves_forward();

CREATE FUNCTION collection_brings_money() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders SET collected_minor = collected_minor + NEW.amount_minor
    WHERE shop = NEW.shop AND order_no = NEW.order_no AND currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'collection % is in %, its order is not', NEW.key, NEW.currency
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'collection_has_an_order';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER collection_brings_money AFTER UPDATE OF status ON collections
    FOR EACH ROW WHEN (NEW.status = 'paid' AND OLD.status <> 'paid') EXECUTE FUNCTION collection_brings_money();
