-- name: health_backlog
SELECT
    (SELECT count(*) FROM inbox WHERE status IN ('new', 'claimed', 'waiting')) AS open_rows,
    (SELECT min(received_at) FROM inbox WHERE status IN ('new', 'claimed')) AS oldest_unhanded,
    (SELECT min(received_at) FROM inbox WHERE status = 'waiting') AS oldest_waiting,
    (SELECT count(*) FROM quarantine WHERE status = 'open') AS quarantined,
    clock_timestamp() AS now;
