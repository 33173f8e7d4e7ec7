package indonesian_test

import (
	"testing"
	"time"

	"petajalan/internal/indonesian"
)

func TestDayIsThatOfTheZone(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, time.December, 31, 17, 30, 0, 0, time.UTC)
	for zone, want := range map[*time.Location]string{time.UTC: "31 Desember 2026", time.FixedZone("WIB", 7*3600): "1 Januari 2027"} {
		if got := indonesian.Day(late.In(zone)); got != want {
			t.Errorf("in %s: %q, want %q", zone, got, want)
		}
	}
}
