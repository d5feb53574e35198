-- Records of the rulebook's section 9, as they are handed on.

-- name: records_of_kind
SELECT shop, case_no, key, at, rule, data FROM records
WHERE kind = $1 AND ($2 = '' OR shop = $2) AND at >= $3 AND at < $4
ORDER BY at, shop, case_no, key

-- name: record_kinds
SELECT kind, count(*)::int AS count, min(at) AS first, max(at) AS last FROM records
WHERE $1 = '' OR shop = $1
GROUP BY kind ORDER BY kind
