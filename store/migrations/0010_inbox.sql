-- migrate:up
-- The inbox: every event that a door accepted, with its raw body, until a case has it. And the quarantine of what no door could read.

CREATE TABLE inbox (
    source text NOT NULL,
    id text NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    type text NOT NULL,
    lane text NOT NULL,
    door text NOT NULL,
    raw bytea NOT NULL,
    headers jsonb NOT NULL DEFAULT '{}',
    digest bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'claimed', 'waiting', 'done', 'quarantined')),
    due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    tried_since timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts integer NOT NULL DEFAULT 0,
    note text NOT NULL DEFAULT '',
    shop text NOT NULL DEFAULT '',
    case_no text NOT NULL DEFAULT '',
    customer_ref text NOT NULL DEFAULT '',
    settled_at timestamptz,
    PRIMARY KEY (source, id)
) WITH (fillfactor = 80);

COMMENT ON COLUMN inbox.number IS 'Order of arrival.';
COMMENT ON COLUMN inbox.lane IS 'What the event says it is about (case, waybill, rma): rows of one lane are never in two hands at once.';
COMMENT ON COLUMN inbox.due_at IS 'new: when it came; claimed: when the lease ends; waiting: when to try again.';
COMMENT ON COLUMN inbox.tried_since IS 'When it came, or was put through the door again: how long it may wait is counted from here.';
COMMENT ON COLUMN inbox.digest IS 'Of the event''s meaning, not its spelling: the same id with another digest is a conflict.';
COMMENT ON COLUMN inbox.customer_ref IS 'Whose person stands in the raw body, so that it can be erased (P-PRIV).';
COMMENT ON COLUMN inbox.note IS 'Why it waits, or what came of it. Codes and ids only.';

-- Open rows only: done ones pile up for ever and are never looked through.
CREATE INDEX inbox_open_by_due ON inbox (due_at, number) WHERE status IN ('new', 'claimed', 'waiting');
CREATE INDEX inbox_open_by_lane ON inbox (lane, status) WHERE status IN ('new', 'claimed', 'waiting');
CREATE INDEX inbox_by_case ON inbox (shop, case_no, number) WHERE case_no <> '';
CREATE INDEX inbox_by_customer ON inbox (shop, customer_ref) WHERE customer_ref <> '';

-- Couriers know a parcel by its waybill and not the shop that sent it.
CREATE INDEX case_handles_by_value ON case_handles (value, kind);

CREATE TABLE quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    origin text NOT NULL,
    digest bytea NOT NULL,
    door text NOT NULL,
    raw bytea NOT NULL,
    headers jsonb NOT NULL DEFAULT '{}',
    problems jsonb NOT NULL,
    source text,
    event_id text,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'replayed')),
    edited bytea,
    seen integer NOT NULL DEFAULT 1,
    replays integer NOT NULL DEFAULT 0,
    first_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (origin, digest)
);

COMMENT ON COLUMN quarantine.origin IS 'Where it came from: a file and line, a door, or the dispatcher.';
COMMENT ON COLUMN quarantine.raw IS 'As it came. Never changed; a corrected body stands in `edited`.';
COMMENT ON COLUMN quarantine.problems IS 'List of {where, what, advice}. Names of fields and codes, never their values.';
COMMENT ON COLUMN quarantine.source IS 'With event_id: the inbox row it belongs to, when a door had accepted it.';
CREATE INDEX quarantine_open ON quarantine (id) WHERE status = 'open';

-- Orders as their source told them, without the person: what a case is opened with when a courier's push is the first news.
CREATE TABLE known_orders (
    shop text NOT NULL,
    order_no text NOT NULL,
    waybill text NOT NULL DEFAULT '',
    content jsonb NOT NULL,
    PRIMARY KEY (shop, order_no)
);
CREATE INDEX known_orders_by_waybill ON known_orders (waybill) WHERE waybill <> '';

-- A platform's request number for a case that a courier's push had opened before the request came.
CREATE TABLE case_aliases (
    shop text NOT NULL,
    alias text NOT NULL,
    case_no text NOT NULL,
    PRIMARY KEY (shop, alias)
);

-- Facts that name a case without its shop.
CREATE INDEX cases_by_number ON cases (case_no);
