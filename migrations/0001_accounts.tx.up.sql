-- Who may sign in, with which role in which agency, and the sessions they hold.
-- The program keeps its own session table because a session that was ended must
-- stay ended, also while a request that began earlier is still running.

CREATE FUNCTION forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is not allowed: rows are only ever added', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- Facts about this database itself, such as the mark of a demonstration.
CREATE TABLE settings (
    key   text PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE users (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login         text NOT NULL CONSTRAINT users_login_key UNIQUE
                  CONSTRAINT users_login_check CHECK (login = lower(login) AND login ~ '^[a-z0-9][a-z0-9._@-]{2,119}$'),
    name          text NOT NULL CONSTRAINT users_name_check CHECK (name <> ''),
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL,
    disabled_at   timestamptz
);

-- A person may hold several roles, each for one agency or for the city as a whole,
-- and a role may be limited in time (acting head, Plt).
CREATE TABLE user_roles (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     bigint NOT NULL REFERENCES users (id),
    role        text NOT NULL CONSTRAINT user_roles_role_check
                CHECK (role IN ('operator', 'kepala', 'organisasi', 'inspektorat', 'dprd', 'pimpinan', 'admin')),
    agency_code text,
    acting      boolean NOT NULL DEFAULT false,
    valid_from  date NOT NULL,
    valid_to    date,
    CONSTRAINT user_roles_agency_check CHECK ((role IN ('operator', 'kepala')) = (agency_code IS NOT NULL)),
    CONSTRAINT user_roles_dates_check CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CONSTRAINT user_roles_key UNIQUE NULLS NOT DISTINCT (user_id, role, agency_code, valid_from)
);

-- Only the SHA-256 of a session's token is kept. last_seen is only ever updated
-- where revoked_at is null, so that a late request cannot revive a session.
CREATE TABLE sessions (
    token_sha256 bytea PRIMARY KEY CONSTRAINT sessions_token_check CHECK (octet_length(token_sha256) = 32),
    user_id      bigint NOT NULL REFERENCES users (id),
    created_at   timestamptz NOT NULL,
    last_seen    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    user_agent   text NOT NULL DEFAULT ''
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);

-- Failed sign-ins in fixed windows, shared by all replicas. The key is a kind and a hash.
CREATE TABLE throttles (
    key          text NOT NULL,
    window_start timestamptz NOT NULL,
    failures     int NOT NULL CONSTRAINT throttles_failures_check CHECK (failures > 0),
    last_at      timestamptz NOT NULL,
    CONSTRAINT throttles_pkey PRIMARY KEY (key, window_start)
);

GRANT SELECT ON settings TO peta_web, peta_job, peta_public, peta_ro;
GRANT SELECT, INSERT, UPDATE ON users, user_roles, sessions, throttles TO peta_web;
GRANT DELETE ON sessions, throttles TO peta_web, peta_job;
GRANT SELECT ON sessions, throttles TO peta_job;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web, peta_job;
