-- migrate:up
-- What counts cases of customers leaves out those of the house: claims on couriers, and parcels that nobody announced.

CREATE VIEW cases_of_customers AS
SELECT * FROM cases WHERE parent_case_no = '' AND case_type <> 'unidentified_parcel';

CREATE INDEX collections_by_settlement ON collections (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX collections_by_intent ON collections (intended_at);
COMMENT ON INDEX collections_by_settlement IS 'The daily reconciliation counts what was settled in each day and channel.';
COMMENT ON INDEX collections_by_intent IS 'The books begin with the first of them.';
