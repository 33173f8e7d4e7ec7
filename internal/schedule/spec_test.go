package schedule

import (
	"testing"
	"time"
	_ "time/tzdata"

	"petajalan/internal/fault"
)

func TestSpecTakesFiveFieldsAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", "1", "* * * *", "* * * * * *", "0 0 0 1 1 * 2026",
		"TZ=0", "TZ=", "TZ= * * * * *", "CRON_TZ=Asia/Jakarta", "CRON_TZ=Asia/Jakarta 0 1 * * *", "TZ=UTC 1 * * *",
		"@every 20s", "@every 0s", "@daily", "@every 1h 1 1 1",
		"0 0 30 2 *", "0 0 31 4,6,9,11 *",
		"60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *", "* * * * 8", "-1 * * * *", "*/0 * * * *", "5-1 * * * *", "a b c d e",
	} {
		if _, err := ParseSpec(bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("ParseSpec(%q): %v, want a fault for the one who typed it", bad, err)
		}
	}
	spec, err := ParseSpec("  15  1 * * 1-5 ")
	if err != nil {
		t.Fatal(err)
	}
	if got := spec.String(); got != "15 1 * * 1-5" {
		t.Errorf("String() = %q", got)
	}
}

func TestSpecIsReckonedInTheZoneOfTheCity(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, spec, after, want string }{
		{"Nightly", "15 1 * * *", "2026-10-01T18:15:00Z", "2026-10-02T18:15:00Z"},
		{"JustBefore", "15 1 * * *", "2026-10-01T18:14:59.999999Z", "2026-10-01T18:15:00Z"},
		{"MidnightOfTheYearTurn", "0 0 1 1 *", "2025-12-31T16:59:59Z", "2025-12-31T17:00:00Z"},
		{"AfterTheYearTurn", "0 0 1 1 *", "2025-12-31T17:00:00Z", "2026-12-31T17:00:00Z"},
		{"LeapDay", "0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-28T17:00:00Z"},
		{"The31stOnly", "0 0 31 * *", "2026-01-31T00:00:00+07:00", "2026-03-31T00:00:00+07:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			spec, err := ParseSpec(tt.spec)
			if err != nil {
				t.Fatal(err)
			}
			after, err := time.Parse(time.RFC3339Nano, tt.after)
			if err != nil {
				t.Fatal(err)
			}
			want, err := time.Parse(time.RFC3339Nano, tt.want)
			if err != nil {
				t.Fatal(err)
			}
			if got := spec.Next(after.In(zone)); !got.Equal(want) {
				t.Errorf("%q after %s: %s, want %s", tt.spec, tt.after, got, want)
			}
		})
	}
}
