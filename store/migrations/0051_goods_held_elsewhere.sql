-- migrate:up
-- R-N1: a case whose goods another one holds is told so, wherever that comes from: it became a type that disposes of
-- goods, it was taken up again, or a supervisor moved its goods away. What a case is told goes through the inbox
-- (docs/decisions/0017, 0018), from here because nobody else knows it exactly.

CREATE FUNCTION goods_held_by(shop_ text, case_no_ text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(o.case_no ORDER BY o.opened_at, o.case_no), '{}')
    FROM cases c JOIN case_handles h ON h.shop = c.shop AND h.value = c.order_no AND h.kind = 'order_no'
        JOIN cases o ON o.shop = h.shop AND o.case_no = h.case_no
    WHERE c.shop = shop_ AND c.case_no = case_no_ AND NOT c.holds AND o.holds AND o.case_no <> c.case_no
        AND o.order_no = c.order_no AND o.goods ?| ARRAY(SELECT jsonb_object_keys(c.goods))
$$;
COMMENT ON FUNCTION goods_held_by IS 'Which cases hold goods that this one disposes of and does not hold.';

CREATE FUNCTION case_hears_who_holds_its_goods() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    holders text[] := goods_held_by(NEW.shop, NEW.case_no);
    id text := gen_random_uuid()::text;
    at timestamptz;
    event jsonb;
BEGIN
    IF holders = '{}' THEN
        RETURN NULL;
    END IF;
    SELECT max(greatest(page_at, opened_at)) INTO at  -- the time of cases, not of this machine
    FROM cases WHERE shop = NEW.shop AND case_no = ANY (holders || NEW.case_no);
    event := jsonb_build_object(
        'specversion', '1.0', 'id', id, 'source', 'aftersales/cases', 'type', 'aftersales.goods_held_elsewhere',
        'subject', NEW.shop || '/' || NEW.case_no, 'time', at, 'data', jsonb_build_object('cases', holders));
    INSERT INTO inbox (source, id, type, lane, door, raw, headers, digest, received_at)
    VALUES (event->>'source', id, event->>'type', 'case:' || (event->>'subject'), 'case',
            convert_to(event::text, 'UTF8'), '{"content-type": "application/cloudevents+json"}',
            substring(sha256(convert_to(event::text, 'UTF8')) FOR 16), at);
    PERFORM pg_notify('inbox', '');
    RETURN NULL;
END $$;
-- At the end of the transaction: by then it is settled whose they are.
CREATE CONSTRAINT TRIGGER case_hears_who_holds_its_goods AFTER UPDATE ON cases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.goods <> '{}' AND NOT NEW.holds AND NEW.stage <> 'closed'
        AND (OLD.holds OR OLD.stage = 'closed' OR NEW.case_type <> OLD.case_type AND NEW.goods <> OLD.goods))
    EXECUTE FUNCTION case_hears_who_holds_its_goods();
