-- migrate:up
-- Goodwill that the customer would rather not have is owed no more; and how its sum compared with the custom (M-COMP-SIZE).

ALTER TABLE promises DROP CONSTRAINT promises_state_check;
ALTER TABLE promises ADD CONSTRAINT promises_state_check
    CHECK (state IN ('open', 'paid', 'told', 'broken', 'declined'));
DROP INDEX promises_owed_by_due;
CREATE INDEX promises_owed_by_due ON promises (shop, due_at) WHERE state NOT IN ('told', 'declined');

CREATE OR REPLACE FUNCTION case_closes_without_debts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM promises
               WHERE shop = NEW.shop AND case_no = NEW.case_no AND state NOT IN ('told', 'declined')) THEN
        RAISE EXCEPTION 'case % of shop % cannot close over an open promise (P-PROMISE)', NEW.case_no, NEW.shop
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'case_closes_without_debts';
    END IF;
    RETURN NULL;
END $$;

ALTER TABLE compensations
    ADD COLUMN custom text NOT NULL DEFAULT '',
    ADD COLUMN least_minor bigint,
    ADD COLUMN most_minor bigint;
COMMENT ON COLUMN compensations.custom IS 'customary, above_custom, below_custom or no_custom, of the range beside it.';
