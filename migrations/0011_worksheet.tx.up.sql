-- What it takes to report a quarter inside the program: drafts that keep what was typed,
-- an explanation in parts, evidence before it is handed in, what is known from automatic
-- sources, conversations about a value, and the way in after a period has closed.

ALTER TABLE reports
    ADD COLUMN obstacle        text NOT NULL DEFAULT '', -- kendala; note is the cause
    ADD COLUMN next_step       text NOT NULL DEFAULT '', -- rencana tindak lanjut
    ADD COLUMN next_step_owner text NOT NULL DEFAULT '', -- the office that does it
    ADD COLUMN next_step_due   date,
    ADD COLUMN typed           jsonb NOT NULL DEFAULT '{}'; -- what was typed where it is no value (yet), by name of the field
ALTER TABLE report_revisions
    ADD COLUMN obstacle        text NOT NULL DEFAULT '',
    ADD COLUMN next_step       text NOT NULL DEFAULT '',
    ADD COLUMN next_step_owner text NOT NULL DEFAULT '',
    ADD COLUMN next_step_due   date;

-- Evidence of the working copy. Handing in copies it to the revision; here it stays for the next one.
CREATE TABLE draft_evidence (
    public_id  uuid PRIMARY KEY,
    report_id  bigint NOT NULL REFERENCES reports (id),
    kind       text NOT NULL CONSTRAINT draft_evidence_kind_check CHECK (kind IN ('berkas', 'tautan', 'umpan')),
    statement  boolean NOT NULL DEFAULT false, -- a signed statement, and no document that shows the figure
    title      text NOT NULL CONSTRAINT draft_evidence_title_check CHECK (length(title) BETWEEN 1 AND 120),
    sha256     text NOT NULL CONSTRAINT draft_evidence_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL DEFAULT '',
    size_bytes bigint NOT NULL DEFAULT 0,
    url        text NOT NULL DEFAULT '',
    added_at   timestamptz NOT NULL,
    added_by   bigint REFERENCES users (id)
);
CREATE INDEX draft_evidence_report_id_idx ON draft_evidence (report_id);
ALTER TABLE evidence ADD COLUMN statement boolean NOT NULL DEFAULT false;

-- Figures that another system delivers. The newest of a series and period is offered to the operator.
CREATE TABLE feed_values (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id   bigint NOT NULL REFERENCES target_series (id),
    year        int NOT NULL,
    quarter     int NOT NULL CONSTRAINT feed_values_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    source      text NOT NULL CONSTRAINT feed_values_source_check CHECK (source <> ''), -- as the reader knows the system
    actual      numeric(18, 4),
    numerator   numeric(18, 4) CONSTRAINT feed_values_numerator_check CHECK (numerator >= 0),
    denominator numeric(18, 4) CONSTRAINT feed_values_denominator_check CHECK (denominator >= 0),
    sha256      text NOT NULL CONSTRAINT feed_values_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'), -- of the file it came in
    imported_at timestamptz NOT NULL,
    imported_by bigint REFERENCES users (id),
    CONSTRAINT feed_values_value_check CHECK ((numerator IS NULL) = (denominator IS NULL) AND (actual IS NULL) <> (numerator IS NULL))
);
CREATE INDEX feed_values_series_idx ON feed_values (series_id, year, quarter, id);

CREATE TABLE report_comments (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id    bigint NOT NULL REFERENCES reports (id),
    at           timestamptz NOT NULL,
    by_user      bigint NOT NULL REFERENCES users (id),
    by_role      text NOT NULL,
    by_agency_id bigint REFERENCES agencies (id),
    body         text NOT NULL CONSTRAINT report_comments_body_check CHECK (length(body) BETWEEN 1 AND 2000)
);
CREATE INDEX report_comments_report_id_idx ON report_comments (report_id, id);

-- Forms that were handed in, so that the same one sent twice counts once.
CREATE TABLE report_submissions (
    submission_id uuid PRIMARY KEY,
    agency_id     bigint NOT NULL REFERENCES agencies (id),
    year          int NOT NULL,
    quarter       int NOT NULL CONSTRAINT report_submissions_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    by_user       bigint NOT NULL REFERENCES users (id),
    at            timestamptz NOT NULL
);

-- Leave to report after a period has closed, until a moment. indicator_id null: all of the agency.
CREATE TABLE late_entries (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency_id    bigint NOT NULL REFERENCES agencies (id),
    indicator_id bigint REFERENCES indicators (id),
    year         int NOT NULL,
    quarter      int NOT NULL CONSTRAINT late_entries_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    ends_at      timestamptz NOT NULL, -- exclusive
    reason       text NOT NULL CONSTRAINT late_entries_reason_check CHECK (reason <> ''),
    granted_by   bigint NOT NULL REFERENCES users (id),
    granted_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    CONSTRAINT late_entries_ends_check CHECK (ends_at > granted_at)
);
CREATE INDEX late_entries_agency_idx ON late_entries (agency_id, year, quarter);

-- The checks before a human, with their limits: data, so that a decree can change them. They never block and never score.
CREATE TABLE checks (
    code      text PRIMARY KEY,
    name      text NOT NULL, -- as it is shown: "lonjakan"
    threshold numeric,       -- percent or hours, as the check says; null: it has none
    enabled   boolean NOT NULL DEFAULT true
);
INSERT INTO checks (code, name, threshold) VALUES
    ('range', 'di luar kisaran wajar', NULL),
    ('jump', 'lonjakan', 25),              -- percent away from the value before
    ('fraction', 'pembilang melebihi penyebut', NULL),
    ('unchanged', 'sama dengan triwulan lalu', NULL),
    ('exact', 'tepat sama dengan target', NULL),
    ('low_target', 'target di bawah realisasi tahun lalu', NULL),
    ('same', 'angka yang sama di banyak kelurahan', 5), -- how many kelurahan
    ('last_hour', 'diisi pada jam terakhir', 1),        -- hours before the deadline
    ('no_evidence', 'tanpa bukti', NULL);

-- What a person would call plausible of an indicator; null: open on that side.
CREATE TABLE plausible_ranges (
    indicator_id bigint PRIMARY KEY REFERENCES indicators (id),
    low          numeric(18, 4),
    high         numeric(18, 4),
    CONSTRAINT plausible_ranges_check CHECK (low <= high AND (low IS NOT NULL OR high IS NOT NULL))
);

-- The target series with something due in the very period: the indicator is due in the quarter,
-- the target of the year is neither withdrawn nor nought for a higher-is-better one, nothing is
-- excepted on the last day of the period, and a result from outside may have been announced.
-- next_year is the first instant of the next year in the zone of the city: the session is in
-- UTC, where adding months to the last hours of a year ends on the last day of a month.
CREATE FUNCTION owed_series(of_year int, of_quarter int, last_day date, at timestamptz, next_year timestamptz)
    RETURNS TABLE (id bigint, agency_id bigint) LANGUAGE sql STABLE AS $$
    SELECT s.id, s.agency_id
    FROM target_series s
    JOIN indicator_sheets i ON i.indicator_id = s.indicator_id AND i.version_id = (
        SELECT v.id FROM roadmap_versions v WHERE of_year BETWEEN v.first_year AND v.last_year ORDER BY v.first_year DESC, v.number DESC LIMIT 1)
    JOIN LATERAL (
        SELECT t.value, t.low, t.high FROM targets t WHERE t.series_id = s.id AND t.year = of_year ORDER BY t.revision DESC LIMIT 1
    ) t ON (t.value IS NOT NULL OR t.low IS NOT NULL) AND NOT (i.direction = 'naik' AND coalesce(t.value, t.high) = 0)
    WHERE (i.frequency = 'triwulanan' OR of_quarter = 4 OR i.frequency = 'semesteran' AND of_quarter = 2)
        AND NOT EXISTS (
            SELECT FROM exceptions e
            WHERE e.series_id = s.id AND e.revoked_at IS NULL AND last_day BETWEEN e.starts_on AND e.ends_on)
        AND (i.announced_month IS NULL OR i.frequency <> 'tahunan' OR at >= next_year + make_interval(months => i.announced_month))
$$;

CREATE INDEX report_events_at_idx ON report_events (at);

CREATE TRIGGER feed_values_insert_only BEFORE UPDATE OR DELETE ON feed_values FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER feed_values_no_truncate BEFORE TRUNCATE ON feed_values FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER report_submissions_insert_only BEFORE UPDATE OR DELETE ON report_submissions FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER report_submissions_no_truncate BEFORE TRUNCATE ON report_submissions FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER report_comments_insert_only BEFORE UPDATE OR DELETE ON report_comments FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER report_comments_no_truncate BEFORE TRUNCATE ON report_comments FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

GRANT SELECT ON draft_evidence, feed_values, report_comments, report_submissions, late_entries, checks, plausible_ranges TO peta_web, peta_job, peta_ro;
GRANT INSERT, DELETE ON draft_evidence TO peta_web;
GRANT INSERT ON feed_values, report_comments, report_submissions, late_entries TO peta_web;
GRANT INSERT ON feed_values TO peta_job;
GRANT UPDATE (revoked_at) ON late_entries TO peta_web;
GRANT INSERT, UPDATE ON plausible_ranges TO peta_web;
GRANT UPDATE (threshold, enabled) ON checks TO peta_web;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web, peta_job;
