-- name: collection_intend
WITH new AS (
    INSERT INTO collections (key, shop, case_no, order_no, amount_minor, currency, purpose, rule, channel, intended_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (key) DO NOTHING
    RETURNING *
)
SELECT * FROM new UNION ALL SELECT * FROM collections WHERE key = $1

-- name: collection_find
SELECT * FROM collections WHERE key = $1

-- name: collection_settle
WITH old AS (
    SELECT * FROM collections WHERE key = $1 FOR UPDATE
), moved AS (
    UPDATE collections AS c
    SET status = $3::text, partner_ref = coalesce(nullif($4::text, ''), c.partner_ref), code = $5::text,
        settled_at = CASE WHEN $3::text IN ('paid', 'closed') THEN $2::timestamptz END
    FROM old WHERE c.key = old.key AND old.status <> 'paid'
    RETURNING c.*
)
SELECT * FROM moved UNION ALL SELECT * FROM old WHERE NOT EXISTS (SELECT FROM moved)
