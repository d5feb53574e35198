-- migrate:up
-- R-INV-RET, R-INV-EX, R-INV-REP: what finance did to invoices. What is to be done says the case's record `invoice_action`, whose key is the action;
-- it is open as long as nothing was done, or less was reversed than is to be. Nobody takes a done thing back: a row is never changed.

CREATE TABLE invoice_works (
    shop text NOT NULL,
    case_no text NOT NULL,
    action text NOT NULL CHECK (action IN ('red_letter', 'endorsement', 'original_back')),
    number integer NOT NULL CHECK (number >= 1),
    reversed_minor bigint NOT NULL DEFAULT 0 CHECK (reversed_minor >= 0),
    reference text NOT NULL DEFAULT '' CHECK (length(reference) <= 64),
    done_at timestamptz NOT NULL,
    done_by text NOT NULL CHECK (done_by <> ''),
    PRIMARY KEY (shop, case_no, action, number),
    FOREIGN KEY (shop, case_no) REFERENCES cases
);
COMMENT ON COLUMN invoice_works.reference IS 'Number of the red-letter invoice, or of what else was written.';

CREATE INDEX invoice_actions_by_instant ON case_records (at) WHERE kind = 'invoice_action';
