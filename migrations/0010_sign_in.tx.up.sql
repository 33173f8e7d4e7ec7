-- More ways to sign in, and to lose nothing when one of them is lost.

-- Where reminders and links go; empty: the person has no mail, and an administrator sets a one-time sign-in.
ALTER TABLE users ADD COLUMN email text NOT NULL DEFAULT ''
    CONSTRAINT users_email_check CHECK (email = '' OR (email = lower(email) AND email LIKE '%_@_%' AND length(email) <= 254));
CREATE UNIQUE INDEX users_email_key ON users (email) WHERE email <> '';
