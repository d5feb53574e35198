-- migrate:up
-- What is looked through at set times: reminders, not deadlines (X1). An item is drawn up once, by the instant for which it was planned.

CREATE TABLE agenda_items (
    name text NOT NULL,
    at timestamptz NOT NULL,
    rule text NOT NULL,
    lines jsonb NOT NULL,
    done_at timestamptz,
    done_by text NOT NULL DEFAULT '',
    PRIMARY KEY (name, at),
    CONSTRAINT agenda_done_by_somebody CHECK ((done_at IS NULL) = (done_by = ''))
);
CREATE INDEX agenda_items_open ON agenda_items (at) WHERE done_at IS NULL;
