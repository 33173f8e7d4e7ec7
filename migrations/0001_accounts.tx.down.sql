DROP TABLE throttles, sessions, user_roles, users, settings;
DROP FUNCTION forbid_change();
