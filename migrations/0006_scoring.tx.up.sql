-- Scoring runs with every part needed to explain a score. A run of a period holds that
-- period and all earlier ones as then known. A run with a base holds only what differs
-- from it; the base itself is always complete. Rows are only ever added.

CREATE TABLE runs (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year            int NOT NULL,
    quarter         int NOT NULL CONSTRAINT runs_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    as_of           timestamptz NOT NULL,
    rule_set_id     bigint NOT NULL REFERENCES rule_sets (id),
    formula_version int NOT NULL,
    base_id         bigint REFERENCES runs (id),
    input_hash      text NOT NULL CONSTRAINT runs_input_hash_check CHECK (input_hash ~ '^[0-9a-f]{64}$'),
    scored          int NOT NULL, -- achievements of this run's own period in state dinilai
    missing         int NOT NULL, -- of its own period, due but missing
    left_out        int NOT NULL, -- of its own period, not due or left out
    started_at      timestamptz NOT NULL,
    duration_ms     int NOT NULL,
    -- Same inputs, same rules, same result: there is no second run of them.
    CONSTRAINT runs_input_key UNIQUE (year, quarter, rule_set_id, formula_version, input_hash)
);

-- The hash of all inputs of each series in a run: what changed since is found by comparing them.
CREATE TABLE run_series (
    run_id     bigint NOT NULL REFERENCES runs (id),
    series_id  bigint NOT NULL REFERENCES target_series (id),
    input_hash bytea NOT NULL CONSTRAINT run_series_input_hash_check CHECK (octet_length(input_hash) = 32),
    CONSTRAINT run_series_pkey PRIMARY KEY (run_id, series_id)
);

CREATE TABLE achievements (
    run_id             bigint NOT NULL REFERENCES runs (id),
    series_id          bigint NOT NULL REFERENCES target_series (id),
    year               int NOT NULL,
    quarter            int NOT NULL,
    state              text NOT NULL CONSTRAINT achievements_state_check
                       CHECK (state IN ('dinilai', 'menunggu_verifikasi', 'belum_lapor', 'terlambat',
                                        'belum_jatuh_tempo', 'tidak_berlaku', 'dikecualikan', 'tanpa_target')),
    reason             text NOT NULL DEFAULT '', -- why it is left out, in words for the reader
    weight             numeric(5, 2) NOT NULL,
    as_of_year         int NOT NULL,
    as_of_quarter      int NOT NULL,
    report_status      text NOT NULL DEFAULT '', -- of this period's own report at the run's moment; empty: none
    revision_id        bigint REFERENCES report_revisions (id), -- this period's verified revision
    target_id          bigint REFERENCES targets (id),
    first_target_id    bigint REFERENCES targets (id),
    exception_id       bigint REFERENCES exceptions (id),
    actual             numeric,
    actual_numerator   numeric,
    actual_denominator numeric,
    target             numeric,
    target_low         numeric,
    target_high        numeric,
    raw                numeric(24, 2), -- as shown: rounded half up once, from the exact fraction
    scored             numeric(7, 2),
    rating             text,
    first_target       numeric,
    first_target_low   numeric,
    first_target_high  numeric,
    first_raw          numeric(24, 2),
    first_scored       numeric(7, 2),
    CONSTRAINT achievements_pkey PRIMARY KEY (run_id, series_id, year, quarter),
    CONSTRAINT achievements_scored_check CHECK ((state = 'dinilai') = (scored IS NOT NULL) AND (raw IS NULL) = (scored IS NULL) AND (rating IS NULL) = (scored IS NULL))
);

CREATE TABLE scores (
    run_id      bigint NOT NULL REFERENCES runs (id),
    level       text NOT NULL CONSTRAINT scores_level_check CHECK (level IN ('city', 'goal', 'objective', 'agency')),
    code        text NOT NULL,
    year        int NOT NULL,
    quarter     int NOT NULL,
    score       numeric(7, 2),
    low         numeric(7, 2) NOT NULL,
    high        numeric(7, 2) NOT NULL,
    coverage    numeric(5, 4) NOT NULL CONSTRAINT scores_coverage_check CHECK (coverage BETWEEN 0 AND 1),
    rating      text, -- null: not sure
    ratings     jsonb NOT NULL,
    states      jsonb NOT NULL,
    first_score numeric(7, 2),
    first_low   numeric(7, 2),
    first_high  numeric(7, 2),
    CONSTRAINT scores_pkey PRIMARY KEY (run_id, level, code, year, quarter),
    CONSTRAINT scores_interval_check CHECK (low <= high AND (score IS NULL OR (low <= score AND score <= high))),
    CONSTRAINT scores_first_interval_check CHECK (first_low <= first_high AND first_low <= first_score AND first_score <= first_high),
    CONSTRAINT scores_rating_check CHECK (rating IS NULL OR score IS NOT NULL)
);

CREATE FUNCTION run_achievements(run bigint) RETURNS SETOF achievements LANGUAGE sql STABLE AS $$
    SELECT * FROM achievements WHERE run_id = run
    UNION ALL
    SELECT b.* FROM runs r JOIN achievements b ON b.run_id = r.base_id
    WHERE r.id = run AND NOT EXISTS (
        SELECT FROM achievements d WHERE d.run_id = r.id AND d.series_id = b.series_id AND d.year = b.year AND d.quarter = b.quarter)
$$;

CREATE FUNCTION run_scores(run bigint) RETURNS SETOF scores LANGUAGE sql STABLE AS $$
    SELECT * FROM scores WHERE run_id = run
    UNION ALL
    SELECT b.* FROM runs r JOIN scores b ON b.run_id = r.base_id
    WHERE r.id = run AND NOT EXISTS (
        SELECT FROM scores d WHERE d.run_id = r.id AND d.level = b.level AND d.code = b.code AND d.year = b.year AND d.quarter = b.quarter)
$$;

CREATE TRIGGER runs_insert_only BEFORE UPDATE OR DELETE ON runs FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER run_series_insert_only BEFORE UPDATE OR DELETE ON run_series FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER achievements_insert_only BEFORE UPDATE OR DELETE ON achievements FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER scores_insert_only BEFORE UPDATE OR DELETE ON scores FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER runs_no_truncate BEFORE TRUNCATE ON runs FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER run_series_no_truncate BEFORE TRUNCATE ON run_series FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER achievements_no_truncate BEFORE TRUNCATE ON achievements FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER scores_no_truncate BEFORE TRUNCATE ON scores FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

GRANT SELECT ON runs, run_series, achievements, scores TO peta_web, peta_job, peta_ro;
GRANT INSERT ON runs, run_series, achievements, scores TO peta_web, peta_job;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web, peta_job;
