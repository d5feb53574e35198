-- What a month was like. $1 a shop, or '' for all of them; $2 and $3 the month's first instant and the next one's.
-- Instants are the cases' own (case time), as everywhere.

-- name: report_cases
-- Every case of a customer that was opened or closed in the month. A reopened one counts where it closed for good.
SELECT c.shop, c.case_no, c.case_type, c.stage = 'closed' AS closed, c.outcome, c.opened_at, c.closed_at,
    (SELECT min(e.at) FROM journal_entries e
     WHERE (e.shop, e.case_no) = (c.shop, c.case_no) AND e.event = 'customer_contacted'
         AND e.data->>'result' IN ('sent', 'reached')) AS first_told_at,
    coalesce((SELECT e.data->>'reason' FROM journal_entries e
              WHERE (e.shop, e.case_no) = (c.shop, c.case_no) AND e.event = 'case_opened' LIMIT 1), '') AS reason,
    (SELECT count(*) FROM journal_entries e
     WHERE (e.shop, e.case_no) = (c.shop, c.case_no) AND e.event = 'case_reopened')::int AS reopened,
    (SELECT count(*) FROM journal_entries e
     WHERE (e.shop, e.case_no) = (c.shop, c.case_no) AND e.actor ~ '^(agent|supervisor|manager|finance)\M')::int
        AS staff_acts
FROM cases_of_customers c
WHERE ($1 = '' OR c.shop = $1)
    AND (c.opened_at >= $2 AND c.opened_at < $3 OR c.stage = 'closed' AND c.closed_at >= $2 AND c.closed_at < $3)
ORDER BY c.shop, c.case_no

-- name: report_clocks
-- Deadlines of the rulebook's section 5 that ended in the month.
SELECT data->>'id' AS id, data->>'state' AS state, (data->>'missed')::boolean AS missed,
    (data->>'started_at')::timestamptz AS started_at, (data->>'ended_at')::timestamptz AS ended_at
FROM case_records
WHERE kind = 'clock' AND ($1 = '' OR shop = $1) AND at >= $2 AND at < $3

-- name: report_tags
-- Cases of customers that closed in the month, as they are tagged. A cause recurs on a product (or, where it is about none, in the shop) when a case that
-- closed within $4 days before was tagged with the same cause on it.
WITH tagged AS (
    SELECT c.shop, c.case_no, c.closed_at, r.data->>'cause' AS cause, r.data->>'liability' AS liability,
        coalesce(p.sku, '') AS product
    FROM cases_of_customers c JOIN case_records r ON (r.shop, r.case_no, r.kind) = (c.shop, c.case_no, 'case_tag')
        LEFT JOIN LATERAL jsonb_array_elements_text(r.data->'products') AS p (sku) ON true
    WHERE c.stage = 'closed' AND ($1 = '' OR c.shop = $1) AND c.closed_at >= $2::timestamptz - make_interval(days => $4) AND c.closed_at < $3
), seen AS (
    SELECT *, closed_at - lag(closed_at) OVER (PARTITION BY shop, cause, product ORDER BY closed_at, case_no)
        <= make_interval(days => $4) AS again
    FROM tagged
)
SELECT cause, liability, coalesce(bool_or(again), false) AS again,
    coalesce(array_agg(product ORDER BY product) FILTER (WHERE again AND product <> ''), '{}') AS products
FROM seen WHERE closed_at >= $2
GROUP BY shop, case_no, cause, liability ORDER BY shop, case_no

-- name: report_costs
-- What the month cost, but for people (domain/cost.py). Money back counts where no goods came back into stock for it, and they had left; goods
-- sent again at what was paid for them, those of an exchange where what came back cannot be sold again.
WITH restocked AS (
    SELECT DISTINCT shop, case_no FROM case_records WHERE kind = 'return_log' AND data->>'disposition' = 'restock'
), sent AS (
    SELECT e.shop, e.case_no, e.data->>'leg' AS leg, c.currency, (
        SELECT sum(l.minor * least(g.quantity, l.quantity) / l.quantity)::bigint
        FROM (SELECT g->>'sku' AS sku, sum((g->>'quantity')::int) AS quantity
              FROM jsonb_array_elements(e.data->'goods') AS g GROUP BY 1) AS g
            JOIN (SELECT l->>'sku' AS sku, sum((l->>'quantity')::int) AS quantity, sum((l->'price'->>'minor')::bigint)::bigint AS minor
                  FROM jsonb_array_elements(k.content->'lines') AS l GROUP BY 1) AS l USING (sku)) AS minor
    FROM journal_entries e JOIN cases c USING (shop, case_no) LEFT JOIN known_orders k USING (shop, order_no)
    WHERE e.event = 'shipment_ordered' AND ($1 = '' OR e.shop = $1) AND e.at >= $2 AND e.at < $3
)
SELECT 'refunds' AS what, f.currency, count(*)::int AS count, sum(f.amount_minor)::bigint AS minor
FROM refunds f LEFT JOIN known_orders k USING (shop, order_no)
WHERE f.status = 'done' AND f.purpose NOT IN ('freight', 'compensation') AND ($1 = '' OR f.shop = $1)
    AND f.settled_at >= $2 AND f.settled_at < $3 AND k.content->>'shipped_at' IS NOT NULL
    AND (f.purpose <> 'goods' OR NOT EXISTS (SELECT FROM restocked r WHERE (r.shop, r.case_no) = (f.shop, f.case_no)))
GROUP BY f.currency
UNION ALL
SELECT 'freight', currency, count(*)::int, sum(amount_minor)::bigint FROM refunds
WHERE status = 'done' AND purpose = 'freight' AND ($1 = '' OR shop = $1) AND settled_at >= $2 AND settled_at < $3
GROUP BY currency
UNION ALL
SELECT 'goods', s.currency, count(*)::int, sum(coalesce(s.minor, 0))::bigint FROM sent s
WHERE s.leg = 'reship'
    OR s.leg = 'exchange_out' AND NOT EXISTS (SELECT FROM restocked r WHERE (r.shop, r.case_no) = (s.shop, s.case_no))
GROUP BY s.currency
UNION ALL
SELECT 'goodwill', currency, count(*)::int, sum(amount_minor)::bigint FROM compensations
WHERE state = 'given' AND ($1 = '' OR shop = $1) AND at >= $2 AND at < $3
GROUP BY currency
UNION ALL
SELECT 'parcels', NULL, count(*)::int, NULL FROM sent HAVING count(*) > 0
UNION ALL
SELECT 'repairs', NULL, count(*)::int, NULL FROM case_records
WHERE kind = 'repair_order' AND data->>'state' = 'done' AND ($1 = '' OR shop = $1) AND at >= $2 AND at < $3
HAVING count(*) > 0
UNION ALL
SELECT 'reimbursed', currency, count(*)::int, sum(coalesce(amount_minor, 0))::bigint FROM courier_claims
WHERE state = 'paid' AND ($1 = '' OR shop = $1) AND at >= $2 AND at < $3
GROUP BY currency
UNION ALL
SELECT 'collected', currency, count(*)::int, sum(amount_minor)::bigint FROM collections
WHERE status = 'paid' AND purpose IN ('return_freight', 'freight', 'repair') AND ($1 = '' OR shop = $1)
    AND settled_at >= $2 AND settled_at < $3
GROUP BY currency

-- name: report_refunds
SELECT purpose, currency, count(*)::int AS count, sum(amount_minor)::bigint AS minor
FROM refunds
WHERE status = 'done' AND ($1 = '' OR shop = $1) AND settled_at >= $2 AND settled_at < $3
GROUP BY purpose, currency ORDER BY purpose, currency

-- name: report_goodwill
SELECT form, currency, count(*)::int AS count, sum(amount_minor)::bigint AS minor
FROM compensations
WHERE state = 'given' AND ($1 = '' OR shop = $1) AND at >= $2 AND at < $3
GROUP BY form, currency ORDER BY form, currency

-- name: report_incidents
-- What happened by a courier's fault: a parcel that we never handed over, or packed badly, is no loss of his.
SELECT incident, courier, count(*)::int AS count
FROM parcel_incidents
WHERE more->>'liability' = 'courier' AND ($1 = '' OR shop = $1) AND at >= $2 AND at < $3
GROUP BY incident, courier ORDER BY count DESC, incident, courier

-- name: report_claims
SELECT state, currency, count(*)::int AS count, sum(coalesce(amount_minor, 0))::bigint AS minor
FROM courier_claims
WHERE ($1 = '' OR shop = $1) AND at >= $2 AND at < $3
GROUP BY state, currency ORDER BY state, currency

-- name: report_surveys
SELECT (SELECT count(*) FROM contact_attempts
        WHERE template = 'survey' AND result IN ('sent', 'reached') AND ($1 = '' OR shop = $1) AND at >= $2 AND at < $3)::int
        AS asked,
    (SELECT coalesce(array_agg(score ORDER BY at), '{}') FROM survey_responses
     WHERE ($1 = '' OR shop = $1) AND at >= $2 AND at < $3) AS scores
