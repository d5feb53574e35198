-- name: late_reimbursement_lock
-- Before anything is read: who waited here for another sees what he booked.
SELECT FROM cases WHERE (shop, case_no) = ($1, $2) FOR UPDATE;

-- name: late_reimbursement_claim
-- A claim that is over, and of which something was written off: all of it, or a rest; what came since; and whether the
-- payment ($3, or by its receipt $4) is booked.
SELECT coalesce(t.currency, c.currency) AS currency, t.amount_minor AS lost_minor, t.more->>'written_off' AS written_off,
    (SELECT coalesce(sum(l.amount_minor), 0)::bigint FROM courier_claims AS l
     WHERE (l.shop, l.case_no) = (c.shop, c.case_no) AND l.key <> t.key) AS late_minor,
    EXISTS (SELECT FROM courier_claims AS l
            WHERE (l.shop, l.case_no) = (c.shop, c.case_no)
                AND (l.key = c.case_no || '/' || $3 OR l.more->>'receipt_ref' = nullif($4, '') OR l.more->'receipts' ? $4)
    ) AS known
FROM cases AS c JOIN courier_claims AS t ON (t.shop, t.case_no, t.key) = (c.shop, c.case_no, c.case_no)
WHERE (c.shop, c.case_no) = ($1, $2) AND c.stage = 'closed' AND c.parent_case_no <> ''
    AND (t.state = 'written_off' OR t.more ? 'written_off');

-- name: late_reimbursement_book
WITH entry AS (
    INSERT INTO journal_entries (shop, case_no, number, at, actor, event, rule, data, revision)
    SELECT c.shop, c.case_no, c.last_entry + 1, $3, $4, $5, $6, $7::text::jsonb, c.revision
    FROM cases AS c WHERE (c.shop, c.case_no) = ($1, $2)
), record AS (
    INSERT INTO courier_claims (shop, case_no, key, at, rule, courier, waybill, amount_minor, currency, state, more)
    SELECT t.shop, t.case_no, $8, $3, $6, t.courier, t.waybill, $9, $10, 'paid',
        jsonb_build_object('late', true, 'parent', t.more->'parent') || ($7::text::jsonb - 'amount')
    FROM courier_claims AS t WHERE (t.shop, t.case_no, t.key) = ($1, $2, $2)
)
UPDATE cases SET last_entry = last_entry + 1, outcome = $11 WHERE (shop, case_no) = ($1, $2);
