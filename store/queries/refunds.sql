-- name: refund_intend
WITH new AS (
    INSERT INTO refunds (key, shop, case_no, order_no, amount_minor, currency, purpose, rule, channel, requested_by,
                         approved_by, intended_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (key) DO NOTHING
    RETURNING *
), event AS (
    INSERT INTO refund_events (key, at, status) SELECT key, intended_at, status FROM new
)
SELECT * FROM new UNION ALL SELECT * FROM refunds WHERE key = $1

-- name: refund_submitting
WITH moved AS (
    UPDATE refunds SET status = 'submitted', attempts = attempts + 1, submitted_at = coalesce(submitted_at, $2)
    WHERE key = $1 AND status NOT IN ('done', 'refused')
    RETURNING *
), event AS (
    INSERT INTO refund_events (key, at, status) SELECT key, $2, status FROM moved
)
SELECT * FROM moved UNION ALL SELECT * FROM refunds WHERE key = $1 AND NOT EXISTS (SELECT FROM moved)

-- name: refund_settle
-- An answer after the end changes nothing. One that contradicts the end is kept beside it, for the reconciliation.
WITH old AS (
    SELECT * FROM refunds WHERE key = $1 FOR UPDATE
), moved AS (
    UPDATE refunds AS r
    SET status = $3::text, partner_ref = coalesce(nullif($4::text, ''), r.partner_ref), need = $5::text, code = $6::text,
        settled_at = CASE WHEN $3::text IN ('done', 'refused') THEN $2::timestamptz END
    FROM old WHERE r.key = old.key AND old.status NOT IN ('done', 'refused')
    RETURNING r.*
), event AS (
    INSERT INTO refund_events (key, at, status, partner_ref, need, code, applied)
    SELECT old.key, $2::timestamptz, $3::text, $4::text, $5::text, $6::text, EXISTS (SELECT FROM moved)
    FROM old WHERE old.status NOT IN ('done', 'refused') OR old.status <> $3::text AND $3::text IN ('done', 'refused')
)
SELECT * FROM moved UNION ALL SELECT * FROM old WHERE NOT EXISTS (SELECT FROM moved)

-- name: refund_find
SELECT * FROM refunds WHERE key = $1

-- name: refund_list_of_case
SELECT * FROM refunds WHERE shop = $1 AND case_no = $2 ORDER BY intended_at, key

-- name: refund_list_contradictions
SELECT e.key, e.at, e.status, e.partner_ref, e.code, r.status AS ended_as
FROM refund_events e JOIN refunds r USING (key)
WHERE NOT e.applied AND e.at >= $1 AND e.at < $2 ORDER BY e.number
