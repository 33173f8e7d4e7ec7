package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
)

// Filled is a database whose rows take long to make. They are made once in a process, and
// each test has a clone of its own. Make one per package, as a variable.
type Filled struct {
	fill func(context.Context, *Database) error
	once sync.Once
	name string // of the database that is cloned
	err  error  // what came of making it
}

// NewFilled returns a Filled that fill makes, in a migrated database. What fill opens
// beside the handles of the Database it must close again.
func NewFilled(fill func(context.Context, *Database) error) *Filled { return &Filled{fill: fill} }

// NewDatabase returns all handles and addresses of a new clone.
func (f *Filled) NewDatabase(t testing.TB) *Database {
	t.Helper()
	f.once.Do(func() { f.name, f.err = f.make(t.Context()) })
	if f.err != nil {
		t.Fatalf("fill the database of the tests: %v", f.err)
	}
	d := create(t, f.name)
	d.Owner, d.Web, d.Public = open(t, d.OwnerURL), open(t, d.WebURL), open(t, d.PublicURL)
	return d
}

// filledPrefix begins the names of databases that are made by fill; the rest is the number
// of the lock, in hex, that their process holds as long as it runs.
const filledPrefix = "petajalan_filled_"

func (f *Filled) make(ctx context.Context) (name string, err error) {
	from, err := template()
	if err != nil {
		return "", err
	}
	s, err := start()
	if err != nil {
		return "", err
	}
	// The lock outlives the test that comes first, and goes with the process.
	conn, err := s.admin.Conn(context.WithoutCancel(ctx))
	if err != nil {
		return "", err
	}
	if err := dropForgotten(ctx, conn); err != nil {
		return "", err
	}
	lock := rand.Uint64()
	name = fmt.Sprintf("%s%016x", filledPrefix, lock)
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(?)", int64(lock)); err != nil {
		return "", err
	}
	if _, err := conn.NewRaw("CREATE DATABASE ? TEMPLATE ?", bun.Ident(name), bun.Ident(from)).Exec(ctx); err != nil {
		return "", err
	}
	d := &Database{OwnerURL: inDatabase(s.ownerURL, name), WebURL: inDatabase(s.webURL, name), PublicURL: inDatabase(s.publicURL, name)}
	for _, h := range []struct {
		db      **bun.DB
		address string
	}{{&d.Owner, d.OwnerURL}, {&d.Web, d.WebURL}, {&d.Public, d.PublicURL}} {
		db, openErr := postgres.Open(ctx, postgres.Options{URL: h.address, ApplicationName: "petajalan test", MaxOpen: 4, StatementTimeout: 2 * time.Minute})
		if openErr != nil {
			return "", openErr
		}
		defer func() { err = errors.Join(err, db.Close()) }() // a database in use cannot be cloned
		*h.db = db
	}
	return name, f.fill(ctx, d)
}

// dropForgotten drops what processes left that have ended: nobody holds their locks.
func dropForgotten(ctx context.Context, conn bun.Conn) error {
	var names []string
	if err := conn.NewRaw("SELECT datname FROM pg_database WHERE starts_with(datname, ?)", filledPrefix).Scan(ctx, &names); err != nil {
		return err
	}
	for _, name := range names {
		lock, err := strconv.ParseUint(strings.TrimPrefix(name, filledPrefix), 16, 64)
		if err != nil {
			continue // not one of ours
		}
		var forgotten bool
		if err := conn.NewRaw("SELECT pg_try_advisory_lock(?)", int64(lock)).Scan(ctx, &forgotten); err != nil {
			return err
		}
		if !forgotten {
			continue
		}
		_, err = conn.NewRaw("DROP DATABASE IF EXISTS ? WITH (FORCE)", bun.Ident(name)).Exec(ctx)
		if _, unlockErr := conn.ExecContext(ctx, "SELECT pg_advisory_unlock(?)", int64(lock)); err == nil {
			err = unlockErr
		}
		if err != nil {
			return err
		}
	}
	return nil
}
