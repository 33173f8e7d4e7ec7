package server

import (
	"strings"
	"testing"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

func TestAChangeIsSaidOnlyWhereMissingDataCannotExplainIt(t *testing.T) {
	t.Parallel()
	score := func(figure, low, high, coverage string) *scorecard.Score {
		return &scorecard.Score{Score: new(figure), Low: low, High: high, Coverage: coverage}
	}
	full := score("80.00", "80.00", "80.00", "1.0000")
	for name, tt := range map[string]struct {
		now, before *scorecard.Score
		want        change
	}{
		"both complete":                    {score("81.30", "81.30", "81.30", "1.0000"), full, change{"up", "naik", "1,3"}},
		"complete and the same":            {full, full, change{"flat", "tetap", "0,0"}},
		"missing now, overlapping":         {score("82.00", "78.00", "88.00", "0.9000"), full, change{Word: withinReason}},
		"missing before, overlapping":      {full, score("70.00", "60.00", "80.00", "0.8000"), change{Word: withinReason}},
		"missing, touching at one figure":  {score("82.00", "80.00", "90.00", "0.9000"), full, change{Word: withinReason}},
		"missing, the intervals apart":     {score("82.00", "80.01", "90.00", "0.9000"), full, change{"up", "naik", "2,0"}},
		"missing, the intervals apart too": {score("70.00", "65.00", "79.99", "0.9000"), full, change{"down", "turun", "10,0"}},
		"no score now":                     {&scorecard.Score{Low: "0.00", High: "100.00", Coverage: "0.0000"}, full, change{}},
		"nothing before":                   {full, nil, change{}},
	} {
		if got := movement(tt.now, tt.before); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestAStreakEndsWhereMissingDataMayExplainAStep(t *testing.T) {
	t.Parallel()
	score := func(figure, low, high, coverage string) *scorecard.Score {
		return &scorecard.Score{Score: new(figure), Low: low, High: high, Coverage: coverage}
	}
	first, wide := score("70.00", "70.00", "70.00", "1.0000"), score("72.00", "65.00", "75.00", "0.9000")
	sure := score("80.00", "80.00", "80.00", "1.0000")
	if got, want := trendFinding([]*scorecard.Score{first, wide, sure}), "Naik 8,0 poin dari triwulan lalu"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := trendFinding([]*scorecard.Score{first, wide}), "Perubahan dari triwulan lalu masih dalam rentang wajar"; got != want {
		t.Errorf("%q, want %q", got, want)
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
