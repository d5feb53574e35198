-- name: person_put
INSERT INTO customers AS c (shop, customer_ref, name, phone, address) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (shop, customer_ref) DO UPDATE
SET name = coalesce(nullif(excluded.name, ''), c.name), phone = coalesce(nullif(excluded.phone, ''), c.phone),
    address = coalesce(nullif(excluded.address, ''), c.address)
WHERE c.erased_at IS NULL

-- name: person_put_address
INSERT INTO addresses (shop, address_ref, customer_ref, name, phone, address)
SELECT shop, $2, customer_ref, $4, $5, $6 FROM customers WHERE shop = $1 AND customer_ref = $3 AND erased_at IS NULL
ON CONFLICT (shop, address_ref) DO UPDATE
SET (name, phone, address) = (excluded.name, excluded.phone, excluded.address)
WHERE addresses.customer_ref = excluded.customer_ref
RETURNING true

-- name: person_block_channels
INSERT INTO customers AS c (shop, customer_ref, blocked_channels) VALUES ($1, $2, $3)
ON CONFLICT (shop, customer_ref) DO UPDATE SET blocked_channels = excluded.blocked_channels

-- name: person_recipient
SELECT coalesce(nullif(a.name, ''), c.name) AS name, coalesce(nullif(a.phone, ''), c.phone) AS phone,
       coalesce(a.address, c.address) AS address, c.blocked_channels
FROM customers c
LEFT JOIN addresses a ON a.shop = c.shop AND a.address_ref = $3 AND a.customer_ref = c.customer_ref
WHERE c.shop = $1 AND c.customer_ref = $2 AND c.erased_at IS NULL AND ($3 = '' OR a.address_ref IS NOT NULL)
