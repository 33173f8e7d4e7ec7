package scorecard_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

func publish(t testing.TB, db *bun.DB, p scoring.Period, reason string, at time.Time) (*scorecard.Publication, error) {
	t.Helper()
	return scorecard.Publish(t.Context(), db, scorecard.PublishOptions{Period: p, Reason: reason, AsOf: at, PublishedAt: at, Zone: jakarta})
}

func verify(t testing.TB, db *bun.DB, number int) ([]scorecard.Verified, error) {
	t.Helper()
	var all []scorecard.Verified
	err := scorecard.Verify(t.Context(), db, number, jakarta, func(v scorecard.Verified) { all = append(all, v) })
	return all, err
}

// tamper runs statements as nobody but the owner of the database can: past triggers and keys.
func tamper(t testing.TB, db *bun.DB, statement string) {
	t.Helper()
	err := postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.ExecContext(ctx, `SET LOCAL session_replication_role = replica`); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, statement)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			t.Fatalf("%s changed nothing (error: %v)", statement, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPublishing(t *testing.T) {
	t.Parallel()
	db := newCity(t)
	earlier := scoring.Period{Year: 2026, Quarter: 2}
	july := time.Date(2026, 7, 31, 12, 0, 0, 0, jakarta)

	t.Run("APeriodThatHasNotEndedIsRefused", func(t *testing.T) {
		_, err := publish(t, db, newest, "", time.Date(2026, 9, 30, 23, 59, 59, 0, jakarta))
		if got := fault.KindOf(err); got != fault.Invalid {
			t.Errorf("publish before the end: kind = %v, want Invalid (error: %v)", got, err)
		}
	})
	first, err := publish(t, db, earlier, "", july)
	if err != nil {
		t.Fatal(err)
	}
	second, err := publish(t, db, newest, "", october)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("EachNamesTheHashOfTheOneBefore", func(t *testing.T) {
		if first.PreviousSHA256 != nil || second.PreviousSHA256 == nil || *second.PreviousSHA256 != first.SHA256 {
			t.Errorf("publication 2 names %v, want %s", second.PreviousSHA256, first.SHA256)
		}
	})
	t.Run("AStatisticianRecomputesEveryFigureFromTheBytes", func(t *testing.T) {
		checked, err := scorecard.Check(readBytes(t, db, second.Number))
		if err != nil {
			t.Fatal(err)
		}
		if checked.Scored < 4000 || checked.Scores < 400 || checked.SHA256 != second.SHA256 {
			t.Errorf("only %d achievements and %d scores were compared, or another publication: %s", checked.Scored, checked.Scores, checked.SHA256)
		}
	})
	t.Run("EveryChangeOfTheBytesIsFound", func(t *testing.T) { checkFindsEveryChange(t, readBytes(t, db, second.Number)) })
	t.Run("AnOlderPeriodIsRefused", func(t *testing.T) {
		_, err := publish(t, db, earlier, "perbaikan", november)
		if got := fault.KindOf(err); got != fault.Conflict {
			t.Errorf("publish an older period: kind = %v, want Conflict (error: %v)", got, err)
		}
	})
	t.Run("ACorrectionNeedsItsReason", func(t *testing.T) {
		_, err := publish(t, db, newest, "  ", november)
		if got := fault.KindOf(err); got != fault.Invalid {
			t.Errorf("correction without a reason: kind = %v, want Invalid (error: %v)", got, err)
		}
	})
	t.Run("LaterCorrectionsLeaveEarlierPublicationsAsTheyWere", func(t *testing.T) {
		correct(t, db, "dispendukcapil", "DUK-KTP", scoring.Period{Year: 2026, Quarter: 1}, november.Add(-time.Hour))
		if _, err := publish(t, db, newest, "koreksi", november); err != nil {
			t.Fatal(err)
		}
		all, err := verify(t, db, 0)
		if err != nil || len(all) != 3 {
			t.Errorf("verify: %d of 3 hold (error: %v)", len(all), err)
		}
	})
	t.Run("NothingPublishedCanBeChanged", func(t *testing.T) {
		for _, statement := range []string{
			`UPDATE publications SET reason = 'x'`, `DELETE FROM publications`, `TRUNCATE publications CASCADE`,
			`UPDATE achievements SET reason = 'x'`, `DELETE FROM scores`, `UPDATE targets SET weight = 1`, `DELETE FROM report_events`,
		} {
			if _, err := db.ExecContext(t.Context(), statement); err == nil {
				t.Errorf("%s was carried out", statement)
			}
		}
	})
	t.Run("EveryChangedDigitIsFound", func(t *testing.T) {
		for _, change := range []struct{ name, there, back string }{
			{"a reported value",
				`UPDATE report_revisions SET numerator = numerator - 1 WHERE id = (SELECT min(revision_id) FROM achievements a JOIN report_revisions v ON v.id = a.revision_id WHERE v.numerator > 1 AND run_id = (SELECT run_id FROM publications WHERE number = 2))`,
				`UPDATE report_revisions SET numerator = numerator + 1 WHERE id = (SELECT min(revision_id) FROM achievements a JOIN report_revisions v ON v.id = a.revision_id WHERE v.numerator > 0 AND run_id = (SELECT run_id FROM publications WHERE number = 2))`},
			{"a target", `UPDATE targets SET value = value + 1 WHERE id = (SELECT min(target_id) FROM achievements WHERE target IS NOT NULL)`,
				`UPDATE targets SET value = value - 1 WHERE id = (SELECT min(target_id) FROM achievements WHERE target IS NOT NULL)`},
			{"a stored figure", `UPDATE achievements SET raw = raw + 0.01 WHERE (run_id, series_id, year, quarter) = (SELECT run_id, series_id, year, quarter FROM achievements WHERE raw IS NOT NULL ORDER BY 1, 2, 3, 4 LIMIT 1)`,
				`UPDATE achievements SET raw = raw - 0.01 WHERE (run_id, series_id, year, quarter) = (SELECT run_id, series_id, year, quarter FROM achievements WHERE raw IS NOT NULL ORDER BY 1, 2, 3, 4 LIMIT 1)`},
			{"a stored score", `UPDATE scores SET coverage = coverage - 0.0001 WHERE run_id = (SELECT run_id FROM publications WHERE number = 1) AND level = 'city' AND year = 2026 AND quarter = 2`,
				`UPDATE scores SET coverage = coverage + 0.0001 WHERE run_id = (SELECT run_id FROM publications WHERE number = 1) AND level = 'city' AND year = 2026 AND quarter = 2`},
			{"the cap", `UPDATE rule_sets SET cap = 110`, `UPDATE rule_sets SET cap = 100`},
			{"who verified it", `UPDATE report_events SET by_role = 'admin' WHERE id = (SELECT min(id) FROM report_events WHERE kind = 'verified')`,
				`UPDATE report_events SET by_role = 'organisasi' WHERE id = (SELECT min(id) FROM report_events WHERE kind = 'verified')`},
			{"the weight of a goal", `UPDATE goals SET weight = weight + 1 WHERE code = 'T5'`, `UPDATE goals SET weight = weight - 1 WHERE code = 'T5'`},
			{"the sheet of an indicator", `UPDATE indicator_sheets SET definition = definition || '!' WHERE id = (SELECT min(id) FROM indicator_sheets)`,
				`UPDATE indicator_sheets SET definition = rtrim(definition, '!') WHERE id = (SELECT min(id) FROM indicator_sheets)`},
			{"the promise of a service", `UPDATE standards SET duration_value = duration_value + 1 WHERE id = (SELECT min(id) FROM standards WHERE duration_value IS NOT NULL)`,
				`UPDATE standards SET duration_value = duration_value - 1 WHERE id = (SELECT min(id) FROM standards WHERE duration_value IS NOT NULL)`},
			{"a deadline", `UPDATE periods SET due_at = due_at - interval '1 day' WHERE year = 2025 AND quarter = 1`,
				`UPDATE periods SET due_at = due_at + interval '1 day' WHERE year = 2025 AND quarter = 1`},
			{"a scale", `UPDATE scale_steps SET label = label || '!' WHERE scale_id = (SELECT min(id) FROM scales WHERE code = 'akip') AND ordinal = 1`,
				`UPDATE scale_steps SET label = rtrim(label, '!') WHERE scale_id = (SELECT min(id) FROM scales WHERE code = 'akip') AND ordinal = 1`},
			{"a counted service", `UPDATE service_results SET on_time = on_time - 1 WHERE id = (SELECT min(id) FROM service_results WHERE on_time > 1)`,
				`UPDATE service_results SET on_time = on_time + 1 WHERE id = (SELECT min(id) FROM service_results WHERE on_time > 0)`},
		} {
			tamper(t, db, change.there)
			_, err := verify(t, db, 0)
			if mismatch := (*scorecard.Mismatch)(nil); !errors.As(err, &mismatch) {
				t.Errorf("%s was changed: verify = %v, want a mismatch", change.name, err)
			}
			tamper(t, db, change.back)
		}
		if _, err := verify(t, db, 0); err != nil {
			t.Errorf("everything was put back: %v", err)
		}
	})
	t.Run("AMissingRowIsFound", func(t *testing.T) {
		tamper(t, db, `DELETE FROM scores WHERE run_id = (SELECT run_id FROM publications WHERE number = 2) AND level = 'goal' AND code = 'T5' AND year = 2026 AND quarter = 3`)
		if _, err := verify(t, db, 2); err == nil {
			t.Error("a score row is gone and verify says nothing")
		}
	})
	t.Run("AChangedByteIsFoundByTheHash", func(t *testing.T) {
		if _, err := db.ExecContext(t.Context(), `ALTER TABLE publications DROP CONSTRAINT publications_sha256_check`); err != nil {
			t.Fatal(err)
		}
		tamper(t, db, `UPDATE publications SET content = set_byte(content, 100, get_byte(content, 100) + 1) WHERE number = 1`)
		if _, err := scorecard.Rehash(t.Context(), db); err == nil {
			t.Error("a byte of a publication was changed and Rehash says nothing")
		}
	})
}
