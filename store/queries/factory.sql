-- The defect zone and the Return-to-Factory Notes (W-10).

-- name: factory_waiting
-- With the maker to whom goods of that SKU went last.
SELECT d.*, coalesce((SELECT n.supplier FROM factory_note_lines l JOIN factory_notes n ON n.number = l.note
                      WHERE l.shop = d.shop AND l.sku = d.sku AND l.live AND n.supplier <> ''
                      ORDER BY n.number DESC LIMIT 1), '') AS supplier
FROM defect_zone d
WHERE ($1 = '' OR d.shop = $1) AND ($2::text[] IS NULL OR d.case_no = ANY ($2)) AND ($3::text[] IS NULL OR d.sku = ANY ($3))
ORDER BY d.booked_at, d.shop, d.case_no, d.rma, d.sku

-- name: factory_inspectors
SELECT DISTINCT actor FROM journal_entries WHERE shop = $1 AND case_no = ANY ($2::text[]) AND event = 'inspected'

-- name: factory_draw_up
INSERT INTO factory_notes (shop, supplier, drawn_up_by, drawn_up_at) VALUES ($1, $2, $3, $4) RETURNING number

-- name: factory_put
-- Only what lies in the defect zone; who comes second finds it gone, or meets factory_note_lines_once.
INSERT INTO factory_note_lines (note, shop, case_no, rma, sku, quantity, booked_at)
SELECT $1, d.shop, d.case_no, d.rma, d.sku, d.quantity, d.booked_at
FROM defect_zone d JOIN unnest($3::text[], $4::text[], $5::text[]) AS wanted (case_no, rma, sku) USING (case_no, rma, sku)
WHERE d.shop = $2
RETURNING case_no

-- name: factory_list
SELECT * FROM factory_notes
WHERE ($1 = '' OR shop = $1) AND ($2 OR taken_back_at IS NULL AND deducted_at IS NULL)
ORDER BY number DESC LIMIT 500

-- name: factory_get
SELECT * FROM factory_notes WHERE number = $1 FOR UPDATE

-- name: factory_lines
SELECT * FROM factory_note_lines WHERE note = ANY ($1::bigint[]) ORDER BY note, case_no, rma, sku

-- name: factory_send
UPDATE factory_notes SET sent_by = $2, sent_at = $3 WHERE number = $1 AND sent_at IS NULL

-- name: factory_take_back
UPDATE factory_notes SET taken_back_by = $2, taken_back_at = $3 WHERE number = $1

-- name: factory_let_go
UPDATE factory_note_lines SET live = false WHERE note = $1

-- name: factory_told
UPDATE factory_note_lines SET told_at = $4 WHERE note = $1 AND case_no = $2 AND rma = $3 AND told_at IS NULL

-- name: factory_deduct
UPDATE factory_notes SET deducted_minor = $2, currency = $3, deducted_by = $4, deducted_at = $5 WHERE number = $1

-- name: factory_corrected
-- What was entered before stays in the records, with who entered it and when.
UPDATE case_records r SET data = r.data || jsonb_build_object('corrected',
    coalesce(r.data->'corrected', '[]') || jsonb_build_object('minor', n.deducted_minor, 'currency', n.currency,
                                                             'by', n.deducted_by, 'at', n.deducted_at))
FROM factory_notes n JOIN factory_note_lines l ON l.note = n.number
WHERE n.number = $1 AND n.deducted_at IS NOT NULL
    AND (r.shop, r.case_no, r.kind, r.key) = (n.shop, l.case_no, 'return_to_factory_note', $2)

-- name: factory_record
-- The record of each case whose goods are on the note, as it stands now (section 9).
INSERT INTO case_records (shop, case_no, kind, key, at, rule, data)
SELECT n.shop, l.case_no, 'return_to_factory_note', $2, n.drawn_up_at, 'W-10',
       jsonb_build_object('note', $2::text, 'state', $3::text, 'supplier', n.supplier, 'by', n.drawn_up_by,
           'goods', jsonb_object_agg(l.rma || ' ' || l.sku, l.quantity), 'sent_by', n.sent_by, 'sent_at', n.sent_at,
           'note_deducted_minor', n.deducted_minor, 'currency', n.currency,
           'deducted_by', n.deducted_by, 'deducted_at', n.deducted_at)
FROM factory_notes n JOIN factory_note_lines l ON l.note = n.number
WHERE n.number = $1
GROUP BY n.number, l.case_no
ON CONFLICT (shop, case_no, kind, key) DO UPDATE
SET data = excluded.data || CASE WHEN case_records.data ? 'corrected' THEN jsonb_build_object('corrected', case_records.data->'corrected')
                                 ELSE '{}' END
