-- What each item of the agenda is about (domain/agenda.py). $1 is the instant of the item, $2 that from which it looks, $3 how many at most.
-- Each answers with lines of shop, case_no and what there is to say about it, in codes.

-- name: agenda_refund_sweeps
-- Refunds that wait for a person's word: to be decided, to be approved, or standing still at the provider.
SELECT shop, case_no, needs_human AS what FROM cases
WHERE stage <> 'closed' AND $2::timestamptz <= $1
    AND (due_rule = 'D-REFDEC' OR needs_human LIKE 'decide:refund%' OR needs_human LIKE 'approve:%' OR needs_human LIKE 'refund\_%')
ORDER BY due_at NULLS LAST, shop, case_no LIMIT $3

-- name: agenda_return_log
SELECT r.shop, r.case_no, coalesce(r.data->>'disposition', '') AS what FROM case_records r
WHERE r.kind = 'return_log' AND r.at >= $2 AND r.at < $1
ORDER BY r.at, r.shop, r.case_no LIMIT $3

-- name: agenda_defects
-- Booked into the defect zone before $2, and on no Return-to-Factory Note.
SELECT shop, case_no, 'quarantine' AS what FROM defect_zone
WHERE booked_at < $2 AND booked_at < $1
GROUP BY shop, case_no
ORDER BY min(booked_at), shop, case_no LIMIT $3

-- name: agenda_invoices
-- What finance has still to do to invoices, however long it has been open; $2 narrows nothing.
SELECT r.shop, r.case_no, r.key AS what FROM case_records r
WHERE r.kind = 'invoice_action' AND r.data ? 'due_at' AND r.at < $1 AND $2::timestamptz <= $1
    AND coalesce((SELECT sum(w.reversed_minor) < coalesce((r.data#>>'{amount,minor}')::bigint, 0) FROM invoice_works w
                  WHERE (w.shop, w.case_no, w.action) = (r.shop, r.case_no, r.key)), true)
ORDER BY r.data->>'due_at', r.shop, r.case_no LIMIT $3

-- name: agenda_weekly_report
SELECT shop, case_no, outcome AS what FROM cases
WHERE stage = 'closed' AND closed_at >= $2 AND closed_at < $1
ORDER BY closed_at, shop, case_no LIMIT $3

-- name: agenda_aftercare
-- A sample by chance of the cases of customers, the same however often it is drawn for that instant.
SELECT shop, case_no, outcome AS what FROM cases_of_customers
WHERE stage = 'closed' AND closed_at >= $2 AND closed_at < $1
ORDER BY md5(shop || '/' || case_no || $1::timestamptz::text) LIMIT $3

-- name: agenda_note
INSERT INTO agenda_items (name, at, rule, lines) VALUES ($1, $2, $3, $4) ON CONFLICT (name, at) DO NOTHING RETURNING true

-- name: agenda_list
SELECT name, at, rule, lines, done_at, done_by FROM agenda_items
WHERE $1 OR done_at IS NULL
ORDER BY at DESC, name LIMIT 200

-- name: agenda_done
UPDATE agenda_items SET done_at = now(), done_by = $2
WHERE name = $1 AND done_at IS NULL AND at <= $3
RETURNING at
