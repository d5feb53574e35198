-- migrate:up
-- Photos say whose they are and who took them in; bodies of events are emptied on a customer's word, and in time.

-- What is kept was written anew by starter/photo.py, which makes these two kinds and no other.
ALTER TABLE evidence_blobs
    DROP CONSTRAINT evidence_blobs_media_type_check,
    ADD CONSTRAINT evidence_blobs_media_type CHECK (media_type IN ('image/jpeg', 'image/png')),
    ADD COLUMN given_by text NOT NULL DEFAULT '',
    ADD COLUMN taken_in_by text NOT NULL DEFAULT '',
    ADD COLUMN width integer NOT NULL DEFAULT 0,
    ADD COLUMN height integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN evidence_blobs.given_by IS 'Whose photo it is: customer, warehouse or courier.';
COMMENT ON COLUMN evidence_blobs.taken_in_by IS 'The member of staff or the door that put it in.';
CREATE INDEX evidence_blobs_by_ref ON evidence_blobs (ref);

ALTER TABLE quarantine
    DROP CONSTRAINT quarantine_status_check,
    ADD CONSTRAINT quarantine_status_check CHECK (status IN ('open', 'replayed', 'emptied')),
    ADD COLUMN emptied_at timestamptz;
COMMENT ON COLUMN quarantine.raw IS
    'As it came; a corrected body stands in `edited`. Both are empty once a customer was erased or their time is over.';

-- Only rows that still hold a body: what is emptied leaves the index, so that looking for old ones stays cheap.
CREATE INDEX inbox_bodies_by_settlement ON inbox (settled_at) WHERE settled_at IS NOT NULL AND raw <> '';
CREATE INDEX quarantine_bodies_by_age ON quarantine (last_at) WHERE raw <> '';
