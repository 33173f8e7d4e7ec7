package migrations_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
)

// alone carries out statements without the rows that they refer to: neither foreign keys
// nor triggers are asked, but checks are. Only a superuser may do so.
func alone(t *testing.T, db *bun.DB, statements ...string) error {
	t.Helper()
	return postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
		for _, statement := range append([]string{`SET LOCAL session_replication_role = replica`}, statements...) {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestRowsThatAreOnlyEverAddedCannotBeEmptied(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	for _, table := range []string{
		"targets", "reports, report_revisions", "report_events", "evidence", "runs", "run_series", "achievements", "scores",
		"publications", "standards", "service_results", "satisfaction_results",
	} {
		_, err := db.ExecContext(t.Context(), "TRUNCATE "+table+" CASCADE")
		if postgres.SQLState(err) != "42501" {
			t.Errorf("TRUNCATE %s: %v, want it refused", table, err)
		}
	}
}

func TestOfEvidenceOnlyItsOpennessChanges(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	err := alone(t, db, `INSERT INTO evidence (public_id, revision_id, kind, title, sha256, added_at)
		VALUES (gen_random_uuid(), 1, 'berkas', 'Register', repeat('a', 64), now())`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE evidence SET is_public = true`); err != nil {
		t.Errorf("make it public: %v", err)
	}
	for _, statement := range []string{
		`UPDATE evidence SET title = 'lain'`, `UPDATE evidence SET is_public = false, sha256 = repeat('b', 64)`, `DELETE FROM evidence`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); postgres.SQLState(err) != "42501" {
			t.Errorf("%s: %v, want it refused", statement, err)
		}
	}
}

func TestIntervalOfTheFirstTargetHoldsItsScore(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	for values, ok := range map[string]bool{
		"NULL, NULL, NULL": true, "NULL, 10, 20": true, "15, 10, 20": true, "10, 10, 10": true,
		"9, 10, 20": false, "21, 10, 20": false, "NULL, 20, 10": false,
	} {
		err := alone(t, db, `DELETE FROM scores`, `INSERT INTO scores (run_id, level, code, year, quarter, low, high, coverage, ratings, states, first_score, first_low, first_high)
			VALUES (1, 'city', '', 2026, 3, 0, 120, 0, '{}', '{}', `+values+`)`)
		if ok != (err == nil) || !ok && !postgres.Violates(err, "scores_first_interval_check") {
			t.Errorf("%s: %v, want it taken: %v", values, err, ok)
		}
	}
}

func TestSumsOfASurveyFitTheirAnswers(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	for sums, ok := range map[string]bool{
		"{10,40,30,30,30,30,30,30,30}":         true,
		"{9,40,30,30,30,30,30,30,30}":          false,
		"{10,40,30,30,30,30,30,30,41}":         false,
		"{10,40,30,30,30,30,30,30,NULL}":       false,
		"{2147483647,40,30,30,30,30,30,30,30}": false,
		"{{30,30,30},{30,30,30},{30,30,30}}":   false,
		"{30,30,30,30,30,30,30,30,30,30}":      false,
	} {
		err := alone(t, db, `DELETE FROM satisfaction_results`, `
			INSERT INTO satisfaction_results (agency_id, year, half, revision, source, respondents, sums, answers, recorded_at)
			VALUES (1, 2026, 1, 1, 'sendiri', 10, '`+sums+`', '{10,10,10,10,10,10,10,10,10}', now())`)
		if ok != (err == nil) || !ok && postgres.SQLState(err) != "23514" {
			t.Errorf("%s: %v, want it taken: %v", sums, err, ok)
		}
	}
}

func TestNumbersOfPublicationsFollowTheChain(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	err := alone(t, db, `INSERT INTO runs (year, quarter, as_of, rule_set_id, formula_version, input_hash, scored, missing, left_out, started_at, duration_ms)
		VALUES (2026, 1, now(), 1, 1, repeat('0', 64), 0, 0, 0, now(), 0)`)
	if err != nil {
		t.Fatal(err)
	}
	publish := func(number int, content string, previous sql.NullString) error {
		_, err := db.NewRaw(`
			INSERT INTO publications (number, run_id, year, quarter, as_of, published_at, reason, status, content, sha256, previous_sha256)
			SELECT ?0, max(id), 2026, 1, now(), now(), 'uji', 'contoh', ?1::bytea, encode(sha256(?1::bytea), 'hex'),
				(SELECT sha256 FROM publications WHERE content = ?2::bytea) FROM runs`, number, content, previous).Exec(t.Context())
		return err
	}
	after := func(content string) sql.NullString { return sql.NullString{String: content, Valid: true} }
	if err := publish(1, "a", sql.NullString{}); err != nil {
		t.Fatal(err)
	}
	if err := publish(3, "c", after("a")); !postgres.Violates(err, "publications_previous_fkey") {
		t.Errorf("number 3 right after number 1: %v, want it refused", err)
	}
	if err := publish(2, "b", after("a")); err != nil {
		t.Errorf("number 2 after number 1: %v", err)
	}
	if err := publish(3, "c", after("a")); postgres.SQLState(err) == "" {
		t.Error("a fork was taken")
	}
}
