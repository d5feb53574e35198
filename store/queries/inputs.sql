-- name: input_put
WITH old AS (DELETE FROM one_time_inputs WHERE expires_at <= clock_timestamp())
INSERT INTO one_time_inputs (ref, value, expires_at) VALUES ($1, $2, clock_timestamp() + $3::interval)

-- name: input_take
UPDATE one_time_inputs SET taken_by = $2
WHERE ref = $1 AND expires_at > clock_timestamp() AND (taken_by IS NULL OR taken_by = $2)
RETURNING value
