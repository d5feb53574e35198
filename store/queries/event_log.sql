-- The journal as an event log (domain/event_log.py). $1 a shop, or '' for all; $2 and $3 the first instant and the one after the last.

-- name: event_log_entries
SELECT j.shop, j.case_no, j.number, j.at, split_part(j.actor, ':', 1) AS role, j.event, j.rule, j.data, c.order_no
FROM journal_entries j JOIN cases c USING (shop, case_no)
WHERE ($1 = '' OR j.shop = $1) AND j.at >= $2 AND j.at < $3
ORDER BY j.at, j.shop, j.case_no, j.number

-- name: event_log_cases
SELECT shop, case_no, order_no, case_type, coalesce(opened_as, case_type) AS opened_as, outcome, opened_at, closed_at, refunded_minor, currency
FROM cases c
WHERE ($1 = '' OR shop = $1) AND EXISTS (
    SELECT FROM journal_entries j WHERE (j.shop, j.case_no) = (c.shop, c.case_no) AND j.at >= $2 AND j.at < $3)
ORDER BY shop, case_no
