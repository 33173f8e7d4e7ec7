package server

import (
	"slices"
	"strconv"
	"strings"

	"petajalan/internal/chart"
	"petajalan/internal/scorecard"
)

// groupNames names the peer groups in the order in which they are shown.
var groupNames = []struct{ code, name string }{
	{scorecard.GroupAgencies, "Dinas, badan, dan kantor"},
	{scorecard.GroupKecamatan, "Kecamatan"},
	{scorecard.GroupKelurahan, "Kelurahan"},
}

// targetGroup is the targets of one peer group.
type targetGroup struct {
	Name    string
	Finding string // "8 dari 21 mencapai target"
	Context string // its result seen as one; empty where it says nothing
	Open    bool   // short enough to be shown at once
	Rows    []indicatorTarget
}

// indicatorTarget is a target on the sheet of its indicator.
type indicatorTarget struct {
	listedTarget
	Movement string // whether its newest change is real
}

// GradeWord names the grade of the evidence within a line; empty when there is none.
func (t indicatorTarget) GradeWord() string {
	if t.Grade == noFigure {
		return ""
	}
	return strings.ToLower(t.Grade)
}

// openRows is up to how many rows a group is shown unfolded.
const openRows = 4

// targetGroups lists targets by peer group and name.
func targetGroups(e *edition, ind *scorecard.Indicator, targets []*scorecard.Achievement) []targetGroup {
	var groups []targetGroup
	for _, g := range groupNames {
		var members []*scorecard.Achievement
		for _, a := range targets {
			if owner := e.Agency(a.Agency); owner != nil && owner.Group() == g.code {
				members = append(members, a)
			}
		}
		if len(members) == 0 {
			continue
		}
		t := tallyOf(e, members)
		group := targetGroup{Name: g.name, Finding: "tidak ada yang jatuh tempo", Open: len(members) <= openRows}
		if t.Due() > 0 {
			group.Finding = countOf(t.Reached, t.Due()) + " mencapai target"
		}
		if all := e.Together(ind, members); all.Value != nil && all.Agencies > 1 {
			word := "rata-rata "
			if all.Numerator != nil {
				word = "gabungan "
			}
			group.Context = word + formatMeasure(ind, all.Value, nil, nil)
		}
		for _, a := range members {
			group.Rows = append(group.Rows, indicatorTarget{newListedTarget(e, a), seriesMovement(e, ind, a.Agency).Text})
		}
		slices.SortFunc(group.Rows, func(a, b indicatorTarget) int { return scorecard.ByName(a.Owner, b.Owner) })
		groups = append(groups, group)
	}
	return groups
}

// spread is how the results of many agencies lie beside each other.
type spread struct {
	Dots  chart.SVG // empty where results are no lengths
	Low   string    // ends of its scale
	High  string
	Text  string // the same in a sentence
	Facts []fact
}

// newSpread draws the results of an indicator; they are not named and not ranked.
func newSpread(e *edition, ind *scorecard.Indicator, targets []*scorecard.Achievement, all scorecard.Together) spread {
	var s spread
	if all.Value == nil {
		return s
	}
	text := func(v *string) string { return formatMeasure(ind, v, nil, nil) }
	name := "Rata-rata"
	if all.Numerator != nil {
		name = "Gabungan"
	}
	s.Facts = []fact{{Name: name + " " + formatCount(all.Agencies) + " instansi", Text: text(all.Value)}, {Name: "Terendah", Text: text(all.Least)},
		{Name: "Di tengah (median)", Text: text(all.Middle)}, {Name: "Tertinggi", Text: text(all.Most)}}
	if common := commonTarget(ind, targets); common != "" {
		s.Facts = append(s.Facts, fact{Name: "Target", Text: common})
	}
	s.Text = "Separuh instansi ada di bawah " + text(all.Middle) + ", separuhnya di atas."
	groups := map[string]*chart.DotGroup{"ok": {Class: "segment--ok"}, "near": {Class: "segment--near"}, "miss": {Class: "segment--miss"}}
	var ends []*float64
	marks := map[float64]bool{}
	for _, a := range targets {
		at := geometry(a.Actual)
		if g := groups[targetStatus(e, a).Mark]; at != nil && g != nil {
			g.Values = append(g.Values, *at)
			ends = append(ends, at)
		}
		for _, t := range []*string{a.Target, a.TargetLow, a.TargetHigh} {
			if at := geometry(t); at != nil {
				marks[*at] = true
				ends = append(ends, at)
			}
		}
	}
	low, high, ok := axisOf(ind)
	if !ok {
		low, high = "0", strconv.FormatFloat(roundAxis(ends...), 'f', -1, 64)
	}
	dots := chart.Dots{Low: *geometry(&low), High: *geometry(&high), Groups: []chart.DotGroup{*groups["ok"], *groups["near"], *groups["miss"]}}
	for at := range marks {
		dots.Marks = append(dots.Marks, at)
	}
	slices.Sort(dots.Marks)
	s.Dots, s.Low, s.High = dots.SVG(), withUnit(ind, formatExact(low)), withUnit(ind, formatExact(high))
	return s
}
