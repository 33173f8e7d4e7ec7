// Package postgres is the one place that knows how this program talks to its
// database: how connections are opened and bounded, what its errors mean, how
// a transaction streams and copies, how the schema is brought up to date, and
// how a private server is run where nobody has set one up.
//
// Two facts shape it. bun writes arguments into the text of a statement, so a
// prepared statement would never be used twice, and a flaw in quoting would be
// an injection. Therefore connections use the extended protocol without
// preparing (default_query_exec_mode=exec) and a guard that lets one statement
// through at a time; and every login has only the privileges of its work.
package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// Options say how a pool is opened. The zero value of a duration means the
// server's own setting.
type Options struct {
	URL             string // of the database, with login and password
	ApplicationName string // how the connections are called in pg_stat_activity

	MaxOpen     int           // connections at most; 0 means 15
	MaxIdle     int           // connections kept ready; 0 means MaxOpen
	MaxLifetime time.Duration // of a connection; 0 means 5 minutes, so that a failover is noticed
	MaxIdleTime time.Duration // of a connection; 0 means 1 minute

	StatementTimeout         time.Duration
	LockTimeout              time.Duration
	IdleInTransactionTimeout time.Duration
}

// The pools of a running program. One program holds 15 + 3 + 1 = 19
// connections to the primary, whatever the load; programs × 19 + 10 must fit
// max_connections. Where published content is not read from a replica, its 4
// are taken from the 15: see Beside.

// WebOptions are those of requests.
func WebOptions(url string) Options {
	return Options{
		URL: url, ApplicationName: "petajalan web", MaxOpen: 15,
		StatementTimeout: 5 * time.Second, LockTimeout: 2 * time.Second, IdleInTransactionTimeout: 10 * time.Second,
	}
}

// Beside leaves room for another pool on the same server, so that both together
// hold no more connections than this one would alone.
func (o Options) Beside(other Options) Options {
	o.MaxOpen -= other.MaxOpen
	return o
}

// PublicOptions are those of reading published content, possibly on a replica.
func PublicOptions(url string) Options {
	return Options{
		URL: url, ApplicationName: "petajalan public", MaxOpen: 4,
		StatementTimeout: 3 * time.Second, LockTimeout: 2 * time.Second, IdleInTransactionTimeout: 10 * time.Second,
	}
}

// JobOptions are those of scheduled work, and of commands that do the same
// work by hand.
func JobOptions(url string) Options {
	return Options{
		URL: url, ApplicationName: "petajalan job", MaxOpen: 3,
		StatementTimeout: 120 * time.Second, LockTimeout: 10 * time.Second, IdleInTransactionTimeout: 120 * time.Second,
	}
}

// HealthOptions are those of the readiness check, which has a connection of
// its own so that a full web pool does not look like a dead database.
func HealthOptions(url string) Options {
	return Options{URL: url, ApplicationName: "petajalan health", MaxOpen: 1, StatementTimeout: time.Second}
}

// OwnerOptions are those of loading seeds and making accounts with the owner's
// login. Migrations have a handle of their own.
func OwnerOptions(url string) Options {
	return Options{
		URL: url, ApplicationName: "petajalan owner", MaxOpen: 2,
		StatementTimeout: 60 * time.Second, LockTimeout: 3 * time.Second, IdleInTransactionTimeout: 60 * time.Second,
	}
}

// Open opens a pool behind the single-statement guard and checks that the
// server answers. The session's zone is UTC and its search_path is pinned.
// The error never shows the password.
func Open(ctx context.Context, o Options) (*bun.DB, error) {
	config, err := connConfig(o)
	if err != nil {
		return nil, err
	}
	db := newDB(sql.OpenDB(guard{stdlib.GetConnector(*config)}), o)
	if err := db.PingContext(ctx); err != nil {
		_ = db.Close() // the ping's error says more
		return nil, fmt.Errorf("connect to %s as %s: %w", address(config), config.User, err)
	}
	return db, nil
}

// newDB sets the bounds of a pool.
func newDB(pool *sql.DB, o Options) *bun.DB {
	maxOpen := orElse(o.MaxOpen, 15)
	pool.SetMaxOpenConns(maxOpen)
	pool.SetMaxIdleConns(orElse(o.MaxIdle, maxOpen))
	pool.SetConnMaxLifetime(orElse(o.MaxLifetime, 5*time.Minute))
	pool.SetConnMaxIdleTime(orElse(o.MaxIdleTime, time.Minute))
	return bun.NewDB(pool, pgdialect.New())
}

// connectTimeout bounds one attempt to connect when the URL does not say.
const connectTimeout = 3 * time.Second

// connConfig is what pgx needs to know for these options.
func connConfig(o Options) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, fmt.Errorf("read database URL: %w", err) // pgx takes the password out
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	set := config.RuntimeParams
	set["timezone"] = "UTC"
	set["search_path"] = "public, pg_temp" // pg_temp last: a temporary table must not hide a real one
	if o.ApplicationName != "" {
		set["application_name"] = o.ApplicationName
	}
	for name, d := range map[string]time.Duration{
		"statement_timeout":                   o.StatementTimeout,
		"lock_timeout":                        o.LockTimeout,
		"idle_in_transaction_session_timeout": o.IdleInTransactionTimeout,
	} {
		if d > 0 {
			set[name] = strconv.FormatInt(d.Milliseconds(), 10)
		}
	}
	return config, nil
}

// address is where a connection goes, for messages.
func address(c *pgx.ConnConfig) string {
	return fmt.Sprintf("%s:%d/%s", c.Host, c.Port, c.Database)
}

func orElse[T comparable](value, unset T) T {
	var zero T
	if value == zero {
		return unset
	}
	return value
}
