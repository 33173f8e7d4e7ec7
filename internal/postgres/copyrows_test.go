package postgres_test

import (
	"context"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
)

func TestCopiedRowsHoldWhatWasPutIn(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	numbers := []struct {
		v      int64
		places int
		want   string
	}{
		{0, 0, "0"}, {0, 4, "0.0000"}, {1, 0, "1"}, {-1, 2, "-0.01"}, {8750, 2, "87.50"}, {10000, 0, "10000"}, {10000, 4, "1.0000"},
		{100000000, 0, "100000000"}, {123456789, 5, "1234.56789"}, {1, 12, "0.000000000001"}, {50, 8, "0.00000050"},
		{33333333333333, 12, "33.333333333333"}, {math.MaxInt64, 16, "922.3372036854775807"}, {math.MinInt64, 0, "-9223372036854775808"},
		{math.MinInt64, 13, "-922337.2036854775808"}, {99990001, 3, "99990.001"},
	}
	big := pgtype.Numeric{Int: new(big.Int).Lsh(big.NewInt(1), 80), Exp: -3, Valid: true}
	err := postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.ExecContext(ctx, `CREATE TEMP TABLE copied (i int, l bigint, s text, b bytea, j jsonb, x numeric, y numeric)`); err != nil {
			return err
		}
		k := 0
		n, err := tx.CopyRows(ctx, "copied", []string{"l", "i", "s", "b", "j", "x", "y"}, func(r *postgres.Row) (bool, error) {
			if k == 5000 {
				return false, nil
			}
			number := numbers[k%len(numbers)]
			r.Bigint(-int64(k) << 33)
			r.Int(int32(-k)) //nolint:gosec // at most 5000
			r.Text(strings.Repeat("ö", k%50))
			r.Bytes([]byte{0, byte(k)}) //nolint:gosec // cut off
			r.JSONB([]byte(`{"k": "ö"}`))
			r.Numeric(number.v, number.places)
			k++
			if k%2 == 0 {
				r.Null()
				return true, nil
			}
			return true, r.BigNumeric(big)
		})
		if err != nil || n != 5000 {
			t.Errorf("copied %d rows (error: %v), want 5000", n, err)
		}
		k = 0
		return tx.Stream(ctx, `SELECT i, l, s, b, j->>'k', x::text, y::text FROM copied ORDER BY i DESC`, nil, func(rows pgx.Rows) error {
			for ; rows.Next(); k++ {
				var i int32
				var l int64
				var s, j, x string
				var b []byte
				var y *string
				if err := rows.Scan(&i, &l, &s, &b, &j, &x, &y); err != nil {
					return err
				}
				number := numbers[k%len(numbers)]
				if int(i) != -k || l != -int64(k)<<33 || s != strings.Repeat("ö", k%50) || len(b) != 2 || b[1] != byte(k) || j != "ö" { //nolint:gosec // cut off
					t.Fatalf("row %d came back as %d, %d, %q, %v, %q", k, i, l, s, b, j)
				}
				if x != number.want {
					t.Fatalf("%d with %d decimals came back as %s, want %s", number.v, number.places, x, number.want)
				}
				if (y == nil) != (k%2 == 1) || y != nil && *y != "1208925819614629174706.176" {
					t.Fatalf("the big number of row %d came back as %v", k, y)
				}
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCopyingRowsFailsWithWhatNextSays(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	for name, tt := range map[string]struct {
		next func(*postgres.Row) (bool, error)
		want string
	}{
		"an error":       {func(*postgres.Row) (bool, error) { return false, context.DeadlineExceeded }, "deadline"},
		"a short row":    {func(r *postgres.Row) (bool, error) { r.Int(1); return true, nil }, "1 values for 2 columns"},
		"the wrong type": {func(r *postgres.Row) (bool, error) { r.Int(1); r.Int(2); return true, nil }, "insufficient data"},
	} {
		err := postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
			if _, err := tx.ExecContext(ctx, `CREATE TEMP TABLE refused (i int, l bigint)`); err != nil {
				return err
			}
			_, err := tx.CopyRows(ctx, "refused", []string{"i", "l"}, tt.next)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error = %v, want one with %q", name, err, tt.want)
		}
	}
}
