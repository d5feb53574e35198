-- Where each kind of record goes: the query's name is the kind, `case_record` takes the kinds without a table.
-- A query here is one part of the statement `journal_page`, which gives it `page` (the case, if the page is new) and
-- `record` (the page's records).

-- name: promise
INSERT INTO promises AS t (shop, case_no, key, at, rule, what, amount_minor, currency, promised_by, due_at, state, more)
SELECT p.shop, p.case_no, r.key, r.at, r.rule, coalesce(r.data->>'what', ''), (r.data#>>'{amount,minor}')::bigint,
       r.data#>>'{amount,currency}', coalesce(r.data->>'by', ''), (r.data->>'due_at')::timestamptz,
       coalesce(r.data->>'state', 'open'), r.data - '{what,amount,by,due_at,state}'::text[]
FROM page p, record r WHERE r.kind = 'promise'
ON CONFLICT (shop, case_no, key) DO UPDATE
SET (at, rule, what, amount_minor, currency, promised_by, due_at, state, more) = (excluded.at, excluded.rule,
    excluded.what, excluded.amount_minor, excluded.currency, excluded.promised_by, excluded.due_at, excluded.state,
    excluded.more)

-- name: approval
INSERT INTO approvals AS t (shop, case_no, key, at, rule, what, amount_minor, currency, requested_by, needs, verdict,
                            decided_by, more)
SELECT p.shop, p.case_no, r.key, r.at, r.rule, coalesce(r.data->>'what', ''), (r.data#>>'{amount,minor}')::bigint,
       r.data#>>'{amount,currency}', coalesce(r.data->>'requested_by', ''), coalesce(r.data->>'needs', ''),
       coalesce(r.data->>'verdict', 'open'), coalesce(r.data->>'decided_by', ''),
       r.data - '{what,amount,requested_by,needs,verdict,decided_by}'::text[]
FROM page p, record r WHERE r.kind = 'approval'
ON CONFLICT (shop, case_no, key) DO UPDATE
SET (at, rule, what, amount_minor, currency, requested_by, needs, verdict, decided_by, more) = (excluded.at,
    excluded.rule, excluded.what, excluded.amount_minor, excluded.currency, excluded.requested_by, excluded.needs,
    excluded.verdict, excluded.decided_by, excluded.more)

-- name: fee_quote
INSERT INTO fee_quotes AS t (shop, case_no, key, at, rule, what, amount_minor, currency, quoted_by, agreed, more)
SELECT p.shop, p.case_no, r.key, r.at, r.rule, coalesce(r.data->>'what', ''), (r.data#>>'{amount,minor}')::bigint,
       r.data#>>'{amount,currency}', coalesce(r.data->>'by', ''), (r.data->>'agreed')::boolean,
       r.data - '{what,amount,by,agreed}'::text[]
FROM page p, record r WHERE r.kind = 'fee_quote'
ON CONFLICT (shop, case_no, key) DO UPDATE
SET (at, rule, what, amount_minor, currency, quoted_by, agreed, more) = (excluded.at, excluded.rule, excluded.what,
    excluded.amount_minor, excluded.currency, excluded.quoted_by, excluded.agreed, excluded.more)

-- name: consent
INSERT INTO consents AS t (shop, case_no, key, at, rule, plan, choice, agreed, given_by, more)
SELECT p.shop, p.case_no, r.key, r.at, r.rule, coalesce(r.data->>'plan', ''), coalesce(r.data->>'choice', ''),
       (r.data->>'agreed')::boolean, coalesce(r.data->>'by', ''), r.data - '{plan,choice,agreed,by}'::text[]
FROM page p, record r WHERE r.kind = 'consent'
ON CONFLICT (shop, case_no, key) DO UPDATE
SET (at, rule, plan, choice, agreed, given_by, more) = (excluded.at, excluded.rule, excluded.plan, excluded.choice,
    excluded.agreed, excluded.given_by, excluded.more)

-- name: compensation
INSERT INTO compensations AS t (shop, case_no, key, at, rule, form, amount_minor, currency, occasion, granted_by, state,
                                custom, least_minor, most_minor)
SELECT p.shop, p.case_no, r.key, r.at, r.rule, coalesce(r.data->>'form', ''), (r.data#>>'{amount,minor}')::bigint,
       r.data#>>'{amount,currency}', coalesce(r.data->>'occasion', ''), coalesce(r.data->>'by', ''),
       coalesce(r.data->>'state', ''), coalesce(r.data->>'custom', ''), (r.data->>'least')::bigint,
       (r.data->>'most')::bigint
FROM page p, record r WHERE r.kind = 'compensation'
ON CONFLICT (shop, case_no, key) DO UPDATE
SET (at, rule, form, amount_minor, currency, occasion, granted_by, state, custom, least_minor, most_minor) = (
    excluded.at, excluded.rule, excluded.form, excluded.amount_minor, excluded.currency, excluded.occasion,
    excluded.granted_by, excluded.state, excluded.custom, excluded.least_minor, excluded.most_minor)

-- name: evidence_item
INSERT INTO evidence_items AS t (shop, case_no, key, at, rule, ref, given_by, more)
SELECT p.shop, p.case_no, r.key, r.at, r.rule, coalesce(r.data->>'ref', r.key), coalesce(r.data->>'by', ''),
       r.data - '{ref,by}'::text[]
FROM page p, record r WHERE r.kind = 'evidence_item'
ON CONFLICT (shop, case_no, key) DO UPDATE
SET (at, rule, ref, given_by, more) = (excluded.at, excluded.rule, excluded.ref, excluded.given_by, excluded.more)

-- name: parcel_incident
INSERT INTO parcel_incidents AS t (shop, case_no, key, at, rule, incident, courier, waybill, more)
SELECT p.shop, p.case_no, r.key, r.at, r.rule, coalesce(r.data->>'incident', r.data->>'kind', ''),
       coalesce(r.data->>'courier', ''), coalesce(r.data->>'waybill', ''), r.data - '{incident,kind,courier,waybill}'::text[]
FROM page p, record r WHERE r.kind = 'parcel_incident'
ON CONFLICT (shop, case_no, key) DO UPDATE
SET (at, rule, incident, courier, waybill, more) = (excluded.at, excluded.rule, excluded.incident, excluded.courier,
    excluded.waybill, excluded.more)

-- name: courier_claim
INSERT INTO courier_claims AS t (shop, case_no, key, at, rule, courier, waybill, amount_minor, currency, state,
                                 partner_ref, more)
SELECT p.shop, p.case_no, r.key, r.at, r.rule, coalesce(r.data->>'courier', ''), coalesce(r.data->>'waybill', ''),
       (r.data#>>'{amount,minor}')::bigint, r.data#>>'{amount,currency}', coalesce(r.data->>'state', 'claimed'),
       coalesce(r.data->>'partner_ref', ''), r.data - '{courier,waybill,amount,state,partner_ref}'::text[]
FROM page p, record r WHERE r.kind = 'courier_claim'
ON CONFLICT (shop, case_no, key) DO UPDATE
SET (at, rule, courier, waybill, amount_minor, currency, state, partner_ref, more) = (excluded.at, excluded.rule,
    excluded.courier, excluded.waybill, excluded.amount_minor, excluded.currency, excluded.state, excluded.partner_ref,
    excluded.more)

-- name: survey_response
INSERT INTO survey_responses AS t (shop, case_no, key, at, rule, score, more)
SELECT p.shop, p.case_no, r.key, r.at, r.rule, (r.data->>'score')::smallint, r.data - 'score'
FROM page p, record r WHERE r.kind = 'survey_response'
ON CONFLICT (shop, case_no, key) DO UPDATE
SET (at, rule, score, more) = (excluded.at, excluded.rule, excluded.score, excluded.more)

-- name: case_remark
INSERT INTO case_remarks AS t (shop, case_no, key, at, rule, note_ref, written_by, more)
SELECT p.shop, p.case_no, r.key, r.at, r.rule, coalesce(r.data->>'note_ref', ''), coalesce(r.data->>'by', ''),
       r.data - '{note_ref,by}'::text[]
FROM page p, record r WHERE r.kind = 'case_remark'
ON CONFLICT (shop, case_no, key) DO UPDATE
SET (at, rule, note_ref, written_by, more) = (excluded.at, excluded.rule, excluded.note_ref, excluded.written_by,
    excluded.more)

-- name: task
INSERT INTO tasks AS t (shop, case_no, key, at, rule, what, desk, state, done_by, more)
SELECT p.shop, p.case_no, r.key, r.at, r.rule, coalesce(r.data->>'what', ''), coalesce(r.data->>'desk', ''),
       coalesce(r.data->>'state', 'open'), coalesce(r.data->>'done_by', ''),
       r.data - '{what,desk,state,done_by}'::text[]
FROM page p, record r WHERE r.kind = 'task'
ON CONFLICT (shop, case_no, key) DO UPDATE
SET (at, rule, what, desk, state, done_by, more) = (excluded.at, excluded.rule, excluded.what, excluded.desk,
    excluded.state, excluded.done_by, excluded.more)

-- name: contact_note
-- A call that a person made and logged: it counts in the contact guard like our own (X7, X17, P-CALLCAP).
INSERT INTO contact_attempts AS t (key, shop, case_no, customer_ref, channel, made_by, at, rule, result, note_ref)
SELECT p.shop || '/' || p.case_no || '/' || r.key, p.shop, p.case_no, p.customer_ref,
       coalesce(r.data->>'channel', 'call'), coalesce(r.data->>'by', 'agent'), r.at, r.rule, r.data->>'result',
       coalesce(r.data->>'note_ref', '')
FROM page p, record r WHERE r.kind = 'contact_note'
ON CONFLICT (key) DO NOTHING

-- name: inbox_event
-- An event of the case about another case of the shop (`domain.journal.INBOX_EVENT`): it goes on from here like any other.
INSERT INTO inbox (source, id, type, lane, door, raw, headers, digest, received_at)
SELECT r.data->>'source', r.key, r.data->>'type', 'case:' || (r.data->>'subject'), 'case',
       convert_to(r.data::text, 'UTF8'), '{"content-type": "application/cloudevents+json"}',
       substring(sha256(convert_to(r.data::text, 'UTF8')) FOR 16), r.at
FROM page p, record r WHERE r.kind = 'inbox_event'
ON CONFLICT (source, id) DO NOTHING
RETURNING pg_notify('inbox', '')

-- name: case_record
INSERT INTO case_records AS t (shop, case_no, kind, key, at, rule, data)
SELECT p.shop, p.case_no, r.kind, r.key, r.at, r.rule, r.data
FROM page p, record r WHERE r.kind <> ALL ($4::text[])
ON CONFLICT (shop, case_no, kind, key) DO UPDATE SET (at, rule, data) = (excluded.at, excluded.rule, excluded.data)
