REVOKE DELETE ON job_runs FROM peta_job;
REVOKE SELECT ON user_roles FROM peta_job;
REVOKE SELECT (id, login, name, email, disabled_at) ON users FROM peta_job;
ALTER TABLE periods DROP COLUMN moved_at;
DROP TABLE job_pauses, reminders, outbox, webhooks, notice_preferences, notices;
