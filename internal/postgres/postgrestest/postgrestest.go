// Package postgrestest gives each test a database of its own.
//
// The databases live on the server that TEST_DATABASE_URL names (its login must
// be a superuser), or on a private throw-away server that the test processes
// running at the same time share. The first one starts it, and it ends with the
// last one, however that ends. Without a PostgreSQL the tests fail with a
// sentence; they are never skipped.
//
// A template is migrated once and cloned for each test; its name carries a
// hash of the migrations, so that a changed one is never used stale. The clone
// is dropped at the end of the test.
package postgrestest

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
	"petajalan/migrations"
)

// Database is one test's own database, migrated and empty of rows that the
// migrations do not make. The handles are closed and the database is dropped
// when the test ends.
type Database struct {
	Owner  *bun.DB // may do everything: for fixtures, seeds and tampering
	Web    *bun.DB // signed in like `serve`: a member of peta_web and peta_job that owns nothing
	Public *bun.DB // a member of peta_public: published content only

	OwnerURL, WebURL, PublicURL string // for programs started by the test
}

// New returns the owner's handle on a new database.
func New(t testing.TB) *bun.DB {
	t.Helper()
	return open(t, clone(t).OwnerURL)
}

// NewWeb returns the handle on a new database that serve would use.
func NewWeb(t testing.TB) *bun.DB {
	t.Helper()
	return open(t, clone(t).WebURL)
}

// NewDatabase returns all handles and addresses of a new database.
func NewDatabase(t testing.TB) *Database {
	t.Helper()
	d := clone(t)
	d.Owner, d.Web, d.Public = open(t, d.OwnerURL), open(t, d.WebURL), open(t, d.PublicURL)
	return d
}

// NewEmpty returns the owner's address of a new database without a schema, for
// tests of migrations.
func NewEmpty(t testing.TB) (ownerURL string) {
	t.Helper()
	return create(t, "template0").OwnerURL
}

func open(t testing.TB, address string) *bun.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.Options{
		URL: address, ApplicationName: "petajalan test", MaxOpen: 8,
		StatementTimeout: 2 * time.Minute, LockTimeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // the database is dropped next
	return db
}

// clone makes a migrated database.
func clone(t testing.TB) *Database {
	t.Helper()
	name, err := template()
	if err != nil {
		t.Fatal(err)
	}
	return create(t, name)
}

func create(t testing.TB, from string) *Database {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	name := "petajalan_test_" + strings.ToLower(rand.Text()[:16])
	if _, err := s.admin.NewRaw("CREATE DATABASE ? TEMPLATE ?", bun.Ident(name), bun.Ident(from)).Exec(t.Context()); err != nil {
		t.Fatalf("make the database of the test: %v", err)
	}
	t.Cleanup(func() {
		// The test's context is over by now.
		if _, err := s.admin.NewRaw("DROP DATABASE ? WITH (FORCE)", bun.Ident(name)).Exec(context.Background()); err != nil {
			t.Errorf("drop the database of the test: %v", err)
		}
	})
	return &Database{OwnerURL: inDatabase(s.ownerURL, name), WebURL: inDatabase(s.webURL, name), PublicURL: inDatabase(s.publicURL, name)}
}

// server is where the databases live.
type server struct {
	private                     *postgres.Private // nil for a borrowed one; were it forgotten, its files would be closed
	admin                       *bun.DB
	ownerURL, webURL, publicURL string
}

// start finds or starts the server, once for the process.
var start = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	s, err := connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("a PostgreSQL for the tests: %w", err)
	}
	s.admin, err = postgres.Open(ctx, postgres.Options{URL: inDatabase(s.ownerURL, "postgres"), ApplicationName: "petajalan test admin", MaxOpen: 8})
	return s, err
})

func connect(ctx context.Context) (*server, error) {
	if address, ok := os.LookupEnv("TEST_DATABASE_URL"); ok {
		return borrowed(ctx, address)
	}
	dir, err := folder()
	if err != nil {
		return nil, err
	}
	// Never stopped here: it ends with the last process that uses it.
	p, err := postgres.StartPrivate(ctx, postgres.PrivateOptions{DataDir: dir, ThrowAway: true})
	if err != nil {
		return nil, err
	}
	return &server{private: p, ownerURL: p.OwnerURL(), webURL: p.WebURL(), publicURL: p.PublicURL()}, nil
}

// folder is where the private server of this user's tests lives. Should
// somebody else have made it, this process takes one of its own.
func folder() (string, error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("petajalan-test-%d", os.Geteuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && info.IsDir() && int(s.Uid) == os.Geteuid() && info.Mode().Perm()&0o066 == 0 {
		return dir, nil
	}
	return os.MkdirTemp("", "petajalan-test-")
}

// borrowed uses a server that is there. Its logins get passwords that every
// test process can reckon and nobody else can.
func borrowed(ctx context.Context, address string) (*server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("TEST_DATABASE_URL is not a URL like postgres://superuser:password@host/postgres")
	}
	password := func(login string) string {
		secret, _ := u.User.Password() // "" where the server trusts
		sum := hmac.New(sha256.New, []byte(secret))
		sum.Write([]byte(login))
		return hex.EncodeToString(sum.Sum(nil))
	}
	s := &server{ownerURL: address, webURL: signedIn(u, "petajalan_web", password), publicURL: signedIn(u, "petajalan_public", password)}
	db, err := postgres.Open(ctx, postgres.Options{URL: address, ApplicationName: "petajalan test", MaxOpen: 1})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := postgres.EnsureRoles(ctx, db); err != nil {
		return nil, err
	}
	return s, postgres.CreateLogins(ctx, db, password("petajalan_web"), password("petajalan_public"))
}

func signedIn(u *url.URL, login string, password func(string) string) string {
	other := *u
	other.User = url.UserPassword(login, password(login))
	return other.String()
}

func inDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // it was parsed before
	}
	u.Path = "/" + name
	return u.String()
}

// templateLock keeps several test processes from making the template at once.
const templateLock = 0x70657474 // "pett"

// template makes the migrated template unless it is there, once for the
// process, and returns its name. It gets its name only when it is complete.
var template = sync.OnceValues(func() (name string, err error) {
	s, err := start()
	if err != nil {
		return "", err
	}
	hash, err := migrations.Hash(migrations.FS())
	if err != nil {
		return "", err
	}
	name = "petajalan_template_" + hash[:16]
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	conn, err := s.admin.Conn(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(?)", templateLock); err != nil {
		return "", err
	}
	defer func() { _, _ = conn.ExecContext(ctx, "SELECT pg_advisory_unlock(?)", templateLock) }() // ends with the process at the latest
	var there bool
	if err := conn.NewRaw("SELECT EXISTS (SELECT FROM pg_database WHERE datname = ?)", name).Scan(ctx, &there); err != nil || there {
		return name, err
	}
	unfinished := name + "_new"
	for _, statement := range []string{"DROP DATABASE IF EXISTS ? WITH (FORCE)", "CREATE DATABASE ? TEMPLATE template0"} {
		if _, err := conn.NewRaw(statement, bun.Ident(unfinished)).Exec(ctx); err != nil {
			return "", fmt.Errorf("make the template of the tests: %w", err)
		}
	}
	if _, err := postgres.Migrate(ctx, postgres.MigrateOptions{OwnerURL: inDatabase(s.ownerURL, unfinished)}); err != nil {
		return "", fmt.Errorf("make the template of the tests: %w", err)
	}
	_, err = conn.NewRaw("ALTER DATABASE ? RENAME TO ?", bun.Ident(unfinished), bun.Ident(name)).Exec(ctx)
	return name, err
})
