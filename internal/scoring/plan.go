package scoring

import (
	"errors"
	"fmt"
	"slices"
)

// Plan is the shape of a roll-up: which series stand under which agency, objective and
// goal. It is the same for all periods in which the shape holds.
type Plan struct {
	agencies   []string
	objectives []string
	goals      []PlanGoal

	goalOf []int // by objective

	// Series by agency; and by objective and by goal in the order of agencies.
	byAgency, byObjective, byGoal [][]int32
	agencyOf                      []int32 // by series
}

// PlanGoal is a goal with its weight in hundredths of a per cent.
type PlanGoal struct {
	Code   string
	Weight int64
}

// PlanObjective is an objective and the code of its goal.
type PlanObjective struct{ Code, Goal string }

// PlanSeries is a target series and where it stands.
type PlanSeries struct{ Agency, Objective string }

// NewPlan returns the shape of a roll-up. The order of its arguments plays no part in any
// score; series keep their index. It fails on duplicate or unknown codes and on weights
// that are not positive.
func NewPlan(goals []PlanGoal, objectives []PlanObjective, series []PlanSeries) (*Plan, error) {
	p := &Plan{goals: slices.Clone(goals)}
	slices.SortFunc(p.goals, func(a, b PlanGoal) int { return compare(a.Code, b.Code) })
	goalIndex := map[string]int{}
	for i, g := range p.goals {
		if _, ok := goalIndex[g.Code]; ok || g.Weight <= 0 {
			return nil, fmt.Errorf("goal %s stands twice or has no weight", g.Code)
		}
		goalIndex[g.Code] = i
	}
	sorted := slices.Clone(objectives)
	slices.SortFunc(sorted, func(a, b PlanObjective) int { return compare(a.Code, b.Code) })
	objectiveIndex := map[string]int{}
	for i, o := range sorted {
		g, ok := goalIndex[o.Goal]
		if _, twice := objectiveIndex[o.Code]; twice || !ok {
			return nil, fmt.Errorf("objective %s stands twice or has no goal", o.Code)
		}
		objectiveIndex[o.Code] = i
		p.objectives, p.goalOf = append(p.objectives, o.Code), append(p.goalOf, g)
	}
	for _, s := range series {
		p.agencies = append(p.agencies, s.Agency)
	}
	slices.Sort(p.agencies)
	p.agencies = slices.Compact(p.agencies)

	p.byAgency = make([][]int32, len(p.agencies))
	p.byObjective = make([][]int32, len(p.objectives))
	p.byGoal = make([][]int32, len(p.goals))
	p.agencyOf = make([]int32, len(series))
	for i, s := range series {
		a, _ := slices.BinarySearch(p.agencies, s.Agency)
		p.byAgency[a] = append(p.byAgency[a], int32(i)) //nolint:gosec // a city has some hundred series
		p.agencyOf[i] = int32(a)                        //nolint:gosec // and fewer agencies
	}
	for _, ids := range p.byAgency { // so that all lists are in the order of agencies
		for _, i := range ids {
			o, ok := objectiveIndex[series[i].Objective]
			if !ok {
				return nil, fmt.Errorf("objective %s is not in the plan", series[i].Objective)
			}
			p.byObjective[o] = append(p.byObjective[o], i)
			p.byGoal[p.goalOf[o]] = append(p.byGoal[p.goalOf[o]], i)
		}
	}
	return p, nil
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// ErrWeights is returned when the weights of an agency do not sum to exactly 100.
var ErrWeights = errors.New("weights of an agency do not sum to 100")

// CheckWeights returns ErrWeights, with the agency, unless the weights of each agency that
// has any sum to exactly 100.
func (p *Plan) CheckWeights(achievements []Achievement) error {
	for a, ids := range p.byAgency {
		sum := int64(0)
		for _, i := range ids {
			sum += achievements[i].Weight
		}
		if sum != 0 && sum != 10000 {
			return fmt.Errorf("%w: %s has %s", ErrWeights, p.agencies[a], ScaledText(sum, 2))
		}
	}
	return nil
}
