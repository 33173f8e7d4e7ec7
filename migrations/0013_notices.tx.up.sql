-- Telling people: notes inside the program, letters that go out of it, and what each person
-- wants of them; and the jobs that somebody has paused.

-- One sentence for one person. The key says what it is about, so that nobody is told twice.
CREATE TABLE notices (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     bigint NOT NULL REFERENCES users (id),
    key         text NOT NULL CONSTRAINT notices_key_check CHECK (length(key) BETWEEN 1 AND 300),
    kind        text NOT NULL CONSTRAINT notices_kind_check CHECK (kind IN ('security', 'duty', 'news')),
    text        text NOT NULL CONSTRAINT notices_text_check CHECK (length(text) BETWEEN 1 AND 1000),
    href        text NOT NULL CONSTRAINT notices_href_check CHECK (href = '' OR (href LIKE '/%' AND href NOT LIKE '//%')),
    at          timestamptz NOT NULL,
    read_at     timestamptz,
    digested_at timestamptz, -- when a daily letter told it, or passed it over
    CONSTRAINT notices_user_id_key UNIQUE (user_id, key)
);
CREATE INDEX notices_user_id_idx ON notices (user_id, id);
CREATE INDEX notices_unread_idx ON notices (user_id) WHERE read_at IS NULL;
CREATE INDEX notices_undigested_idx ON notices (id) WHERE digested_at IS NULL;

-- No row: the daily letter brings news too. Notes of duties and of security always come.
CREATE TABLE notice_preferences (
    user_id    bigint PRIMARY KEY REFERENCES users (id),
    news       boolean NOT NULL,
    changed_at timestamptz NOT NULL
);

-- Other systems that are told every note, to bring it by another channel. The secret signs
-- what is sent; only the work that sends can read it.
CREATE TABLE webhooks (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL CONSTRAINT webhooks_name_check CHECK (length(name) BETWEEN 1 AND 80),
    url         text NOT NULL CONSTRAINT webhooks_url_check CHECK (url LIKE 'https://_%' AND length(url) <= 500),
    secret      text NOT NULL CONSTRAINT webhooks_secret_check CHECK (length(secret) >= 32),
    created_at  timestamptz NOT NULL,
    created_by  bigint REFERENCES users (id),
    disabled_at timestamptz
);

-- What goes out, written in the transaction of its reason. A worker takes a row for a while
-- (lease), sends it outside of any transaction and marks it. One that dies in between leaves
-- the row to the next, which sends it once more under the same message_id: never lost, and
-- recognisable where it comes twice. attempts is also the fence: only the worker of the
-- last attempt may mark.
CREATE TABLE outbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         text NOT NULL CONSTRAINT outbox_key_key UNIQUE,
    channel     text NOT NULL CONSTRAINT outbox_channel_check CHECK (channel IN ('mail', 'webhook')),
    user_id     bigint REFERENCES users (id),    -- whom a mail is for; the address is looked up when it is sent
    webhook_id  bigint REFERENCES webhooks (id), -- where a call goes
    message_id  uuid NOT NULL DEFAULT gen_random_uuid(),
    subject     text NOT NULL CONSTRAINT outbox_subject_check CHECK (length(subject) <= 200 AND subject !~ '[\r\n]'),
    body        text NOT NULL,                   -- plain text, or JSON of a call; with href erased once sent where it holds a secret
    href        text NOT NULL DEFAULT '' CONSTRAINT outbox_href_check CHECK (href = '' OR (href LIKE '/%' AND href NOT LIKE '//%')),
    secret      boolean NOT NULL DEFAULT false,
    may_leave   boolean NOT NULL DEFAULT false,  -- a letter with news, with the way to leave it
    created_at  timestamptz NOT NULL,
    not_before  timestamptz NOT NULL,
    state       text NOT NULL DEFAULT 'due' CONSTRAINT outbox_state_check CHECK (state IN ('due', 'sending', 'sent', 'dead')),
    attempts    int NOT NULL DEFAULT 0,
    lease_until timestamptz,
    sent_at     timestamptz,
    error       text NOT NULL DEFAULT '',
    CONSTRAINT outbox_recipient_check CHECK ((channel = 'mail') = (user_id IS NOT NULL) AND (channel = 'webhook') = (webhook_id IS NOT NULL)),
    CONSTRAINT outbox_sending_check CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
    CONSTRAINT outbox_sent_check CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX outbox_due_idx ON outbox (not_before, id) WHERE state IN ('due', 'sending');
CREATE INDEX outbox_created_at_idx ON outbox (created_at);

-- Who was reminded of a period, and when: the steps of the ladder once each, and by hand.
CREATE TABLE reminders (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agency_code text NOT NULL,
    year        int NOT NULL,
    quarter     int NOT NULL CONSTRAINT reminders_quarter_check CHECK (quarter BETWEEN 1 AND 4),
    step        text NOT NULL CONSTRAINT reminders_step_check CHECK (step IN ('T-7', 'T-1', 'T+1', 'T+7', 'T+14', 'manual')),
    at          timestamptz NOT NULL,
    by_user     bigint REFERENCES users (id), -- null: the ladder
    CONSTRAINT reminders_by_check CHECK ((step = 'manual') = (by_user IS NOT NULL))
);
CREATE UNIQUE INDEX reminders_step_key ON reminders (agency_code, year, quarter, step) WHERE step <> 'manual';
CREATE INDEX reminders_period_idx ON reminders (year, quarter, agency_code, at);

-- A paused job makes no slots; what it missed is caught up, as the job says, once the row is gone.
CREATE TABLE job_pauses (
    job       text PRIMARY KEY,
    reason    text NOT NULL CONSTRAINT job_pauses_reason_check CHECK (length(reason) BETWEEN 1 AND 500),
    paused_at timestamptz NOT NULL,
    paused_by bigint NOT NULL REFERENCES users (id)
);

-- A period whose moments somebody moved by hand no longer follows the table of holidays.
ALTER TABLE periods ADD COLUMN moved_at timestamptz;

CREATE TRIGGER reminders_insert_only BEFORE UPDATE OR DELETE ON reminders FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER reminders_no_truncate BEFORE TRUNCATE ON reminders FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();

GRANT SELECT ON notices, notice_preferences, reminders, job_pauses TO peta_web, peta_job, peta_ro;
GRANT INSERT ON notices, reminders TO peta_web, peta_job;
GRANT UPDATE (read_at) ON notices TO peta_web;
GRANT UPDATE (digested_at) ON notices TO peta_job;
GRANT INSERT, UPDATE ON notice_preferences TO peta_web;
GRANT SELECT (id, name, url, created_at, created_by, disabled_at) ON webhooks TO peta_web, peta_ro;
GRANT INSERT, UPDATE (disabled_at) ON webhooks TO peta_web;
GRANT SELECT ON webhooks TO peta_job;
GRANT SELECT (id, key, channel, user_id, webhook_id, message_id, subject, secret, may_leave, created_at, not_before, state, attempts, lease_until, sent_at, error)
    ON outbox TO peta_web, peta_ro;
GRANT SELECT ON outbox TO peta_job;
GRANT INSERT ON outbox TO peta_web, peta_job;
GRANT UPDATE (body, href, not_before, state, attempts, lease_until, sent_at, error) ON outbox TO peta_job;
GRANT DELETE ON notices, outbox, job_runs TO peta_job; -- what is old
GRANT INSERT, DELETE ON job_pauses TO peta_web;
-- Whom to write to, without anything that opens an account.
GRANT SELECT (id, login, name, email, disabled_at) ON users TO peta_job;
GRANT SELECT ON user_roles TO peta_job;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO peta_web, peta_job;
