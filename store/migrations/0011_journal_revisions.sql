-- migrate:up
-- Which page wrote an entry, and which page is the newest. A workflow task that is lost after its page was written is
-- executed again and its page comes once more, perhaps with other content: the later one is the truth.

ALTER TABLE cases ADD COLUMN page_at timestamptz NOT NULL DEFAULT '-infinity';
COMMENT ON COLUMN cases.page_at IS 'The case''s time when its newest journal page was made. An older page changes nothing.';
COMMENT ON COLUMN cases.revision IS 'Of the newest journal page.';

ALTER TABLE journal_entries ADD COLUMN revision bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN journal_entries.revision IS 'Of the page that wrote the entry.';

-- Append-only. Two changes are allowed: to empty `data`, when somebody's words got in by mistake and must be erased; and
-- to put a page in the place of the one that a lost task wrote, which only `journal_page` says of itself.
CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.data = '{"erased": true}' AND
           (NEW.shop, NEW.case_no, NEW.number, NEW.at, NEW.actor, NEW.event, NEW.rule, NEW.revision)
           = (OLD.shop, OLD.case_no, OLD.number, OLD.at, OLD.actor, OLD.event, OLD.rule, OLD.revision) THEN
            RETURN NEW;
        END IF;
    END IF;
    IF TG_OP <> 'TRUNCATE' THEN
        IF OLD.revision >= nullif(current_setting('aftersales.page_again', true), '')::bigint THEN
            RETURN coalesce(NEW, OLD);
        END IF;
    END IF;
    RAISE EXCEPTION 'the journal is append-only: % is refused; to erase words, set data to {"erased": true}', TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'journal_is_append_only';
END $$;
