-- name: parcel_share_sharers
SELECT c.case_no, c.order_no, c.goods, c.holds, c.stage = 'closed' AS closed, coalesce(k.content->'lines', '[]') AS ordered
FROM cases AS c LEFT JOIN known_orders AS k USING (shop, order_no)
WHERE c.shop = $1 AND c.case_no = ANY ($2::text[])
ORDER BY c.opened_at, c.case_no
FOR NO KEY UPDATE OF c;

-- name: parcel_share_had
-- Pieces that each case was given of shared parcels, or counted itself by its log (W-3), whichever is more: what it was
-- told of a parcel before another case named that stands in its log alone, what it was told just now in its shares alone.
SELECT case_no, sku, max(pieces)::bigint AS pieces, coalesce(max(pieces) FILTER (WHERE shared), 0)::bigint AS dealt
FROM (
    SELECT case_no, line->>'sku' AS sku, sum((line->>'quantity')::bigint) AS pieces, true AS shared
    FROM parcel_shares, jsonb_array_elements(lines) AS line
    WHERE shop = $1 AND case_no = ANY ($2::text[])
    GROUP BY 1, 2
    UNION ALL
    SELECT case_no, counted.sku, counted.pieces::bigint, false
    FROM case_records, jsonb_each_text(data->'received') AS counted (sku, pieces)
    WHERE shop = $1 AND case_no = ANY ($2::text[]) AND kind = 'inbound_parcel_log' AND key LIKE 'in-%'
        AND jsonb_typeof(data->'received') = 'object'
) AS told
GROUP BY 1, 2;

-- name: parcel_share_of_message
SELECT case_no, lines, beyond FROM parcel_shares WHERE shop = $1 AND message_id = $2;

-- name: parcel_share_put
INSERT INTO parcel_shares (shop, message_id, case_no, lines, beyond) VALUES ($1, $2, $3, $4, $5);

-- name: parcel_share_less_beyond
UPDATE parcel_shares SET beyond = $3 WHERE shop = $1 AND message_id = $2 AND beyond <> '[]';
