-- name: erasure_person_known
-- What is known of him, under the lock that photos which come in meanwhile wait for.
SELECT name <> '' OR phone <> '' OR address <> '' AS told, phone, erased_at FROM customers
WHERE shop = $1 AND customer_ref = $2
FOR UPDATE

-- name: erasure_person
INSERT INTO customers (shop, customer_ref, erased_at) VALUES ($1, $2, $3)
ON CONFLICT (shop, customer_ref) DO UPDATE
SET (name, phone, address, blocked_channels, erased_at) = ('', '', '', '{}', excluded.erased_at)

-- name: erasure_addresses
DELETE FROM addresses WHERE shop = $1 AND customer_ref = $2 RETURNING phone

-- name: erasure_cases
SELECT own.case_no, coalesce(stage <> 'closed', false) AS open FROM (
    SELECT case_no FROM case_handles WHERE shop = $1 AND kind = 'customer_ref' AND value = $2
    UNION SELECT case_no FROM cases WHERE shop = $1 AND customer_ref = $2
) AS own LEFT JOIN cases ON cases.shop = $1 AND cases.case_no = own.case_no

-- name: erasure_numbers
-- Everything that an event about him may go by: his orders, cases, parcels and returns.
SELECT 'case' AS kind, value FROM unnest($3::text[]) AS own (value)
UNION SELECT 'case', alias FROM case_aliases WHERE shop = $1 AND case_no = ANY ($3)
UNION SELECT replace(kind, '_no', ''), value FROM case_handles
    WHERE shop = $1 AND case_no = ANY ($3) AND kind IN ('order_no', 'waybill', 'rma')
UNION SELECT 'order', order_no FROM orders WHERE shop = $1 AND customer_ref = $2
UNION SELECT unnest('{order,waybill}'::text[]), unnest(ARRAY[order_no, waybill]) FROM known_orders
    WHERE shop = $1 AND content ->> 'customer_ref' = $2

-- name: erasure_texts
UPDATE case_texts SET body = '', erased_at = $3
WHERE shop = $1 AND erased_at IS NULL AND (
    case_no = ANY ($4) OR ref IN (SELECT note_ref FROM contact_attempts WHERE shop = $1 AND customer_ref = $2)
)

-- name: erasure_photos
UPDATE evidence_blobs SET content = '', erased_at = $2 WHERE shop = $1 AND case_no = ANY ($3) AND erased_at IS NULL

-- name: erasure_unread
-- A message that nobody could read stands there as it came.
UPDATE case_records SET data = data - 'raw'
WHERE shop = $1 AND case_no = ANY ($2) AND kind = 'undecodable_message' AND data ? 'raw'

-- name: erasure_events_found
SELECT source, id, status IN ('done', 'quarantined') AS settled, raw <> '' AS told FROM inbox
WHERE shop = $1 AND (customer_ref = $2 OR case_no = ANY ($3)) OR lane = ANY ($4)

-- name: erasure_events
UPDATE inbox SET raw = '', headers = '{}'
FROM unnest($1::text[], $2::text[]) AS given (source, id)
WHERE inbox.source = given.source AND inbox.id = given.id AND status IN ('done', 'quarantined') AND raw <> ''

-- name: erasure_bodies_of_events
SELECT quarantine.id FROM quarantine JOIN unnest($1::text[], $2::text[]) AS given (source, id)
    ON quarantine.source = given.source AND quarantine.event_id = given.id
WHERE status <> 'emptied'
FOR UPDATE OF quarantine

-- name: erasure_bodies_with
-- Bodies in which one of the numbers stands somewhere; whether they are about him is for store/mention.py to say.
SELECT id, raw, edited, headers, source, event_id FROM quarantine
WHERE status <> 'emptied' AND EXISTS (
    SELECT FROM unnest($1::bytea[]) AS number
    WHERE position(number IN raw) > 0 OR position(number IN coalesce(edited, '')) > 0
)
FOR UPDATE

-- name: erasure_bodies
UPDATE quarantine SET raw = '', edited = NULL, headers = '{}', status = 'emptied', emptied_at = $2 WHERE id = ANY ($1)
