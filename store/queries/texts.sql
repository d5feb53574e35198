-- name: text_put
INSERT INTO case_texts (shop, ref, case_no, written_by, at, body) VALUES ($1, $2, $3, $4, $5, $6)

-- name: text_get
SELECT ref, case_no, written_by, at, body, erased_at FROM case_texts WHERE shop = $1 AND ref = $2

-- name: text_list_of_case
SELECT ref, case_no, written_by, at, body, erased_at FROM case_texts WHERE shop = $1 AND case_no = $2 ORDER BY at, ref

-- name: evidence_put
INSERT INTO evidence_blobs (shop, ref, case_no, media_type, at, content) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (shop, ref) DO NOTHING

-- name: evidence_get
SELECT media_type, content FROM evidence_blobs WHERE shop = $1 AND ref = $2 AND erased_at IS NULL

-- name: evidence_list_of_case
SELECT ref, media_type, at, octet_length(content) AS size, erased_at FROM evidence_blobs
WHERE shop = $1 AND case_no = $2 ORDER BY at, ref
