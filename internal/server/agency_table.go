package server

import (
	"math"
	"slices"

	"petajalan/internal/chart"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// agencyTable lists agencies with their scores.
type agencyTable struct {
	Heading string
	Caption string
	What    string // what the rows are
	Sort    []sortLink
	Ranges  chart.SVG
	Rows    []agencyRow
}

type agencyRow struct {
	Name, Href string
	Spark, Bar chart.SVG
	Earlier    string // what the line begins with, in words; empty without a line
	Span       string // the interval of the bar; empty where all data are in
	Coverage   string
	Partial    bool // not all data are in
	Change     change
	Score      scoreText

	score, change *string // for sorting; no change where it is not certain
}

// newAgencyTable lists the perangkat daerah, kecamatan among them.
func newAgencyTable(e *edition, order string) agencyTable {
	agencies := slices.Concat(e.Reporters(scorecard.GroupAgencies), e.Reporters(scorecard.GroupKecamatan))
	slices.SortFunc(agencies, scorecard.ByName)
	t := newScoreTable(e, agencies, order)
	t.What = "Perangkat daerah"
	t.Heading = upperBands(e, latestScores(e, agencies), "perangkat daerah")
	t.Caption = "Nilai perangkat daerah, " + formatPeriod(e.View.Latest()) + ", urut " + order
	t.Sort = newSortLinks(e, "/", "#dinas", order, byName, byScore, byChange)
	return t
}

// latestScores are the scores of agencies in the newest period, nil where there is none.
func latestScores(e *edition, agencies []*scorecard.Agency) []*scorecard.Score {
	scores := make([]*scorecard.Score, len(agencies))
	for i, a := range agencies {
		scores[i] = shownScore(e, a.Code)
	}
	return scores
}

// newScoreTable makes the rows of agencies, which come by name, in the order asked for.
// Their sparklines share one span.
func newScoreTable(e *edition, agencies []*scorecard.Agency, order string) agencyTable {
	var t agencyTable
	series := make([][]*float64, len(agencies))
	span := 14.0
	for i, a := range agencies {
		series[i] = twoYears(shownScores(e, a.Code))
		span = math.Max(span, extent(series[i]))
	}
	for i, a := range agencies {
		scores := shownScores(e, a.Code)
		row := newAgencyRow(e, a, chart.Spark(series[i], span, methodBreaks(scores)...))
		row.Earlier = earliest(e, scores)
		t.Rows = append(t.Rows, row)
	}
	fair, good := rangeLimits(e)
	t.Ranges = chart.ScoreRanges(fair, good)
	switch order {
	case byScore:
		sortByFigure(t.Rows, func(r agencyRow) *string { return r.score })
	case byChange:
		sortByFigure(t.Rows, func(r agencyRow) *string { return r.change })
	}
	return t
}

func newAgencyRow(e *edition, a *scorecard.Agency, spark chart.SVG) agencyRow {
	s := shownScore(e, a.Code)
	r := agencyRow{
		Name: placeName(e, a), Href: agencyPath(e, a), Spark: spark, Score: scoreTextOf(e, s), Coverage: noFigure,
		Change: latestMovement(e, scoring.LevelAgency, a.Code),
	}
	if r.Change.Mark != "" {
		r.change = e.Change(scoring.LevelAgency, a.Code, e.View.Latest())
	}
	if s == nil {
		r.Bar = chart.ScoreBar(nil, 0, 0)
		return r
	}
	r.score = s.Score
	r.Coverage = formatShare(s.Coverage)
	r.Partial = r.Coverage != "100%"
	if s.Low != s.High {
		r.Span = spanText(e, s)
	}
	low, high := geometry(&s.Low), geometry(&s.High)
	if low != nil && high != nil {
		r.Bar = chart.ScoreBar(geometry(s.Score), *low, *high)
	}
	return r
}

// sortByFigure puts the highest first and those without a figure last; equal ones keep
// their order.
func sortByFigure(rows []agencyRow, of func(agencyRow) *string) {
	value := func(r agencyRow) int64 {
		if s := of(r); s != nil {
			if n, ok := hundredths(*s); ok {
				return n
			}
		}
		return math.MinInt64
	}
	slices.SortStableFunc(rows, func(a, b agencyRow) int {
		switch x, y := value(a), value(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
}

// rangeLimits are where the greys behind score bars change: at the lower ends of the
// lowest but one and of the second highest band.
func rangeLimits(e *edition) (fair, good float64) {
	limits := bandLimits(e)
	if len(limits) < 2 {
		return 0, 0
	}
	return limits[len(limits)-1].At, limits[1].At
}

// twoYears are the last eight scores as coordinates.
func twoYears(scores []*scorecard.Score) []*float64 {
	scores = scores[max(0, len(scores)-8):]
	values := make([]*float64, len(scores))
	for i, s := range scores {
		if s != nil {
			values[i] = geometry(s.Score)
		}
	}
	return values
}

// earliest says with which of the last eight scores their line begins; empty where there
// are not two.
func earliest(e *edition, scores []*scorecard.Score) string {
	from, known := "", 0
	for _, s := range scores[max(0, len(scores)-8):] {
		if s != nil && s.Score != nil {
			if known++; known == 1 {
				from = "mulai " + scoreTextOf(e, s).Text
			}
		}
	}
	if known < 2 {
		return ""
	}
	return from
}

// methodBreaks are the places of the last eight scores at which the rule set is another than
// that of the score before.
func methodBreaks(scores []*scorecard.Score) []int {
	var breaks []int
	method := ""
	for i, s := range scores[max(0, len(scores)-8):] {
		if s == nil {
			continue
		}
		if method != "" && s.Method != method {
			breaks = append(breaks, i)
		}
		method = s.Method
	}
	return breaks
}

// extent is the distance between the lowest and the highest value.
func extent(values []*float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if v != nil {
			low, high = math.Min(low, *v), math.Max(high, *v)
		}
	}
	return math.Max(0, high-low)
}
