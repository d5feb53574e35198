-- name: text_put
INSERT INTO case_texts (shop, ref, case_no, written_by, at, body) VALUES ($1, $2, $3, $4, $5, $6)

-- name: text_get
SELECT ref, case_no, written_by, at, body, erased_at FROM case_texts WHERE shop = $1 AND ref = $2

-- name: text_list_of_case
SELECT ref, case_no, written_by, at, body, erased_at FROM case_texts WHERE shop = $1 AND case_no = $2 ORDER BY at, ref
