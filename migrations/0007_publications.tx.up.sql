-- What was published: the very bytes, their hash, and the hash of the one before. A
-- publication is never changed; a correction is a new one with its reason.

CREATE TABLE publications (
    number          int CONSTRAINT publications_pkey PRIMARY KEY CONSTRAINT publications_number_check CHECK (number >= 1),
    run_id          bigint NOT NULL REFERENCES runs (id),
    year            int NOT NULL,
    quarter         int NOT NULL CONSTRAINT publications_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    as_of           timestamptz NOT NULL,
    published_at    timestamptz NOT NULL,
    published_by    bigint REFERENCES users (id),
    reason          text NOT NULL,
    status          text NOT NULL CONSTRAINT publications_status_check CHECK (status IN ('contoh', 'rancangan', 'resmi')),
    content         bytea NOT NULL,
    sha256          text NOT NULL CONSTRAINT publications_sha256_key UNIQUE
                    CONSTRAINT publications_sha256_check CHECK (sha256 = encode(sha256(content), 'hex')),
    previous_sha256 text CONSTRAINT publications_previous_key UNIQUE, -- one chain, no forks
    previous_number int GENERATED ALWAYS AS (number - 1) STORED, -- numbers follow one another along the chain
    CONSTRAINT publications_number_sha256_key UNIQUE (number, sha256),
    CONSTRAINT publications_previous_fkey FOREIGN KEY (previous_number, previous_sha256) REFERENCES publications (number, sha256),
    CONSTRAINT publications_first_check CHECK ((number = 1) = (previous_sha256 IS NULL))
);

-- Written before a publication is computed, so that one that failed half-way is known.
CREATE TABLE publication_intents (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year   int NOT NULL,
    quarter int NOT NULL,
    reason text NOT NULL,
    at     timestamptz NOT NULL,
    number int REFERENCES publications (number) -- null until it is done
);

CREATE TRIGGER publications_insert_only BEFORE UPDATE OR DELETE ON publications FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER publications_no_truncate BEFORE TRUNCATE ON publications FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

GRANT SELECT ON publications TO peta_web, peta_job, peta_public, peta_ro;
GRANT INSERT ON publications TO peta_web, peta_job;
GRANT SELECT, INSERT ON publication_intents TO peta_web, peta_job;
GRANT UPDATE (number) ON publication_intents TO peta_web, peta_job;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web, peta_job;
