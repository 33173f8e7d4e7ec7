package report_test

import (
	"slices"
	"testing"

	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

func TestPlacesStandInTheOrderOfTheQueue(t *testing.T) {
	t.Parallel()
	d := cityUnderWay(t)
	ctx, reviewer := t.Context(), userOf(t, d.Owner, "organisasi")
	if _, err := report.LoadPlaces(ctx, d.Web, userOf(t, d.Owner, "operator.dispendukcapil"), nil, visited); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("an operator reads the places of the city: %v", err)
	}
	// A closed quarter leaves approved reports behind, one of which was reopened.
	closed := scoring.Period{Year: 2026, Quarter: 3}
	for _, q := range []string{
		`UPDATE reports SET status = 'approved' WHERE status = 'verified' AND year = 2026 AND quarter = 3`,
		`INSERT INTO report_events (report_id, revision, kind, at, by_role, reason)
			SELECT id, revision, 'reopened', '2026-11-13Z', 'organisasi', 'Salah hitung' FROM reports WHERE status = 'approved' AND year = 2026 AND quarter = 3 ORDER BY id LIMIT 1`,
	} {
		if _, err := d.Owner.ExecContext(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	places, err := report.LoadPlaces(ctx, d.Web, reviewer, nil, visited)
	if err != nil {
		t.Fatal(err)
	}
	var open, left []report.Key
	shut := 0
	for _, p := range places {
		if p.Open {
			open = append(open, p.Key)
		}
		if p.Key.Period == closed {
			left = append(left, p.Key)
			if !p.Open {
				shut++
			}
		}
	}
	for _, x := range []struct {
		what string
		f    report.QueueFilter
		want []report.Key
	}{{"what can move", report.QueueFilter{}, open}, {"the closed quarter", report.QueueFilter{Period: closed}, left}} {
		q, err := report.LoadQueue(ctx, d.Web, reviewer, x.f, visited)
		if err != nil {
			t.Fatal(err)
		}
		var keys []report.Key
		for _, r := range q.Rows {
			keys = append(keys, r.Key)
		}
		if len(keys) < 2 || !slices.Equal(keys, x.want) {
			t.Errorf("%s: the queue has %d rows, %d places; they are to be the same", x.what, len(keys), len(x.want))
		}
	}
	if len(left) < 100 || shut != len(left)-1 {
		t.Errorf("%d of %d reports of the closed quarter cannot move, want all but one", shut, len(left))
	}
}
