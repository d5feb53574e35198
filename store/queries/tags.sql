-- name: tag_case
-- The case whose tag is put right after its workflow is over, and what is ordered. Its row stays locked: two do not write one entry.
SELECT (SELECT r.data FROM case_records r WHERE (r.shop, r.case_no, r.kind, r.key) = (c.shop, c.case_no, 'case_tag', 'tag')) AS tag,
    (SELECT k.content->'lines' FROM known_orders k WHERE (k.shop, k.order_no) = (c.shop, c.order_no)) AS lines
FROM cases c WHERE (c.shop, c.case_no) = ($1, $2) FOR UPDATE OF c

-- name: tag_write
WITH entry AS (
    INSERT INTO journal_entries (shop, case_no, number, at, actor, event, rule, data, revision)
    SELECT c.shop, c.case_no, c.last_entry + 1, $3, $4, 'tag_case', $5, $6::text::jsonb, c.revision
    FROM cases c WHERE (c.shop, c.case_no) = ($1, $2)
), record AS (
    INSERT INTO case_records (shop, case_no, kind, key, at, rule, data)
    VALUES ($1, $2, 'case_tag', 'tag', $3, $5, $7::text::jsonb)
    ON CONFLICT (shop, case_no, kind, key) DO UPDATE SET (at, rule, data) = (excluded.at, excluded.rule, excluded.data)
)
UPDATE cases SET last_entry = last_entry + 1 WHERE (shop, case_no) = ($1, $2)
