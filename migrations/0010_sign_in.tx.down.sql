REVOKE DELETE ON user_roles FROM peta_web;
DROP TABLE oidc_states, identities, one_time_links, second_factor_roles, recovery_codes, second_factors;
ALTER TABLE sessions
    DROP COLUMN public_id, DROP COLUMN auth_level, DROP COLUMN ip_prefix, DROP COLUMN enrolling, DROP COLUMN code_tries;
DROP INDEX users_email_key;
ALTER TABLE users DROP COLUMN email;
