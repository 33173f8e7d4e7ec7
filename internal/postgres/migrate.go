package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/migrate"

	"petajalan/migrations"
)

// migrationLock is the key of the advisory lock that one migration at a time
// holds in a database. It is freed when its connection ends, however it ends;
// bun's own lock is a row that stays behind.
const migrationLock = 0x7065746a // "petj"

// MigrateOptions say what to bring up to date, and for whom.
type MigrateOptions struct {
	OwnerURL string // of a login that may create roles, or finds them made, and owns the database
	// Folder holds the SQL files; nil means those in the binary.
	Folder fs.FS
	// WebLogin becomes a member of peta_web and peta_job, PublicLogin of
	// peta_public. Both may be empty. The logins themselves must exist.
	WebLogin, PublicLogin string
}

func (o MigrateOptions) folder() fs.FS {
	if o.Folder == nil {
		return migrations.FS()
	}
	return o.Folder
}

// Migrate makes the roles that are missing and applies every migration that
// is not applied yet, each in a transaction together with the note that it is.
// Everything belongs to peta_owner. Several callers at once are safe: the
// others wait and then find nothing to do. It returns the names applied, also
// beside an error, which then is about the one that follows them.
func Migrate(ctx context.Context, o MigrateOptions) ([]string, error) {
	var done []string
	err := withMigrator(ctx, o, noteApplied, func(m *migrate.Migrator) error {
		group, err := m.Migrate(ctx)
		if group != nil {
			for _, step := range group.Migrations {
				if err != nil && step.Name == group.Migrations[len(group.Migrations)-1].Name {
					break // the last one of a group that failed
				}
				done = append(done, step.String())
			}
		}
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		_, err = m.DB().ExecContext(ctx, "GRANT SELECT ON bun_migrations TO peta_web, peta_job, peta_public, peta_ro")
		return err
	})
	return done, err
}

// Rollback takes back the last n migrations, newest first, and returns their
// names. It is for development: the rows of dropped tables are gone.
func Rollback(ctx context.Context, o MigrateOptions, n int) ([]string, error) {
	var done []string
	err := withMigrator(ctx, o, noteTakenBack, func(m *migrate.Migrator) error {
		all, err := m.MigrationsWithStatus(ctx)
		if err != nil {
			return err
		}
		applied := all.Applied() // newest first
		for _, step := range applied[:min(n, len(applied))] {
			if step.Down == nil {
				return fmt.Errorf("take back %s: it has no .down.sql", step)
			}
			if err := step.Down(ctx, m, &step); err != nil {
				return fmt.Errorf("take back %s: %w", step, err)
			}
			done = append(done, step.String())
		}
		return nil
	})
	return done, err
}

// noteApplied and noteTakenBack run inside the transaction of a migration, so
// that a process killed after it commits leaves no step half noted.
func noteApplied(ctx context.Context, tx bun.IConn, m *migrate.Migration) error {
	_, err := tx.ExecContext(ctx,
		"INSERT INTO bun_migrations (name, group_id) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", m.Name, m.GroupID)
	return err
}

func noteTakenBack(ctx context.Context, tx bun.IConn, m *migrate.Migration) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM bun_migrations WHERE name = ?", m.Name)
	return err
}

// withMigrator calls f under the migration lock, with the roles made and a
// migrator that works as peta_owner.
func withMigrator(ctx context.Context, o MigrateOptions, note migrate.MigrationHook, f func(*migrate.Migrator) error) (err error) {
	steps, err := migrations.Load(o.folder())
	if err != nil {
		return err
	}
	login, err := openUnguarded(ctx, o.OwnerURL, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, login.Close()) }()
	// The lock lives on this one connection until login is closed.
	login.SetMaxOpenConns(1)
	login.SetConnMaxIdleTime(0)
	login.SetConnMaxLifetime(0)
	for _, statement := range []string{
		"SET statement_timeout = 0", "SET lock_timeout = 0", // another migration may take its time
		fmt.Sprintf("SELECT pg_advisory_lock(%d)", migrationLock),
		"SET statement_timeout = '60s'", "SET lock_timeout = '3s'",
	} {
		if _, err := login.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("take the migration lock: %w", err)
		}
	}
	if err := EnsureRoles(ctx, login); err != nil {
		return err
	}
	if err := ensureLogins(ctx, login, o); err != nil {
		return err
	}

	owner, err := openUnguarded(ctx, o.OwnerURL, "SET ROLE peta_owner")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, owner.Close()) }()
	m := migrate.NewMigrator(owner, steps, migrate.WithMarkAppliedOnSuccess(true), migrate.WithUpsert(true), migrate.AfterMigration(note))
	if err := m.Init(ctx); err != nil {
		return fmt.Errorf("make the tables of the migrator: %w", err)
	}
	return f(m)
}

// openUnguarded opens a handle that carries out several statements at once, as
// migration files need. first is run on each new connection, unless empty.
func openUnguarded(ctx context.Context, url, first string) (*bun.DB, error) {
	config, err := connConfig(Options{
		URL: url, ApplicationName: "petajalan migrate", StatementTimeout: 60 * time.Second, LockTimeout: 3 * time.Second,
	})
	if err != nil {
		return nil, err
	}
	var opts []stdlib.OptionOpenDB
	if first != "" {
		opts = append(opts, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
			_, err := c.Exec(ctx, first)
			return err
		}))
	}
	pool := sql.OpenDB(stdlib.GetConnector(*config, opts...))
	pool.SetMaxOpenConns(2)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close() // the ping's error says more
		return nil, fmt.Errorf("connect to %s as %s: %w", address(config), config.User, err)
	}
	return bun.NewDB(pool, pgdialect.New()), nil
}

// SchemaError says that the schema does not fit this program.
type SchemaError struct {
	Missing bool     // there is no schema at all
	Pending []string // the names of the migrations to be applied, in order
}

// Error names the command that helps.
func (e *SchemaError) Error() string {
	if e.Missing {
		return "the database has no schema yet: run `petajalan migrate`"
	}
	return fmt.Sprintf("the schema is old, %d migrations are missing, the first is %s: run `petajalan migrate`", len(e.Pending), e.Pending[0])
}

// UpToDate returns nil when every migration of this program is applied, a
// *SchemaError when one is not, and another error when it could not be asked.
// Migrations that this program does not know are no mistake: the schema only
// ever widens before an old program is gone, so that both may run side by side.
func UpToDate(ctx context.Context, db bun.IDB) error {
	steps, err := migrations.Load(migrations.FS())
	if err != nil {
		return err
	}
	var names []string
	err = db.NewRaw("SELECT name FROM bun_migrations").Scan(ctx, &names)
	if SQLState(err) == "42P01" {
		return &SchemaError{Missing: true}
	}
	if err != nil {
		return fmt.Errorf("read the applied migrations: %w", err)
	}
	applied := make(map[string]bool, len(names))
	for _, name := range names {
		applied[name] = true
	}
	var pending []string
	for _, step := range steps.Sorted() {
		if !applied[step.Name] {
			pending = append(pending, step.String())
		}
	}
	switch {
	case len(pending) == 0:
		return nil
	case len(names) == 0:
		return &SchemaError{Missing: true, Pending: pending}
	}
	return &SchemaError{Pending: pending}
}
