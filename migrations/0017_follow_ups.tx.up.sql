-- What an agency said it would do about a missed target, with who does it and until when.
-- A follow-up begins when the report that promises it is verified, and ends by a word of
-- the agency. Both tables are only ever added to: how far a follow-up has come is its last event.

CREATE TABLE follow_ups (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id   uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT follow_ups_public_id_key UNIQUE,
    agency_id   bigint NOT NULL REFERENCES agencies (id),
    series_id   bigint NOT NULL REFERENCES target_series (id),
    year        int NOT NULL,
    quarter     int NOT NULL CONSTRAINT follow_ups_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    revision_id bigint NOT NULL REFERENCES report_revisions (id) CONSTRAINT follow_ups_revision_key UNIQUE,
    action      text NOT NULL CONSTRAINT follow_ups_action_check CHECK (action <> ''),
    owner       text NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX follow_ups_agency_id_idx ON follow_ups (agency_id);
CREATE INDEX follow_ups_series_id_idx ON follow_ups (series_id, year, quarter);

CREATE TABLE follow_up_events (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    follow_up_id bigint NOT NULL REFERENCES follow_ups (id),
    kind         text NOT NULL CONSTRAINT follow_up_events_kind_check CHECK (kind IN ('begun', 'noted', 'moved', 'done', 'dropped')),
    at           timestamptz NOT NULL,
    by_user      bigint REFERENCES users (id), -- null: the program, when the report was verified or followed by another
    by_role      text NOT NULL,
    note         text NOT NULL DEFAULT '',
    due          date, -- from now on; null: as before
    CONSTRAINT follow_up_events_note_check CHECK (kind IN ('begun') OR note <> ''),
    CONSTRAINT follow_up_events_due_check CHECK (kind <> 'moved' OR due IS NOT NULL)
);
CREATE INDEX follow_up_events_follow_up_id_idx ON follow_up_events (follow_up_id, id);

CREATE TRIGGER follow_ups_insert_only BEFORE UPDATE OR DELETE ON follow_ups FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER follow_ups_no_truncate BEFORE TRUNCATE ON follow_ups FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER follow_up_events_insert_only BEFORE UPDATE OR DELETE ON follow_up_events FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER follow_up_events_no_truncate BEFORE TRUNCATE ON follow_up_events FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

GRANT SELECT ON follow_ups, follow_up_events TO peta_web, peta_job, peta_ro;
GRANT INSERT ON follow_ups, follow_up_events TO peta_web;
