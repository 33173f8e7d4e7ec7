-- Programs that hand figures in by themselves, as drafts. Each holds a token that one
-- administrator made; what comes with it is the work of an account of its own, which has no
-- password, no role and no page. Of a token only its SHA-256 is kept.

ALTER TABLE users ADD COLUMN machine boolean NOT NULL DEFAULT false; -- the account of a token: nobody signs in with it

CREATE TABLE machine_tokens (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id    uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT machine_tokens_public_id_key UNIQUE,
    user_id      bigint NOT NULL REFERENCES users (id) CONSTRAINT machine_tokens_user_id_key UNIQUE, -- the author of what comes with it
    name         text NOT NULL CONSTRAINT machine_tokens_name_check CHECK (length(name) BETWEEN 1 AND 80),
    source       text NOT NULL CONSTRAINT machine_tokens_source_check CHECK (length(source) BETWEEN 1 AND 60), -- as the reader knows the system
    token_sha256 bytea NOT NULL CONSTRAINT machine_tokens_token_key UNIQUE CONSTRAINT machine_tokens_token_check CHECK (octet_length(token_sha256) = 32),
    agencies     text[] NOT NULL, -- codes; none: all agencies
    indicators   text[] NOT NULL, -- codes; none: all of the agencies
    created_at   timestamptz NOT NULL,
    created_by   bigint NOT NULL REFERENCES users (id),
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    revoked_by   bigint REFERENCES users (id),
    -- A token for all agencies is for the indicators of one source.
    CONSTRAINT machine_tokens_scope_check CHECK (agencies <> '{}' OR indicators <> '{}'),
    CONSTRAINT machine_tokens_expires_check CHECK (expires_at > created_at AND expires_at <= created_at + interval '400 days'),
    CONSTRAINT machine_tokens_revoked_check CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX machine_tokens_created_by_idx ON machine_tokens (created_by);

-- Answers to requests that changed something, by the key that the program gave them: the
-- same request sent again gets the same answer and changes nothing.
CREATE TABLE machine_answers (
    token_id       bigint NOT NULL REFERENCES machine_tokens (id),
    key            text NOT NULL CONSTRAINT machine_answers_key_check CHECK (length(key) BETWEEN 1 AND 200),
    request_sha256 bytea NOT NULL CONSTRAINT machine_answers_request_check CHECK (octet_length(request_sha256) = 32), -- of method, path and body
    status         int NOT NULL CONSTRAINT machine_answers_status_check CHECK (status BETWEEN 200 AND 299),
    body           bytea NOT NULL,
    answered_at    timestamptz NOT NULL,
    PRIMARY KEY (token_id, key)
);
CREATE INDEX machine_answers_answered_at_idx ON machine_answers (answered_at);

-- How the other system names what it delivered.
ALTER TABLE feed_values ADD COLUMN reference text NOT NULL DEFAULT '' CONSTRAINT feed_values_reference_check CHECK (length(reference) <= 200);

CREATE TRIGGER machine_tokens_no_delete BEFORE DELETE ON machine_tokens FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER machine_tokens_no_truncate BEFORE TRUNCATE ON machine_tokens FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

GRANT SELECT ON machine_tokens TO peta_web, peta_job, peta_ro;
GRANT INSERT, UPDATE (last_used_at, revoked_at, revoked_by) ON machine_tokens TO peta_web;
GRANT SELECT, INSERT, UPDATE (request_sha256, status, body, answered_at) ON machine_answers TO peta_web;
GRANT SELECT, DELETE ON machine_answers TO peta_job;
