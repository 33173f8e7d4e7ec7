-- The ledger of jobs: a slot is a job at a moment of the schedule, and runs once, however
-- many processes there are. A slot is claimed with FOR UPDATE SKIP LOCKED; its effect and
-- its state done are one transaction.

CREATE TABLE job_runs (
    job         text NOT NULL,
    slot        timestamptz NOT NULL,
    status      text NOT NULL CONSTRAINT job_runs_status_check CHECK (status IN ('due', 'done', 'dead', 'skipped')),
    attempt     int NOT NULL DEFAULT 0,
    not_before  timestamptz NOT NULL, -- when the next attempt may begin
    owner       text NOT NULL DEFAULT '', -- the process that worked on it last
    manual      boolean NOT NULL DEFAULT false, -- asked for by hand
    started_at  timestamptz,
    finished_at timestamptz,
    result      text NOT NULL DEFAULT '',
    error       text NOT NULL DEFAULT '',
    CONSTRAINT job_runs_pkey PRIMARY KEY (job, slot),
    CONSTRAINT job_runs_done_check CHECK (status <> 'done' OR finished_at IS NOT NULL)
);
CREATE INDEX job_runs_due_idx ON job_runs (not_before) WHERE status = 'due';

GRANT SELECT ON job_runs TO peta_web, peta_job, peta_ro;
GRANT INSERT, UPDATE ON job_runs TO peta_job;
GRANT INSERT ON job_runs TO peta_web;
