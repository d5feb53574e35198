-- migrate:up
-- P-NOTRADE: a case about a review holds no goodwill, and what it has on record names none.

CREATE FUNCTION reviews_know_no_goodwill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM cases WHERE shop = NEW.shop AND case_no = NEW.case_no
               AND 'bad_review' IN (case_type, opened_as)) THEN
        RAISE EXCEPTION 'case % of shop % is about a review and holds no goodwill (P-NOTRADE)', NEW.case_no, NEW.shop
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reviews_know_no_goodwill';
    END IF;
    RETURN NULL;
END $$;
-- A constraint trigger looks at the end of the statement, when the page's own row is in.
CREATE CONSTRAINT TRIGGER reviews_know_no_goodwill AFTER INSERT OR UPDATE ON compensations
    FOR EACH ROW EXECUTE FUNCTION reviews_know_no_goodwill();

CREATE CONSTRAINT TRIGGER reviews_pay_no_goodwill AFTER INSERT ON refunds
    FOR EACH ROW WHEN (NEW.purpose = 'compensation') EXECUTE FUNCTION reviews_know_no_goodwill();
