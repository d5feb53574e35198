-- migrate:up
-- W-3, R-N1: what of a parcel with goods of several cases was given to which of them. Written before a case is told, so
-- that a receipt that is handed over twice is dealt out once, and a later part of the parcel knows what is still to come.

CREATE TABLE parcel_shares (
    shop text NOT NULL,
    message_id text NOT NULL CHECK (message_id <> ''),
    case_no text NOT NULL,
    lines jsonb NOT NULL,
    beyond jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (shop, message_id, case_no)
);
CREATE INDEX parcel_shares_by_case ON parcel_shares (shop, case_no);
COMMENT ON COLUMN parcel_shares.beyond IS 'What nobody expects: it stands with one of the cases, whose desk sees to it.';
