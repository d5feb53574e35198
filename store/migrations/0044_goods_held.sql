-- migrate:up
-- R-N1: many cases to one order, and no goods given away twice. A case that disposes of goods holds them from its
-- opening to its end, and beyond it where its outcome kept them. Which types dispose of goods: domain/goods_held.py.

ALTER TABLE cases ADD COLUMN goods jsonb NOT NULL DEFAULT '{}', ADD COLUMN holds boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN cases.goods IS 'What the case disposes of: pieces by SKU of its order. Empty where it disposes of none.';
COMMENT ON COLUMN cases.holds IS 'Whether these goods are this case''s. Set by triggers alone: all of them were free, or a supervisor moved them.';

CREATE FUNCTION outcome_keeps_goods(outcome text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT outcome IN ('refunded', 'partially_refunded')
$$;

CREATE FUNCTION goods_are_free(shop_ text, order_no_ text, case_no_ text, wanted jsonb) RETURNS boolean LANGUAGE sql AS $$
    SELECT NOT EXISTS (
        SELECT FROM jsonb_each_text(wanted) AS w (sku, pieces)
        WHERE w.pieces::bigint + (
            SELECT coalesce(sum((c.goods->>w.sku)::bigint), 0)
            FROM case_handles h JOIN cases c ON c.shop = h.shop AND c.case_no = h.case_no
            WHERE h.shop = shop_ AND h.value = order_no_ AND h.kind = 'order_no' AND h.case_no <> case_no_
                AND c.order_no = order_no_ AND c.holds
        ) > (
            SELECT coalesce(sum((line->>'quantity')::bigint), 0)
            FROM known_orders k, jsonb_array_elements(k.content->'lines') AS line
            WHERE k.shop = shop_ AND k.order_no = order_no_ AND line->>'sku' = w.sku
        ))
$$;

-- The order's row is the lock: of two cases that ask for the same goods at once, the second sees the first.
CREATE FUNCTION case_holds_what_is_free() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM orders WHERE shop = NEW.shop AND order_no = NEW.order_no FOR UPDATE;
    NEW.holds := goods_are_free(NEW.shop, NEW.order_no, NEW.case_no, NEW.goods);
    RETURN NEW;
END $$;
CREATE TRIGGER case_holds_what_is_free BEFORE INSERT ON cases
    FOR EACH ROW WHEN (NEW.goods <> '{}') EXECUTE FUNCTION case_holds_what_is_free();
-- Taken over, or taken up again after it was closed; then somebody else may hold them.
CREATE TRIGGER case_holds_what_is_free_again BEFORE UPDATE ON cases
    FOR EACH ROW WHEN (NEW.goods <> '{}' AND NEW.stage <> 'closed'
        AND (OLD.stage = 'closed' OR NEW.holds AND NOT OLD.holds OR NEW.goods <> OLD.goods))
    EXECUTE FUNCTION case_holds_what_is_free();

CREATE FUNCTION case_gives_goods_free() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.holds := OLD.holds AND outcome_keeps_goods(NEW.outcome);
    RETURN NEW;
END $$;
CREATE TRIGGER case_gives_goods_free BEFORE UPDATE ON cases
    FOR EACH ROW WHEN (NEW.goods <> '{}' AND NEW.stage = 'closed' AND OLD.stage <> 'closed')
    EXECUTE FUNCTION case_gives_goods_free();

-- A supervisor let the case go on: the page that says so moves the goods, from the cases that he was shown.
CREATE FUNCTION goods_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    order_ text := (SELECT order_no FROM cases WHERE shop = NEW.shop AND case_no = NEW.case_no);
BEGIN
    PERFORM FROM orders WHERE shop = NEW.shop AND order_no = order_ FOR UPDATE;
    UPDATE cases SET holds = false
    WHERE shop = NEW.shop AND order_no = order_ AND holds AND case_no <> NEW.case_no
        AND case_no IN (SELECT jsonb_array_elements_text(NEW.data->'from'));
    UPDATE cases SET holds = true WHERE shop = NEW.shop AND case_no = NEW.case_no AND goods <> '{}' AND NOT holds;
    RETURN NULL;
END $$;
CREATE TRIGGER goods_move AFTER INSERT ON case_records
    FOR EACH ROW WHEN (NEW.kind = 'goods_taken_over') EXECUTE FUNCTION goods_move();
