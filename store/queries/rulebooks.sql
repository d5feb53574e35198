-- name: rulebook_put
INSERT INTO rulebooks (digest, name, text) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING

-- name: rulebook_get
SELECT text FROM rulebooks WHERE digest = $1

-- name: rulebook_find
-- $1 a name or null, $2 the beginning of a digest or null; with both given ($3), both must fit.
SELECT digest, name, text FROM rulebooks
WHERE CASE WHEN $3 THEN name = $1 AND starts_with(digest, $2) ELSE name = $1 OR starts_with(digest, $2) END
ORDER BY name, digest

-- name: rulebook_kept
SELECT digest, name, text FROM rulebooks ORDER BY name, digest

-- name: rulebook_followed
-- How many open cases follow each version. A row of a case that has not rested yet names the whole digest.
SELECT split_part(rulebook, '@', 1) AS name, left(split_part(rulebook, '@', 2), 12) AS digest, count(*) AS cases
FROM cases WHERE stage <> 'closed' GROUP BY 1, 2
