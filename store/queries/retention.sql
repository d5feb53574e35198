-- name: retention_events
-- The statement's instant and not the clock's: an index is only searched for what stays the same.
-- A quarantined event keeps its body as long as its entry in the quarantine does.
UPDATE inbox SET raw = '', headers = '{}' WHERE (source, id) IN (
    SELECT source, id FROM inbox AS old
    WHERE settled_at < statement_timestamp() - $1::interval AND raw <> '' AND (
        status = 'done' OR status = 'quarantined' AND NOT EXISTS (
            SELECT FROM quarantine
            WHERE quarantine.source = old.source AND event_id = old.id AND status <> 'emptied'
        )
    )
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)

-- name: retention_quarantine
UPDATE quarantine SET raw = '', edited = NULL, headers = '{}', status = 'emptied', emptied_at = clock_timestamp()
WHERE id IN (
    SELECT id FROM quarantine WHERE last_at < statement_timestamp() - $1::interval AND raw <> ''
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
