-- name: provisional_clocks
SELECT r.shop, r.case_no, c.workflow_id, r.key AS clock, (r.data->>'started_at')::timestamptz AS started_at,
       (r.data->>'due_at')::timestamptz AS due_at
FROM case_records r JOIN cases c USING (shop, case_no)
WHERE r.kind = 'provisional_clock' AND r.data->>'provisional' = 'true'
ORDER BY due_at, r.shop, r.case_no, clock
