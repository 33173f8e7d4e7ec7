package scorecard

import (
	"math/big"

	"petajalan/internal/scoring"
)

// FewestAnswers is how many answers there must be before a figure made of them is shown.
const FewestAnswers = 5

// ServicePool is what was measured of a service over all places in one period. Shares come
// from summed counts, never from the mean of shares.
type ServicePool struct {
	Period              scoring.Period
	Places              int // that finished at least one request
	Received, Done      int
	OnTime, Uncorrected int     // of Done
	Speed, Accuracy     *string // percent, 2 decimals; nil when nothing was finished
	Satisfaction        *string // mean over the answers, 2 decimals; nil when there are too few
	Answers             int     // behind Satisfaction: of the places with at least FewestAnswers
	AnswerPlaces        int     // how many places these are
}

// ServiceHistory pools what was measured of a service, one pool for each of Periods, oldest
// first.
func (v *View) ServiceHistory(service string) []ServicePool {
	pools := make([]ServicePool, len(v.Periods))
	weighed := make([]*big.Rat, len(v.Periods))
	for i, info := range v.Periods {
		pools[i].Period, weighed[i] = info.Period, new(big.Rat)
	}
	for _, r := range v.Results {
		i, ok := v.periods[r.Period]
		if r.Service != service || !ok {
			continue
		}
		p := &pools[i]
		p.Received += r.Received
		if r.Done > 0 {
			p.Places++
			p.Done, p.OnTime, p.Uncorrected = p.Done+r.Done, p.OnTime+r.OnTime, p.Uncorrected+r.Uncorrected
		}
		if ikm := number(r.IKM); ikm != nil && r.Respondents >= FewestAnswers {
			p.Answers, p.AnswerPlaces = p.Answers+r.Respondents, p.AnswerPlaces+1
			weighed[i].Add(weighed[i], ikm.Mul(ikm, big.NewRat(int64(r.Respondents), 1)))
		}
	}
	for i := range pools {
		p := &pools[i]
		if p.Done > 0 {
			p.Speed, p.Accuracy = roundedPointer(percent(p.OnTime, p.Done)), roundedPointer(percent(p.Uncorrected, p.Done))
		}
		if p.Answers > 0 {
			p.Satisfaction = roundedPointer(weighed[i].Quo(weighed[i], big.NewRat(int64(p.Answers), 1)))
		}
	}
	return pools
}

// SpeedReal judges the change of a service's pooled speed into the last of its pools, as
// SeriesReal does for a target.
func SpeedReal(pools []ServicePool) Reality {
	points := make([]point, len(pools))
	for i, p := range pools {
		points[i].period = p.Period
		if p.Done > 0 {
			points[i].value = percent(p.OnTime, p.Done)
		}
	}
	if len(points) == 0 {
		return Reality{Verdict: ChangeUnknown}
	}
	return judge(points, points[len(points)-1].period)
}

// percent is part ÷ whole × 100, exactly.
func percent(part, whole int) *big.Rat {
	x := big.NewRat(int64(part), int64(whole))
	return x.Mul(x, big.NewRat(100, 1))
}
