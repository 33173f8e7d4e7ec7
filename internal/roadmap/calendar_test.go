package roadmap_test

import (
	"testing"
	"time"

	"petajalan/internal/roadmap"
)

var wib = mustZone("Asia/Jakarta")

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	instant, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

func period(t *testing.T, text string) roadmap.Period {
	t.Helper()
	p, err := roadmapPeriod(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func roadmapPeriod(text string) (p roadmap.Period, err error) {
	return p, p.UnmarshalText([]byte(text))
}

func TestPeriodOfAnInstantFollowsTheDateLineOfTheCity(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, instant, want string }{
		{"LastMicrosecondOfMarch", "2025-03-31T16:59:59.999999Z", "2025-TW1"},
		{"FirstInstantOfApril", "2025-03-31T17:00:00Z", "2025-TW2"},
		{"EndOfJune", "2025-06-30T16:59:59.999999Z", "2025-TW2"},
		{"BeginningOfJuly", "2025-06-30T17:00:00Z", "2025-TW3"},
		{"LastSecondOfTheYear", "2025-12-31T16:59:59Z", "2025-TW4"},
		{"NewYearInTheCityOnly", "2025-12-31T17:00:00Z", "2026-TW1"},
		{"LeapDay", "2028-02-29T12:00:00+07:00", "2028-TW1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := roadmap.PeriodOf(at(t, tt.instant), wib).String(); got != tt.want {
				t.Errorf("PeriodOf(%s) = %s, want %s", tt.instant, got, tt.want)
			}
		})
	}
}

func TestPeriodIsHalfOpen(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ period, start, end string }{
		{"2025-TW1", "2024-12-31T17:00:00Z", "2025-03-31T17:00:00Z"},
		{"2025-TW4", "2025-09-30T17:00:00Z", "2025-12-31T17:00:00Z"},
		{"2028-TW1", "2027-12-31T17:00:00Z", "2028-03-31T17:00:00Z"},
	} {
		t.Run(tt.period, func(t *testing.T) {
			t.Parallel()
			p := period(t, tt.period)
			if got := roadmap.Start(p, wib); !got.Equal(at(t, tt.start)) {
				t.Errorf("Start(%s) = %s, want %s", p, got, tt.start)
			}
			if got := roadmap.End(p, wib); !got.Equal(at(t, tt.end)) {
				t.Errorf("End(%s) = %s, want %s", p, got, tt.end)
			}
			if got := roadmap.PeriodOf(roadmap.End(p, wib), wib); got != p.Next() {
				t.Errorf("the end of %s falls into %s, want %s", p, got, p.Next())
			}
		})
	}
}

// holidays of the made-up calendar of these tests.
func testCalendar() *roadmap.Calendar {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	return roadmap.NewCalendar(wib,
		day(2025, 1, 1), day(2025, 1, 27), day(2025, 1, 29),
		day(2025, 3, 31), day(2025, 4, 1), day(2025, 4, 18),
		day(2026, 1, 1), day(2026, 1, 16),
		day(2026, 8, 17),
	)
}

func TestCycleOfAPeriodCountsWorkingDays(t *testing.T) {
	t.Parallel()
	cal := testCalendar()
	for _, tt := range []struct{ period, opens, due, closes, publish string }{
		// 1 and 18 April are holidays: 10 working days end on the 15th, 5 more on the 23rd.
		{"2025-TW1", "2025-04-01T00:00:00+07:00", "2025-04-16T00:00:00+07:00", "2025-04-24T00:00:00+07:00", "2025-05-01T00:00:00+07:00"},
		// New Year and 16 January are holidays; the year turns.
		{"2025-TW4", "2026-01-01T00:00:00+07:00", "2026-01-16T00:00:00+07:00", "2026-01-24T00:00:00+07:00", "2026-02-01T00:00:00+07:00"},
		// No holiday: 1 to 14 October, and to the 21st.
		{"2026-TW3", "2026-10-01T00:00:00+07:00", "2026-10-15T00:00:00+07:00", "2026-10-22T00:00:00+07:00", "2026-11-01T00:00:00+07:00"},
	} {
		t.Run(tt.period, func(t *testing.T) {
			t.Parallel()
			r := cal.Reporting(period(t, tt.period))
			for _, m := range []struct {
				name, want string
				got        time.Time
			}{{"OpensAt", tt.opens, r.OpensAt}, {"DueAt", tt.due, r.DueAt}, {"ClosesAt", tt.closes, r.ClosesAt}, {"PublishBy", tt.publish, r.PublishBy}} {
				if !m.got.Equal(at(t, m.want)) {
					t.Errorf("%s = %s, want %s", m.name, m.got, m.want)
				}
			}
		})
	}
}

func TestMonthFullOfHolidaysIsPublishedByTheClosing(t *testing.T) {
	t.Parallel()
	var days []time.Time
	for d := range 20 {
		days = append(days, time.Date(2025, 4, 1+d, 0, 0, 0, 0, time.UTC))
	}
	r := roadmap.NewCalendar(wib, days...).Reporting(period(t, "2025-TW1"))
	if r.PublishBy.Before(r.ClosesAt) {
		t.Errorf("published by %s, before the closing at %s", r.PublishBy, r.ClosesAt)
	}
	if want := at(t, "2025-05-10T00:00:00+07:00"); !r.ClosesAt.Equal(want) {
		t.Errorf("ClosesAt = %s, want %s", r.ClosesAt, want)
	}
}

func TestDeadlineIsExclusiveToTheMicrosecond(t *testing.T) {
	t.Parallel()
	r := testCalendar().Reporting(period(t, "2026-TW3"))
	if last := r.DueAt.Add(-time.Microsecond); r.IsLate(last) {
		t.Errorf("a report at %s is late", last)
	}
	if !r.IsLate(r.DueAt) {
		t.Errorf("a report at %s is not late", r.DueAt)
	}
	opened := r.OpensAt
	r.OpenedAt = &opened
	if last := r.ClosesAt.Add(-time.Microsecond); !r.Takes(last) {
		t.Errorf("no report is taken at %s", last)
	}
	if r.Takes(r.ClosesAt) {
		t.Errorf("a report is taken at %s", r.ClosesAt)
	}
}

func TestWorkingDays(t *testing.T) {
	t.Parallel()
	cal := testCalendar()
	t.Run("FollowTheDateLineOfTheCity", func(t *testing.T) {
		t.Parallel()
		if friday := at(t, "2026-10-02T16:59:59Z"); !cal.IsWorkingDay(friday) {
			t.Errorf("%s, still Friday in the city, is not worked", friday)
		}
		if saturday := at(t, "2026-10-02T17:00:00Z"); cal.IsWorkingDay(saturday) {
			t.Errorf("%s, Saturday in the city, is worked", saturday)
		}
		if holiday := at(t, "2026-08-16T17:00:00Z"); cal.IsWorkingDay(holiday) {
			t.Errorf("%s, a holiday in the city, is worked", holiday)
		}
	})
	t.Run("CountWhatWasAdded", func(t *testing.T) {
		t.Parallel()
		from := at(t, "2025-12-31T10:00:00+07:00")
		for n := range 40 {
			end := cal.AddWorkingDays(from, n)
			if got := cal.WorkingDaysBetween(from, end); got != n {
				t.Errorf("%d working days from %s to %s, want %d", got, from, end, n)
			}
			if n > 0 && !cal.IsWorkingDay(end.Add(-time.Microsecond)) {
				t.Errorf("%d working days end at %s, after a day that is not worked", n, end)
			}
		}
	})
	t.Run("CountNothingBackwards", func(t *testing.T) {
		t.Parallel()
		if got := cal.WorkingDaysBetween(at(t, "2026-10-09T00:00:00+07:00"), at(t, "2026-10-02T00:00:00+07:00")); got != 0 {
			t.Errorf("%d working days backwards, want 0", got)
		}
	})
}
