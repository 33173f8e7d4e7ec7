package followup_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/followup"
	"petajalan/internal/postgres/postgrestest"
)

var (
	wib     = time.FixedZone("WIB", 7*3600)
	october = time.Date(2026, 10, 12, 9, 0, 0, 0, wib)
)

// office is a database with two agencies, a verified report that promises an action, and
// the people around it.
type office struct {
	*postgrestest.Database
	clerk, head, stranger, reviewer, leader *account.User
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{Database: postgrestest.NewDatabase(t)}
	for _, q := range []string{
		`INSERT INTO areas (code, level, name, source) VALUES ('35.72', 'kota', 'Kota Blitar', 'uji')`,
		`INSERT INTO agencies (code, kind, name, short_name, area_code, public_facing, reports, valid_from, source, confidence) VALUES
			('dlh', 'dinas', 'Dinas Lingkungan Hidup', 'DLH', '35.72', true, true, '2025-01-01', 'uji', 'high'),
			('dinkes', 'dinas', 'Dinas Kesehatan', 'Dinkes', '35.72', true, true, '2025-01-01', 'uji', 'high')`,
		`INSERT INTO indicators (code) VALUES ('SAMPAH')`,
		`INSERT INTO target_series (agency_id, indicator_id) SELECT a.id, i.id FROM agencies a, indicators i WHERE a.code = 'dlh'`,
		`INSERT INTO reports (series_id, year, quarter, status, revision, updated_at) SELECT id, 2026, 3, 'verified', 2, '2026-10-12' FROM target_series`,
		`INSERT INTO report_revisions (report_id, revision, actual, handed_in_at, next_step, next_step_owner, next_step_due)
			SELECT id, n, 1, '2026-10-10', 'Tambah armada ' || n, 'Bidang Persampahan', '2026-10-20' FROM reports, generate_series(1, 2) n`,
		`INSERT INTO report_revisions (report_id, revision, actual, handed_in_at) SELECT id, 3, 1, '2026-10-10' FROM reports`,
	} {
		if _, err := o.Owner.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	hasher := account.NewHasher()
	add := func(login string, role account.Role, agency string) *account.User {
		u, err := account.Add(t.Context(), o.Owner, hasher, account.NewUser{
			Login: login, Name: login, Password: "kucing biru naik sepeda",
			Appointments: []account.Appointment{{Role: role, Agency: agency, From: october.AddDate(-1, 0, 0)}},
		}, october)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	o.clerk, o.head, o.stranger = add("clerk", account.Operator, "dlh"), add("head", account.Head, "dlh"), add("stranger", account.Operator, "dinkes")
	o.reviewer, o.leader = add("reviewer", account.Reviewer, ""), add("leader", account.Leader, "")
	return o
}

// begin begins what the revision of this number promises.
func (o *office) begin(t *testing.T, revision int) {
	t.Helper()
	var ids []int64
	if err := o.Owner.NewRaw(`SELECT id FROM report_revisions WHERE revision = ?`, revision).Scan(t.Context(), &ids); err != nil {
		t.Fatal(err)
	}
	err := o.Web.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error { return followup.Begin(ctx, tx, ids, october) })
	if err != nil {
		t.Fatal(err)
	}
}

func (o *office) list(t *testing.T, by *account.User, now time.Time) []followup.FollowUp {
	t.Helper()
	all, err := followup.List(t.Context(), o.Web, by, followup.Filter{}, now)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFollowUpBeginsWithTheVerifiedReportThatPromisesIt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.begin(t, 3) // promises nothing
	o.begin(t, 1)
	o.begin(t, 1)
	all := o.list(t, o.clerk, october)
	if len(all) != 1 {
		t.Fatalf("%d follow-ups, want 1", len(all))
	}
	f := all[0]
	if f.Action != "Tambah armada 1" || f.Owner != "Bidang Persampahan" || f.State != followup.Open || f.Due.Format(time.DateOnly) != "2026-10-20" || f.Agency != "dlh" || f.Quarter != 3 {
		t.Errorf("follow-up = %+v", f)
	}
	// The last day still belongs to it.
	for day, want := range map[int]followup.State{20: followup.Open, 21: followup.Overdue} {
		if got := o.list(t, o.clerk, time.Date(2026, 10, day, 23, 59, 0, 0, wib))[0].State; got != want {
			t.Errorf("on the %dth: %s, want %s", day, got, want)
		}
	}
	// The corrected report promises anew.
	o.begin(t, 2)
	var states []string
	for _, f := range o.list(t, o.reviewer, october) {
		states = append(states, string(f.State)+" "+f.Action)
	}
	if got, want := strings.Join(states, ", "), "berjalan Tambah armada 2, dihentikan Tambah armada 1"; got != want {
		t.Errorf("after the correction: %s, want %s", got, want)
	}
}

func TestFollowUpIsSeenAndMovedByThoseItConcerns(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	o.begin(t, 1)
	id := o.list(t, o.clerk, october)[0].ID
	if n := len(o.list(t, o.stranger, october)); n != 0 {
		t.Errorf("a stranger sees %d follow-ups", n)
	}
	for name, tt := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"stranger notes":      {followup.Note(ctx, o.Web, o.stranger, id, "coba", october), fault.NotFound},
		"unknown":             {followup.Note(ctx, o.Web, o.clerk, "x'", "coba", october), fault.NotFound},
		"leader notes":        {followup.Note(ctx, o.Web, o.leader, id, "coba", october), fault.Forbidden},
		"clerk drops":         {followup.Drop(ctx, o.Web, o.clerk, id, "tidak perlu", october), fault.Forbidden},
		"nothing said":        {followup.Finish(ctx, o.Web, o.clerk, id, "  ", october), fault.Invalid},
		"too much said":       {followup.Note(ctx, o.Web, o.clerk, id, strings.Repeat("é", 2001), october), fault.Invalid},
		"moved into the past": {followup.Move(ctx, o.Web, o.clerk, id, october.AddDate(0, 0, -1), "molor", october), fault.Invalid},
	} {
		if got := fault.KindOf(tt.err); got != tt.want {
			t.Errorf("%s: %v (%v), want %v", name, got, tt.err, tt.want)
		}
	}
	later := october.AddDate(0, 1, 0)
	if err := followup.Move(ctx, o.Web, o.clerk, id, later, "Armada dikirim bulan depan.", october); err != nil {
		t.Fatal(err)
	}
	if err := followup.Note(ctx, o.Web, o.head, id, "Kontrak ditandatangani.", october.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	f, events, err := followup.Find(ctx, o.Web, o.leader, id, october.AddDate(0, 0, 20))
	if err != nil {
		t.Fatal(err)
	}
	if f.State != followup.Open || !f.Due.Equal(time.Date(2026, 11, 12, 0, 0, 0, 0, wib)) || len(events) != 3 || events[2].Role != "kepala" || events[2].Name != "head" {
		t.Errorf("follow-up %+v, events %+v", f, events)
	}
	var trail int
	if err := o.Owner.NewRaw(`SELECT count(*) FROM audit_entries WHERE stream = 'dlh'`).Scan(ctx, &trail); err != nil || trail != 2 {
		t.Errorf("%d entries in the trail (%v), want 2", trail, err)
	}
}

func TestFollowUpEndsOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.begin(t, 1)
	id := o.list(t, o.clerk, october)[0].ID
	var mu sync.Mutex
	ended, refused := 0, 0
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			err := followup.Finish(t.Context(), o.Web, o.clerk, id, "Dua truk beroperasi.", october)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				ended++
			case fault.KindOf(err) == fault.Conflict:
				refused++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if ended != 1 || refused != 5 {
		t.Errorf("ended %d times, refused %d times, want 1 and 5", ended, refused)
	}
	all, err := followup.List(t.Context(), o.Web, o.reviewer, followup.Filter{}, october)
	if err != nil || len(all) != 1 || all[0].State != followup.Done {
		t.Errorf("left %v (%v), want one that is done", all, err)
	}
}
