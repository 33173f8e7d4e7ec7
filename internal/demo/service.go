package demo

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/govalues/decimal"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// The indicators that count what services delivered, and the survey. Reports on
// them are the sums of what is invented here, so that the two never disagree.
const (
	indicatorOnTime      = "TEPAT-WAKTU"
	indicatorUncorrected = "TANPA-KOREKSI"
	indicatorSurvey      = "IKM"
	indicatorCitySurvey  = "IKM-KOTA"
)

// measured are counts of applications.
type measured struct{ received, done, onTime, uncorrected, digital int }

func (m *measured) add(o measured) {
	m.received += o.received
	m.done += o.done
	m.onTime += o.onTime
	m.uncorrected += o.uncorrected
	m.digital += o.digital
}

// serviceResult is one service in one agency and quarter.
type serviceResult struct {
	service, agency string
	period          roadmap.Period
	measured
	ikm         int // hundredths; 0: not surveyed
	respondents int
}

// serviceResults invents all of them, in a fixed order.
func (c *city) serviceResults() []serviceResult {
	var all []serviceResult
	for _, s := range c.services {
		for _, agency := range s.Agencies {
			reporter := c.reporter(agency)
			if reporter == nil {
				continue
			}
			size := newDice("volume", s.Code, agency).between(24, 160)
			if !reporter.IsKelurahan() {
				size *= 3
			}
			for _, p := range c.periods {
				if p == newest && c.slugOf(reporter) == silent {
					continue
				}
				all = append(all, c.serviceResult(reporter, s.Code, agency, p, size))
			}
		}
	}
	return all
}

func (c *city) serviceResult(reporter *roadmap.Agency, service, agency string, p roadmap.Period, size int) serviceResult {
	d := newDice("service", service, agency, p.String())
	r := serviceResult{service: service, agency: agency, period: p}
	r.received = size * d.between(85, 115) / 100
	r.done = r.received * d.between(930, 1000) / 1000
	r.onTime = c.share(d, reporter, indicatorOnTime, p, r.done)
	r.uncorrected = c.share(d, reporter, indicatorUncorrected, p, r.done)
	r.digital = r.received * min(max(8+4*p.Since(first)+d.between(-5, 12), 0), 95) / 100
	if respondents := r.done * d.between(4, 30) / 100; respondents >= 5 {
		r.respondents = respondents
		r.ikm = c.satisfaction(reporter, p) + d.between(-180, 180)
	}
	return r
}

// share is how many of n the agency does as the indicator asks.
func (c *city) share(d dice, a *roadmap.Agency, indicator string, p roadmap.Period, n int) int {
	rate := 9_200 // where the agency has promised nothing
	if i, t := c.plan.Indicator(indicator), c.targets[targetKey{a.Code, indicator, p.Year}]; i != nil && t != nil && t.Value != nil {
		rate = int(portion(unscaled(*t.Value, 2), c.performance(a, i, p)))
	}
	rate = min(rate+d.between(-150, 150), whole)
	return min(n, (n*rate+whole/2)/whole)
}

// satisfaction is the mean satisfaction with an agency, in hundredths of the IKM:
// around 83, and ever harder to move the further away, as nobody pleases everybody.
func (c *city) satisfaction(a *roadmap.Agency, p roadmap.Period) int {
	mood := 0 // above or below the usual
	if i := c.plan.Indicator(indicatorSurvey); i != nil && i.Applies(a) {
		mood = (c.performance(a, i, p) - habitIndex.center) * 3 / 2
	}
	mood += 35*p.Since(first) + newDice("mood", a.Code, p.String()).between(-120, 120)
	return 8_250 + mood*1_500/(1_500+max(mood, -mood/3))
}

// moods are how far the elements stand from the mean of a survey, in
// ten-thousandths of an answer: complaints and facilities please least, the
// manner of the staff most.
var moods = map[scoring.Element]int{
	"persyaratan": 300, "prosedur": -100, "waktu": -800, "biaya": 700, "produk": 200,
	"kompetensi": 500, "perilaku": 1_300, "pengaduan": -1_900, "sarana": -1_400,
}

// bestMean is the highest mean answer to a question, in ten-thousandths.
const bestMean = 38_900

// inventServiceResults adds up what each agency and its units delivered.
func (c *city) inventServiceResults() {
	for _, r := range c.serviceResults() {
		key := resultKey{c.reporter(r.agency).Code, r.period}
		if c.results[key] == nil {
			c.results[key] = &measured{}
		}
		c.results[key].add(r.measured)
	}
}

// writeServiceResults writes those of the periods that are over.
func (c *city) writeServiceResults(ctx context.Context, tx postgres.Tx) error {
	return c.writeServiceResultsOf(ctx, tx, c.periods, time.Time{})
}

// writeServiceResultsOf writes those of the periods, recorded at the moment, or, where that is
// zero, on the sixth working day.
func (c *city) writeServiceResultsOf(ctx context.Context, tx postgres.Tx, periods []roadmap.Period, at time.Time) error {
	services := make(map[string]int64, len(c.services))
	for _, s := range c.services {
		services[s.Code] = s.ID
	}
	all := slices.DeleteFunc(c.serviceResults(), func(r serviceResult) bool { return !slices.Contains(periods, r.period) })
	_, err := tx.CopyFrom(ctx, "service_results",
		[]string{"service_id", "agency_id", "year", "quarter", "revision", "received", "done", "on_time", "uncorrected", "digital", "ikm", "respondents", "recorded_at"},
		pgx.CopyFromSlice(len(all), func(i int) ([]any, error) {
			r := all[i]
			return []any{services[r.service], c.plan.Agency(r.agency).ID, r.period.Year, r.period.Quarter, 1,
				r.received, r.done, r.onTime, r.uncorrected, r.digital, hundredths(r.ikm), r.respondents, orMorning(at, c.morning(r.period, 6))}, nil
		}))
	if err != nil {
		return fmt.Errorf("write service results: %w", err)
	}
	return nil
}

// orMorning is at, or the morning where it is zero.
func orMorning(at, morning time.Time) time.Time {
	if at.IsZero() {
		return morning
	}
	return at
}

// hundredths is a number of hundredths for COPY; 0 is null.
func hundredths(n int) pgtype.Numeric {
	if n == 0 {
		return pgtype.Numeric{}
	}
	return pgtype.Numeric{Int: big.NewInt(int64(n)), Exp: -2, Valid: true}
}

// morning is 10:00 on the n-th working day on which the period is reported on.
func (c *city) morning(p roadmap.Period, n int) time.Time {
	return c.cal.AddWorkingDays(c.cal.Reporting(p).OpensAt, n).Add(-14 * time.Hour)
}

// survey is the SKM of an agency in half a year. Everybody who answers answers
// all nine questions.
type survey struct {
	source      string
	population  int
	respondents int
	sums        [9]int
	published   bool
}

func (s *survey) answers() [9]int {
	var n [9]int
	for i := range n {
		n[i] = s.respondents
	}
	return n
}

// ikm is the index in hundredths, as a reader sees it.
func (s *survey) ikm() int64 {
	ratio, err := scoring.IKM(s.sums, s.answers())
	if err != nil {
		panic(err) // the sums are made to fit
	}
	shown, _ := ratio.Scaled(2)
	return shown
}

// halves are the half-years that are over.
var halves = []surveyKey{{year: 2025, half: 1}, {year: 2025, half: 2}, {year: 2026, half: 1}}

// currentHalf is the half-year of the quarter under way.
var currentHalf = surveyKey{year: current.Year, half: current.Quarter / 2}

// inventSurveys asks the visitors of every agency that faces the public.
func (c *city) inventSurveys() {
	for _, a := range c.agencies {
		if !a.PublicFacing {
			continue
		}
		for _, h := range halves {
			c.surveys[surveyKey{a.Code, h.year, h.half}] = c.survey(a, h)
		}
		if slices.Contains(c.periods, current) {
			c.surveys[surveyKey{a.Code, currentHalf.year, currentHalf.half}] = c.survey(a, currentHalf)
		}
	}
}

func (c *city) survey(a *roadmap.Agency, h surveyKey) *survey {
	p := roadmap.Period{Year: h.year, Quarter: 2 * h.half}
	d := newDice("survey", a.Code, p.String())
	s := &survey{source: "sukma-e", population: 40, published: true}
	for _, q := range []roadmap.Period{p.Previous(), p} {
		if m := c.results[resultKey{a.Code, q}]; m != nil {
			s.population += m.done
		}
	}
	if d.chance(250) {
		s.source, s.published = "sendiri", false
	}
	needed := scoring.MinimumSample(s.population)
	s.respondents = min(needed*d.between(100, 135)/100, s.population)
	if d.chance(110) {
		s.respondents = needed * d.between(35, 85) / 100 // below the minimum sample
	}
	s.respondents = max(s.respondents, 5)
	mood := c.satisfaction(a, p)
	for i := range s.sums {
		// The mean answer is a 25th of the index.
		mean := mood*4 + moods[scoring.Elements[i]] + d.between(-500, 500)
		s.sums[i] = min(mean, bestMean) * s.respondents / whole
	}
	return s
}

// writeSurveys writes those of the half-years that are over.
func (c *city) writeSurveys(ctx context.Context, tx postgres.Tx) error {
	return c.writeSurveysOf(ctx, tx, halves, time.Time{})
}

// writeSurveysOf writes those of the half-years, recorded at the moment, or, where that is
// zero, on the fourth working day.
func (c *city) writeSurveysOf(ctx context.Context, tx postgres.Tx, halves []surveyKey, at time.Time) error {
	type row struct {
		agency int64
		surveyKey
		*survey
	}
	var rows []row
	for _, a := range c.agencies {
		for _, h := range halves {
			if s := c.surveys[surveyKey{a.Code, h.year, h.half}]; s != nil {
				rows = append(rows, row{a.ID, h, s})
			}
		}
	}
	_, err := tx.CopyFrom(ctx, "satisfaction_results",
		[]string{"agency_id", "year", "half", "revision", "source", "population", "respondents", "sums", "answers", "published_ikm", "recorded_at"},
		pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
			r := rows[i]
			answers := r.answers()
			published := 0
			if r.published {
				published = int(r.ikm())
			}
			return []any{r.agency, r.year, r.half, 1, r.source, r.population, r.respondents, r.sums[:], answers[:],
				hundredths(published), orMorning(at, c.morning(roadmap.Period{Year: r.year, Quarter: 2 * r.half}, 4))}, nil
		}))
	if err != nil {
		return fmt.Errorf("write surveys: %w", err)
	}
	return nil
}

// citySurvey is the plain mean of the units' indices of the year, in hundredths.
func (c *city) citySurvey(year int) int64 {
	var sum, n int64
	for _, a := range c.agencies {
		for half := 1; half <= 2; half++ {
			if s := c.surveys[surveyKey{a.Code, year, half}]; s != nil {
				sum += s.ikm()
				n++
			}
		}
	}
	if n == 0 {
		return 0
	}
	return (2*sum + n) / (2 * n)
}

// number is a decimal of n units of the scale.
func number(n int64, scale int) *decimal.Decimal {
	d := decimal.MustNew(n, scale)
	return &d
}
