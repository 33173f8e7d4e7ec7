package server

import (
	"slices"
	"strings"

	"petajalan/internal/chart"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// places is the map of the kelurahan beside their list, grouped by kecamatan.
type places struct {
	Heading   string
	Map       chart.SVG
	Legend    []legendItem
	Period    scoring.Period
	Districts []district
}

// district is a kecamatan with its kelurahan.
type district struct {
	Name  string
	Mean  string // of the scores of its kelurahan
	Tiles []tile
}

// newPlaces shows all kelurahan.
func newPlaces(e *edition) places {
	agencies := e.Reporters(scorecard.GroupKelurahan)
	p := places{
		Heading: upperBands(e, latestScores(e, agencies), "kelurahan"),
		Legend:  newLegend(e), Period: e.View.Latest(),
	}
	var areas []chart.Area
	for _, a := range agencies {
		t := newTile(e, a)
		if area := e.Area(a.Area); area != nil && area.Outline != nil && area.LabelX != nil && area.LabelY != nil {
			s := shownScore(e, a.Code)
			label := noFigure
			if s != nil && s.Score != nil {
				label = formatFigure(e.Method.Bands, *s.Score, 0)
			}
			areas = append(areas, chart.Area{
				Outline: *area.Outline, X: *area.LabelX, Y: *area.LabelY, Class: "band--" + string(rune('0'+t.Level)),
				Href: t.Href, Title: areaTitle(t), Label: label,
			})
		}
		p.Districts = addTile(e, p.Districts, a, t)
	}
	p.Map = chart.Map(areas)
	slices.SortFunc(p.Districts, func(a, b district) int { return strings.Compare(a.Name, b.Name) })
	for i := range p.Districts {
		p.Districts[i].Mean = districtMean(e, p.Districts[i].Name, agencies)
	}
	return p
}

// newTile is a kelurahan in a list, with its change where that is real. One that is late
// has neither figure nor change.
func newTile(e *edition, a *scorecard.Agency) tile {
	s := shownScore(e, a.Code)
	t := scoreTextOf(e, s)
	tl := tile{Href: agencyPath(e, a), Level: t.Rating.Level, Figure: t.Text, Name: placeName(e, a), Word: t.Rating.Word}
	switch {
	case t.Rating.Level > 0:
		if c := latestMovement(e, scoring.LevelAgency, a.Code); c.Mark != "" {
			tl.Change = &c
		}
	case s != nil && s.Score != nil:
		tl.Word = "Belum pasti, " + formatFigure(e.Method.Bands, s.Low, 0) + unbrokenDash + formatFigure(e.Method.Bands, s.High, 0)
	case s != nil:
		tl.Late = isLate(e, a.Code)
	}
	return tl
}

// areaTitle is what a mouse reads on the map: the figure, and why it claims no band.
func areaTitle(t tile) string {
	if t.Level > 0 {
		return t.Name + ": " + t.Figure
	}
	return t.Name + ": " + t.Figure + ", " + strings.ToLower(t.Word)
}

// unbrokenDash stands in a range that may not be cut at the end of a line.
const unbrokenDash = "\u2060–\u2060"

// addTile puts a tile with those of the same kecamatan.
func addTile(e *edition, districts []district, a *scorecard.Agency, t tile) []district {
	name := districtName(e, a)
	i := slices.IndexFunc(districts, func(d district) bool { return d.Name == name })
	if i < 0 {
		return append(districts, district{Name: name, Tiles: []tile{t}})
	}
	districts[i].Tiles = append(districts[i].Tiles, t)
	return districts
}

// districtName is the kecamatan a kelurahan lies in, without its level.
func districtName(e *edition, a *scorecard.Agency) string {
	if area := e.Area(a.Area); area != nil && area.Parent != nil {
		if parent := e.Area(*area.Parent); parent != nil {
			return parent.Name
		}
	}
	return "Kota Blitar"
}

// districtMean is the plain mean of the scores of the kelurahan of a kecamatan.
func districtMean(e *edition, name string, agencies []*scorecard.Agency) string {
	var figures []*string
	for _, a := range agencies {
		if s := e.Score(scoring.LevelAgency, a.Code, e.View.Latest()); s != nil && districtName(e, a) == name {
			figures = append(figures, s.Score)
		}
	}
	mean, _ := scorecard.Mean(figures)
	if mean == nil {
		return noFigure
	}
	return formatNumber(*mean, 1)
}
