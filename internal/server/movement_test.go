package server

import (
	"strings"
	"testing"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

func TestAnArrowStandsOnlyForARealChange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		reality scorecard.Reality
		want    change
	}{
		"real rise":           {scorecard.Reality{Verdict: scorecard.ChangeReal, Change: new("1.30")}, change{"up", "naik", "1,3"}},
		"real fall":           {scorecard.Reality{Verdict: scorecard.ChangeReal, Change: new("-10.00")}, change{"down", "turun", "10,0"}},
		"real but not seen":   {scorecard.Reality{Verdict: scorecard.ChangeReal, Change: new("0.04")}, change{Word: withinReason}},
		"within":              {scorecard.Reality{Verdict: scorecard.ChangeWithin, Change: new("5.00")}, change{Word: withinReason}},
		"too few to judge":    {scorecard.Reality{Verdict: scorecard.ChangeUnknown, Change: new("5.00")}, change{Word: unknownReason}},
		"nothing to compare":  {scorecard.Reality{Verdict: scorecard.ChangeUnknown}, change{}},
		"real without figure": {scorecard.Reality{Verdict: scorecard.ChangeReal}, change{}},
	} {
		if got := movement(tt.reality); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

// cityOf is an edition whose city had these scores, the last in its newest period; "" for
// none.
func cityOf(scores ...string) *edition {
	c := &scorecard.Content{}
	p := scoring.Period{Year: 2025, Quarter: 1}
	for _, figure := range scores {
		c.Periods = append(c.Periods, scorecard.PeriodInfo{Period: p})
		s := scorecard.Score{Level: scoring.LevelCity, Code: scoring.CityCode, Period: p, Low: figure, High: figure, Coverage: "1.0000", Method: "m1"}
		if figure != "" {
			s.Score = &figure
		}
		c.Scores = append(c.Scores, s)
		c.Period, p = p, p.Next()
	}
	return &edition{View: scorecard.NewView(c), Latest: true}
}

func TestTheFindingOfATrendSaysWhatTheChangeIsWorth(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		scores []string
		want   string
	}{
		{[]string{"70.00", "71.00", "70.00", "71.00", "80.00"}, "Naik 9,0 poin dari triwulan lalu, perubahan berarti"},
		{[]string{"70.00", "71.00", "70.00", "71.00", "62.50"}, "Turun 8,5 poin dari triwulan lalu, perubahan berarti"},
		{[]string{"70.00", "71.00", "70.00", "71.00", "72.00"}, "Naik 1,0 poin dari triwulan lalu, masih wajar"},
		{[]string{"70.00", "71.00", "70.00", "71.00", "71.00"}, "Tetap seperti triwulan lalu, masih wajar"},
		{[]string{"70.00", "71.00", "70.00", "90.00"}, "Naik 20,0 poin dari triwulan lalu; datanya belum cukup untuk disebut berarti"},
		{[]string{"70.00", "", "71.00"}, "Belum dapat dibandingkan dengan triwulan lalu"},
		{[]string{"70.00"}, "Triwulan pertama yang dinilai"},
		{[]string{"70.00", ""}, "Triwulan ini belum ada nilainya"},
	} {
		if got := trendFinding(cityOf(tt.scores...), scoring.LevelCity, scoring.CityCode); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.scores, got, tt.want)
		}
	}
}

func TestALateUnitShowsNoFigureAnywhere(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	late := e.AgencyBySlug("klampok")
	// Results carried from earlier periods can give a late unit a score of its own.
	score := e.Score(scoring.LevelAgency, late.Code, e.View.Latest())
	score.Score, score.Rating = new("80.00"), &e.Method.Bands[0].Rating
	if s := shownScore(e, late.Code); s.Score != nil || s.Rating != nil || ratingOf(e, s).Word != "Terlambat lapor" {
		t.Errorf("%+v", s)
	}
	if tl := newTile(e, late); tl.Figure != noFigure || tl.Word != "Terlambat lapor" || !tl.Late || tl.Change != nil {
		t.Errorf("%+v", tl)
	}
	if r := newAgencyRow(e, late, ""); r.Score.Text != noFigure || r.Change != (change{}) || r.score != nil || r.change != nil {
		t.Errorf("%+v", r)
	}
	r, _ := newTestRenderer(t)
	page := renderPath(t, r, e, placeRoute, place("klampok"))
	for _, word := range []string{"80,0", "naik", "turun", "headline__figure"} {
		if strings.Contains(parse(t, page).Find(".headline, .trend, .notes").Text()+page[:strings.Index(page, "</dl>")], word) {
			t.Errorf("the page of a late unit says %q", word)
		}
	}
}

func TestTheBasisOfAScaleIsSaidInWords(t *testing.T) {
	t.Parallel()
	if got, want := basisWords("Permendagri 86/2017 (†, sumber kedua)"), "Permendagri 86/2017 (belum dicocokkan dengan naskah resmi, sumber kedua)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
