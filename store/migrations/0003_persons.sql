-- migrate:up
-- Persons and everything that can tell who they are. All of it can be erased without touching a case or a sum.

CREATE TABLE customers (
    shop text NOT NULL,
    customer_ref text NOT NULL CHECK (customer_ref <> ''),
    name text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    blocked_channels text[] NOT NULL DEFAULT '{}' CHECK (blocked_channels <@ '{call,im,sms}'),
    erased_at timestamptz,
    PRIMARY KEY (shop, customer_ref)
);
COMMENT ON TABLE customers IS 'Its row is also the lock of the contact guard; a person that nobody told us has an empty row.';

CREATE TABLE addresses (
    shop text NOT NULL,
    address_ref text NOT NULL CHECK (address_ref <> ''),
    customer_ref text NOT NULL,
    name text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    address text NOT NULL,
    PRIMARY KEY (shop, address_ref),
    FOREIGN KEY (shop, customer_ref) REFERENCES customers
);
CREATE INDEX addresses_by_customer ON addresses (shop, customer_ref);

CREATE TABLE contact_attempts (
    key text PRIMARY KEY,
    shop text NOT NULL,
    case_no text NOT NULL,
    customer_ref text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('call', 'im', 'sms')),
    template text NOT NULL DEFAULT '',
    made_by text NOT NULL DEFAULT 'system',
    at timestamptz NOT NULL,
    result text CHECK (result IN ('reached', 'sent', 'no_answer', 'refused', 'wrong_number', 'channel_blocked',
        'blocked_by_guard', 'unknown')),
    partner_ref text NOT NULL DEFAULT '',
    rule text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    next_slot timestamptz,
    note_ref text NOT NULL DEFAULT '',  -- the call's note (X17), in case_texts
    -- P-CALLCAP counts what rang or may have rung, a slot that is reserved included.
    counted boolean NOT NULL GENERATED ALWAYS AS (
        channel = 'call' AND (result IS NULL OR result NOT IN ('channel_blocked', 'blocked_by_guard'))) STORED
);
COMMENT ON COLUMN contact_attempts.at IS 'The case''s own time, never the clock of a database or a worker.';
COMMENT ON COLUMN contact_attempts.result IS 'Null while the slot is reserved and nobody knows what came of it.';
CREATE INDEX contact_attempts_counted ON contact_attempts (shop, customer_ref, at) WHERE counted;
CREATE INDEX contact_attempts_by_case ON contact_attempts (shop, case_no, at);

CREATE TABLE case_texts (
    shop text NOT NULL,
    ref text NOT NULL CHECK (ref <> ''),
    case_no text NOT NULL,
    written_by text NOT NULL,
    at timestamptz NOT NULL,
    body text NOT NULL,
    erased_at timestamptz,
    PRIMARY KEY (shop, ref),
    CONSTRAINT case_texts_size CHECK (octet_length(body) <= 65536)
);
CREATE INDEX case_texts_by_case ON case_texts (shop, case_no, at);

CREATE TABLE evidence_blobs (
    shop text NOT NULL,
    ref text NOT NULL CHECK (ref <> ''),
    case_no text NOT NULL,
    media_type text NOT NULL CHECK (media_type IN (
        'image/jpeg', 'image/png', 'image/webp', 'image/heic', 'video/mp4', 'application/pdf')),
    at timestamptz NOT NULL,
    content bytea NOT NULL,
    erased_at timestamptz,
    PRIMARY KEY (shop, ref),
    CONSTRAINT evidence_blobs_size CHECK (octet_length(content) <= 20971520)
);
CREATE INDEX evidence_blobs_by_case ON evidence_blobs (shop, case_no, at);

-- An SMS code or another secret of one moment. Gone when it is used up or out of date: the only table with a wall clock.
CREATE TABLE one_time_inputs (
    ref text PRIMARY KEY CHECK (ref <> ''),
    value text NOT NULL CHECK (octet_length(value) <= 4096),
    expires_at timestamptz NOT NULL,
    taken_by text
);
CREATE INDEX one_time_inputs_by_expiry ON one_time_inputs (expires_at);
