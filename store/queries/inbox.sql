-- name: inbox_put
INSERT INTO inbox (source, id, type, lane, door, raw, headers, digest, received_at)
SELECT source, id, type, lane, door, raw, headers::jsonb, digest, coalesce(received_at, clock_timestamp())
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::bytea[],
        $9::timestamptz[])
    WITH ORDINALITY AS given (source, id, type, lane, door, raw, headers, digest, received_at, place)
ORDER BY place
ON CONFLICT (source, id) DO NOTHING
RETURNING source, id;

-- name: inbox_known
SELECT inbox.source, inbox.id, inbox.digest
FROM unnest($1::text[], $2::text[]) AS given (source, id) JOIN inbox USING (source, id);

-- name: inbox_wake_dispatchers
SELECT pg_notify('inbox', '');

-- name: inbox_one_claim_at_a_time
SELECT pg_advisory_xact_lock(1768058232);

-- name: inbox_claim
WITH ready AS (
    SELECT source, id
    FROM inbox AS row
    WHERE status IN ('new', 'claimed', 'waiting') AND due_at <= statement_timestamp()
        AND NOT EXISTS (
            SELECT FROM inbox AS held
            WHERE held.lane = row.lane AND held.status = 'claimed' AND held.due_at > statement_timestamp()
        )
    ORDER BY due_at, number
    LIMIT $1
    FOR UPDATE SKIP LOCKED
)
UPDATE inbox
SET status = 'claimed', due_at = statement_timestamp() + $2::interval, attempts = attempts + 1
FROM ready
WHERE inbox.source = ready.source AND inbox.id = ready.id
RETURNING inbox.source, inbox.id, number, type, lane, door, raw, headers, received_at,
    statement_timestamp() - tried_since AS tried_for, attempts;

-- name: inbox_next_due
SELECT min(due_at) - statement_timestamp() FROM inbox WHERE status IN ('new', 'claimed', 'waiting');

-- name: inbox_done
-- What tells again of a customer who was erased is emptied at once. The lock lets an erasure that runs meanwhile end first: it passed
-- over this row while it was claimed.
WITH whose AS MATERIALIZED (
    SELECT c.erased_at IS NOT NULL AS erased FROM customers AS c
    WHERE c.shop = $3 AND c.customer_ref = coalesce(
        nullif($5, ''), (SELECT cases.customer_ref FROM cases WHERE cases.shop = $3 AND cases.case_no = $4))
    FOR SHARE OF c
)
UPDATE inbox SET status = 'done', shop = $3, case_no = $4, customer_ref = $5, note = $6, settled_at = clock_timestamp(),
    raw = CASE WHEN (SELECT erased FROM whose) THEN '' ELSE raw END,
    headers = CASE WHEN (SELECT erased FROM whose) THEN '{}' ELSE headers END
WHERE source = $1 AND id = $2 AND status = 'claimed';

-- name: inbox_wait
UPDATE inbox SET status = 'waiting', due_at = clock_timestamp() + $3::interval, note = $4
WHERE source = $1 AND id = $2 AND status = 'claimed';

-- name: inbox_hold_lane
-- One instant for all of them, so that they are claimed in the order in which they came.
UPDATE inbox SET status = 'waiting', due_at = statement_timestamp() + $2::interval, note = $3
WHERE lane = $1 AND status IN ('new', 'claimed', 'waiting');

-- name: inbox_release
-- To the end of what is due, and with them what came later in their lanes ($3): else that would be claimed before them.
UPDATE inbox SET status = 'new', due_at = statement_timestamp()
WHERE lane = ANY ($3::text[]) AND (
    status = 'new' OR status = 'claimed' AND (source, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
);

-- name: inbox_quarantine
UPDATE inbox SET status = 'quarantined', note = $3, settled_at = clock_timestamp()
WHERE source = $1 AND id = $2 AND status = 'claimed';

-- name: inbox_retry
UPDATE inbox SET status = 'new', due_at = clock_timestamp(), attempts = 0, settled_at = NULL, tried_since = clock_timestamp(),
    raw = coalesce($3, raw), headers = coalesce($4::text::jsonb, headers), digest = coalesce($5, digest),
    type = coalesce($6, type), lane = coalesce($7, lane)
WHERE source = $1 AND id = $2 AND status = 'quarantined';

-- name: inbox_wake_lanes
UPDATE inbox SET due_at = statement_timestamp() WHERE lane = ANY ($1::text[]) AND status = 'waiting' AND due_at > statement_timestamp();

-- name: inbox_depth
SELECT count(*) FROM (SELECT FROM inbox WHERE status IN ('new', 'claimed') AND door = $1 LIMIT $2) AS open;

-- name: inbox_counts
SELECT status, count(*) AS rows FROM inbox GROUP BY status;

-- name: inbox_told
-- What was told to these cases of certain types, in order of arrival, as long as its body is kept.
SELECT source, id, number, type, lane, door, raw, headers, received_at, interval '0' AS tried_for, attempts FROM inbox
WHERE shop = $1 AND case_no = ANY ($2::text[]) AND case_no <> '' AND type = ANY ($3::text[])
    AND status = 'done' AND note = 'told' AND raw <> ''
ORDER BY number;

-- name: inbox_in_hand
-- Whether an event of that type that names something is being handed over at this moment.
SELECT EXISTS (
    SELECT FROM inbox WHERE status IN ('new', 'claimed', 'waiting') AND status = 'claimed' AND type = $1
        AND position(convert_to($2, 'UTF8') IN raw) > 0
);
