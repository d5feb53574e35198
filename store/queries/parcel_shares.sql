-- name: parcel_share_sharers
SELECT c.case_no, c.order_no, c.goods, c.holds, coalesce(k.content->'lines', '[]') AS ordered
FROM cases AS c LEFT JOIN known_orders AS k USING (shop, order_no)
WHERE c.shop = $1 AND c.case_no = ANY ($2::text[])
ORDER BY c.opened_at, c.case_no
FOR NO KEY UPDATE OF c;

-- name: parcel_share_had
SELECT case_no, lines FROM parcel_shares WHERE shop = $1 AND case_no = ANY ($2::text[]);

-- name: parcel_share_of_message
SELECT case_no, lines, beyond FROM parcel_shares WHERE shop = $1 AND message_id = $2;

-- name: parcel_share_put
INSERT INTO parcel_shares (shop, message_id, case_no, lines, beyond) VALUES ($1, $2, $3, $4, $5);
