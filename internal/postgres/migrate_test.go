package postgres_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/migrations"
)

func openOwner(t *testing.T, address string) *bun.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), postgres.OwnerOptions(address))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// folder makes migrations of one table each, the named one with a mistake.
func folder(names ...string) fs.FS {
	f := fstest.MapFS{}
	for i, name := range names {
		sql := fmt.Sprintf("CREATE TABLE %s (n int);\nCREATE INDEX %s_n_idx ON %s (n);", name, name, name)
		if name == "broken" {
			sql += "\nSELECT 1 / 0;"
		}
		f[fmt.Sprintf("%04d_%s.tx.up.sql", i+1, name)] = &fstest.MapFile{Data: []byte(sql)}
		f[fmt.Sprintf("%04d_%s.tx.down.sql", i+1, name)] = &fstest.MapFile{Data: []byte("DROP TABLE " + name + ";")}
	}
	return f
}

func TestSeveralMigrationsAtOnceApplyEverythingOnce(t *testing.T) {
	t.Parallel()
	o := postgres.MigrateOptions{OwnerURL: postgrestest.NewEmpty(t), Folder: folder("a", "b", "c")}
	var wg sync.WaitGroup
	applied := make([][]string, 3)
	for i := range applied {
		wg.Go(func() {
			var err error
			if applied[i], err = postgres.Migrate(t.Context(), o); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	for _, names := range applied {
		n += len(names)
	}
	if n != 3 {
		t.Errorf("applied %v, want three steps in all", applied)
	}
}

func TestFailedMigrationLeavesNothingAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	o := postgres.MigrateOptions{OwnerURL: postgrestest.NewEmpty(t), Folder: folder("a", "broken", "c")}
	for range 2 {
		done, err := postgres.Migrate(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), "0002") || postgres.SQLState(err) != "22012" {
			t.Errorf("error %v, want a division by zero in 0002", err)
		}
		if len(done) > 0 && done[0] != "0001_a" || len(done) > 1 {
			t.Errorf("applied %v, want at most 0001_a", done)
		}
	}
	db := openOwner(t, o.OwnerURL)
	var there []string
	if err := db.NewRaw("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename IN ('a', 'broken', 'c')").Scan(t.Context(), &there); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(there) != "[a]" {
		t.Errorf("tables %v, want only a", there)
	}
	o.Folder = folder("a", "mended", "c")
	if done, err := postgres.Migrate(t.Context(), o); err != nil || fmt.Sprint(done) != "[0002_mended 0003_c]" {
		t.Errorf("after mending: applied %v, error %v", done, err)
	}
	if back, err := postgres.Rollback(t.Context(), o, 2); err != nil || fmt.Sprint(back) != "[0003_c 0002_mended]" {
		t.Errorf("took back %v, error %v", back, err)
	}
}

func TestEverythingBelongsToTheOwnerAndTheSchemaIsClosed(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	var others []string
	if err := d.Owner.NewRaw(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner <> 'peta_owner'::regrole ORDER BY 1`).
		Scan(t.Context(), &others); err != nil || len(others) > 0 {
		t.Errorf("not owned by peta_owner: %v, error %v", others, err)
	}
	for name, db := range map[string]*bun.DB{"web": d.Web, "public": d.Public} {
		for _, statement := range []string{
			"CREATE TABLE mine (n int)", "DROP TABLE users", "ALTER TABLE users ADD COLUMN x int", "TRUNCATE publications",
			"UPDATE publications SET reason = 'x'", "DELETE FROM publications", "SET ROLE peta_owner", "DELETE FROM bun_migrations",
		} {
			if _, err := db.ExecContext(t.Context(), statement); postgres.SQLState(err) != "42501" {
				t.Errorf("%s: %s: error %v, want it refused", name, statement, err)
			}
		}
	}
	if _, err := d.Public.ExecContext(t.Context(), "SELECT count(*) FROM users"); postgres.SQLState(err) != "42501" {
		t.Errorf("the public login reads accounts: %v", err)
	}
	var n int
	if err := d.Public.NewRaw("SELECT count(*) FROM publications").Scan(t.Context(), &n); err != nil {
		t.Errorf("the public login cannot read publications: %v", err)
	}
	for _, role := range []string{"peta_owner", "peta_migrate", "peta_web", "peta_job", "peta_public", "peta_backup", "peta_ro"} {
		var login bool
		if err := d.Owner.NewRaw("SELECT rolcanlogin FROM pg_roles WHERE rolname = ?", role).Scan(t.Context(), &login); err != nil || login {
			t.Errorf("role %s: may sign in %v, error %v", role, login, err)
		}
	}
}

// newLogin makes a login with these attributes and an empty database that it
// owns, as an administrator would, and returns the address with it.
func newLogin(t *testing.T, attributes string) (address string) {
	t.Helper()
	var admin string
	name := "petajalan_login_" + strings.ToLower(rand.Text()[:12])
	t.Cleanup(func() { // after the database is dropped
		db, err := postgres.Open(context.Background(), postgres.OwnerOptions(admin))
		if err != nil {
			t.Error(err)
			return
		}
		defer db.Close()
		if _, err := db.NewRaw("DROP ROLE ?", bun.Ident(name)).Exec(context.Background()); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(postgrestest.NewEmpty(t))
	if err != nil {
		t.Fatal(err)
	}
	database := strings.TrimPrefix(u.Path, "/")
	db := openOwner(t, u.String())
	if _, err := db.NewRaw("CREATE ROLE ? LOGIN PASSWORD 'rahasia' "+attributes, bun.Ident(name)).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.NewRaw("ALTER DATABASE ? OWNER TO ?", bun.Ident(database), bun.Ident(name)).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	own := *u
	own.User = url.UserPassword(name, "rahasia")
	u.Path = "/postgres"
	admin = u.String()
	return own.String()
}

func TestOwnerNeedNotBeASuperuser(t *testing.T) {
	t.Parallel()
	address := newLogin(t, "CREATEROLE IN ROLE peta_migrate")
	if _, err := postgres.Migrate(t.Context(), postgres.MigrateOptions{OwnerURL: address}); err != nil {
		t.Fatal(err)
	}
	db := openOwner(t, address)
	if err := postgres.AssertServer(t.Context(), db, postgres.AssertOptions{AllowNoFsync: true, AllowOwner: true}); err != nil {
		t.Errorf("one login for everything is allowed, but: %v", err)
	}
	err := postgres.AssertServer(t.Context(), db, postgres.AssertOptions{AllowNoFsync: true})
	if err == nil || !strings.Contains(err.Error(), "owns the tables") {
		t.Errorf("error %v, want a word about the owner", err)
	}
}

func TestLoginWithoutRightsGetsASentence(t *testing.T) {
	t.Parallel()
	address := newLogin(t, "NOCREATEROLE")
	_, err := postgres.Migrate(t.Context(), postgres.MigrateOptions{OwnerURL: address})
	if err == nil || !strings.Contains(err.Error(), "DATABASE_OWNER_URL") {
		t.Errorf("error %v, want a sentence about DATABASE_OWNER_URL", err)
	}
}

func TestLoginOfTheWebBecomesAMember(t *testing.T) {
	t.Parallel()
	ownerURL := postgrestest.NewEmpty(t)
	owner := openOwner(t, ownerURL)
	other, err := url.Parse(newLogin(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	name := other.User.Username()
	for range 2 { // a second time changes nothing
		if _, err := postgres.Migrate(t.Context(), postgres.MigrateOptions{OwnerURL: ownerURL, WebLogin: name}); err != nil {
			t.Fatal(err)
		}
	}
	var web, job, public bool
	if err := owner.NewRaw("SELECT pg_has_role(?0, 'peta_web', 'MEMBER'), pg_has_role(?0, 'peta_job', 'MEMBER'), pg_has_role(?0, 'peta_public', 'MEMBER')", name).
		Scan(t.Context(), &web, &job, &public); err != nil || !web || !job || public {
		t.Errorf("web %v, job %v, public %v, error %v; want the first two", web, job, public, err)
	}
}

func TestSchemaThatDoesNotFitIsTold(t *testing.T) {
	t.Parallel()
	ownerURL := postgrestest.NewEmpty(t)
	db := openOwner(t, ownerURL)
	var schema *postgres.SchemaError
	if err := postgres.UpToDate(t.Context(), db); !errors.As(err, &schema) || !schema.Missing {
		t.Errorf("empty database: %v, want a missing schema", err)
	}
	old := fstest.MapFS{}
	for _, pattern := range []string{"0001_*.sql", "0002_*.sql"} {
		names, err := fs.Glob(migrations.FS(), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			content, err := fs.ReadFile(migrations.FS(), name)
			if err != nil {
				t.Fatal(err)
			}
			old[name] = &fstest.MapFile{Data: content}
		}
	}
	if _, err := postgres.Migrate(t.Context(), postgres.MigrateOptions{OwnerURL: ownerURL, Folder: old}); err != nil {
		t.Fatal(err)
	}
	err := postgres.AssertServer(t.Context(), db, postgres.AssertOptions{AllowNoFsync: true, AllowOwner: true})
	if !errors.As(err, &schema) || schema.Missing || len(schema.Pending) == 0 || !strings.HasPrefix(schema.Pending[0], "0003_") || !strings.Contains(err.Error(), "petajalan migrate") {
		t.Errorf("old schema: %v, want the first missing step and the command", err)
	}
	if _, err := postgres.Migrate(t.Context(), postgres.MigrateOptions{OwnerURL: ownerURL}); err != nil {
		t.Fatal(err)
	}
	// A step of a later program is no reason to refuse.
	if _, err := db.ExecContext(t.Context(), "INSERT INTO bun_migrations (name, group_id) VALUES ('9999', 9)"); err != nil {
		t.Fatal(err)
	}
	if err := postgres.UpToDate(t.Context(), db); err != nil {
		t.Errorf("newer schema: %v", err)
	}
}

func TestServerWithUnsafeSettingsIsRefused(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	jakarta, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	// The tests' own server is as wanted, but for fsync.
	if err := postgres.AssertServer(t.Context(), d.Web, postgres.AssertOptions{AllowNoFsync: true, Zone: jakarta}); err != nil {
		t.Errorf("the login of serve: %v", err)
	}
	d.Web.SetMaxOpenConns(1)
	for _, statement := range []string{"SET synchronous_commit = off", "SET standard_conforming_strings = off"} {
		if _, err := d.Web.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	err = postgres.AssertServer(t.Context(), d.Web, postgres.AssertOptions{Zone: time.FixedZone("Asia/Blitar", 7*60*60)})
	for _, word := range []string{"fsync = off", "synchronous_commit = off", "standard_conforming_strings = off", "Asia/Blitar"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("no word about %s in: %v", word, err)
		}
	}
	err = postgres.AssertServer(t.Context(), d.Owner, postgres.AssertOptions{AllowNoFsync: true, AllowOwner: true})
	if err == nil || !strings.Contains(err.Error(), "superuser") {
		t.Errorf("error %v, want a word about the superuser", err)
	}
}
