package server

import (
	"slices"
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

var indicatorListRoute = publicRoute{
	pattern: "/indikator",
	page:    showIndicators,
	paths:   func(*edition) []string { return []string{"/indikator"} },
	query:   []string{wordStatus},
}

// indicatorListPage lists all indicators by goal and objective.
type indicatorListPage struct {
	Page
	Trail    []crumb
	Count    int
	Keys     int // of these, the ones that measure the city as a whole
	Search   searchBox
	Reached  tally
	Segments segments
	Goals    []goalIndicators
}

// Due is how many targets are due, scored or missing.
func (p indicatorListPage) Due() int { return p.Reached.Due() }

type goalIndicators struct {
	*scorecard.Goal
	Href       string
	Objectives []objectiveIndicators
}

type objectiveIndicators struct {
	scorecard.Objective
	Rows []listedIndicator
}

// listedIndicator is an indicator on a list with what became of its targets.
type listedIndicator struct {
	*scorecard.Indicator
	Href    string
	Tally   tally
	Mean    *string           // mean of the scored targets, 2 decimals; nil when none is
	Only    *scorecard.Agency // the only agency that has it; nil when there are more
	Outcome string            // what became of its only target
	Way     string            // which way is better
}

// tally counts targets by what became of them, in the words for one target.
type tally struct {
	Reached, Near, Below int
	Missing              int // due but not verified
	Left                 int // not due, or left out
}

// Scored is how many targets have a figure.
func (t tally) Scored() int { return t.Reached + t.Near + t.Below }

// Due is how many targets are due, scored or missing.
func (t tally) Due() int { return t.Scored() + t.Missing }

// segments draws the tally as parts of a whole, each with a link to its targets.
func (t tally) segments(e *edition) segments {
	s := t.parts()
	for i, kind := range []string{kindReached, kindNear, kindBelow, kindMissing} {
		s.Keys[i].Href = e.Link("/indikator?status=" + kind)
	}
	return s
}

// parts draws the tally as parts of a whole.
func (t tally) parts() segments {
	return newSegments(
		segmentKey{"ok", t.Reached, "tercapai", ""},
		segmentKey{"near", t.Near, "hampir tercapai", ""},
		segmentKey{"miss", t.Below, "belum tercapai", ""},
		segmentKey{"none", t.Missing, "belum ada data", ""},
	)
}

// meanScored is the mean of the targets that are scored, 2 decimals; nil when none is.
func meanScored(targets []*scorecard.Achievement) *string {
	scored := make([]*string, len(targets))
	for i, a := range targets {
		scored[i] = a.Scored
	}
	mean, _ := scorecard.Mean(scored)
	return mean
}

// Total is how many targets there are.
func (t tally) Total() int { return t.Scored() + t.Missing + t.Left }

// tallyOf counts targets.
func tallyOf(e *edition, targets []*scorecard.Achievement) tally {
	var t tally
	for _, a := range targets {
		switch outcomeKind(e, a) {
		case kindReached:
			t.Reached++
		case kindNear:
			t.Near++
		case kindBelow:
			t.Below++
		case kindMissing:
			t.Missing++
		default:
			t.Left++
		}
	}
	return t
}

// What became of a target, as an address says it: /indikator?status=hampir.
const (
	kindReached = "tercapai"
	kindNear    = "hampir"
	kindBelow   = "belum"
	kindMissing = "kosong"
)

// outcomeKind is what became of a target; empty when it is not due or left out.
func outcomeKind(e *edition, a *scorecard.Achievement) string {
	switch {
	case a.State.IsMissing():
		return kindMissing
	case a.State != scoring.Scored:
		return ""
	}
	switch targetStatus(e, a).Mark {
	case "ok":
		return kindReached
	case "near":
		return kindNear
	}
	return kindBelow
}

func showIndicators(e *edition, p params) (view, error) {
	if kind := p.query.Get(wordStatus); outcomeNames[kind] != "" {
		return showOutcome(e, kind), nil
	}
	period := e.View.Latest()
	page := indicatorListPage{
		Page: newPage(e, "/indikator", "/indikator", "Semua indikator",
			"Daftar semua indikator Peta Jalan Pelayanan Publik Kota Blitar menurut tujuan dan sasarannya."),
		Trail:   trail(e, crumb{Name: "Indikator"}),
		Count:   len(e.Indicators),
		Search:  newSearch(e, "Cari indikator", ""),
		Reached: tallyOf(e, e.AchievementsUnder(scoring.LevelCity, scoring.CityCode, period)),
	}
	page.Segments = page.Reached.segments(e)
	for i := range e.Indicators {
		if e.Indicators[i].Key {
			page.Keys++
		}
	}
	for i := range e.Goals {
		g := goalIndicators{Goal: &e.Goals[i], Href: e.Link("/tujuan/" + e.Goals[i].Code)}
		for _, o := range e.Goals[i].Objectives {
			g.Objectives = append(g.Objectives, objectiveIndicators{o, listIndicators(e, o.Code)})
		}
		page.Goals = append(page.Goals, g)
	}
	return view{template: "indikator-daftar", data: page}, nil
}

// listIndicators lists the indicators of an objective by name.
func listIndicators(e *edition, objective string) []listedIndicator {
	var rows []listedIndicator
	for i := range e.Indicators {
		ind := &e.Indicators[i]
		if ind.Objective != objective {
			continue
		}
		targets := e.AchievementsFor(ind.Code, e.View.Latest())
		row := listedIndicator{Indicator: ind, Href: e.Link("/indikator/" + ind.Code), Tally: tallyOf(e, targets), Way: directionSentence(ind.Direction)}
		row.Mean = meanScored(targets)
		if len(targets) == 1 {
			row.Only, row.Outcome = e.Agency(targets[0].Agency), targetStatus(e, targets[0]).Word
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b listedIndicator) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return rows
}
