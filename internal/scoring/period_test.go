package scoring_test

import (
	"encoding/json"
	"slices"
	"testing"

	"petajalan/internal/scoring"
)

func TestPeriodsAreReadAndWritten(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"2025-TW1", "2026-TW3", "2029-TW4"} {
		p, err := scoring.ParsePeriod(s)
		if err != nil || p.String() != s {
			t.Errorf("ParsePeriod(%q) = %s, %v", s, p, err)
		}
	}
	for _, s := range []string{"", "2025", "2025-TW0", "2025-TW5", "1999-TW1", "2025-tw1", " 2025-TW1", "2025-TW1\n", "02025-TW1", "2025-TW11"} {
		if p, err := scoring.ParsePeriod(s); err == nil || !p.IsZero() {
			t.Errorf("ParsePeriod(%q) = %s, want an error", s, p)
		}
	}
}

func TestPeriodsFollowOneAnother(t *testing.T) {
	t.Parallel()
	last, first := scoring.Period{Year: 2025, Quarter: 4}, scoring.Period{Year: 2026, Quarter: 1}
	if last.Next() != first || first.Previous() != last {
		t.Errorf("%s and %s do not follow", last, first)
	}
	if !last.Before(first) || first.Before(last) || last.Before(last) {
		t.Error("Before over the turn of the year")
	}
	if last.Compare(first) != -1 || first.Compare(last) != 1 || first.Compare(first) != 0 {
		t.Error("Compare over the turn of the year")
	}
	if first.Since(last) != 1 || last.Since(first) != -1 {
		t.Error("Since over the turn of the year")
	}
	between := scoring.PeriodsTo(scoring.Period{Year: 2025, Quarter: 3}, first)
	if want := []scoring.Period{{Year: 2025, Quarter: 3}, last, first}; !slices.Equal(between, want) {
		t.Errorf("PeriodsTo = %v, want %v", between, want)
	}
	if got := scoring.PeriodsTo(first, last); got != nil {
		t.Errorf("PeriodsTo backwards = %v", got)
	}
}

func TestPeriodsAreTextInJSON(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(scoring.Period{Year: 2026, Quarter: 2})
	if err != nil || string(b) != `"2026-TW2"` {
		t.Errorf("%s, %v", b, err)
	}
	var p scoring.Period
	if err := json.Unmarshal(b, &p); err != nil || p != (scoring.Period{Year: 2026, Quarter: 2}) {
		t.Errorf("read back %s, %v", p, err)
	}
	if err := json.Unmarshal([]byte(`"2026-Q2"`), &p); err == nil {
		t.Error("2026-Q2 was read")
	}
}
