package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
)

func TestOneStatementAtATime(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	ctx := t.Context()

	_, err := db.ExecContext(ctx, "CREATE TABLE a (n int); INSERT INTO a VALUES (1)")
	if got := postgres.SQLState(err); got != "42601" {
		t.Errorf("two statements by Exec: state %q, want 42601 (error: %v)", got, err)
	}
	var n int
	err = db.NewRaw("SELECT 1; SELECT 2").Scan(ctx, &n)
	if got := postgres.SQLState(err); got != "42601" {
		t.Errorf("two statements by Query: state %q, want 42601 (error: %v)", got, err)
	}
	err = db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "SELECT 1; DROP TABLE settings")
		return err
	})
	if got := postgres.SQLState(err); got != "42601" {
		t.Errorf("two statements in a transaction: state %q, want 42601 (error: %v)", got, err)
	}

	// What bun sends passes: definitions, rows affected, functions with semicolons.
	if _, err := db.ExecContext(ctx, "CREATE TABLE a (n int)"); err != nil {
		t.Fatal(err)
	}
	result, err := db.ExecContext(ctx, "INSERT INTO a VALUES (1), (2), (-3);")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := result.RowsAffected(); n != 3 || err != nil {
		t.Errorf("RowsAffected = %d, %v, want 3", n, err)
	}
	if _, err := db.ExecContext(ctx, "DO $$ BEGIN PERFORM 1; PERFORM 2; END $$"); err != nil {
		t.Error(err)
	}
}

func TestNothingIsPrepared(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	db.SetMaxOpenConns(1)
	var n int
	for i := range 20 {
		if err := db.NewRaw("SELECT ?::int", i).Scan(t.Context(), &n); err != nil || n != i {
			t.Fatalf("got %d, %v, want %d", n, err, i)
		}
	}
	if err := db.NewRaw("SELECT count(*) FROM pg_prepared_statements").Scan(t.Context(), &n); err != nil || n != 0 {
		t.Errorf("%d prepared statements, %v, want none", n, err)
	}
}

func TestSessionHasItsSettings(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	for name, c := range map[string]struct {
		options postgres.Options
		want    map[string]string
	}{
		"web": {postgres.WebOptions(d.WebURL), map[string]string{
			"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s",
			"TimeZone": "UTC", "search_path": "public, pg_temp", "application_name": "petajalan web",
		}},
		"public": {postgres.PublicOptions(d.PublicURL), map[string]string{"statement_timeout": "3s"}},
		"job":    {postgres.JobOptions(d.WebURL), map[string]string{"statement_timeout": "2min"}},
		"health": {postgres.HealthOptions(d.WebURL), map[string]string{"statement_timeout": "1s"}},
	} {
		db, err := postgres.Open(t.Context(), c.options)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for setting, want := range c.want {
			var got string
			if err := db.NewRaw("SELECT current_setting(?)", setting).Scan(t.Context(), &got); err != nil || got != want {
				t.Errorf("%s: %s = %q, %v, want %q", name, setting, got, err, want)
			}
		}
	}
}

func TestPoolsHaveTheirBounds(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	for want, options := range map[int]postgres.Options{
		15: postgres.WebOptions(d.WebURL), 11: postgres.WebOptions(d.WebURL).Beside(postgres.PublicOptions(d.PublicURL)), 3: postgres.JobOptions(d.WebURL), 1: postgres.HealthOptions(d.WebURL),
	} {
		db, err := postgres.Open(t.Context(), options)
		if err != nil {
			t.Fatal(err)
		}
		if got := db.Stats().MaxOpenConnections; got != want {
			t.Errorf("%s: %d connections at most, want %d", options.ApplicationName, got, want)
		}
		db.Close()
	}
}

func TestFullPoolAnswersSoonThatItIsUnavailable(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	db.SetMaxOpenConns(1)
	held, err := postgres.Acquire(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = postgres.InTx(ctx, db, nil, func(context.Context, postgres.Tx) error {
		t.Error("there was a connection")
		return nil
	})
	if !postgres.IsUnavailable(err) || ctx.Err() != nil {
		t.Errorf("InTx = %v after %v, want an error that means unavailable, long before the caller's own limit", err, ctx.Err())
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	// The limit is of the wait, not of the work.
	err = postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.ExecContext(ctx, "SELECT pg_sleep(2.2)")
		return err
	})
	if err != nil {
		t.Errorf("work of more than two seconds: %v", err)
	}
}

func TestConnectionToAStandbyIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	db.SetMaxOpenConns(1)
	pid := func() (pid int) {
		t.Helper()
		if err := db.NewRaw("SELECT pg_backend_pid()").Scan(t.Context(), &pid); err != nil {
			t.Fatal(err)
		}
		return pid
	}
	before := pid()
	if _, err := db.ExecContext(t.Context(), "SET default_transaction_read_only = on"); err != nil {
		t.Fatal(err)
	}
	_, err := db.ExecContext(t.Context(), "INSERT INTO settings VALUES ('a', 'b')")
	if got := postgres.SQLState(err); got != "25006" {
		t.Fatalf("write: state %q, want 25006 (error: %v)", got, err)
	}
	if !postgres.IsUnavailable(err) {
		t.Error("a standby does not count as unavailable")
	}
	if after := pid(); after == before {
		t.Error("the same connection is used again")
	}
	if _, err := db.ExecContext(t.Context(), "INSERT INTO settings VALUES ('a', 'b')"); err != nil {
		t.Errorf("write on the next connection: %v", err)
	}
}

func TestErrorsAreTold(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	ctx := t.Context()
	if _, err := db.ExecContext(ctx, "INSERT INTO settings VALUES ('a', 'b')"); err != nil {
		t.Fatal(err)
	}
	_, err := db.ExecContext(ctx, "INSERT INTO settings VALUES ('a', 'c')")
	if !postgres.Violates(err, "settings_pkey") || postgres.Violates(err, "users_login_key") {
		t.Errorf("Violates does not tell settings_pkey in %v", err)
	}
	if postgres.IsUnavailable(err) || postgres.NoRows(err) {
		t.Errorf("a violation is taken for something else: %v", err)
	}
	var value string
	err = db.NewRaw("SELECT value FROM settings WHERE key = 'none'").Scan(ctx, &value)
	if !postgres.NoRows(err) || postgres.IsUnavailable(err) {
		t.Errorf("no row: %v", err)
	}
}

func TestDatabaseThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	refused := "postgres://u:kenari@127.0.0.1:1/x"
	_, err := postgres.Open(t.Context(), postgres.Options{URL: refused})
	if !postgres.IsUnavailable(err) {
		t.Errorf("refused: %v does not count as unavailable", err)
	}
	if err == nil || strings.Contains(err.Error(), "kenari") {
		t.Errorf("the password is shown: %v", err)
	}

	// One that accepts and says nothing is given up after three seconds.
	silent, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	begin := time.Now()
	_, err = postgres.Open(t.Context(), postgres.Options{URL: "postgres://u:p@" + silent.Addr().String() + "/x?sslmode=disable"})
	if !postgres.IsUnavailable(err) {
		t.Errorf("silent: %v does not count as unavailable", err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("gave up after %v", took)
	}

	// A session that the server ended.
	db := postgrestest.New(t)
	err = postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
		if _, err := db.ExecContext(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "SELECT 1")
		return err
	})
	if !postgres.IsUnavailable(err) {
		t.Errorf("ended session: %v does not count as unavailable", err)
	}
	var one int
	if err := db.NewRaw("SELECT 1").Scan(t.Context(), &one); err != nil {
		t.Errorf("the pool does not recover: %v", err)
	}

	// Waiting for a connection that nobody gives back.
	db.SetMaxOpenConns(1)
	holder, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Close()
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := db.NewRaw("SELECT 1").Scan(short, &one); !postgres.IsUnavailable(err) {
		t.Errorf("full pool: %v does not count as unavailable", err)
	}

	for _, err := range []error{nil, errors.New("x"), sql.ErrNoRows, context.Canceled} {
		if postgres.IsUnavailable(err) {
			t.Errorf("%v counts as unavailable", err)
		}
	}
}
