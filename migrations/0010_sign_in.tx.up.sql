-- More ways to sign in, and to lose nothing when one of them is lost.

-- Where reminders and links go; empty: the person has no mail, and an administrator sets a one-time sign-in.
ALTER TABLE users ADD COLUMN email text NOT NULL DEFAULT ''
    CONSTRAINT users_email_check CHECK (email = '' OR (email = lower(email) AND email LIKE '%_@_%' AND length(email) <= 254));
CREATE UNIQUE INDEX users_email_key ON users (email) WHERE email <> '';

-- A session begins with a password (1) and, where one is needed, goes on with a second factor (2);
-- each step ends the row and begins another with a new token. public_id names it on the page of one's own sessions.
ALTER TABLE sessions
    ADD COLUMN public_id  uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN auth_level smallint NOT NULL DEFAULT 1 CONSTRAINT sessions_auth_level_check CHECK (auth_level IN (1, 2)),
    ADD COLUMN ip_prefix  text NOT NULL DEFAULT '',                                                       -- /24 or /64: where from, and no address
    ADD COLUMN enrolling  bytea,                                                                          -- sealed secret of the second factor being set up
    ADD COLUMN code_tries smallint NOT NULL DEFAULT 0 CONSTRAINT sessions_code_tries_check CHECK (code_tries BETWEEN 0 AND 5),
    ADD CONSTRAINT sessions_public_id_key UNIQUE (public_id);

-- The second factor of an account, once a code has proved it. The secret is sealed with the key of
-- PETAJALAN_SECRET, whose id stands before it. last_step is the 30 seconds whose code was used last: a code is used once.
CREATE TABLE second_factors (
    user_id      bigint PRIMARY KEY REFERENCES users (id),
    secret       bytea NOT NULL,
    confirmed_at timestamptz NOT NULL,
    last_step    bigint NOT NULL
);

-- The ways in when the second factor is lost: each once.
CREATE TABLE recovery_codes (
    user_id bigint NOT NULL REFERENCES users (id),
    sha256  bytea NOT NULL CONSTRAINT recovery_codes_sha256_check CHECK (octet_length(sha256) = 32),
    used_at timestamptz,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, sha256)
);

-- Roles that need a second factor beyond organisasi, inspektorat and admin, which always do.
CREATE TABLE second_factor_roles (
    role text PRIMARY KEY CONSTRAINT second_factor_roles_role_check CHECK (role IN ('operator', 'kepala', 'dprd', 'pimpinan'))
);

-- Links and codes that let somebody choose a new password, once: mailed to the owner of the account
-- (reset), or handed over by an administrator (once). Only the hash is kept.
CREATE TABLE one_time_links (
    token_sha256 bytea PRIMARY KEY CONSTRAINT one_time_links_token_check CHECK (octet_length(token_sha256) = 32),
    purpose      text NOT NULL CONSTRAINT one_time_links_purpose_check CHECK (purpose IN ('reset', 'once')),
    user_id      bigint NOT NULL REFERENCES users (id),
    created_by   bigint REFERENCES users (id), -- null: asked for at the sign-in page
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CONSTRAINT one_time_links_expires_check CHECK (expires_at > created_at),
    used_at      timestamptz
);
CREATE INDEX one_time_links_user_id_idx ON one_time_links (user_id);

-- Who an account is to a provider of single sign-on. Never by mail address, which a provider may give to another person.
CREATE TABLE identities (
    issuer    text NOT NULL CONSTRAINT identities_issuer_check CHECK (issuer <> ''),
    subject   text NOT NULL CONSTRAINT identities_subject_check CHECK (subject <> '' AND length(subject) <= 255),
    user_id   bigint NOT NULL REFERENCES users (id),
    linked_at timestamptz NOT NULL,
    CONSTRAINT identities_pkey PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_user_id_idx ON identities (user_id);

-- A single sign-on that has been sent off and is not back yet.
CREATE TABLE oidc_states (
    state_sha256   bytea PRIMARY KEY CONSTRAINT oidc_states_state_check CHECK (octet_length(state_sha256) = 32),
    browser_sha256 bytea NOT NULL, -- of the cookie of the browser it began in
    nonce          text NOT NULL,
    verifier       text NOT NULL, -- of PKCE
    next           text NOT NULL,
    link_user      bigint REFERENCES users (id), -- who links an own account; null: a sign-in
    expires_at     timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE, DELETE ON second_factors, recovery_codes, one_time_links, identities, oidc_states TO peta_web;
GRANT SELECT, INSERT, DELETE ON second_factor_roles TO peta_web;
GRANT SELECT, DELETE ON one_time_links, oidc_states TO peta_job;
GRANT DELETE ON user_roles TO peta_web; -- of roles that have not held for a day; the others get a last day
