-- migrate:up
-- The records of the rulebook's section 9. `more` keeps what a record says beyond its columns.
-- Which kind of record goes to which table stands in store/queries/records.sql, and nowhere else.
-- Constraints here protect people and money. Mere shape is no reason to refuse a page: a case would stop writing.

-- P-PROMISE: a promise is a debt with a due time. It is owed until it is kept and the customer was told.
CREATE TABLE promises (
    shop text NOT NULL,
    case_no text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    what text NOT NULL,
    amount_minor bigint CHECK (amount_minor >= 0),
    currency text,
    promised_by text NOT NULL,
    due_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'paid', 'told', 'broken')),
    more jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (shop, case_no, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases,
    CHECK ((amount_minor IS NULL) = (currency IS NULL))
);
CREATE INDEX promises_owed_by_due ON promises (shop, due_at) WHERE state <> 'told';

CREATE FUNCTION case_closes_without_debts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM promises WHERE shop = NEW.shop AND case_no = NEW.case_no AND state <> 'told') THEN
        RAISE EXCEPTION 'case % of shop % cannot close over an open promise (P-PROMISE)', NEW.case_no, NEW.shop
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'case_closes_without_debts';
    END IF;
    RETURN NULL;
END $$;
-- A constraint trigger looks at the end of the statement, when the page's own promises are in.
CREATE CONSTRAINT TRIGGER case_closes_without_debts AFTER INSERT OR UPDATE ON cases
    FOR EACH ROW WHEN (NEW.stage = 'closed') EXECUTE FUNCTION case_closes_without_debts();

CREATE TABLE approvals (
    shop text NOT NULL,
    case_no text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    what text NOT NULL,
    amount_minor bigint CHECK (amount_minor >= 0),
    currency text,
    requested_by text NOT NULL,
    needs text NOT NULL DEFAULT '',
    verdict text NOT NULL CHECK (verdict IN ('open', 'approved', 'rejected')),
    decided_by text NOT NULL DEFAULT '',
    more jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (shop, case_no, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases,
    CONSTRAINT approvals_decided_by_somebody CHECK (verdict = 'open' OR decided_by <> ''),
    CONSTRAINT approvals_requester_is_not_approver CHECK (
        verdict <> 'approved' OR requested_by <> decided_by OR decided_by = 'system')
);
CREATE INDEX approvals_open ON approvals (shop, at) WHERE verdict = 'open';

CREATE TABLE fee_quotes (  -- P-FEEQUOTE
    shop text NOT NULL,
    case_no text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    what text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    quoted_by text NOT NULL DEFAULT '',
    agreed boolean,
    more jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (shop, case_no, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases
);

CREATE TABLE consents (  -- P-CONSENT
    shop text NOT NULL,
    case_no text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    plan text NOT NULL,
    choice text NOT NULL DEFAULT '',
    agreed boolean,
    given_by text NOT NULL DEFAULT '',
    more jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (shop, case_no, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases
);

-- P-NOTRADE: a gesture of goodwill has a fixed form. It has no field that could name a review, and no `more`.
CREATE TABLE compensations (
    shop text NOT NULL,
    case_no text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL CHECK (rule NOT LIKE 'R-REV%'),
    form text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    occasion text NOT NULL DEFAULT '' CHECK (occasion !~* 'review|rating|comment|评'),
    granted_by text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT '',
    PRIMARY KEY (shop, case_no, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases
);

CREATE TABLE evidence_items (
    shop text NOT NULL,
    case_no text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    ref text NOT NULL,
    given_by text NOT NULL DEFAULT '',
    more jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (shop, case_no, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases
);

CREATE TABLE parcel_incidents (  -- X12: damage and loss in one record
    shop text NOT NULL,
    case_no text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    incident text NOT NULL,
    courier text NOT NULL DEFAULT '',
    waybill text NOT NULL DEFAULT '',
    more jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (shop, case_no, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases
);

CREATE TABLE courier_claims (  -- money that we get back: reimbursement, never a refund
    shop text NOT NULL,
    case_no text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    courier text NOT NULL DEFAULT '',
    waybill text NOT NULL DEFAULT '',
    amount_minor bigint CHECK (amount_minor >= 0),
    currency text,
    state text NOT NULL DEFAULT 'claimed',
    partner_ref text NOT NULL DEFAULT '',
    more jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (shop, case_no, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases
);

CREATE TABLE survey_responses (
    shop text NOT NULL,
    case_no text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    score smallint NOT NULL CHECK (score BETWEEN 1 AND 5),
    more jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (shop, case_no, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases
);

CREATE TABLE case_remarks (
    shop text NOT NULL,
    case_no text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    note_ref text NOT NULL,
    written_by text NOT NULL DEFAULT '',
    more jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (shop, case_no, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases
);

CREATE TABLE tasks (  -- something that a member of staff must do beside the case's own steps
    shop text NOT NULL,
    case_no text NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    what text NOT NULL,
    desk text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),
    done_by text NOT NULL DEFAULT '',
    more jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (shop, case_no, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases
);
CREATE INDEX tasks_open ON tasks (shop, desk, at) WHERE state = 'open';

CREATE TABLE case_records (  -- all other kinds: return_log, inspection reports, ...
    shop text NOT NULL,
    case_no text NOT NULL,
    kind text NOT NULL CHECK (kind <> ''),
    key text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (shop, case_no, kind, key),
    FOREIGN KEY (shop, case_no) REFERENCES cases,
    CONSTRAINT case_records_have_no_table CHECK (kind NOT IN (
        'promise', 'approval', 'fee_quote', 'consent', 'compensation', 'evidence_item', 'parcel_incident',
        'courier_claim', 'survey_response', 'case_remark', 'task', 'contact_note'))
);

-- All records of a case in one form, as domain.journal.Record has it.
CREATE VIEW records AS
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
UNION ALL SELECT shop, case_no, 'contact_attempt', key, at, rule, to_jsonb(t) - 'counted' FROM contact_attempts t
UNION ALL SELECT shop, case_no, kind, key, at, rule, data FROM case_records;
