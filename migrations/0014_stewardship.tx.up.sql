-- Keeping the roadmap: drafts of versions, clauses of the regulations and what follows from
-- them, agencies that follow on others. Plan rows stay insert-only for the program: it gets
-- the right to add versions, scales and rules, not to rewrite them.

-- A version of the roadmap in the making. The document holds the same rows as the seed files;
-- nothing of it counts before it is activated.
CREATE TABLE roadmap_drafts (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version      int NOT NULL DEFAULT 1, -- counts edits, so that two editors notice each other
    based_on     int NOT NULL,           -- number of the version it was copied from
    document     jsonb NOT NULL,
    state        text NOT NULL DEFAULT 'draf' CONSTRAINT roadmap_drafts_state_check CHECK (state IN ('draf', 'berlaku', 'dibuang')),
    origin       text NOT NULL DEFAULT '', -- name of the workbook it came from; empty: made in the pages
    created_at   timestamptz NOT NULL,
    created_by   bigint REFERENCES users (id),
    updated_at   timestamptz NOT NULL,
    updated_by   bigint REFERENCES users (id),
    ended_at     timestamptz, -- activated or discarded
    became       int,         -- number of the version it became
    CONSTRAINT roadmap_drafts_end_check CHECK ((state = 'draf') = (ended_at IS NULL)),
    CONSTRAINT roadmap_drafts_became_check CHECK ((state = 'berlaku') = (became IS NOT NULL))
);

-- What regulations ask for, piece by piece, so that a page can say what is not yet tracked.
CREATE TABLE clauses (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    regulation  text NOT NULL CONSTRAINT clauses_regulation_check CHECK (regulation <> ''),
    reference   text NOT NULL CONSTRAINT clauses_reference_check CHECK (reference <> ''), -- "Pasal 5 ayat (2)", "Lampiran, baris …"
    summary     text NOT NULL,
    ordinal     int NOT NULL DEFAULT 0, -- order within the regulation
    retired_at  timestamptz,            -- no longer in force; null: in force
    recorded_at timestamptz NOT NULL,
    recorded_by bigint REFERENCES users (id),
    CONSTRAINT clauses_reference_key UNIQUE (regulation, reference)
);
-- What follows from a clause, by its code: a goal, an objective, an indicator, or the standard of a service.
CREATE TABLE clause_links (
    clause_id bigint NOT NULL REFERENCES clauses (id),
    kind      text NOT NULL CONSTRAINT clause_links_kind_check CHECK (kind IN ('tujuan', 'sasaran', 'indikator', 'standar')),
    code      text NOT NULL,
    linked_at timestamptz NOT NULL,
    CONSTRAINT clause_links_pkey PRIMARY KEY (clause_id, kind, code)
);
CREATE INDEX clause_links_code_idx ON clause_links (kind, code);

-- An agency that follows on another. What was reported stays with the old one.
CREATE TABLE agency_successions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_id     bigint NOT NULL REFERENCES agencies (id),
    to_id       bigint REFERENCES agencies (id), -- null: closed without a successor
    kind        text NOT NULL CONSTRAINT agency_successions_kind_check CHECK (kind IN ('gabung', 'pecah', 'tutup')),
    on_date     date NOT NULL, -- first day of the successor
    legal_basis text NOT NULL CONSTRAINT agency_successions_basis_check CHECK (legal_basis <> ''),
    recorded_at timestamptz NOT NULL,
    recorded_by bigint REFERENCES users (id),
    CONSTRAINT agency_successions_self_check CHECK (to_id <> from_id),
    CONSTRAINT agency_successions_to_check CHECK ((kind = 'tutup') = (to_id IS NULL)),
    CONSTRAINT agency_successions_key UNIQUE NULLS NOT DISTINCT (from_id, to_id)
);
CREATE TRIGGER agency_successions_insert_only BEFORE UPDATE OR DELETE ON agency_successions FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER agency_successions_no_truncate BEFORE TRUNCATE ON agency_successions FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

GRANT SELECT ON roadmap_drafts, clauses, clause_links, agency_successions TO peta_web, peta_job, peta_ro;
GRANT INSERT, UPDATE ON roadmap_drafts TO peta_web;
GRANT INSERT, UPDATE ON clauses TO peta_web;
GRANT INSERT, DELETE ON clause_links TO peta_web;
GRANT INSERT ON agency_successions TO peta_web;

GRANT INSERT ON roadmap_versions, goals, objectives, indicators, indicator_sheets, indicator_steps, scales, scale_steps, rule_sets,
    services, offerings, agencies, agency_names, holidays TO peta_web;
GRANT UPDATE (valid_to) ON scales, rule_sets TO peta_web;
GRANT UPDATE (name) ON services TO peta_web;
GRANT UPDATE (name, short_name, parent_id, public_facing, reports, website, valid_to, note) ON agencies TO peta_web;
GRANT UPDATE (valid_from, valid_to) ON agency_names TO peta_web;
GRANT UPDATE (name, needs_check, source), DELETE ON holidays TO peta_web;
GRANT DELETE ON plausible_ranges TO peta_web;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web, peta_job;
