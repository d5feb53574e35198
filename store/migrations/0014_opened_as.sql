-- migrate:up
-- A case may change its type when the facts say so. A request that comes again still asks for the type that it was opened as.

ALTER TABLE cases ADD COLUMN opened_as text;
UPDATE cases SET opened_as = case_type;
