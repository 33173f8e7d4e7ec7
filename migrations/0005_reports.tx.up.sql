-- What agencies say they achieved. A report is the working copy of one target series and
-- quarter; each time it is handed in, its values are kept as a revision that never
-- changes; what happened to it stands in report_events, which is only ever added to.

CREATE TABLE reports (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id      bigint NOT NULL REFERENCES target_series (id),
    year           int NOT NULL,
    quarter        int NOT NULL CONSTRAINT reports_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    status         text NOT NULL CONSTRAINT reports_status_check
                   CHECK (status IN ('draft', 'submitted', 'approved', 'verified', 'returned')),
    revision       int NOT NULL DEFAULT 0, -- the newest revision handed in; 0: none yet
    version        int NOT NULL DEFAULT 1, -- counts edits, so that two editors notice each other
    actual         numeric(18, 4),
    numerator      numeric(18, 4),
    denominator    numeric(18, 4),
    not_applicable boolean NOT NULL DEFAULT false,
    note           text NOT NULL DEFAULT '',
    updated_at     timestamptz NOT NULL,
    updated_by     bigint REFERENCES users (id),
    CONSTRAINT reports_period_key UNIQUE (series_id, year, quarter),
    CONSTRAINT reports_handed_in_check CHECK (status IN ('draft', 'returned') OR revision > 0)
);
CREATE INDEX reports_period_idx ON reports (year, quarter, status);

CREATE TABLE report_revisions (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id      bigint NOT NULL REFERENCES reports (id),
    revision       int NOT NULL CONSTRAINT report_revisions_revision_check CHECK (revision >= 1),
    actual         numeric(18, 4),
    numerator      numeric(18, 4) CONSTRAINT report_revisions_numerator_check CHECK (numerator >= 0),
    denominator    numeric(18, 4) CONSTRAINT report_revisions_denominator_check CHECK (denominator >= 0),
    not_applicable boolean NOT NULL DEFAULT false,
    note           text NOT NULL DEFAULT '',
    handed_in_at   timestamptz NOT NULL,
    CONSTRAINT report_revisions_key UNIQUE (report_id, revision),
    CONSTRAINT report_revisions_fraction_check CHECK ((numerator IS NULL) = (denominator IS NULL) AND NOT (denominator = 0 AND numerator > 0)),
    -- Exactly one of: a value, a fraction, or "not applicable" with its reason.
    CONSTRAINT report_revisions_value_check CHECK (
        (not_applicable AND note <> '' AND actual IS NULL AND numerator IS NULL)
        OR (NOT not_applicable AND (actual IS NULL) <> (numerator IS NULL)))
);

CREATE TABLE report_events (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    report_id      bigint NOT NULL REFERENCES reports (id),
    revision       int NOT NULL DEFAULT 0, -- 0: concerns the draft
    kind           text NOT NULL CONSTRAINT report_events_kind_check
                   CHECK (kind IN ('saved', 'submitted', 'withdrawn', 'approved', 'returned', 'verified', 'reopened')),
    at             timestamptz NOT NULL,
    by_user        bigint REFERENCES users (id),
    by_role        text NOT NULL, -- office and role are public, the person is not
    by_agency_id   bigint REFERENCES agencies (id),
    reason         text NOT NULL DEFAULT '',
    evidence_grade text CONSTRAINT report_events_grade_check
                   CHECK (evidence_grade IN ('umpan_sistem', 'dokumen_diperiksa', 'pernyataan', 'tanpa_bukti')),
    CONSTRAINT report_events_reason_check CHECK (kind NOT IN ('returned', 'reopened') OR reason <> ''),
    CONSTRAINT report_events_grade_kind_check CHECK ((kind = 'verified') = (evidence_grade IS NOT NULL)),
    CONSTRAINT report_events_revision_check CHECK ((kind = 'saved') = (revision = 0))
);
CREATE INDEX report_events_report_id_idx ON report_events (report_id, at, id);

-- What a claim rests on. In public only the label is shown: kind, date and hash.
CREATE TABLE evidence (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid NOT NULL CONSTRAINT evidence_public_id_key UNIQUE,
    revision_id bigint NOT NULL REFERENCES report_revisions (id),
    kind        text NOT NULL CONSTRAINT evidence_kind_check CHECK (kind IN ('berkas', 'tautan', 'umpan')),
    title       text NOT NULL,
    sha256      text NOT NULL CONSTRAINT evidence_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type  text NOT NULL DEFAULT '',
    size_bytes  bigint NOT NULL DEFAULT 0,
    url         text NOT NULL DEFAULT '',
    is_public   boolean NOT NULL DEFAULT false,
    added_at    timestamptz NOT NULL
);
CREATE INDEX evidence_revision_id_idx ON evidence (revision_id);

CREATE TRIGGER report_revisions_insert_only BEFORE UPDATE OR DELETE ON report_revisions FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER report_events_insert_only BEFORE UPDATE OR DELETE ON report_events FOR EACH ROW EXECUTE FUNCTION forbid_change();
-- Of evidence only whether it is public may change.
CREATE FUNCTION forbid_change_of_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'is_public') IS DISTINCT FROM (to_jsonb(OLD) - 'is_public') THEN
        RAISE EXCEPTION '% on % is not allowed: of a row only is_public may change', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evidence_only_is_public BEFORE UPDATE ON evidence FOR EACH ROW EXECUTE FUNCTION forbid_change_of_evidence();
CREATE TRIGGER evidence_insert_only BEFORE DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER evidence_no_truncate BEFORE TRUNCATE ON evidence FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER report_revisions_no_truncate BEFORE TRUNCATE ON report_revisions FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER report_events_no_truncate BEFORE TRUNCATE ON report_events FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

GRANT SELECT ON reports, report_revisions, report_events, evidence TO peta_web, peta_job, peta_ro;
GRANT INSERT, UPDATE ON reports TO peta_web;
GRANT INSERT ON report_revisions, report_events, evidence TO peta_web;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web, peta_job;
