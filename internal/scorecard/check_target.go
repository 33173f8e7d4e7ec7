package scorecard

import (
	"fmt"
	"math/big"

	"petajalan/internal/scoring"
)

// checkPromises holds weight and targets to date of a record against the target of the
// year: the one in force, and the one first promised under the same status.
func (k *checker) checkPromises(a *Achievement) error {
	this := k.targets[targetKey(a.Agency, a.Indicator, a.Period.Year)]
	if len(this) == 0 {
		return fmt.Errorf("there is no target for %d", a.Period.Year)
	}
	if w := this[len(this)-1].Weight; w != a.Weight {
		return fmt.Errorf("weight: published %s, the target says %s", a.Weight, w)
	}
	if !a.State.IsDue() {
		return nil
	}
	revisions := k.targets[targetKey(a.Agency, a.Indicator, a.AsOf.Year)]
	if len(revisions) == 0 {
		return fmt.Errorf("there is no target for %d", a.AsOf.Year)
	}
	inForce := revisions[len(revisions)-1]
	first := inForce
	for i := len(revisions) - 1; i >= 0; i-- {
		if revisions[i].Status == inForce.Status {
			first = revisions[i]
		}
	}
	now, err := k.toDate(a, inForce)
	if err != nil {
		return err
	}
	if err := samePromise("target", a.Target, a.TargetLow, a.TargetHigh, now); err != nil {
		return err
	}
	promised, err := k.toDate(a, first)
	if err != nil {
		return err
	}
	if a.Direction != scoring.LowerIsBetter && a.Direction != scoring.OnTarget && promised.isNought() {
		promised = checkedTarget{} // no target where higher is better
	}
	return samePromise("first_target", a.FirstTarget, a.FirstTargetLow, a.FirstTargetHigh, promised)
}

// isNought reports whether there is nothing to divide by.
func (t checkedTarget) isNought() bool {
	if t.low != nil {
		return t.high.Sign() == 0
	}
	return t.point == nil || t.point.Sign() == 0
}

func samePromise(name string, point, low, high *string, want checkedTarget) error {
	if err := sameNumber(name, point, want.point); err != nil {
		return err
	}
	if err := sameNumber(name+"_low", low, want.low); err != nil {
		return err
	}
	return sameNumber(name+"_high", high, want.high)
}

// toDate is the part of a target of the year that counts up to the quarter of the result.
func (k *checker) toDate(a *Achievement, t *Target) (checkedTarget, error) {
	p, err := readPromise(t.Value, t.Low, t.High)
	if err != nil {
		return p, fmt.Errorf("target of %d: %w", t.Year, err)
	}
	quarters := dueQuarters(a)
	steps := make([]*big.Rat, len(t.Steps))
	for i := range t.Steps {
		if steps[i], err = exactly(&t.Steps[i]); err != nil {
			return p, fmt.Errorf("step %d of the target of %d: %w", i+1, t.Year, err)
		}
	}
	if t.Steps != nil && len(steps) < len(quarters) {
		return p, fmt.Errorf("the target of %d has %d steps", t.Year, len(steps))
	}
	switch {
	case a.Consolidation == scoring.Last && t.Steps != nil && len(quarters) > 0:
		p.point = steps[len(quarters)-1]
	case a.Consolidation == scoring.Sum && a.Kind != scoring.KindFraction:
		counted, sum := int64(0), new(big.Rat)
		for i, q := range quarters {
			if k.leaves(a, q) {
				continue
			}
			counted++
			if t.Steps != nil {
				sum = add(sum, steps[i])
			}
		}
		if t.Steps != nil {
			p.point = sum
			return p, nil
		}
		share := big.NewRat(counted, int64(a.Frequency.DuePerYear()))
		for _, part := range []**big.Rat{&p.point, &p.low, &p.high} {
			if *part != nil {
				*part = mul(*part, share)
			}
		}
	}
	return p, nil
}
