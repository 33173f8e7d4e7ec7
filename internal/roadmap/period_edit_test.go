package roadmap_test

import (
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/roadmap"
)

// keeper is an account of Bagian Organisasi.
func keeper(t *testing.T, db bun.IDB) *account.User {
	t.Helper()
	u := &account.User{Login: "organisasi", Appointments: []account.Appointment{{Role: account.Reviewer}}}
	err := db.NewRaw(`INSERT INTO users (login, name, password_hash, created_at) VALUES ('organisasi', 'Organisasi', 'x', now()) RETURNING id`).Scan(t.Context(), &u.ID)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestPeriodIsMovedOpenedAndClosedByHand(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	wib := time.FixedZone("WIB", 7*3600)
	by := keeper(t, d.Owner)
	p := roadmap.Period{Year: 2026, Quarter: 3}
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, wib) }
	cal := roadmap.NewCalendar(wib)
	if _, err := roadmap.EnsurePeriods(t.Context(), d.Web, p, p, cal); err != nil {
		t.Fatal(err)
	}
	planned := roadmap.Moments{OpensAt: day(10, 2), DueAt: day(10, 20), ClosesAt: day(10, 27), PublishBy: day(11, 3)}
	move := func(m roadmap.Moments, reason string, now time.Time) fault.Kind {
		t.Helper()
		return fault.KindOf(roadmap.MovePeriod(t.Context(), d.Web, by, p, m, reason, now))
	}
	ok := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	september := day(9, 15)
	for name, bad := range map[string]roadmap.Moments{
		"DueBeforeOpening":     {planned.OpensAt, day(10, 2), planned.ClosesAt, planned.PublishBy},
		"ClosedBeforeDue":      {planned.OpensAt, planned.DueAt, day(10, 19), planned.PublishBy},
		"PublishedBeforeClose": {planned.OpensAt, planned.DueAt, planned.ClosesAt, day(10, 26)},
		"QuarterStillRunning":  {day(9, 30), planned.DueAt, planned.ClosesAt, planned.PublishBy},
	} {
		if got := move(bad, "cuti bersama", september); got != fault.Invalid {
			t.Errorf("%s: kind %v, want invalid", name, got)
		}
	}
	if got := move(planned, "  ", september); got != fault.Invalid {
		t.Errorf("without a reason: kind %v, want invalid", got)
	}
	nobody := &account.User{ID: by.ID, Appointments: []account.Appointment{{Role: account.Admin}}}
	if got := fault.KindOf(roadmap.MovePeriod(t.Context(), d.Web, nobody, p, planned, "x", september)); got != fault.Forbidden {
		t.Errorf("an admin moves a period: kind %v, want forbidden", got)
	}
	ok("move", roadmap.MovePeriod(t.Context(), d.Web, by, p, planned, "cuti bersama", september))

	// The table of holidays no longer moves it.
	if changed, err := roadmap.EnsurePeriods(t.Context(), d.Web, p, p, cal); err != nil || len(changed) != 0 {
		t.Errorf("the calendar changed %v, error %v, want nothing", changed, err)
	}
	if got := fault.KindOf(roadmap.OpenPeriod(t.Context(), d.Web, by, p, "lebih awal", september)); got != fault.Conflict {
		t.Errorf("opened while the quarter runs: kind %v, want conflict", got)
	}
	if got := fault.KindOf(roadmap.ClosePeriod(t.Context(), d.Web, by, p, "x", september)); got != fault.Conflict {
		t.Errorf("closed before it opened: kind %v, want conflict", got)
	}
	first := day(10, 1).Add(time.Hour)
	ok("open", roadmap.OpenPeriod(t.Context(), d.Web, by, p, "lebih awal", first))
	r, err := roadmap.CurrentPeriod(t.Context(), d.Web, first)
	if err != nil || r.Period != p || !r.Takes(first) {
		t.Errorf("after it opened: %+v, error %v, want it to take reports", r, err)
	}
	moved := planned
	moved.OpensAt = r.OpensAt
	if got := move(roadmap.Moments{OpensAt: day(10, 5), DueAt: moved.DueAt, ClosesAt: moved.ClosesAt, PublishBy: moved.PublishBy}, "x", first); got != fault.Invalid {
		t.Errorf("the opening of an open period is moved: kind %v, want invalid", got)
	}
	moved.DueAt = day(10, 21)
	ok("put off", roadmap.MovePeriod(t.Context(), d.Web, by, p, moved, "jaringan padam", first))
	if got := move(roadmap.Moments{OpensAt: moved.OpensAt, DueAt: day(10, 21).Add(-time.Hour), ClosesAt: moved.ClosesAt, PublishBy: moved.PublishBy}, "x", day(10, 22)); got != fault.Invalid {
		t.Errorf("a due date is moved into the past: kind %v, want invalid", got)
	}
	if got := fault.KindOf(roadmap.ClosePeriod(t.Context(), d.Web, by, p, "x", day(10, 20))); got != fault.Conflict {
		t.Errorf("closed before its due date: kind %v, want conflict", got)
	}
	ok("close", roadmap.ClosePeriod(t.Context(), d.Web, by, p, "semua lengkap", day(10, 22)))
	if got := move(moved, "x", day(10, 22)); got != fault.Conflict {
		t.Errorf("a closed period is moved: kind %v, want conflict", got)
	}
	var trail []string
	if err := d.Web.NewRaw(`SELECT action FROM audit_entries WHERE stream = 'publish' ORDER BY seq`).Scan(t.Context(), &trail); err != nil {
		t.Fatal(err)
	}
	if want := 4; len(trail) != want || trail[0] != "move period" || trail[3] != "close period" {
		t.Errorf("trail %v, want %d entries", trail, want)
	}
}
