-- name: order_file_cases
-- P-NOTRADE: cases about reviews and records of goodwill do not stand in one paper.
SELECT c.case_no, c.case_type, c.stage, c.outcome, c.opened_at, c.last_entry AS entries,
       coalesce((SELECT jsonb_object_agg(kind, many)
                 FROM (SELECT r.kind, count(*) AS many FROM records r
                       WHERE r.shop = c.shop AND r.case_no = c.case_no AND r.kind NOT IN ('compensation', 'promise')
                       GROUP BY r.kind) AS counted), '{}') AS records
FROM cases c
WHERE c.shop = $1 AND c.case_type <> 'bad_review' AND c.case_no IN (
    SELECT case_no FROM case_handles WHERE shop = $1 AND value = $2 AND kind = 'order_no')
ORDER BY c.opened_at DESC, c.case_no
LIMIT $3

-- name: order_file_evidence
SELECT DISTINCT e.ref FROM evidence_items e
WHERE e.shop = $1 AND e.case_no = ANY ($2::text[])
ORDER BY e.ref
LIMIT $3
