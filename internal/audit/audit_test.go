package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/uptrace/bun"

	"petajalan/internal/audit"
	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
)

var october = time.Date(2026, 10, 14, 9, 0, 0, 123456000, time.FixedZone("WIB", 7*3600))

// errTakenBack rolls a transaction back.
var errTakenBack = errors.New("taken back")

func add(t testing.TB, db *bun.DB, stream string, n int) {
	t.Helper()
	for i := range n {
		err := db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			return audit.Append(audit.WithRequest(ctx, "r-1"), tx, audit.Entry{
				Stream: stream, At: october.Add(time.Duration(i) * time.Second), Role: "operator", Agency: stream,
				Action: "save report", Object: fmt.Sprintf("DUK-KTP %s 2026-TW3 #%d", stream, i),
				Before: map[string]string{"actual": "1"}, After: map[string]string{"actual": "“2” é"},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// tamper does something to the trail that only a superuser can, who first silences the triggers.
func tamper(t *testing.T, d *postgrestest.Database, statements ...string) {
	t.Helper()
	err := d.Owner.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		for _, s := range append([]string{
			`ALTER TABLE audit_entries DISABLE TRIGGER USER`, `ALTER TABLE audit_anchors DISABLE TRIGGER USER`,
		}, statements...) {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func broken(t *testing.T, db bun.IDB) string {
	t.Helper()
	list, err := audit.Broken(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, b := range list {
		words = append(words, fmt.Sprintf("%s %d %s", b.Stream, b.Seq, b.Why))
	}
	return strings.Join(words, ", ")
}

// rewrite writes the hashes of a stream and its head anew, as one who knows how would.
const rewrite = `
	DO $$
	DECLARE e audit_entries; previous bytea := '';
	BEGIN
		FOR e IN SELECT * FROM audit_entries WHERE stream = 'dlh' ORDER BY seq LOOP
			previous := audit_hash(previous, e);
			UPDATE audit_entries SET hash = previous WHERE stream = 'dlh' AND seq = e.seq;
			UPDATE audit_heads SET seq = e.seq, hash = previous WHERE stream = 'dlh';
		END LOOP;
	END $$`

func TestTamperingShows(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		statements []string
	}{
		{"Nothing", "", nil},
		{"Edited", "dlh 3 unchained", []string{`UPDATE audit_entries SET detail = '{}' WHERE stream = 'dlh' AND seq = 3`}},
		{"MomentEdited", "dlh 3 unchained", []string{`UPDATE audit_entries SET at = at + interval '1 microsecond' WHERE stream = 'dlh' AND seq = 3`}},
		{"ActorEdited", "dlh 3 unchained", []string{`UPDATE audit_entries SET actor_id = 7 WHERE stream = 'dlh' AND seq = 3`}},
		{"Deleted", "dlh 4 unchained, dlh 3 unanchored", []string{`DELETE FROM audit_entries WHERE stream = 'dlh' AND seq = 3`}},
		{"Swapped", "dlh 2 unchained, dlh 3 unanchored", []string{
			`UPDATE audit_entries SET seq = seq + 100 WHERE stream = 'dlh' AND seq IN (2, 3)`,
			`UPDATE audit_entries SET seq = 105 - seq WHERE stream = 'dlh' AND seq > 100`,
		}},
		{"LastOneCutOff", "dlh 6 unchained", []string{`DELETE FROM audit_entries WHERE stream = 'dlh' AND seq = 6`}},
		{"CutOffWithItsHead", "dlh 3 unanchored", []string{`DELETE FROM audit_entries WHERE stream = 'dlh' AND seq > 2`, rewrite}},
		{"WrittenAnew", "dlh 3 unanchored", []string{`UPDATE audit_entries SET detail = '{}' WHERE stream = 'dlh' AND seq = 2`, rewrite}},
		{"WholeStreamGone", "dlh 3 unanchored", []string{`DELETE FROM audit_entries WHERE stream = 'dlh'`, `DELETE FROM audit_heads WHERE stream = 'dlh'`}},
		{"Inserted", "dlh 7 unchained", []string{
			`INSERT INTO audit_entries SELECT stream, 7, at, actor_id, role, agency, request_id, action, object, detail, hash FROM audit_entries WHERE stream = 'dlh' AND seq = 6`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := postgrestest.NewDatabase(t)
			add(t, d.Web, "dlh", 3)
			heads, err := audit.Anchor(t.Context(), d.Web, october)
			if err != nil || len(heads) != 1 || heads[0].Seq != 3 {
				t.Fatalf("Anchor = %v, %v", heads, err)
			}
			add(t, d.Web, "dlh", 3)
			add(t, d.Web, "dinkes", 2)
			tamper(t, d, tt.statements...)
			if got := broken(t, d.Web); got != tt.want {
				t.Errorf("broken: %q, want %q", got, tt.want)
			}
			// The heads that were kept outside show it even where the anchors inside are gone.
			tamper(t, d, `DELETE FROM audit_anchors`)
			var kept bytes.Buffer
			fmt.Fprintf(&kept, "Kepala rantai:\n%s\n", heads[0])
			outside, err := audit.ReadHeads(&kept)
			if err != nil || len(outside) != 1 {
				t.Fatalf("ReadHeads = %v, %v", outside, err)
			}
			lost, err := audit.Against(t.Context(), d.Web, outside)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.Contains(tt.want, "unanchored"); (len(lost) > 0) != want {
				t.Errorf("Against = %v, want a break: %v", lost, want)
			}
		})
	}
}

func TestChainIsWholeInEveryZone(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	for i, zone := range []string{"UTC", "Asia/Jakarta"} {
		err := d.Web.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			for _, s := range []string{`SET LOCAL timezone = '` + zone + `'`, `SET LOCAL datestyle = 'SQL, DMY'`, `SET LOCAL bytea_output = 'escape'`} {
				if _, err := tx.ExecContext(ctx, s); err != nil {
					return err
				}
			}
			return audit.Append(ctx, tx, audit.Entry{Stream: "dlh", At: october, Action: "save report"})
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, reader := range []string{"UTC", "Asia/Jakarta", "America/St_Johns"} {
			err := d.Web.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
				if _, err := tx.ExecContext(ctx, `SET LOCAL timezone = '`+reader+`'`); err != nil {
					return err
				}
				if got := broken(t, tx); got != "" {
					t.Errorf("%d entries, the last written in %s, read in %s: broken %s", i+1, zone, reader, got)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestManyWritersLeaveNoGap(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	const writers, each = 16, 20
	streams := []string{"a", "b", "c"}
	pool, err := postgres.Open(t.Context(), postgres.Options{URL: d.WebURL, MaxOpen: writers})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				err := pool.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
					err := audit.Append(ctx, tx, audit.Entry{Stream: streams[(w+i)%len(streams)], At: october, Action: "write", Object: fmt.Sprint(w, i)})
					if err == nil && i%5 == 4 {
						return errTakenBack // leaves no hole behind
					}
					return err
				})
				if err != nil && !errors.Is(err, errTakenBack) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := broken(t, d.Web); got != "" {
		t.Errorf("broken: %s", got)
	}
	var n int
	if err := d.Web.NewRaw(`SELECT count(*) FROM audit_entries`).Scan(t.Context(), &n); err != nil || n != writers*each*4/5 {
		t.Errorf("%d entries, error %v, want %d", n, err, writers*each*4/5)
	}
}

func TestTrailIsWrittenByItsFunctionAlone(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	add(t, d.Web, "dlh", 1)
	if _, err := audit.Anchor(t.Context(), d.Web, october); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		`UPDATE audit_entries SET action = 'other'`,
		`DELETE FROM audit_entries`,
		`TRUNCATE audit_entries`,
		`INSERT INTO audit_entries SELECT stream, 9, at, actor_id, role, agency, request_id, action, object, detail, hash FROM audit_entries`,
		`UPDATE audit_heads SET seq = 0`,
		`INSERT INTO audit_heads VALUES ('x', 1, '')`,
		`DELETE FROM audit_heads`,
		`UPDATE audit_anchors SET seq = 9`,
		`DELETE FROM audit_anchors`,
		`ALTER TABLE audit_entries DISABLE TRIGGER USER`,
	} {
		if _, err := d.Web.ExecContext(t.Context(), s); postgres.SQLState(err) != "42501" {
			t.Errorf("%s as the login of the site: %v, want permission denied", s, err)
		}
	}
	for _, s := range []string{`UPDATE audit_entries SET action = 'other'`, `DELETE FROM audit_entries`, `TRUNCATE audit_entries`, `DELETE FROM audit_anchors`} {
		if _, err := d.Owner.ExecContext(t.Context(), s); err == nil {
			t.Errorf("%s works for the owner while the triggers stand", s)
		}
	}
}

func TestTrailIsReadPageByPage(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	add(t, d.Web, "dlh", 7)
	add(t, d.Web, "dinkes", 7)
	seen := map[string]bool{}
	var after audit.Place
	for pages := 0; ; pages++ {
		list, err := audit.List(t.Context(), d.Web, audit.Filter{Action: "SAVE", Object: "duk-ktp", Login: "-"}, after, 4)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			seen[fmt.Sprint(r.Stream, r.Seq)] = true
			if r.RequestID != "r-1" || string(r.Detail) != `{"before":{"actual":"1"},"after":{"actual":"“2” é"}}` {
				t.Fatalf("record %+v", r)
			}
			after = r.Place()
		}
		if len(list) < 4 {
			break
		}
		if pages > 10 {
			t.Fatal("the pages do not end")
		}
	}
	if len(seen) != 14 {
		t.Errorf("saw %d records, want 14", len(seen))
	}
	for name, f := range map[string]audit.Filter{
		"Stream": {Stream: "x"}, "Action": {Action: "report"}, "Object": {Object: "other"}, "Login": {Login: "nobody"},
		"From": {From: october.Add(time.Hour)}, "To": {To: october},
	} {
		if list, err := audit.List(t.Context(), d.Web, f, audit.Place{}, 5); err != nil || len(list) != 0 {
			t.Errorf("%s: %d records, error %v, want none", name, len(list), err)
		}
	}
}

func TestAnchoringTwiceWritesOnce(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	add(t, d.Web, "dlh", 2)
	for i, want := range []int{1, 0} {
		heads, err := audit.Anchor(t.Context(), d.Web, october.Add(time.Duration(i)*time.Hour))
		if err != nil || len(heads) != want {
			t.Errorf("anchored %v, error %v, want %d heads", heads, err, want)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	d := postgrestest.NewDatabase(b)
	pool, err := postgres.Open(b.Context(), postgres.Options{URL: d.WebURL, MaxOpen: 16})
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	const writers = 16
	var wg sync.WaitGroup
	b.ResetTimer()
	for w := range writers {
		wg.Go(func() {
			for i := w; i < b.N; i += writers {
				err := pool.RunInTx(b.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
					return audit.Append(ctx, tx, audit.Entry{Stream: fmt.Sprintf("agency-%d", i%32), At: october, Action: "write", Object: "x"})
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}
