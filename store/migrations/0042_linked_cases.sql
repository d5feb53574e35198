-- migrate:up
-- A claim on a courier is a case of its own beside the customer's.

ALTER TABLE cases ADD COLUMN parent_case_no text NOT NULL DEFAULT '';
COMMENT ON COLUMN cases.parent_case_no IS 'The customer''s case that opened this one beside itself; empty: a customer asked for it.';
CREATE INDEX cases_by_parent ON cases (shop, parent_case_no) WHERE parent_case_no <> '';
