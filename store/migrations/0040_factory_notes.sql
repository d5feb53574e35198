-- migrate:up
-- W-10: defective goods go from the defect zone back to the maker, on a Return-to-Factory Note. Goods are on one note at a time.

CREATE TABLE factory_notes (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shop text NOT NULL,
    supplier text NOT NULL DEFAULT '' CHECK (length(supplier) <= 80),
    drawn_up_by text NOT NULL,
    drawn_up_at timestamptz NOT NULL,
    sent_by text NOT NULL DEFAULT '',
    sent_at timestamptz,
    taken_back_by text NOT NULL DEFAULT '',
    taken_back_at timestamptz,
    deducted_minor bigint CHECK (deducted_minor >= 0),
    currency text CHECK (currency ~ '^[A-Z]{3}$'),
    deducted_by text NOT NULL DEFAULT '',
    deducted_at timestamptz,
    UNIQUE (shop, number),
    CONSTRAINT factory_notes_drawn_up_by_purchasing CHECK (drawn_up_by LIKE 'purchasing:%'),
    CONSTRAINT factory_notes_deducted_by_finance CHECK (deducted_by = '' OR deducted_by LIKE 'finance:%'),
    CONSTRAINT factory_notes_sent_or_taken_back CHECK (sent_at IS NULL OR taken_back_at IS NULL),
    CONSTRAINT factory_notes_deducted_when_sent CHECK (deducted_at IS NULL OR sent_at IS NOT NULL),
    CONSTRAINT factory_notes_sent_by_somebody CHECK ((sent_at IS NULL) = (sent_by = '')),
    CONSTRAINT factory_notes_taken_back_by_somebody CHECK ((taken_back_at IS NULL) = (taken_back_by = '')),
    CONSTRAINT factory_notes_deducted_by_somebody CHECK (
        (deducted_at IS NULL) = (deducted_by = '') AND (deducted_at IS NULL) = (deducted_minor IS NULL)
        AND (deducted_minor IS NULL) = (currency IS NULL))
);
COMMENT ON COLUMN factory_notes.deducted_minor IS 'What the maker took off his bill: a reimbursement, no refund of an order.';

CREATE TABLE factory_note_lines (
    note bigint NOT NULL,
    shop text NOT NULL,
    case_no text NOT NULL,
    rma text NOT NULL,
    sku text NOT NULL,
    quantity integer NOT NULL CHECK (quantity >= 0),
    booked_at timestamptz NOT NULL,
    live boolean NOT NULL DEFAULT true,
    told_at timestamptz,
    PRIMARY KEY (note, case_no, rma, sku),
    FOREIGN KEY (shop, note) REFERENCES factory_notes (shop, number),
    FOREIGN KEY (shop, case_no) REFERENCES cases
);
COMMENT ON COLUMN factory_note_lines.live IS 'False once the note was taken back: the goods may stand on another.';
COMMENT ON COLUMN factory_note_lines.told_at IS 'When the warehouse was told that they leave.';

-- However many draw up a note at once, the goods leave the defect zone once.
CREATE UNIQUE INDEX factory_note_lines_once ON factory_note_lines (shop, case_no, rma, sku) WHERE live;

CREATE INDEX case_records_return_log ON case_records (shop, at) WHERE kind = 'return_log';

-- 不良区: what was booked into it (W-9) and stands on no note. A return whose pieces nobody counted is one line without a SKU.
CREATE VIEW defect_zone AS
SELECT r.shop, r.case_no, r.key AS rma, coalesce(g.sku, '') AS sku, coalesce(g.quantity, '0')::integer AS quantity,
       r.at AS booked_at
FROM case_records r LEFT JOIN LATERAL jsonb_each_text(r.data->'received') AS g (sku, quantity) ON true
WHERE r.kind = 'return_log' AND r.data->>'disposition' = 'quarantine'
    AND NOT EXISTS (SELECT FROM factory_note_lines l WHERE l.live
                    AND (l.shop, l.case_no, l.rma, l.sku) = (r.shop, r.case_no, r.key, coalesce(g.sku, '')));
