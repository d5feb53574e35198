-- migrate:up
-- The case register: one row per case, its handles, its journal, and the archive of rulebooks.

CREATE TABLE cases (
    shop text NOT NULL,
    case_no text NOT NULL,
    workflow_id text NOT NULL,
    order_no text NOT NULL,
    customer_ref text NOT NULL DEFAULT '',
    case_type text NOT NULL,
    stage text NOT NULL,
    ball_with text NOT NULL,
    due_at timestamptz,
    due_rule text NOT NULL DEFAULT '',
    needs_human text NOT NULL DEFAULT '',
    outcome text NOT NULL DEFAULT '',
    rulebook text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    refunded_minor bigint NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
    currency text NOT NULL DEFAULT 'CNY' CHECK (currency ~ '^[A-Z]{3}$'),
    revision bigint NOT NULL DEFAULT 0 CHECK (revision >= 0),
    last_entry bigint NOT NULL DEFAULT 0 CHECK (last_entry >= 0),
    entries_missing bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (shop, case_no),
    CONSTRAINT cases_closed_has_instant CHECK (stage <> 'closed' OR closed_at IS NOT NULL)
) WITH (fillfactor = 80);  -- every rest of a case updates its row: leave room in the page for it

COMMENT ON COLUMN cases.revision IS 'Of the newest journal page. A page that is not newer changes nothing.';
COMMENT ON COLUMN cases.last_entry IS 'Number of the last journal entry.';
COMMENT ON COLUMN cases.entries_missing IS
    'Entries that a later page left out: 0, unless this database was restored from an old copy.';

-- The worklist by due instant is one scan of this index; what is due never comes last.
CREATE INDEX cases_open_by_due ON cases (shop, (coalesce(due_at, 'infinity'::timestamptz)), case_no)
    WHERE stage <> 'closed';
CREATE INDEX cases_closed_by_instant ON cases (shop, closed_at DESC, case_no) WHERE stage = 'closed';

-- What a fact or a person may know a case by. A handle may lead to several cases, and a case has several handles.
CREATE TABLE case_handles (
    shop text NOT NULL,
    value text NOT NULL CHECK (value <> '' AND length(value) <= 128),
    kind text NOT NULL CHECK (kind IN ('order_no', 'customer_ref', 'waybill', 'rma')),
    case_no text NOT NULL,
    PRIMARY KEY (shop, value, kind, case_no)
);
CREATE INDEX case_handles_by_case ON case_handles (shop, case_no);

CREATE TABLE journal_entries (
    shop text NOT NULL,
    case_no text NOT NULL,
    number bigint NOT NULL CHECK (number >= 1),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    event text NOT NULL,
    rule text NOT NULL DEFAULT '',
    data jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (shop, case_no, number)
);

-- Append-only. The one change allowed is to empty `data`, when somebody's words got in by mistake and must be erased.
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.data = '{"erased": true}' AND
           (NEW.shop, NEW.case_no, NEW.number, NEW.at, NEW.actor, NEW.event, NEW.rule)
           = (OLD.shop, OLD.case_no, OLD.number, OLD.at, OLD.actor, OLD.event, OLD.rule) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the journal is append-only: % is refused; to erase words, set data to {"erased": true}', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'journal_is_append_only';
END $$;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE ON journal_entries
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
CREATE TRIGGER journal_is_never_truncated BEFORE TRUNCATE ON journal_entries
    FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();

CREATE TABLE rulebooks (
    digest text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    name text NOT NULL CHECK (name <> ''),
    text text NOT NULL
);
