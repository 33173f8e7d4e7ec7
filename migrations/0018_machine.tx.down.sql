ALTER TABLE feed_values DROP COLUMN reference;
DROP TABLE machine_answers, machine_tokens;
ALTER TABLE users DROP COLUMN machine;
