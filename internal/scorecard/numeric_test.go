package scorecard

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
)

func TestNumbersComeFromPostgreSQLToTheLastDigit(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	texts := []string{
		"0", "1", "-1", "87.5", "-0.0001", "9999", "10000", "100000000", "12345678901234.5678", "0.000000000001",
		"33.333333333333", "123456789012345678901234567890", "-99999999999999999999.000000000001", "10000000000000000", "9999999999999999",
	}
	err := postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
		return tx.Stream(ctx, `SELECT v, trim_scale(v)::text FROM unnest($1::text[]) AS t (s), LATERAL CAST(s AS numeric) AS v
			UNION ALL SELECT v / 1, trim_scale(v)::text FROM unnest($1::text[]) AS t (s), LATERAL CAST(s AS numeric) AS v`,
			[]any{texts}, func(rows pgx.Rows) error {
				for rows.Next() {
					var want string
					if err := rows.Scan(nil, &want); err != nil {
						return err
					}
					if x, there, err := readNumeric(rows.RawValues()[0]); err != nil || !there || x.ExactText() != want {
						t.Errorf("%s is read as %s (there: %v, error: %v)", want, x.ExactText(), there, err)
					}
				}
				return nil
			})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsNoNumberIsRefused(t *testing.T) {
	t.Parallel()
	if _, there, err := readNumeric(nil); there || err != nil {
		t.Errorf("null: there = %v, error = %v, want neither", there, err)
	}
	for name, b := range map[string][]byte{
		"too short":      {0, 1},
		"cut off":        {0, 2, 0, 0, 0, 0, 0, 0, 0, 1},
		"not a number":   {0, 0, 0, 0, 0xc0, 0, 0, 0},
		"infinity":       {0, 0, 0, 0, 0xd0, 0, 0, 0},
		"more than said": {0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
	} {
		if _, _, err := readNumeric(b); err == nil {
			t.Errorf("%s is taken for a number", name)
		}
	}
}
