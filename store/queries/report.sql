-- What a month was like. $1 a shop, or '' for all of them; $2 and $3 the month's first instant and the next one's.
-- Instants are the cases' own (case time), as everywhere.

-- name: report_cases
-- Every case that was opened or closed in the month. A reopened one counts where it closed for good.
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
FROM cases c
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
-- Cases that closed in the month, as they are tagged. A cause recurs on a product (or, where it is about none, in the shop) when a case that
-- closed within $4 days before was tagged with the same cause on it.
WITH tagged AS (
    SELECT c.shop, c.case_no, c.closed_at, r.data->>'cause' AS cause, r.data->>'liability' AS liability,
        coalesce(p.sku, '') AS product
    FROM cases c JOIN case_records r ON (r.shop, r.case_no, r.kind) = (c.shop, c.case_no, 'case_tag')
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
SELECT incident, courier, count(*)::int AS count
FROM parcel_incidents
WHERE ($1 = '' OR shop = $1) AND at >= $2 AND at < $3
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
