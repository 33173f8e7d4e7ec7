package server

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"petajalan/internal/scoring"
)

// TestEveryCountOfTargetsLeadsToJustThese follows the four counts of the front page.
func TestEveryCountOfTargetsLeadsToJustThese(t *testing.T) {
	t.Parallel()
	r, _ := newTestRenderer(t)
	e := blitar(t)
	tally := tallyOf(e, e.AchievementsUnder(scoring.LevelCity, scoring.CityCode, e.View.Latest()))
	home := parse(t, publicPages(t)["home"])
	for kind, want := range map[string]int{kindReached: tally.Reached, kindNear: tally.Near, kindBelow: tally.Below, kindMissing: tally.Missing} {
		href := "/indikator?status=" + kind
		if home.Find(`.keys a[href="`+href+`"]`).Length() != 1 {
			t.Errorf("the front page has no link to %s", href)
		}
		d := parse(t, renderPath(t, r, e, indicatorListRoute, params{query: url.Values{"status": {kind}}}))
		if n := d.Find(`.links a[href^="/hitung/"]`).Length(); n != want || want == 0 {
			t.Errorf("%s lists %d targets, want %d", kind, n, want)
		}
		if h1 := d.Find("h1").Text(); !strings.HasPrefix(strings.ReplaceAll(h1, ".", ""), strconv.Itoa(want)+" target") {
			t.Errorf("%s: %q", kind, h1)
		}
	}
	if d := parse(t, renderPath(t, r, e, indicatorListRoute, params{query: url.Values{"status": {"entah"}}})); d.Find(".table.list").Length() == 0 {
		t.Error("an unknown status is not ignored")
	}
}

func TestBesideEveryIndexStandTheCountsOfItsRatings(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	s := *e.Score(scoring.LevelCity, scoring.CityCode, e.View.Latest())
	s.Counts.Ratings = map[string]int{"sangat_tinggi": 1310, "rendah": 2}
	if got, want := ratingCounts(e, &s), "1.310 sangat tinggi, 0 tinggi, 0 sedang, 2 rendah, 0 sangat rendah"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.Counts.Ratings = nil
	if got := ratingCounts(e, &s) + ratingCounts(e, nil); got != "" {
		t.Errorf("%q where nothing is scored", got)
	}
}
