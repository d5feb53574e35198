-- migrate:up
-- The daily reconciliation: which parts of the books were compared, and a task per difference.

CREATE TABLE reconciled_days (
    day date NOT NULL,
    channel text NOT NULL,
    compared_at timestamptz NOT NULL,
    waiting integer NOT NULL,
    entries integer NOT NULL,
    PRIMARY KEY (day, channel)
);
COMMENT ON COLUMN reconciled_days.waiting IS 'Payments booked there and still open here: the day is compared again.';
COMMENT ON COLUMN reconciled_days.entries IS 'Of ours that were compared. Once there are more, the day is compared again.';

CREATE TABLE money_differences (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    day date NOT NULL,
    channel text NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL,
    rule text NOT NULL,
    at timestamptz NOT NULL,
    key text NOT NULL,
    partner_ref text NOT NULL,
    shop text NOT NULL,
    order_no text NOT NULL,
    case_no text NOT NULL,
    ours_minor bigint,
    ours_currency text,
    theirs_minor bigint,
    theirs_currency text,
    desk text NOT NULL DEFAULT 'finance',
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'settled', 'vanished')),
    found_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    CHECK ((state = 'open') = (closed_at IS NULL)),
    CONSTRAINT money_differences_settled_by_somebody_for_a_reason CHECK (
        state <> 'settled' OR closed_by <> '' AND reason <> '')
);
COMMENT ON COLUMN money_differences.id IS 'Made of what differs: the same difference is one task, however often it is found.';
CREATE INDEX money_differences_open ON money_differences (day, channel) WHERE state = 'open';
CREATE INDEX money_differences_of_case ON money_differences (shop, case_no) WHERE case_no <> '';

-- A difference is a task of finance. One that belongs to a case is seen among the case's records, closed cases too.
CREATE OR REPLACE VIEW records AS
SELECT shop, case_no, 'promise' AS kind, key, at, rule, to_jsonb(t) AS data FROM promises t
UNION ALL SELECT shop, case_no, 'approval', key, at, rule, to_jsonb(t) FROM approvals t
UNION ALL SELECT shop, case_no, 'fee_quote', key, at, rule, to_jsonb(t) FROM fee_quotes t
UNION ALL SELECT shop, case_no, 'consent', key, at, rule, to_jsonb(t) FROM consents t
UNION ALL SELECT shop, case_no, 'compensation', key, at, rule, to_jsonb(t) FROM compensations t
UNION ALL SELECT shop, case_no, 'evidence_item', key, at, rule, to_jsonb(t) FROM evidence_items t
UNION ALL SELECT shop, case_no, 'parcel_incident', key, at, rule, to_jsonb(t) FROM parcel_incidents t
UNION ALL SELECT shop, case_no, 'courier_claim', key, at, rule, to_jsonb(t) FROM courier_claims t
UNION ALL SELECT shop, case_no, 'survey_response', key, at, rule, to_jsonb(t) FROM survey_responses t
UNION ALL SELECT shop, case_no, 'case_remark', key, at, rule, to_jsonb(t) FROM case_remarks t
UNION ALL SELECT shop, case_no, 'task', key, at, rule, to_jsonb(t) FROM tasks t
UNION ALL SELECT shop, case_no, 'task', 'difference-' || number, found_at, rule,
                 to_jsonb(t) - 'id' || jsonb_build_object('what', 'money_' || kind) FROM money_differences t
          WHERE case_no <> ''
UNION ALL SELECT shop, case_no, 'contact_attempt', key, at, rule, to_jsonb(t) - 'counted' FROM contact_attempts t
UNION ALL SELECT shop, case_no, kind, key, at, rule, data FROM case_records;
