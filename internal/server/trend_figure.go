package server

import (
	"strconv"
	"strings"

	"petajalan/internal/chart"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// trendFigure is a trend with its words and its table.
type trendFigure struct {
	Title, Subtitle string
	Broken          string // says where the line is cut, and why; empty where it is not
	Plot            chart.SVG
	ReferenceName   string // empty when there is nothing to compare with
	Rows            []trendRow
}

type trendRow struct {
	Period                 scoring.Period
	Value, Span, Reference string
}

// newTrend draws scores over all periods of the edition. references, in the same order,
// may be nil.
func newTrend(e *edition, title string, scores []*scorecard.Score, referenceName string, references []*string) trendFigure {
	f := trendFigure{Title: title, ReferenceName: referenceName}
	points := make([]chart.Point, len(e.Periods))
	var label, referenceLabel, method string
	var breaks []string
	for i, info := range e.Periods {
		p := info.Period
		row := trendRow{Period: p, Value: noFigure, Span: noFigure, Reference: noFigure}
		points[i].Name = romans[p.Quarter]
		if i == 0 || p.Quarter == 1 {
			points[i].Year = strconv.Itoa(p.Year)
		}
		if s := scores[i]; s != nil {
			if method != "" && s.Method != method {
				points[i].Break = true
				breaks = append(breaks, formatPeriod(p))
			}
			method = s.Method
			points[i].Value, points[i].Low, points[i].High = geometry(s.Score), geometry(&s.Low), geometry(&s.High)
			row.Value, row.Span = scoreTextOf(e, s).Text, spanText(e, s)
			label = row.Value
		}
		if references != nil && references[i] != nil {
			points[i].Reference = geometry(references[i])
			row.Reference = formatNumber(*references[i], 1)
			referenceLabel = referenceName + " " + row.Reference
		}
		f.Rows = append(f.Rows, row)
	}
	floor, ceiling := chart.Axis(points)
	f.Plot = chart.Trend{
		Points: points, Limits: bandLimits(e), Floor: floor, Ceiling: ceiling,
		Label: label, ReferenceLabel: referenceLabel,
	}.SVG()
	if len(breaks) > 0 {
		f.Broken = "Garis terputus pada " + strings.Join(breaks, ", ") + ": cara menghitung berganti, jadi nilainya tidak disambung."
	}
	f.Subtitle = "Nilai rapor, 0–100. Pita: kemungkinan nilai bila semua data sudah masuk."
	if floor > 0 {
		f.Subtitle += " Sumbu dimulai dari " + strconv.Itoa(int(floor)) + "."
	}
	return f
}

// bandLimits are the lower ends of the bands, for the grid of a trend.
func bandLimits(e *edition) []chart.Limit {
	var limits []chart.Limit
	for _, b := range e.Method.Bands {
		if at := geometry(b.From); at != nil {
			limits = append(limits, chart.Limit{At: *at, Text: formatExact(*b.From), Name: sentenceCase(b.Label)})
		}
	}
	return limits
}

// geometry is a figure as a coordinate, nil when there is none. It is never shown.
func geometry(s *string) *float64 {
	if s == nil {
		return nil
	}
	f, err := strconv.ParseFloat(*s, 64)
	if err != nil {
		return nil
	}
	return &f
}
