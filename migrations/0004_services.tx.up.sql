-- What a citizen asks for at the counter, what is promised for it, and what was measured.

CREATE TABLE services (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT services_code_key UNIQUE,
    name text NOT NULL
);

CREATE TABLE offerings (
    service_id bigint NOT NULL REFERENCES services (id),
    agency_id  bigint NOT NULL REFERENCES agencies (id),
    CONSTRAINT offerings_pkey PRIMARY KEY (service_id, agency_id)
);
CREATE INDEX offerings_agency_id_idx ON offerings (agency_id);

-- The standard of a service, one version after the other. agency_id is null for a
-- standard that all agencies offering the service share. Components that nobody has
-- stated are null, which is not the same as empty: the six public ones come first,
-- then the eight internal ones (PermenPANRB 15/2014).
CREATE TABLE standards (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service_id     bigint NOT NULL REFERENCES services (id),
    agency_id      bigint REFERENCES agencies (id),
    version        int NOT NULL CONSTRAINT standards_version_check CHECK (version >= 1),
    requirements   text[],
    procedure      text,
    duration_value numeric(8, 2) CONSTRAINT standards_duration_check CHECK (duration_value > 0),
    duration_unit  text CONSTRAINT standards_duration_unit_check CHECK (duration_unit IN ('menit', 'jam', 'hari_kerja', 'hari')),
    fee_kind       text CONSTRAINT standards_fee_kind_check CHECK (fee_kind IN ('gratis', 'retribusi', 'campuran')),
    fee_rupiah     bigint CONSTRAINT standards_fee_check CHECK (fee_rupiah >= 0),
    fee_note       text,
    product        text,
    complaints     text,
    legal_basis    text,
    facilities     text,
    competence     text,
    supervision    text,
    staff_number   text,
    service_guarantee text,
    safety_guarantee  text,
    evaluation     text,
    decree_number  text NOT NULL DEFAULT '',
    decided_on     date,
    reviewed_on    date,
    provenance     jsonb NOT NULL DEFAULT '{}', -- per component: blitar, daerah_lain, regulasi, ilustratif
    sources        text[] NOT NULL DEFAULT '{}',
    note           text NOT NULL DEFAULT '',
    status         text NOT NULL CONSTRAINT standards_status_check CHECK (status IN ('contoh', 'rancangan', 'resmi')),
    recorded_at    timestamptz NOT NULL,
    CONSTRAINT standards_key UNIQUE NULLS NOT DISTINCT (service_id, agency_id, version),
    CONSTRAINT standards_duration_pair_check CHECK ((duration_value IS NULL) = (duration_unit IS NULL))
);

-- Speed, accuracy and satisfaction of a service in one agency and quarter, as counts.
CREATE TABLE service_results (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service_id  bigint NOT NULL,
    agency_id   bigint NOT NULL,
    year        int NOT NULL,
    quarter     int NOT NULL CONSTRAINT service_results_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    revision    int NOT NULL CONSTRAINT service_results_revision_check CHECK (revision >= 1),
    received    int NOT NULL CONSTRAINT service_results_received_check CHECK (received >= 0),
    done        int NOT NULL CONSTRAINT service_results_done_check CHECK (done >= 0),
    on_time     int NOT NULL,
    uncorrected int NOT NULL,
    digital     int NOT NULL,
    ikm         numeric(5, 2) CONSTRAINT service_results_ikm_check CHECK (ikm BETWEEN 25 AND 100), -- null: not surveyed
    respondents int NOT NULL DEFAULT 0 CONSTRAINT service_results_respondents_check CHECK (respondents >= 0),
    recorded_at timestamptz NOT NULL,
    CONSTRAINT service_results_offering_fkey FOREIGN KEY (service_id, agency_id) REFERENCES offerings (service_id, agency_id),
    CONSTRAINT service_results_key UNIQUE (service_id, agency_id, year, quarter, revision),
    CONSTRAINT service_results_parts_check CHECK (on_time BETWEEN 0 AND done AND uncorrected BETWEEN 0 AND done AND digital BETWEEN 0 AND received)
);

-- Whether each element's answers, from 1 to 4 each, can add up to its sum.
CREATE FUNCTION sums_fit_answers(sums int[], answers int[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(bool_and(coalesce(s BETWEEN a AND 4::bigint * a, false)), false) FROM unnest(sums, answers) AS element (s, a)
$$;

-- The satisfaction survey (SKM) of an agency and half-year: sums and numbers of answers
-- of the nine elements, in the order persyaratan, prosedur, waktu, biaya, produk,
-- kompetensi, perilaku, pengaduan, sarana.
CREATE TABLE satisfaction_results (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency_id     bigint NOT NULL REFERENCES agencies (id),
    year          int NOT NULL,
    half          int NOT NULL CONSTRAINT satisfaction_results_half_check CHECK (half BETWEEN 1 AND 2),
    revision      int NOT NULL CONSTRAINT satisfaction_results_revision_check CHECK (revision >= 1),
    source        text NOT NULL CONSTRAINT satisfaction_results_source_check CHECK (source IN ('sukma-e', 'sendiri')),
    population    int CONSTRAINT satisfaction_results_population_check CHECK (population > 0), -- null: not stated
    respondents   int NOT NULL CONSTRAINT satisfaction_results_respondents_check CHECK (respondents > 0),
    sums          int[] NOT NULL,
    answers       int[] NOT NULL,
    published_ikm numeric(5, 2), -- what the source printed, kept beside the recomputed figure
    recorded_at   timestamptz NOT NULL,
    CONSTRAINT satisfaction_results_key UNIQUE (agency_id, year, half, revision),
    CONSTRAINT satisfaction_results_elements_check CHECK (array_length(sums, 1) = 9 AND array_length(answers, 1) = 9 AND 0 < ALL (answers)),
    CONSTRAINT satisfaction_results_sums_check CHECK (sums_fit_answers(sums, answers))
);

CREATE TRIGGER standards_insert_only BEFORE UPDATE OR DELETE ON standards FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER service_results_insert_only BEFORE UPDATE OR DELETE ON service_results FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER satisfaction_results_insert_only BEFORE UPDATE OR DELETE ON satisfaction_results FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER standards_no_truncate BEFORE TRUNCATE ON standards FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER service_results_no_truncate BEFORE TRUNCATE ON service_results FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER satisfaction_results_no_truncate BEFORE TRUNCATE ON satisfaction_results FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

GRANT SELECT ON services, offerings, standards, service_results, satisfaction_results TO peta_web, peta_job, peta_ro;
GRANT INSERT ON standards, service_results, satisfaction_results TO peta_web;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web, peta_job;
