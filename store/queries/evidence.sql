-- name: evidence_put
INSERT INTO evidence_blobs (shop, ref, case_no, media_type, at, content, width, height, given_by, taken_in_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (shop, ref) DO NOTHING
RETURNING true

-- name: evidence_get
SELECT media_type, content FROM evidence_blobs WHERE shop = $1 AND ref = $2 AND erased_at IS NULL

-- name: evidence_list_of_case
SELECT ref, shop, case_no, media_type, at, octet_length(content) AS size, width, height, given_by, taken_in_by, erased_at
FROM evidence_blobs WHERE shop = $1 AND case_no = $2 ORDER BY at, ref

-- name: evidence_find
SELECT ref, shop, case_no, media_type, at, octet_length(content) AS size, width, height, given_by, taken_in_by, erased_at
FROM evidence_blobs WHERE ref = $1 ORDER BY shop

-- name: evidence_case
SELECT case_no, customer_ref, stage = 'closed' AS closed FROM cases
WHERE shop = $1 AND case_no = coalesce((SELECT case_no FROM case_aliases WHERE shop = $1 AND alias = $2), $2)

-- name: evidence_customer_is_erased
-- The lock makes an erasure that runs meanwhile wait, so that it finds what is put in now.
SELECT erased_at IS NOT NULL FROM customers WHERE shop = $1 AND customer_ref = $2 FOR SHARE
