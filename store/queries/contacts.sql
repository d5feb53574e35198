-- name: contact_customer
INSERT INTO customers (shop, customer_ref) VALUES ($1, $2) ON CONFLICT DO NOTHING

-- name: contact_lock
-- One caller at a time per customer. Its own statement: the next one must see what the last holder wrote.
SELECT true FROM customers WHERE shop = $1 AND customer_ref = $2 FOR NO KEY UPDATE

-- name: contact_find
SELECT * FROM contact_attempts WHERE key = $1

-- name: contact_calls
SELECT at FROM contact_attempts WHERE shop = $1 AND customer_ref = $2 AND counted AND at > $3

-- name: contact_reserve
-- Takes the slot and tells whom to speak to, in one round trip: every message to a customer passes here.
WITH taken AS (
    INSERT INTO contact_attempts
        (key, shop, case_no, customer_ref, channel, template, at, result, rule, reason, next_slot)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (key) DO NOTHING
    RETURNING true
)
SELECT EXISTS (SELECT FROM taken) AS taken, c.customer_ref, c.name, c.phone, c.address, c.blocked_channels
FROM (VALUES (true)) AS always
LEFT JOIN customers c ON c.shop = $2 AND c.customer_ref = $4 AND c.erased_at IS NULL

-- name: contact_settle
WITH moved AS (
    UPDATE contact_attempts SET result = $2, partner_ref = $3, rule = $4, reason = $5, next_slot = $6
    WHERE key = $1 AND (result IS NULL OR result = 'unknown')
    RETURNING true
)
SELECT EXISTS (SELECT FROM contact_attempts WHERE key = $1)

-- name: contact_release
DELETE FROM contact_attempts WHERE key = $1 AND (result IS NULL OR result = 'unknown')

-- name: contact_list_of_customer
SELECT case_no, channel, at, made_by, result, rule, reason, note_ref FROM contact_attempts
WHERE shop = $1 AND customer_ref = $2 AND at > $3 ORDER BY at, key
