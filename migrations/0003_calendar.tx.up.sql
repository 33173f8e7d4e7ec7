-- The calendar of reporting: holidays, periods with their moments, and accepted exceptions.

CREATE TABLE holidays (
    day         date PRIMARY KEY,
    name        text NOT NULL,
    needs_check boolean NOT NULL, -- the date moves (lunar calendar) and the decree was not read
    source      text NOT NULL
);

-- All moments are instants; "due at the end of 14 October" is the first instant of the 15th, exclusive.
CREATE TABLE periods (
    year       int NOT NULL,
    quarter    int NOT NULL CONSTRAINT periods_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    opens_at   timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    closes_at  timestamptz NOT NULL,
    publish_by timestamptz NOT NULL,
    opened_at  timestamptz,
    closed_at  timestamptz,
    CONSTRAINT periods_pkey PRIMARY KEY (year, quarter),
    CONSTRAINT periods_order_check CHECK (opens_at < due_at AND due_at <= closes_at AND closes_at <= publish_by),
    CONSTRAINT periods_closed_check CHECK (closed_at IS NULL OR (opened_at IS NOT NULL AND closed_at >= opened_at))
);

-- An accepted reason not to be assessed, with the day it ends. It covers the periods
-- whose last day lies within it; afterwards the target counts again by itself.
CREATE TABLE exceptions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id   bigint NOT NULL REFERENCES target_series (id),
    starts_on   date NOT NULL,
    ends_on     date NOT NULL,
    reason      text NOT NULL CONSTRAINT exceptions_reason_check CHECK (reason <> ''),
    accepted_by bigint REFERENCES users (id),
    accepted_at timestamptz NOT NULL,
    revoked_at  timestamptz,
    CONSTRAINT exceptions_dates_check CHECK (ends_on >= starts_on),
    CONSTRAINT exceptions_revoked_check CHECK (revoked_at >= accepted_at)
);
CREATE INDEX exceptions_series_id_idx ON exceptions (series_id);

GRANT SELECT ON holidays, periods, exceptions TO peta_web, peta_job, peta_ro;
GRANT INSERT, UPDATE ON periods TO peta_web, peta_job;
GRANT INSERT ON exceptions TO peta_web;
GRANT UPDATE (revoked_at) ON exceptions TO peta_web;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web, peta_job;
