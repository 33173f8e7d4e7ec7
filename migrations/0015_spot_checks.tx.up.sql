-- Spot checks of Inspektorat: of each quarter a random sample of what was verified is held
-- against its evidence. Anybody can draw the sample again: the seed, the rule and the whole
-- list it was drawn from are kept, and no row of these ever changes.

-- How many values are drawn: data, so that a decree can change it. The newest row counts.
CREATE TABLE spot_rules (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    percent    numeric(5, 2) NOT NULL CONSTRAINT spot_rules_percent_check CHECK (percent > 0 AND percent <= 100), -- of the verified values, rounded up
    at_least   int NOT NULL CONSTRAINT spot_rules_at_least_check CHECK (at_least >= 1),
    per_agency int NOT NULL CONSTRAINT spot_rules_per_agency_check CHECK (per_agency >= 1), -- at most so many of one agency
    reason     text NOT NULL,
    added_at   timestamptz NOT NULL DEFAULT now(),
    added_by   bigint REFERENCES users (id)
);
INSERT INTO spot_rules (percent, at_least, per_agency, reason) VALUES (5, 12, 2, 'Aturan awal');

CREATE TABLE spot_samples (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year       int NOT NULL,
    quarter    int NOT NULL CONSTRAINT spot_samples_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    seed       text NOT NULL CONSTRAINT spot_samples_seed_check CHECK (seed ~ '^[0-9a-f]{32}$'), -- drawn by the program at drawn_at, so that nobody knew it before
    rule_id    bigint NOT NULL REFERENCES spot_rules (id),
    drawn_at   timestamptz NOT NULL,
    drawn_by   bigint REFERENCES users (id), -- null: by the job
    CONSTRAINT spot_samples_period_key UNIQUE (year, quarter)
);

-- Everything that was verified when the sample was drawn, in the order of digest.
CREATE TABLE spot_members (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sample_id bigint NOT NULL REFERENCES spot_samples (id),
    report_id bigint NOT NULL REFERENCES reports (id),
    revision  int NOT NULL,
    digest    text NOT NULL CONSTRAINT spot_members_digest_check CHECK (digest ~ '^[0-9a-f]{64}$'), -- SHA-256 of "seed|agency|indicator|2026-TW3|revision"
    place     int CONSTRAINT spot_members_place_check CHECK (place >= 1), -- in the sample; null: not drawn
    CONSTRAINT spot_members_report_key UNIQUE (sample_id, report_id),
    CONSTRAINT spot_members_place_key UNIQUE (sample_id, place)
);

-- What Inspektorat found. A result is corrected by one more row with its reason.
CREATE TABLE spot_results (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES spot_members (id),
    number    int NOT NULL CONSTRAINT spot_results_number_check CHECK (number >= 1),
    correct   boolean NOT NULL,
    note      text NOT NULL CONSTRAINT spot_results_note_check CHECK (length(note) <= 2000 AND (correct OR note <> '')),
    reason    text NOT NULL CONSTRAINT spot_results_reason_check CHECK (length(reason) <= 2000 AND (number = 1 OR reason <> '')), -- why the result before it was wrong
    at        timestamptz NOT NULL,
    by_user   bigint NOT NULL REFERENCES users (id),
    CONSTRAINT spot_results_number_key UNIQUE (member_id, number) -- two inspectors at once notice each other
);

CREATE TRIGGER spot_rules_insert_only BEFORE UPDATE OR DELETE ON spot_rules FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER spot_rules_no_truncate BEFORE TRUNCATE ON spot_rules FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER spot_samples_insert_only BEFORE UPDATE OR DELETE ON spot_samples FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER spot_samples_no_truncate BEFORE TRUNCATE ON spot_samples FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER spot_members_insert_only BEFORE UPDATE OR DELETE ON spot_members FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER spot_members_no_truncate BEFORE TRUNCATE ON spot_members FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER spot_results_insert_only BEFORE UPDATE OR DELETE ON spot_results FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER spot_results_no_truncate BEFORE TRUNCATE ON spot_results FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

GRANT SELECT ON spot_rules, spot_samples, spot_members, spot_results TO peta_web, peta_job, peta_ro;
GRANT INSERT ON spot_rules, spot_samples, spot_members, spot_results TO peta_web;
GRANT INSERT ON spot_samples, spot_members TO peta_job;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web, peta_job;
