-- migrate:up
-- Of the open rows most may wait: news of parcels that no case is about, for days. What is claimed, and how much of a
-- door's is not handed over yet, is looked up many times a second and must not cost a look through them.

CREATE INDEX inbox_under_way ON inbox (status, door, lane) WHERE status IN ('new', 'claimed');
COMMENT ON INDEX inbox_under_way IS 'Lanes that somebody has in hand, and how many rows of a door are not handed over yet.';
