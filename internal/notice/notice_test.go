package notice_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/uptrace/bun"

	"petajalan/internal/notice"
	"petajalan/internal/postgres/postgrestest"
)

var (
	wib     = time.FixedZone("WIB", 7*3600)
	october = time.Date(2026, 10, 14, 9, 0, 0, 0, wib) // a Wednesday
)

// people makes accounts with the appointments that the tests tell of.
func people(t testing.TB, d *postgrestest.Database) map[string]int64 {
	t.Helper()
	ids := map[string]int64{}
	for _, p := range []struct{ login, email, role, agency string }{
		{"operator.dlh", "operator@dlh.example", "operator", "dlh"},
		{"kepala.dlh", "kepala@dlh.example", "kepala", "dlh"},
		{"operator.dinkes", "", "operator", "dinkes"},
		{"organisasi", "organisasi@example.org", "organisasi", ""},
		{"sekda", "sekda@example.org", "pimpinan", ""},
		{"admin", "admin@example.org", "admin", ""},
	} {
		var id int64
		err := d.Owner.NewRaw(`INSERT INTO users (login, name, password_hash, created_at, email) VALUES (?, ?, 'x', ?, ?) RETURNING id`,
			p.login, "Akun "+p.login, october, p.email).Scan(t.Context(), &id)
		if err != nil {
			t.Fatal(err)
		}
		var agency *string
		if p.agency != "" {
			agency = &p.agency
		}
		run(t, d.Owner, `INSERT INTO user_roles (user_id, role, agency_code, valid_from) VALUES (?, ?, ?, '2026-01-01')`, id, p.role, agency)
		ids[p.login] = id
	}
	return ids
}

func run(t testing.TB, db bun.IDB, query string, args ...any) {
	t.Helper()
	if _, err := db.NewRaw(query, args...).Exec(t.Context()); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func texts(t testing.TB, db bun.IDB, query string, args ...any) []string {
	t.Helper()
	var list []string
	if err := db.NewRaw(query, args...).Scan(t.Context(), &list); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return list
}

func TestNoteGoesToThoseItConcernsAndOnce(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	ids := people(t, d)
	run(t, d.Owner, `UPDATE users SET disabled_at = now() WHERE login = 'kepala.dlh'`)
	run(t, d.Owner, `INSERT INTO user_roles (user_id, role, agency_code, valid_from, valid_to) VALUES (?, 'operator', 'dlh', '2026-01-01', '2026-10-13')`, ids["sekda"])
	n := notice.Note{Key: "return A", Kind: notice.Duty, Text: "Laporan A dikembalikan.", Href: "/kerja/laporan/dlh/2026-TW3",
		To: []int64{ids["admin"], ids["organisasi"]}, Roles: []string{"operator", "kepala"}, Agency: "dlh", Except: ids["organisasi"]}
	for range 2 {
		if err := notice.Tell(t.Context(), d.Web, n, october); err != nil {
			t.Fatal(err)
		}
	}
	got := texts(t, d.Web, `SELECT u.login FROM notices n JOIN users u ON u.id = n.user_id ORDER BY 1`)
	if len(got) != 2 || got[0] != "admin" || got[1] != "operator.dlh" {
		t.Errorf("told %v, want admin and operator.dlh: neither the closed account, nor the one who did it, nor the one whose role has ended", got)
	}
	if got := texts(t, d.Web, `SELECT key FROM outbox`); len(got) != 0 {
		t.Errorf("without a webhook the outbox has %v", got)
	}
}

func TestLetterNeedsAnAddressAndIsWrittenOnce(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	ids := people(t, d)
	for _, tt := range []struct {
		login string
		want  bool
	}{{"operator.dlh", true}, {"operator.dlh", false}, {"operator.dinkes", false}} {
		l := notice.Letter{Key: "reset " + tt.login, To: ids[tt.login], Subject: "Atur ulang kata sandi", Text: "Buka tautan ini.", Href: "/masuk/atur/abc", Secret: true}
		posted, err := notice.Mail(t.Context(), d.Web, l, october)
		if err != nil || posted != tt.want {
			t.Errorf("Mail to %s: %v, %v, want %v", tt.login, posted, err, tt.want)
		}
	}
}
