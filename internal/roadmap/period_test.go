package roadmap_test

import (
	"fmt"
	"testing"
	"time"

	"petajalan/internal/fault"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/roadmap"
)

func TestPeriodsOpenAndCloseOnce(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), postgrestest.New(t)
	cal := testCalendar()
	first, last := period(t, "2025-TW4"), period(t, "2026-TW3")

	added, err := roadmap.EnsurePeriods(ctx, db, first, last, cal)
	if err != nil {
		t.Fatal(err)
	}
	if len(added) != 4 {
		t.Fatalf("added %v, want four periods", added)
	}
	if again, err := roadmap.EnsurePeriods(ctx, db, first, last, cal); err != nil || len(again) != 0 {
		t.Fatalf("second EnsurePeriods: %v, %v, want nothing", again, err)
	}

	if _, err := roadmap.CurrentPeriod(ctx, db, at(t, "2025-12-31T23:59:59.999999+07:00")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("CurrentPeriod before the first opening: %v, want not found", err)
	}
	for _, tt := range []struct{ now, opened, closed, current string }{
		{"2025-12-31T23:59:59.999999+07:00", "[]", "[]", ""},
		{"2026-01-01T00:00:00+07:00", "[2025-TW4]", "[]", "2025-TW4"},
		{"2026-01-01T00:00:01+07:00", "[]", "[]", "2025-TW4"},
		{"2026-01-23T23:59:59.999999+07:00", "[]", "[]", "2025-TW4"},
		{"2026-01-24T00:00:00+07:00", "[]", "[2025-TW4]", "2025-TW4"},
		{"2026-03-31T23:59:59+07:00", "[]", "[]", "2025-TW4"},
		{"2026-10-10T08:00:00+07:00", "[2026-TW1 2026-TW2 2026-TW3]", "[2026-TW1 2026-TW2]", "2026-TW3"},
	} {
		now := at(t, tt.now)
		opened, err := roadmap.OpenDue(ctx, db, now)
		if err != nil {
			t.Fatal(err)
		}
		closed, err := roadmap.CloseDue(ctx, db, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(opened); got != tt.opened {
			t.Errorf("%s: opened %s, want %s", tt.now, got, tt.opened)
		}
		if got := fmt.Sprint(closed); got != tt.closed {
			t.Errorf("%s: closed %s, want %s", tt.now, got, tt.closed)
		}
		if tt.current == "" {
			continue
		}
		current, err := roadmap.CurrentPeriod(ctx, db, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := current.Period.String(); got != tt.current {
			t.Errorf("%s: current period %s, want %s", tt.now, got, tt.current)
		}
	}

	all, err := roadmap.Periods(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 4 || all[0].Period != first || all[3].Period != last {
		t.Fatalf("Periods = %v", all)
	}
	if r := all[0]; r.OpenedAt == nil || !r.OpenedAt.Equal(at(t, "2026-01-01T00:00:00+07:00")) || r.ClosedAt == nil {
		t.Errorf("%s was opened at %v and closed at %v", r.Period, r.OpenedAt, r.ClosedAt)
	}
	if r := all[3]; r.ClosedAt != nil {
		t.Errorf("%s was closed at %v before its time", r.Period, r.ClosedAt)
	}
}

func TestPeriodFollowsChangedHolidaysUntilItHasOpened(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), postgrestest.New(t)
	p, q := period(t, "2026-TW2"), period(t, "2026-TW3")
	if _, err := roadmap.EnsurePeriods(ctx, db, p, q, testCalendar()); err != nil {
		t.Fatal(err)
	}
	if _, err := roadmap.OpenDue(ctx, db, at(t, "2026-07-01T00:00:00+07:00")); err != nil {
		t.Fatal(err)
	}
	more := roadmap.NewCalendar(wib, time.Date(2026, 7, 8, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 7, 0, 0, 0, 0, time.UTC))
	moved, err := roadmap.EnsurePeriods(ctx, db, p, q, more)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(moved) != "[2026-TW3]" {
		t.Errorf("moved %v, want only the one that has not opened", moved)
	}
	all, err := roadmap.Periods(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	if want := at(t, "2026-07-15T00:00:00+07:00"); !all[0].DueAt.Equal(want) {
		t.Errorf("the open period is due at %s, want %s as announced", all[0].DueAt, want)
	}
	if want := at(t, "2026-10-16T00:00:00+07:00"); !all[1].DueAt.Equal(want) {
		t.Errorf("the next period is due at %s, want %s", all[1].DueAt, want)
	}
}

func TestPeriodsOfAPlanAreKept(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), postgrestest.New(t)
	now := at(t, "2025-04-02T08:00:00+07:00")
	if k, err := roadmap.KeepPeriods(ctx, db, wib, now); err != nil || k.Written != nil {
		t.Fatalf("KeepPeriods without a plan: %v, %v", k, err)
	}
	_, err := db.ExecContext(ctx, `INSERT INTO roadmap_versions (number, title, first_year, last_year, status, recorded_at) VALUES (1, 'Contoh', 2025, 2026, 'contoh', '2025-01-01Z')`)
	if err != nil {
		t.Fatal(err)
	}
	k, err := roadmap.KeepPeriods(ctx, db, wib, now)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := k.String(), "written 8, opened [2025-TW1], closed []"; got != want {
		t.Errorf("KeepPeriods: %s, want %s", got, want)
	}
	if k, err := roadmap.KeepPeriods(ctx, db, wib, now); err != nil || k.String() != "written 0, opened [], closed []" {
		t.Errorf("second KeepPeriods: %v, %v", k, err)
	}
}
