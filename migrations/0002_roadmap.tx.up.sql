-- The plan: areas, agencies, scales and rules, and the roadmap from goal to target.
-- Plan rows are keyed by code and never overwritten. A version of the roadmap names
-- the first year it holds for; a changed target is a new revision.

CREATE TABLE areas (
    code        text PRIMARY KEY,
    level       text NOT NULL CONSTRAINT areas_level_check CHECK (level IN ('kota', 'kecamatan', 'kelurahan')),
    parent_code text REFERENCES areas (code),
    name        text NOT NULL,
    slug        text CONSTRAINT areas_slug_key UNIQUE, -- address of a kelurahan's page; null for the others
    outline     text,                                  -- SVG path on the grid of the schematic map
    label_x     int,
    label_y     int,
    label_room  int,                                   -- radius free of borders around the label point
    source      text NOT NULL,
    CONSTRAINT areas_parent_check CHECK ((level = 'kota') = (parent_code IS NULL)),
    CONSTRAINT areas_kelurahan_check CHECK ((level = 'kelurahan') = (slug IS NOT NULL AND outline IS NOT NULL
                AND label_x IS NOT NULL AND label_y IS NOT NULL AND label_room IS NOT NULL))
);

CREATE TABLE agencies (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          text NOT NULL CONSTRAINT agencies_code_key UNIQUE,
    kind          text NOT NULL CONSTRAINT agencies_kind_check
                  CHECK (kind IN ('sekretariat', 'inspektorat', 'dinas', 'badan', 'satuan', 'kecamatan', 'rsud', 'bagian', 'unit', 'puskesmas', 'kelurahan')),
    name          text NOT NULL,
    short_name    text NOT NULL,
    parent_id     bigint REFERENCES agencies (id),
    area_code     text NOT NULL REFERENCES areas (code),
    public_facing boolean NOT NULL,
    reports       boolean NOT NULL,
    website       text NOT NULL DEFAULT '',
    valid_from    date NOT NULL,
    valid_to      date,
    source        text NOT NULL,
    confidence    text NOT NULL,
    note          text NOT NULL DEFAULT '',
    CONSTRAINT agencies_dates_check CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CONSTRAINT agencies_parent_check CHECK (parent_id <> id)
);
CREATE INDEX agencies_parent_id_idx ON agencies (parent_id);

-- Other names people know an agency by, and names it had before, with the dates where known.
CREATE TABLE agency_names (
    agency_id  bigint NOT NULL REFERENCES agencies (id),
    name       text NOT NULL,
    valid_from date,
    valid_to   date,
    CONSTRAINT agency_names_pkey PRIMARY KEY (agency_id, name)
);

-- A scale maps figures to words (bands: half-open, from min_value upward) or words to
-- ordinals (lowest = 1). Scales are never converted into one another.
CREATE TABLE scales (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       text NOT NULL,
    version    int NOT NULL,
    name       text NOT NULL,
    basis      text NOT NULL,
    status     text NOT NULL,
    valid_from date NOT NULL,
    valid_to   date,
    CONSTRAINT scales_code_key UNIQUE (code, version),
    CONSTRAINT scales_dates_check CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE TABLE scale_steps (
    scale_id  bigint NOT NULL REFERENCES scales (id),
    ordinal   int NOT NULL CONSTRAINT scale_steps_ordinal_check CHECK (ordinal >= 1), -- lowest = 1
    code      text NOT NULL,
    label     text NOT NULL,
    min_value numeric, -- inclusive; null for the lowest step, which takes everything below
    exclusive boolean NOT NULL DEFAULT false, -- true: only above min_value (AKIP: "> 80")
    CONSTRAINT scale_steps_pkey PRIMARY KEY (scale_id, ordinal),
    CONSTRAINT scale_steps_code_key UNIQUE (scale_id, code)
);

-- How achievements are computed and rolled up, with the dates it holds for.
CREATE TABLE rule_sets (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code            text NOT NULL,
    revision        int NOT NULL,
    formula_version int NOT NULL,
    cap             numeric(7, 2) NOT NULL CONSTRAINT rule_sets_cap_check CHECK (cap >= 100),
    band_scale_id   bigint NOT NULL REFERENCES scales (id),
    word_scale_id   bigint NOT NULL REFERENCES scales (id),
    valid_from      date NOT NULL,
    valid_to        date,
    basis           text NOT NULL,
    CONSTRAINT rule_sets_code_key UNIQUE (code, revision),
    CONSTRAINT rule_sets_dates_check CHECK (valid_to IS NULL OR valid_to >= valid_from)
);

CREATE TABLE roadmap_versions (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number            int NOT NULL CONSTRAINT roadmap_versions_number_key UNIQUE,
    title             text NOT NULL,
    regulation_number text NOT NULL DEFAULT '', -- empty until the regulation is issued
    regulation_date   date,
    first_year        int NOT NULL,
    last_year         int NOT NULL,
    status            text NOT NULL CONSTRAINT roadmap_versions_status_check CHECK (status IN ('contoh', 'rancangan', 'resmi')),
    note              text NOT NULL DEFAULT '',
    recorded_at       timestamptz NOT NULL,
    CONSTRAINT roadmap_versions_years_check CHECK (first_year BETWEEN 2000 AND 2100 AND last_year >= first_year),
    CONSTRAINT roadmap_versions_official_check CHECK (status <> 'resmi' OR (regulation_number <> '' AND regulation_date IS NOT NULL))
);

CREATE TABLE goals (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_id bigint NOT NULL REFERENCES roadmap_versions (id),
    code       text NOT NULL,
    name       text NOT NULL,
    weight     numeric(5, 2) NOT NULL CONSTRAINT goals_weight_check CHECK (weight > 0 AND weight <= 100),
    CONSTRAINT goals_code_key UNIQUE (version_id, code)
);

CREATE TABLE objectives (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    goal_id bigint NOT NULL REFERENCES goals (id),
    code    text NOT NULL,
    name    text NOT NULL,
    CONSTRAINT objectives_code_key UNIQUE (goal_id, code)
);

-- An indicator lives through all versions by its code; what a version says of it is its sheet.
CREATE TABLE indicators (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT indicators_code_key UNIQUE
         CONSTRAINT indicators_code_check CHECK (code ~ '^[A-Z][A-Z0-9-]{1,39}$')
);

CREATE TABLE indicator_sheets (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version_id        bigint NOT NULL REFERENCES roadmap_versions (id),
    indicator_id      bigint NOT NULL REFERENCES indicators (id),
    objective_id      bigint NOT NULL REFERENCES objectives (id),
    name              text NOT NULL,
    definition        text NOT NULL,
    kind              text NOT NULL CONSTRAINT indicator_sheets_kind_check
                      CHECK (kind IN ('fraction', 'number', 'index', 'predicate', 'milestone', 'yesno', 'range')),
    direction         text NOT NULL CONSTRAINT indicator_sheets_direction_check
                      CHECK (direction IN ('naik', 'turun', 'tepat', 'ya_tidak', 'tahapan', 'predikat')),
    consolidation     text NOT NULL CONSTRAINT indicator_sheets_consolidation_check
                      CHECK (consolidation IN ('sum', 'last', 'average')),
    frequency         text NOT NULL CONSTRAINT indicator_sheets_frequency_check
                      CHECK (frequency IN ('triwulanan', 'semesteran', 'tahunan')),
    unit              text NOT NULL,
    decimals          int NOT NULL CONSTRAINT indicator_sheets_decimals_check CHECK (decimals BETWEEN 0 AND 4),
    applies_to        text NOT NULL,
    numerator_label   text NOT NULL DEFAULT '',
    denominator_label text NOT NULL DEFAULT '',
    data_source       text NOT NULL,
    evidence_rule     text NOT NULL,
    scale_code        text NOT NULL DEFAULT '', -- named scale of a predicate
    announced_month   int CONSTRAINT indicator_sheets_announced_check CHECK (announced_month BETWEEN 1 AND 12),
    key_indicator     boolean NOT NULL DEFAULT false,
    break_note        text NOT NULL DEFAULT '', -- what breaks the series, in words for the reader
    baseline_year     int,
    baseline_value    text NOT NULL DEFAULT '', -- as published: a number or a predicate
    baseline_source   text NOT NULL DEFAULT '',
    status            text NOT NULL CONSTRAINT indicator_sheets_status_check CHECK (status IN ('contoh', 'rancangan', 'resmi')),
    CONSTRAINT indicator_sheets_key UNIQUE (version_id, indicator_id),
    CONSTRAINT indicator_sheets_fraction_check CHECK ((kind = 'fraction') = (numerator_label <> '' AND denominator_label <> '')),
    CONSTRAINT indicator_sheets_average_check CHECK (NOT (kind = 'fraction' AND consolidation = 'average')),
    CONSTRAINT indicator_sheets_scale_check CHECK ((kind = 'predicate') = (scale_code <> '')),
    CONSTRAINT indicator_sheets_kind_direction_check CHECK (
        (kind = 'predicate') = (direction = 'predikat') AND (kind = 'milestone') = (direction = 'tahapan')
        AND (kind = 'yesno') = (direction = 'ya_tidak')),
    CONSTRAINT indicator_sheets_ordinal_check CHECK (consolidation = 'last' OR kind NOT IN ('predicate', 'milestone', 'yesno'))
);
CREATE INDEX indicator_sheets_indicator_id_idx ON indicator_sheets (indicator_id);

CREATE TABLE indicator_steps (
    sheet_id bigint NOT NULL REFERENCES indicator_sheets (id),
    percent  numeric(5, 2) NOT NULL CONSTRAINT indicator_steps_percent_check CHECK (percent > 0 AND percent <= 100),
    name     text NOT NULL,
    CONSTRAINT indicator_steps_pkey PRIMARY KEY (sheet_id, percent)
);

-- Published figures from before the plan, with their source.
CREATE TABLE baselines (
    code       text NOT NULL,
    indicator  text NOT NULL,
    year       int NOT NULL,
    value      numeric(18, 4),
    unit       text NOT NULL,
    predicate  text NOT NULL DEFAULT '',
    assessor   text NOT NULL DEFAULT '',
    status     text NOT NULL CONSTRAINT baselines_status_check CHECK (status IN ('published', 'published_without_score', 'not_found')),
    confidence text NOT NULL DEFAULT '',
    source     text NOT NULL DEFAULT '',
    note       text NOT NULL DEFAULT '',
    CONSTRAINT baselines_pkey PRIMARY KEY (code, year),
    CONSTRAINT baselines_source_check CHECK ((status = 'not_found') = (source = '')),
    CONSTRAINT baselines_value_check CHECK ((status = 'published') = (value IS NOT NULL))
);

-- One indicator in one agency: what all its targets and reports belong to.
CREATE TABLE target_series (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency_id    bigint NOT NULL REFERENCES agencies (id),
    indicator_id bigint NOT NULL REFERENCES indicators (id),
    CONSTRAINT target_series_key UNIQUE (agency_id, indicator_id)
);
CREATE INDEX target_series_indicator_id_idx ON target_series (indicator_id);

-- The value promised for a year. A change is a new revision with its reason and legal
-- basis; value, low and high all null mean that the target was withdrawn.
CREATE TABLE targets (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    series_id   bigint NOT NULL REFERENCES target_series (id),
    year        int NOT NULL CONSTRAINT targets_year_check CHECK (year BETWEEN 2000 AND 2100),
    revision    int NOT NULL CONSTRAINT targets_revision_check CHECK (revision >= 1),
    value       numeric(18, 4) CONSTRAINT targets_value_check CHECK (value >= 0),
    low         numeric(18, 4) CONSTRAINT targets_low_check CHECK (low >= 0),
    high        numeric(18, 4),
    steps       numeric(18, 4)[],
    weight      numeric(5, 2) NOT NULL CONSTRAINT targets_weight_check CHECK (weight >= 0 AND weight <= 100),
    status      text NOT NULL CONSTRAINT targets_status_check CHECK (status IN ('contoh', 'rancangan', 'resmi')),
    clause      text NOT NULL,
    reason      text NOT NULL DEFAULT '',
    legal_basis text NOT NULL DEFAULT '',
    recorded_at timestamptz NOT NULL,
    CONSTRAINT targets_key UNIQUE (series_id, year, revision),
    CONSTRAINT targets_range_check CHECK ((low IS NULL) = (high IS NULL) AND low <= high AND NOT (value IS NOT NULL AND low IS NOT NULL)),
    CONSTRAINT targets_steps_check CHECK (steps IS NULL OR (value IS NOT NULL AND array_length(steps, 1) IN (1, 2, 4))),
    CONSTRAINT targets_amendment_check CHECK (revision = 1 OR (reason <> '' AND legal_basis <> ''))
);
CREATE TRIGGER targets_insert_only BEFORE UPDATE OR DELETE ON targets FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER targets_no_truncate BEFORE TRUNCATE ON targets FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

GRANT SELECT ON areas, agencies, agency_names, scales, scale_steps, rule_sets, roadmap_versions, goals, objectives,
    indicators, indicator_sheets, indicator_steps, baselines, target_series, targets TO peta_web, peta_job, peta_ro;
GRANT INSERT ON target_series, targets TO peta_web;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web, peta_job;
