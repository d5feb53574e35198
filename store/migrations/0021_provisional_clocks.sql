-- migrate:up
-- Deadlines that were counted over days without an official notice are found when the notice comes. They are few among
-- the records, and none most of the year.

CREATE INDEX case_records_provisional ON case_records (shop, case_no)
    WHERE kind = 'provisional_clock' AND data->>'provisional' = 'true';
