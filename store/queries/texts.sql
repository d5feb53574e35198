-- name: text_put
-- Of a customer who was erased nothing is kept. The lock makes an erasure that runs meanwhile wait, so that it finds this text.
WITH whose AS MATERIALIZED (
    SELECT c.erased_at IS NOT NULL AS erased FROM cases JOIN customers AS c USING (shop, customer_ref)
    WHERE shop = $1 AND case_no = $3
    FOR SHARE OF c
)
INSERT INTO case_texts (shop, ref, case_no, written_by, at, body)
SELECT $1, $2, $3, $4, $5, $6 WHERE NOT coalesce((SELECT erased FROM whose), false)
RETURNING true

-- name: text_get
SELECT ref, case_no, written_by, at, body, erased_at FROM case_texts WHERE shop = $1 AND ref = $2

-- name: text_list_of_case
SELECT ref, case_no, written_by, at, body, erased_at FROM case_texts WHERE shop = $1 AND case_no = $2 ORDER BY at, ref
