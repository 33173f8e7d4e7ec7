package migrations_test

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/migrations"
)

func TestNumbersHaveNoGapsAndEveryStepCanBeTakenBack(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(migrations.FS(), "*")
	if err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(`^(\d{4})_([a-z0-9_]+)\.tx\.(up|down)\.sql$`)
	steps := map[int][]string{} // number → what and direction
	for _, name := range names {
		m := pattern.FindStringSubmatch(name)
		if m == nil {
			t.Errorf("%s is not named NNNN_what.tx.up.sql or NNNN_what.tx.down.sql", name)
			continue
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		steps[n] = append(steps[n], m[2]+" "+m[3])
	}
	if len(steps) == 0 {
		t.Fatal("there are no migrations")
	}
	for n := 1; n <= len(steps); n++ {
		got := steps[n]
		slices.Sort(got)
		if len(got) != 2 || got[0][:len(got[0])-len(" down")] != got[1][:len(got[1])-len(" up")] {
			t.Errorf("step %04d has %q, want one name with up and down", n, got)
		}
	}
}

func TestEveryStepGoesUpDownAndUpAgainToTheSameSchema(t *testing.T) {
	t.Parallel()
	o := postgres.MigrateOptions{OwnerURL: postgrestest.NewEmpty(t)}
	db, err := postgres.Open(t.Context(), postgres.OwnerOptions(o.OwnerURL))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ups, err := fs.Glob(migrations.FS(), "*.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	before := []string(nil)
	for n := 1; n <= len(ups); n++ {
		o.Folder = first(t, n)
		up(t, o, 1)
		after := snapshot(t, db)
		if back, err := postgres.Rollback(t.Context(), o, 1); err != nil || len(back) != 1 {
			t.Fatalf("take back %s: %v, error %v", ups[n-1], back, err)
		}
		if n > 1 {
			if diff := cmp.Diff(before, snapshot(t, db)); diff != "" {
				t.Errorf("%s leaves something when it is taken back (-before +after):\n%s", ups[n-1], diff)
			}
		}
		up(t, o, 1)
		if diff := cmp.Diff(after, snapshot(t, db)); diff != "" {
			t.Errorf("%s makes something else the second time (-first +second):\n%s", ups[n-1], diff)
		}
		before = after
	}
	for _, kind := range []string{"relation users ", "column users.login ", "constraint users_login_key ", "index ", "trigger on publications ", "function "} {
		if !slices.ContainsFunc(before, func(line string) bool { return strings.HasPrefix(line, kind) }) {
			t.Errorf("the snapshot is blind: it has no %s", kind)
		}
	}
	if _, err := postgres.Rollback(t.Context(), o, len(ups)); err != nil {
		t.Fatal(err)
	}
	up(t, o, len(ups))
	if diff := cmp.Diff(before, snapshot(t, db)); diff != "" {
		t.Errorf("all the way down and up gives something else (-first +second):\n%s", diff)
	}
}

func up(t *testing.T, o postgres.MigrateOptions, want int) {
	t.Helper()
	done, err := postgres.Migrate(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(done) != want {
		t.Fatalf("migrated %v, want %d steps", done, want)
	}
}

// first is a folder with the first n migrations.
func first(t *testing.T, n int) fs.FS {
	t.Helper()
	folder := fstest.MapFS{}
	for i := 1; i <= n; i++ {
		names, err := fs.Glob(migrations.FS(), fmt.Sprintf("%04d_*.sql", i))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			content, err := fs.ReadFile(migrations.FS(), name)
			if err != nil {
				t.Fatal(err)
			}
			folder[name] = &fstest.MapFile{Data: content}
		}
	}
	return folder
}

// snapshot describes everything in the schema public: columns, constraints,
// indexes, functions, triggers, owners and rights, one line each.
func snapshot(t *testing.T, db *bun.DB) []string {
	t.Helper()
	var lines []string
	if err := db.NewRaw(`
		SELECT line FROM (
			SELECT format('relation %s kind %s owner %s rights %s options %s view %s', c.relname, c.relkind, c.relowner::regrole,
			       (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(c.relacl) a), c.reloptions,
			       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END) AS line
			FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
			UNION ALL
			SELECT format('column %s.%s %s not null %s default %s identity %s rights %s', c.relname, a.attname,
			       format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity,
			       (SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM unnest(a.attacl) x))
			FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
			WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
			UNION ALL
			SELECT format('constraint %s on %s %s', conname, conrelid::regclass, pg_get_constraintdef(oid))
			FROM pg_constraint WHERE connamespace = 'public'::regnamespace
			UNION ALL
			SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
			UNION ALL
			SELECT format('trigger on %s %s', tgrelid::regclass, pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
			UNION ALL
			SELECT format('function owner %s rights %s %s', proowner::regrole, proacl, pg_get_functiondef(oid))
			FROM pg_proc WHERE pronamespace = 'public'::regnamespace
			UNION ALL
			SELECT format('type %s kind %s', typname, typtype) FROM pg_type
			WHERE typnamespace = 'public'::regnamespace AND typtype <> 'c' AND typcategory <> 'A'
		) all_lines ORDER BY line`).Scan(t.Context(), &lines); err != nil {
		t.Fatal(err)
	}
	return lines
}
