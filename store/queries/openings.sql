-- name: opening_known_order
-- What is not told this time stays as it was told.
INSERT INTO known_orders AS k (shop, order_no, waybill, content) VALUES ($1, $2, $3, $4)
ON CONFLICT (shop, order_no) DO UPDATE
SET waybill = coalesce(nullif(excluded.waybill, ''), k.waybill), content = k.content || excluded.content
RETURNING old.content AS before, new.content AS now;

-- name: opening_order_told
-- The order's cases that are open hear what is told anew ($3), those that are closed of an invoice alone ($4): through the inbox, in the
-- transaction that writes it down (docs/decisions/0017). The instant is the cases' own.
WITH event AS (
    SELECT jsonb_build_object('specversion', '1.0', 'id', gen_random_uuid(), 'source', 'aftersales/cases',
            'type', 'aftersales.order_told', 'subject', c.shop || '/' || c.case_no,
            'time', greatest(c.page_at, c.opened_at), 'data', $3::jsonb) AS said, greatest(c.page_at, c.opened_at) AS at
    FROM case_handles AS h JOIN cases AS c USING (shop, case_no)
    WHERE h.shop = $1 AND h.value = $2 AND h.kind = 'order_no' AND c.order_no = $2 AND (c.stage <> 'closed' OR $4)
)
INSERT INTO inbox (source, id, type, lane, door, raw, headers, digest, received_at)
SELECT said->>'source', said->>'id', said->>'type', 'case:' || (said->>'subject'), 'case', convert_to(said::text, 'UTF8'),
    '{"content-type": "application/cloudevents+json"}', substring(sha256(convert_to(said::text, 'UTF8')) FOR 16), at
FROM event
RETURNING pg_notify('inbox', '');

-- name: opening_case
-- The goods that it disposes of ($10) are its own where they are free; else the answer is false.
INSERT INTO cases (shop, case_no, workflow_id, order_no, customer_ref, case_type, opened_as, stage, ball_with, rulebook, opened_at, currency, goods, parent_case_no)
VALUES ($1, $2, $3, $4, $5, $6, $6, 'intake', 'system', $7, $8, $9, $10, $11)
ON CONFLICT (shop, case_no) DO NOTHING
RETURNING holds OR goods = '{}';

-- name: opening_hold_again
-- A case that has not written a page yet may have found its goods held by one that has closed since: before its workflow started, or as it did.
UPDATE cases SET holds = true
WHERE shop = $1 AND case_no = $2 AND stage = 'intake' AND revision = 0 AND goods <> '{}' AND NOT holds;

-- name: opening_held_by
SELECT goods_held_by($1, $2);

-- name: opening_paid_by
-- Other cases that pay the order the same sum: those that are open, and those that paid.
SELECT c.case_no FROM case_handles AS h JOIN cases AS c USING (shop, case_no)
WHERE h.shop = $1 AND h.value = $2 AND h.kind = 'order_no' AND c.case_no <> $3 AND c.opened_as = $4
    AND (c.stage <> 'closed' OR c.refunded_minor > 0)
ORDER BY c.opened_at, c.case_no;

-- name: opening_hold_before_leaving
-- Goods are about to leave for a case: it holds them if they are free. One that disposed of none until now disposes of those that leave ($3).
UPDATE cases SET goods = CASE WHEN goods = '{}' THEN $3 ELSE goods END, holds = true
WHERE shop = $1 AND case_no = $2 AND NOT holds AND (goods <> '{}' OR $3 <> '{}'::jsonb);

-- name: opening_handles
INSERT INTO case_handles (shop, value, kind, case_no)
SELECT $1, value, kind, $2 FROM unnest($3::text[], $4::text[]) AS given (kind, value) WHERE value <> ''
ON CONFLICT DO NOTHING;

-- name: opening_same_affair
-- A request and its twin under another number, or under none, make one case, whichever comes first: the earliest case of the order
-- and type (as it is, or as it was opened) that was not over when it was asked for. A request with a number ($6) has a case of its own beside that of another number.
SELECT shop, case_no, stage = 'closed' AS closed
FROM case_handles JOIN cases USING (shop, case_no)
WHERE shop = $1 AND value = $2 AND kind = 'order_no' AND $3 IN (case_type, opened_as) AND (stage <> 'closed' OR closed_at >= $4)
    AND (NOT $6 OR case_no = $5 AND NOT EXISTS (SELECT FROM case_aliases AS a WHERE (a.shop, a.case_no) = ($1, $5)))
ORDER BY opened_at, case_no
LIMIT 1;

-- name: opening_alias
INSERT INTO case_aliases (shop, alias, case_no) VALUES ($1, $2, $3) ON CONFLICT (shop, alias) DO NOTHING;

-- name: opening_find
SELECT shop, case_no, stage = 'closed' AS closed, parent_case_no <> '' AS beside, case_type = 'unidentified_parcel' AS nobodys,
    stage <> 'closed' OR holds AS expects FROM cases
WHERE shop = $1
    AND case_no = coalesce((SELECT case_no FROM case_aliases WHERE shop = $1 AND alias = $2), $2);

-- name: opening_find_by_number
SELECT shop, case_no, stage = 'closed' AS closed, parent_case_no <> '' AS beside, case_type = 'unidentified_parcel' AS nobodys,
    stage <> 'closed' OR holds AS expects FROM cases
WHERE case_no = $1
UNION
SELECT shop, case_no, stage = 'closed', parent_case_no <> '', case_type = 'unidentified_parcel', stage <> 'closed' OR holds FROM case_aliases JOIN cases USING (shop, case_no)
WHERE alias = $1;

-- name: opening_find_by_handle
SELECT shop, case_no, stage = 'closed' AS closed, parent_case_no <> '' AS beside, case_type = 'unidentified_parcel' AS nobodys,
    stage <> 'closed' OR holds AS expects FROM case_handles JOIN cases USING (shop, case_no)
WHERE value = $1 AND kind = $2 AND ($3 = '' OR shop = $3)
ORDER BY shop, case_no;

-- name: opening_orders_by_waybill
SELECT shop, content FROM known_orders WHERE waybill = $1 AND ($2 = '' OR shop = $2);

-- name: opening_shops
-- Parcels of nobody make no shop.
SELECT min(shop) AS first, max(shop) AS last FROM known_orders WHERE order_no NOT LIKE 'unidentified-%';

-- name: opening_shop_has_orders
SELECT EXISTS (SELECT FROM known_orders WHERE shop = $1 AND order_no NOT LIKE 'unidentified-%');
