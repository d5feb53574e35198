-- The simulator's own memory. Instants are UTC texts of one fixed width, so that they compare as texts. No persons.
create table if not exists call (
    seq integer primary key,
    seen_at text not null,      -- wall clock
    partner text not null,
    operation text not null,
    key text not null,
    shop text not null,
    case_no text not null,
    order_no text not null,
    at text not null,           -- the case's time, empty when the call has none
    content text not null,      -- without recipient and text
    outcome text not null       -- done, repeated, refused:<code>, invalid:<code>, fault:<kind>
);
create index if not exists call_case on call (shop, case_no, at);

create table if not exists effect (
    seq integer primary key,
    partner text not null,
    effect text not null,       -- payment, message_delivered, call_made, parcel_recalled, goods_shipped, ...
    key text not null,
    shop text not null,
    case_no text not null,
    order_no text not null,
    at text not null,
    data text not null,
    unique (partner, key, effect)
);
create index if not exists effect_case on effect (shop, case_no, effect);
create index if not exists effect_payment on effect (at) where effect = 'payment';

create index if not exists effect_money_received on effect (at) where effect = 'money_received';

-- What was answered to a key: a repeated call gets it again.
create table if not exists answer (
    partner text not null,
    key text not null,
    fingerprint text not null,
    content text not null,
    primary key (partner, key)
) without rowid;

-- Events that partners will send, and those they sent.
create table if not exists planned (
    seq integer primary key,
    id text not null unique,
    shop text not null,
    case_no text not null,
    deliver_at text not null,   -- the case's time
    partner text not null,
    kind text not null,
    data text not null,
    waybill text not null,
    state text not null default 'planned',  -- planned, delivered, cancelled, dropped, refused
    posted integer not null default 0       -- how often the door took it
);
create index if not exists planned_case on planned (shop, case_no, state, deliver_at, seq);
create index if not exists planned_due on planned (state, deliver_at, seq);
create index if not exists planned_waybill on planned (waybill, deliver_at) where waybill <> '';
