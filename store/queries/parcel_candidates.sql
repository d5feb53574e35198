-- name: parcel_candidates
-- Cases that may wait for a parcel: open ones of which something is theirs, or nearly so, and closed ones that it names. $2 waybill, $3 numbers on the slip,
-- $4 the sender's telephone as its last digits, $5 the goods. One slip of the pen leaves nearly half of a number as it is, which is looked at
-- first, and all but two digits at one place. Of many, those named by number and by telephone come first.
WITH number AS (
    SELECT upper(value) AS value, (length(value) - 1) / 2 AS half FROM unnest($3::text[] || $2::text) AS given (value) WHERE value <> ''
), named AS (
    SELECT shop, case_no FROM case_handles WHERE shop = $1 AND value = ANY ($3::text[] || $2::text) AND kind IN ('rma', 'waybill')
), may_be AS (
    SELECT shop, case_no, customer_ref, case_type, parent_case_no, opened_at, goods, stage FROM cases
    WHERE shop = $1 AND stage <> 'closed'
    UNION ALL
    SELECT shop, case_no, customer_ref, case_type, parent_case_no, opened_at, goods, stage FROM cases
    WHERE (shop, case_no) IN (SELECT shop, case_no FROM named) AND stage = 'closed'
), waiting AS (
    SELECT c.shop, c.case_no, c.opened_at, c.goods, c.stage,
        $4 <> '' AND EXISTS (
            SELECT FROM customers p WHERE p.shop = c.shop AND p.customer_ref = c.customer_ref
                AND right(regexp_replace(p.phone, '\D', '', 'g'), 11) = $4) AS phone
    FROM may_be c
    WHERE c.parent_case_no = '' AND c.case_type <> 'unidentified_parcel'
)
SELECT w.case_no, w.opened_at, w.goods, w.phone,
    w.stage IN ('waiting_customer', 'waiting_warehouse', 'waiting_courier') AND h.returns AS awaited, h.slips, h.waybills
FROM waiting w CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(value) FILTER (WHERE kind IN ('rma', 'order_no')), '{}') || w.case_no AS slips,
        coalesce(array_agg(value) FILTER (WHERE kind = 'waybill'), '{}') AS waybills,
        coalesce(bool_or(kind = 'rma'), false) AS returns,
        coalesce(max((
            SELECT max(CASE
                WHEN k.value = n.value THEN 2
                WHEN least(length(k.value), length(n.value)) >= 3 AND greatest(length(k.value), length(n.value)) >= 4
                    AND abs(length(k.value) - length(n.value)) <= 1
                    AND (left(k.value, n.half) = left(n.value, n.half) OR right(k.value, n.half) = right(n.value, n.half))
                    AND EXISTS (
                        SELECT FROM generate_series(0, length(n.value)) AS place
                        WHERE left(k.value, place) = left(n.value, place)
                            AND right(k.value, greatest(least(length(k.value), length(n.value)) - place - 2, 0))
                                = right(n.value, greatest(least(length(k.value), length(n.value)) - place - 2, 0))
                    ) THEN 1
                ELSE 0 END)
            FROM number AS n, upper(case_handles.value) AS k (value)
        )), 0) AS likeness
    FROM case_handles WHERE shop = w.shop AND case_no = w.case_no
) AS h
WHERE w.phone OR h.likeness > 0 OR w.goods ?| $5::text[]
ORDER BY h.likeness = 2 DESC, w.phone DESC, h.likeness DESC, w.opened_at, w.case_no
LIMIT 500;
