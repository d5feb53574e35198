-- migrate:up
-- R-CLASSIFY: which case comes first. The worklist goes by it, and by the due instant within it.

ALTER TABLE cases ADD COLUMN priority smallint NOT NULL DEFAULT 4 CHECK (priority >= 1),
    ADD COLUMN priority_why text NOT NULL DEFAULT '';
COMMENT ON COLUMN cases.priority IS '1 comes first. Judged with each page of the journal (domain/priority.py).';

DROP INDEX cases_open_by_due;
CREATE INDEX cases_open_by_priority ON cases (shop, priority, (coalesce(due_at, 'infinity'::timestamptz)), case_no)
    WHERE stage <> 'closed';
