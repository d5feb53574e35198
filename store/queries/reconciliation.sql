-- name: reconciliation_unfinished
-- A part is finished when it was compared after its end, nothing in it waits or differs, and nothing came in since.
-- The books begin with the first refund, or the first sum that a customer was asked for.
WITH part AS (
    SELECT day, starts, ends, channel
    FROM unnest($1::date[], $2::timestamptz[], $3::timestamptz[]) AS d (day, starts, ends), unnest($4::text[]) AS channel
    WHERE ends > least((SELECT min(submitted_at) FROM refunds WHERE submitted_at IS NOT NULL),
                       (SELECT min(intended_at) FROM collections))
)
SELECT p.day, p.channel FROM part p LEFT JOIN reconciled_days r USING (day, channel)
WHERE r.day IS NULL OR r.compared_at < p.ends OR r.waiting > 0
   OR EXISTS (SELECT FROM money_differences m WHERE m.day = p.day AND m.channel = p.channel AND m.state = 'open')
   OR r.entries <> (
        SELECT count(*) FROM refunds f
        WHERE f.channel = p.channel AND f.status = 'done' AND f.settled_at >= p.starts AND f.settled_at < p.ends
    ) + (
        SELECT count(*) FROM refund_events e JOIN refunds f USING (key)
        WHERE NOT e.applied AND f.channel = p.channel AND e.at >= p.starts AND e.at < p.ends
    ) + (
        SELECT count(*) FROM collections c
        WHERE c.channel = p.channel AND c.status = 'paid' AND c.settled_at >= p.starts AND c.settled_at < p.ends
    )
ORDER BY p.day, p.channel

-- name: reconciliation_ended
SELECT * FROM refunds
WHERE channel = $1 AND status = 'done' AND settled_at >= $2 AND settled_at < $3 ORDER BY key

-- name: reconciliation_named
SELECT * FROM refunds
WHERE key = ANY($1::text[]) OR (shop, order_no) IN (SELECT * FROM unnest($2::text[], $3::text[])) ORDER BY key

-- name: reconciliation_collected
SELECT * FROM collections
WHERE channel = $1 AND status = 'paid' AND settled_at >= $2 AND settled_at < $3 ORDER BY key

-- name: reconciliation_asked_for
SELECT * FROM collections WHERE key = ANY($1::text[]) ORDER BY key

-- name: reconciliation_compared
-- Locks the part's row until the transaction ends. No row: a comparison made later was noted already.
INSERT INTO reconciled_days AS d (day, channel, compared_at, waiting, entries) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (day, channel) DO UPDATE SET (compared_at, waiting, entries)
    = (excluded.compared_at, excluded.waiting, excluded.entries)
WHERE d.compared_at <= excluded.compared_at
RETURNING day

-- name: difference_found
-- A difference that had vanished is open again; one that a person settled stays settled. Answers the tasks opened.
WITH known AS (
    SELECT id, state FROM money_differences WHERE id IN (SELECT value->>'id' FROM jsonb_array_elements($1::jsonb))
), found AS (
    INSERT INTO money_differences AS m (id, day, channel, kind, severity, rule, at, key, partner_ref, shop, order_no,
        case_no, ours_minor, ours_currency, theirs_minor, theirs_currency, found_at, seen_at)
    SELECT f.*, $2, $2 FROM jsonb_to_recordset($1::jsonb) AS f (id text, day date, channel text, kind text,
        severity text, rule text, at timestamptz, key text, partner_ref text, shop text, order_no text, case_no text,
        ours_minor bigint, ours_currency text, theirs_minor bigint, theirs_currency text)
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at,
        state = CASE m.state WHEN 'vanished' THEN 'open' ELSE m.state END,
        closed_at = CASE m.state WHEN 'vanished' THEN NULL ELSE m.closed_at END,
        closed_by = CASE m.state WHEN 'vanished' THEN '' ELSE m.closed_by END,
        reason = CASE m.state WHEN 'vanished' THEN '' ELSE m.reason END
    RETURNING m.id, m.state
)
SELECT count(*) FROM found f LEFT JOIN known k USING (id)
WHERE f.state = 'open' AND k.state IS DISTINCT FROM 'open'

-- name: difference_vanished
UPDATE money_differences SET state = 'vanished', closed_at = $3, closed_by = 'system', reason = $4
WHERE day = $1 AND channel = $2 AND state = 'open' AND id <> ALL($5::text[])

-- name: difference_list
SELECT * FROM money_differences
WHERE ($1 OR state = 'open') AND ($2::date IS NULL OR day = $2)
ORDER BY state = 'open' DESC, severity = 'urgent' DESC, at, number LIMIT $3

-- name: difference_get
-- With everybody who asked for or approved a refund of its order: under a second payment stands a key of another's.
SELECT m.number, ARRAY(
    SELECT person FROM refunds r CROSS JOIN LATERAL unnest(ARRAY[r.requested_by, r.approved_by]) AS person
    WHERE (r.shop, r.order_no) = (m.shop, m.order_no)
) AS concerned
FROM money_differences m WHERE m.number = $1

-- name: difference_settle
UPDATE money_differences SET state = 'settled', closed_at = $2, closed_by = $3, reason = $4
WHERE number = $1 AND state = 'open' RETURNING *
