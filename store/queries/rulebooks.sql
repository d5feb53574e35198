-- name: rulebook_put
INSERT INTO rulebooks (digest, name, text) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING

-- name: rulebook_get
SELECT text FROM rulebooks WHERE digest = $1
