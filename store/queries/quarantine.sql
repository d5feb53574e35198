-- name: quarantine_keep
INSERT INTO quarantine AS q (origin, digest, door, raw, headers, problems, source, event_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (origin, digest) DO UPDATE
SET seen = q.seen + 1, last_at = clock_timestamp(), problems = excluded.problems, status = 'open', emptied_at = NULL,
    raw = excluded.raw, headers = excluded.headers
RETURNING id;

-- name: quarantine_list
SELECT id, origin, door, problems, source, event_id, status, seen, replays, first_at, last_at, edited IS NOT NULL AS edited,
    octet_length(raw) AS size
FROM quarantine WHERE ($1 OR status = 'open') AND id > $2 ORDER BY id LIMIT $3;

-- name: quarantine_show
SELECT id, origin, door, raw, edited, headers, problems, source, event_id, status, seen, replays, first_at, last_at
FROM quarantine WHERE id = $1;

-- name: quarantine_replayed
UPDATE quarantine SET status = 'replayed', edited = coalesce($2, edited), replays = replays + 1, last_at = clock_timestamp()
WHERE id = $1;

-- name: quarantine_still_bad
UPDATE quarantine SET problems = $2, edited = coalesce($3, edited), replays = replays + 1, last_at = clock_timestamp()
WHERE id = $1;
