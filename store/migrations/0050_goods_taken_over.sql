-- migrate:up
-- R-N1: a supervisor's word moves the goods from whoever holds them when it is written: the case that he was shown may
-- have let go, and another may hold them since. The record names whom they were taken from.

DROP TRIGGER goods_move ON case_records;
CREATE OR REPLACE FUNCTION goods_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mine cases;
    taken text[];
    more text[] := '{}';
    written jsonb := (SELECT data FROM case_records
                      WHERE (shop, case_no, kind, key) = (NEW.shop, NEW.case_no, NEW.kind, NEW.key));
BEGIN
    IF written IS NOT NULL THEN  -- the page comes again: it moves nothing
        NEW.data := written;
        RETURN NEW;
    END IF;
    SELECT * INTO mine FROM cases WHERE shop = NEW.shop AND case_no = NEW.case_no;
    PERFORM FROM orders WHERE shop = mine.shop AND order_no = mine.order_no FOR UPDATE;
    WITH gave AS (
        UPDATE cases SET holds = false
        WHERE shop = mine.shop AND order_no = mine.order_no AND holds AND case_no <> mine.case_no
            AND case_no IN (SELECT jsonb_array_elements_text(NEW.data->'from'))
        RETURNING case_no
    )
    SELECT coalesce(array_agg(case_no ORDER BY case_no), '{}') INTO taken FROM gave;
    IF NOT goods_are_free(mine.shop, mine.order_no, mine.case_no, mine.goods) THEN
        WITH gave AS (
            UPDATE cases SET holds = false
            WHERE shop = mine.shop AND order_no = mine.order_no AND holds AND case_no <> mine.case_no
                AND goods ?| ARRAY(SELECT jsonb_object_keys(mine.goods))
            RETURNING case_no
        )
        SELECT coalesce(array_agg(case_no ORDER BY case_no), '{}') INTO more FROM gave;
    END IF;
    NEW.data := NEW.data || jsonb_build_object('from', to_jsonb(taken || more));
    UPDATE cases SET holds = true WHERE shop = mine.shop AND case_no = mine.case_no AND goods <> '{}' AND NOT holds;
    RETURN NEW;
END $$;
CREATE TRIGGER goods_move BEFORE INSERT ON case_records
    FOR EACH ROW WHEN (NEW.kind = 'goods_taken_over') EXECUTE FUNCTION goods_move();

-- W-3: a parcel of nobody that is kept lies with us and goes to no maker (W-10).
CREATE OR REPLACE VIEW defect_zone AS
SELECT r.shop, r.case_no, r.key AS rma, coalesce(g.sku, '') AS sku, coalesce(g.quantity, '0')::integer AS quantity,
       r.at AS booked_at
FROM case_records r LEFT JOIN LATERAL jsonb_each_text(r.data->'received') AS g (sku, quantity) ON true
WHERE r.kind = 'return_log' AND r.data->>'disposition' = 'quarantine'
    AND NOT EXISTS (SELECT FROM factory_note_lines l WHERE l.live
                    AND (l.shop, l.case_no, l.rma, l.sku) = (r.shop, r.case_no, r.key, coalesce(g.sku, '')))
    AND NOT EXISTS (SELECT FROM cases c WHERE (c.shop, c.case_no) = (r.shop, r.case_no)
                    AND c.case_type = 'unidentified_parcel');
