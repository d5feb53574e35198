-- name: invoice_list
-- What is to be done to invoices, the first due first. $1 a shop, or '' for all; $2 also what is done.
SELECT r.shop, r.case_no, r.key AS action, r.rule, r.at, coalesce(r.data->>'invoice', '') AS invoice,
    coalesce(r.data->>'order_no', '') AS order_no, (r.data->>'due_at')::timestamptz AS due_at,
    (r.data#>>'{amount,minor}')::bigint AS minor, coalesce(r.data#>>'{amount,currency}', 'CNY') AS currency,
    coalesce(w.reversed, 0)::bigint AS reversed, w.done_at, coalesce(w.done_by, '') AS done_by, coalesce(w.reference, '') AS reference
FROM case_records r LEFT JOIN LATERAL (
    SELECT sum(reversed_minor) AS reversed, max(done_at) AS done_at, (array_agg(done_by ORDER BY number DESC))[1] AS done_by,
        (array_agg(reference ORDER BY number DESC))[1] AS reference
    FROM invoice_works w WHERE (w.shop, w.case_no, w.action) = (r.shop, r.case_no, r.key)
) AS w ON true
WHERE r.kind = 'invoice_action' AND r.data ? 'due_at' AND ($1 = '' OR r.shop = $1)
    AND ($2 OR w.done_at IS NULL OR w.reversed < (r.data#>>'{amount,minor}')::bigint)
ORDER BY due_at, r.shop, r.case_no, r.key LIMIT 500

-- name: invoice_lock
-- The task of that case and action, locked: what is done is counted by one at a time.
SELECT (r.data#>>'{amount,minor}')::bigint AS minor, coalesce(r.data#>>'{amount,currency}', 'CNY') AS currency
FROM case_records r WHERE (r.shop, r.case_no, r.kind, r.key) = ($1, $2, 'invoice_action', $3) AND r.data ? 'due_at'
FOR UPDATE

-- name: invoice_so_far
SELECT count(*)::int AS times, coalesce(sum(reversed_minor), 0)::bigint AS reversed
FROM invoice_works WHERE (shop, case_no, action) = ($1, $2, $3)

-- name: invoice_done
INSERT INTO invoice_works (shop, case_no, action, number, reversed_minor, reference, done_at, done_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
