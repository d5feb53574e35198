-- name: register_get
SELECT * FROM cases WHERE shop = $1 AND case_no = $2

-- name: register_worklist
-- One scan of cases_open_by_priority from the cursor ($10, $3, $4) on. Filters that are not used are null.
SELECT * FROM cases
WHERE shop = $1 AND stage <> 'closed'
  AND (priority, coalesce(due_at, 'infinity'::timestamptz), case_no) > ($10::smallint, $3, $4)
  AND coalesce(due_at, 'infinity'::timestamptz) <= $5
  AND ($6::text[] IS NULL OR ball_with = ANY ($6)) AND ($7::text[] IS NULL OR stage = ANY ($7))
  AND ($8::text[] IS NULL OR case_type = ANY ($8)) AND ($9::boolean IS NULL OR (needs_human <> '') = $9)
ORDER BY priority, coalesce(due_at, 'infinity'::timestamptz), case_no
LIMIT $2

-- name: register_closed
-- One scan of cases_closed_by_instant, newest first, from the cursor ($3, $4) on.
SELECT * FROM cases
WHERE shop = $1 AND stage = 'closed' AND closed_at <= $3 AND (closed_at < $3 OR case_no > $4)
ORDER BY closed_at DESC, case_no
LIMIT $2

-- name: register_find
SELECT c.* FROM cases c
WHERE c.shop = $1 AND c.case_no IN (
    SELECT $2 UNION SELECT case_no FROM case_handles WHERE shop = $1 AND value = $2 AND ($3::text IS NULL OR kind = $3)
    UNION SELECT case_no FROM cases WHERE shop = $1 AND parent_case_no = $2 AND parent_case_no <> '' AND $3::text IS NULL)
  AND ($3::text IS NULL OR $3 <> 'case_no' OR c.case_no = $2)
ORDER BY (c.stage = 'closed'), c.opened_at DESC, c.case_no
LIMIT 100

-- name: register_counts
SELECT ball_with, count(*) AS open, count(*) FILTER (WHERE needs_human <> '') AS needs_human,
       count(*) FILTER (WHERE due_at < $2) AS overdue
FROM cases WHERE shop = $1 AND stage <> 'closed' GROUP BY ball_with ORDER BY ball_with

-- name: register_shops
SELECT DISTINCT shop FROM cases ORDER BY shop

-- name: register_records
SELECT kind, key, at, rule, data FROM records WHERE shop = $1 AND case_no = $2 ORDER BY at, kind, key

-- name: register_claims
SELECT * FROM cases WHERE shop = $1 AND parent_case_no = $2 AND parent_case_no <> '' ORDER BY opened_at, case_no

-- name: register_handles
SELECT kind, value FROM case_handles WHERE shop = $1 AND case_no = $2 ORDER BY kind, value

-- name: register_add_handle
INSERT INTO case_handles (shop, value, kind, case_no) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
