package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/govalues/decimal"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
)

// newMeasures makes a table with the types that scoring reads and writes.
func newMeasures(t *testing.T) *bun.DB {
	t.Helper()
	db := postgrestest.New(t)
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE measures (
		id bigint PRIMARY KEY, code text NOT NULL, value numeric, steps numeric[], quarters int[], at timestamptz)`); err != nil {
		t.Fatal(err)
	}
	return db
}

var october = time.Date(2026, time.October, 5, 3, 4, 5, 678000, time.UTC)

func TestRowsAreCopiedInAndStreamedOutDigitByDigit(t *testing.T) {
	t.Parallel()
	db := newMeasures(t)
	err := postgres.InTx(t.Context(), db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead}, func(ctx context.Context, tx postgres.Tx) error {
		n, err := tx.CopyFrom(ctx, "measures", []string{"id", "code", "value", "steps", "quarters", "at"}, pgx.CopyFromRows([][]any{
			{int64(1), "TEPAT-WAKTU", "82.333333333333", []string{"20", "40.50"}, []int32{1, 2}, october},
			{int64(2), "kosong; -- '", nil, nil, nil, nil},
			{int64(3), "NEGATIF", "-0.0001", []string{}, []int32{}, october},
		}))
		if err != nil {
			return err
		}
		if n != 3 {
			t.Errorf("CopyFrom = %d, want 3", n)
		}
		// The rows are part of the transaction, seen by it and by bun's part of it.
		if n, err := tx.NewSelect().Table("measures").Count(ctx); err != nil || n != 3 {
			t.Errorf("count in the transaction = %d, %v, want 3", n, err)
		}
		var got []string
		err = tx.Stream(ctx, "SELECT id, code, value, steps, quarters, at FROM measures WHERE id = ANY($1) AND code <> $2 ORDER BY id",
			[]any{[]int64{1, 2, 3}, "NEGATIF"}, func(rows pgx.Rows) error {
				for rows.Next() {
					if f := rows.FieldDescriptions()[2].Format; f != pgx.BinaryFormatCode {
						t.Errorf("numeric comes in format %d, want binary", f)
					}
					var id int64
					var code string
					var value *string
					var steps []decimal.Decimal
					var quarters []int32
					var at *time.Time
					if err := rows.Scan(&id, &code, &value, &steps, &quarters, &at); err != nil {
						return err
					}
					line := fmt.Sprintf("%d %s %v %v", id, code, steps, quarters)
					if value != nil {
						line += " " + *value + " " + at.UTC().String()
					}
					got = append(got, line)
				}
				return nil
			})
		want := []string{"1 TEPAT-WAKTU [20 40.50] [1 2] 82.333333333333 " + october.Truncate(time.Microsecond).String(), "2 kosong; -- ' [] []"}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("streamed\n%q, want\n%q", got, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.NewRaw("SELECT count(*) FROM measures").Scan(t.Context(), &n); err != nil || n != 3 {
		t.Errorf("after the commit: %d rows, %v, want 3", n, err)
	}
}

func TestNumericIsReadWithoutRounding(t *testing.T) {
	t.Parallel()
	db := newMeasures(t)
	err := postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
		return tx.Stream(ctx, "SELECT 2::numeric / 3, 12345678901234.0500::numeric, -0.0001::numeric", nil, func(rows pgx.Rows) error {
			for rows.Next() {
				var a, b, c string
				if err := rows.Scan(&a, &b, &c); err != nil {
					return err
				}
				if got, want := a+" "+b+" "+c, "0.66666666666666666667 12345678901234.0500 -0.0001"; got != want {
					t.Errorf("read %s, want %s", got, want)
				}
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNothingStaysAfterAnErrorOrAPanic(t *testing.T) {
	t.Parallel()
	db := newMeasures(t)
	copyOne := func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.CopyFrom(ctx, "public.measures", []string{"id", "code"}, pgx.CopyFromRows([][]any{{int64(1), "A"}}))
		return err
	}
	boom := errors.New("boom")
	if err := postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
		return errors.Join(copyOne(ctx, tx), boom)
	}); !errors.Is(err, boom) {
		t.Errorf("InTx = %v, want boom", err)
	}
	func() {
		defer func() {
			if recover() != "boom" {
				t.Error("the panic did not go on")
			}
		}()
		_ = postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
			if err := copyOne(ctx, tx); err != nil {
				t.Error(err)
			}
			panic("boom")
		})
	}()
	// A canceled transaction is over; what comes after must not stand alone.
	ctx, cancel := context.WithCancel(t.Context())
	err := postgres.InTx(ctx, db, nil, func(_ context.Context, tx postgres.Tx) error {
		cancel()
		deadline := time.Now().Add(5 * time.Second)
		for time.Now().Before(deadline) {
			if _, err := tx.ExecContext(t.Context(), "SELECT 1"); errors.Is(err, sql.ErrTxDone) {
				break
			}
		}
		return copyOne(t.Context(), tx)
	})
	if err == nil {
		t.Error("a canceled transaction copied rows")
	}
	var n int
	if err := db.NewRaw("SELECT count(*) FROM measures").Scan(t.Context(), &n); err != nil || n != 0 {
		t.Errorf("%d rows stayed, %v", n, err)
	}
	if open := db.Stats().InUse; open != 0 {
		t.Errorf("%d connections are still taken", open)
	}
}

func TestStreamTellsTheErrorOfARowHalfWay(t *testing.T) {
	t.Parallel()
	db := newMeasures(t)
	err := postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
		return tx.Stream(ctx, "SELECT 1 / (3 - n) FROM generate_series(1, 5) n", nil, func(rows pgx.Rows) error {
			for rows.Next() {
			}
			return nil
		})
	})
	if got := postgres.SQLState(err); got != "22012" {
		t.Errorf("state %q, want 22012, division by zero (error: %v)", got, err)
	}
}
