-- name: journal_page
-- A page in one statement: the case's row if the page is newer, and with it the entries and handles. A page older than
-- the row, or the same once more, changes nothing. $1 the page, $2 the workflow's id, $3 the handles.
-- A later page of a revision that the row has already comes from a task executed again: `again` lets it replace what the
-- lost task wrote, and nothing of earlier revisions.
-- store/journal.py appends the parts of records.sql that the page has use for, and `journal_answer`.
WITH page AS (
    INSERT INTO cases AS c (shop, case_no, workflow_id, order_no, case_type, stage, ball_with, due_at, due_rule,
        needs_human, outcome, rulebook, opened_at, closed_at, refunded_minor, currency, priority, priority_why,
        revision, last_entry, page_at)
    SELECT r.shop, r.case_no, $2, r.order_no, r.case_type, r.stage, r.ball_with, r.due_at, r.due_rule, r.needs_human,
        r.outcome, r.rulebook, r.opened_at, r.closed_at, r.refunded_minor, r.currency,
        coalesce(r.priority, 4), coalesce(r.priority_why, ''), v.revision,
        v.first_entry + jsonb_array_length(v.entries) - 1, v.at
    FROM jsonb_to_record($1::text::jsonb)
            AS v (revision bigint, first_entry bigint, at timestamptz, entries jsonb, "row" jsonb),
        jsonb_to_record(v."row") AS r (shop text, case_no text, order_no text, case_type text, stage text,
            ball_with text, due_at timestamptz, due_rule text, needs_human text, outcome text, rulebook text,
            opened_at timestamptz, closed_at timestamptz, refunded_minor bigint, currency text,
            priority smallint, priority_why text)
    ON CONFLICT (shop, case_no) DO UPDATE
    SET (case_type, stage, ball_with, due_at, due_rule, needs_human, outcome, rulebook, closed_at, refunded_minor,
         currency, goods, priority, priority_why, revision, last_entry, page_at, entries_missing)
      = (excluded.case_type, excluded.stage, excluded.ball_with, excluded.due_at, excluded.due_rule,
         excluded.needs_human, excluded.outcome, excluded.rulebook, excluded.closed_at, excluded.refunded_minor,
         excluded.currency, coalesce($1::text::jsonb#>'{row,goods}', c.goods), excluded.priority, excluded.priority_why, excluded.revision,
         CASE WHEN excluded.revision > c.revision THEN greatest(c.last_entry, excluded.last_entry)
              ELSE excluded.last_entry END,
         excluded.page_at,
         c.entries_missing + greatest(0, ($1::text::jsonb->>'first_entry')::bigint - 1 - c.last_entry))
    WHERE (c.page_at, c.revision) < (excluded.page_at, excluded.revision)
    RETURNING shop, case_no, customer_ref, c.revision, c.last_entry,
        CASE WHEN old.revision >= new.revision
             THEN set_config('aftersales.page_again', new.revision::text, true) IS NOT NULL ELSE false END AS again
), entry AS (
    INSERT INTO journal_entries AS j (shop, case_no, number, at, actor, event, rule, data, revision)
    SELECT p.shop, p.case_no, ($1::text::jsonb->>'first_entry')::bigint - 1 + e.position, e.at, e.actor, e.event,
        e.rule, e.data, p.revision
    FROM page p,
        ROWS FROM (jsonb_to_recordset($1::text::jsonb->'entries')
            AS (at timestamptz, actor text, event text, rule text, data jsonb))
        WITH ORDINALITY AS e (at, actor, event, rule, data, position)
    ON CONFLICT (shop, case_no, number) DO UPDATE
    SET (at, actor, event, rule, data, revision)
      = (excluded.at, excluded.actor, excluded.event, excluded.rule, excluded.data, excluded.revision)
    WHERE j.revision >= excluded.revision
), unsaid AS (
    DELETE FROM journal_entries j USING page p
    WHERE p.again AND (j.shop, j.case_no) = (p.shop, p.case_no) AND j.number > p.last_entry AND j.revision >= p.revision
), handle AS (
    INSERT INTO case_handles (shop, value, kind, case_no)
    SELECT p.shop, h.value, h.kind, p.case_no
    FROM page p, jsonb_to_recordset($3::text::jsonb) AS h (kind text, value text)
    ON CONFLICT DO NOTHING
)

-- name: journal_record
, record AS (
    SELECT r.* FROM jsonb_to_recordset($1::text::jsonb->'records')
        AS r (kind text, key text, at timestamptz, rule text, data jsonb)
)

-- name: journal_answer
SELECT EXISTS (SELECT FROM page)

-- name: journal_timeline
SELECT number, at, actor, event, rule, data FROM journal_entries
WHERE shop = $1 AND case_no = $2 AND number > $3
ORDER BY number LIMIT $4

-- name: journal_empty
UPDATE journal_entries SET data = '{"erased": true}' WHERE shop = $1 AND case_no = $2 AND number = $3
