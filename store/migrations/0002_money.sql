-- migrate:up
-- Money: what an order was paid, and every refund from its intent to its end.

CREATE TABLE orders (
    shop text NOT NULL,
    order_no text NOT NULL,
    customer_ref text NOT NULL DEFAULT '',
    paid_minor bigint NOT NULL CHECK (paid_minor >= 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    committed_minor bigint NOT NULL DEFAULT 0 CHECK (committed_minor >= 0),
    PRIMARY KEY (shop, order_no),
    CONSTRAINT orders_refunds_within_paid CHECK (committed_minor <= paid_minor)
) WITH (fillfactor = 90);

COMMENT ON COLUMN orders.committed_minor IS 'Sum of the live (not refused) refunds. Kept by triggers on refunds only.';

-- What was paid is the bound of all refunds: it cannot move under them.
CREATE FUNCTION order_keeps_its_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'order % of shop % has refunds over % minor units of %: what was paid cannot change now',
        OLD.order_no, OLD.shop, OLD.committed_minor, OLD.currency
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'order_keeps_its_payment';
END $$;
CREATE TRIGGER order_keeps_its_payment BEFORE UPDATE OF paid_minor, currency ON orders
    FOR EACH ROW WHEN (OLD.committed_minor > 0
        AND (OLD.paid_minor, OLD.currency) IS DISTINCT FROM (NEW.paid_minor, NEW.currency))
    EXECUTE FUNCTION order_keeps_its_payment();

CREATE TABLE refunds (
    key text PRIMARY KEY CHECK (key ~ '^[0-9A-Za-z_-]{1,64}$'),
    shop text NOT NULL,
    case_no text NOT NULL,
    order_no text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    purpose text NOT NULL CHECK (purpose <> ''),
    rule text NOT NULL,
    channel text NOT NULL CHECK (channel <> ''),
    status text NOT NULL DEFAULT 'intended' CHECK (
        status IN ('intended', 'submitted', 'unknown', 'pending', 'needs_human', 'done', 'refused')),
    requested_by text NOT NULL,
    approved_by text NOT NULL,
    partner_ref text NOT NULL DEFAULT '',
    need text CHECK (need IN ('sms_code', 'balance', 'card_dead', 'permission', 'version_changed')),
    code text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    intended_at timestamptz NOT NULL,
    submitted_at timestamptz,
    settled_at timestamptz,
    FOREIGN KEY (shop, order_no) REFERENCES orders,
    -- A-SOD: nobody approves his own request. A person has an id behind his role; a rule or the system has none.
    CONSTRAINT refunds_requester_is_not_approver CHECK (
        requested_by <> approved_by OR position(':' IN approved_by) = 0),
    -- P-NOTRADE: no goodwill under a rule about reviews.
    CONSTRAINT refunds_no_trade_for_reviews CHECK (rule NOT LIKE 'R-REV%'),
    CONSTRAINT refunds_final_has_instant CHECK ((status IN ('done', 'refused')) = (settled_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX refunds_by_case ON refunds (shop, case_no);
CREATE INDEX refunds_by_order ON refunds (shop, order_no);
CREATE INDEX refunds_by_submission ON refunds (submitted_at) WHERE submitted_at IS NOT NULL;
CREATE INDEX refunds_by_settlement ON refunds (settled_at) WHERE settled_at IS NOT NULL;

-- The sum of an order's live refunds lives in the order's row: its lock makes concurrent intents wait for each other.
CREATE FUNCTION refund_commits_money() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders SET committed_minor = committed_minor + NEW.amount_minor
    WHERE shop = NEW.shop AND order_no = NEW.order_no AND currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'order % of shop % is not on file in %: put the order into the store before it is refunded',
            NEW.order_no, NEW.shop, NEW.currency
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'refund_has_an_order';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refund_commits_money AFTER INSERT ON refunds
    FOR EACH ROW WHEN (NEW.status <> 'refused') EXECUTE FUNCTION refund_commits_money();

CREATE FUNCTION refund_frees_money() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders SET committed_minor = committed_minor - OLD.amount_minor
    WHERE shop = OLD.shop AND order_no = OLD.order_no;
    RETURN NULL;
END $$;
CREATE TRIGGER refund_frees_money AFTER UPDATE OF status ON refunds
    FOR EACH ROW WHEN (NEW.status = 'refused' AND OLD.status <> 'refused') EXECUTE FUNCTION refund_frees_money();

CREATE FUNCTION refund_moves_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'refund % cannot be deleted: the ledger keeps every intent', OLD.key
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refund_moves_forward';
    END IF;
    IF (NEW.key, NEW.shop, NEW.case_no, NEW.order_no, NEW.amount_minor, NEW.currency, NEW.purpose, NEW.rule,
        NEW.channel, NEW.requested_by, NEW.approved_by, NEW.intended_at)
       IS DISTINCT FROM
       (OLD.key, OLD.shop, OLD.case_no, OLD.order_no, OLD.amount_minor, OLD.currency, OLD.purpose, OLD.rule,
        OLD.channel, OLD.requested_by, OLD.approved_by, OLD.intended_at) THEN
        RAISE EXCEPTION 'refund %: an intent never changes; make a new one with a new key', OLD.key
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refund_moves_forward';
    END IF;
    IF OLD.status IN ('done', 'refused') OR NEW.status = 'intended' AND OLD.status <> 'intended'
       OR OLD.status = 'intended' AND NEW.status NOT IN ('intended', 'submitted', 'refused') THEN
        RAISE EXCEPTION 'refund % cannot go from % to %', OLD.key, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refund_moves_forward';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refund_moves_forward BEFORE UPDATE OR DELETE ON refunds
    FOR EACH ROW EXECUTE FUNCTION refund_moves_forward();

CREATE TABLE refund_events (
    key text NOT NULL REFERENCES refunds,
    number bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    status text NOT NULL,
    partner_ref text NOT NULL DEFAULT '',
    need text,
    code text NOT NULL DEFAULT '',
    applied boolean NOT NULL DEFAULT true,
    PRIMARY KEY (key, number)
);
COMMENT ON COLUMN refund_events.applied IS 'false: an answer that came after the end and was not believed; reconcile it.';
CREATE INDEX refund_events_contradicting ON refund_events (at) WHERE NOT applied;

CREATE FUNCTION refund_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of refunds is append-only: % is refused', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refund_events_stay';
END $$;
CREATE TRIGGER refund_events_stay BEFORE UPDATE OR DELETE ON refund_events
    FOR EACH ROW EXECUTE FUNCTION refund_events_stay();
