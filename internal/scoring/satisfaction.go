package scoring

import (
	"fmt"
	"slices"
)

// Element is one of the nine elements (unsur) of the survey of satisfaction (SKM). It is
// kept by this key and never by a number, because sources disagree on the order of the
// last two.
type Element string

// Elements lists the nine, in the order of the arrays below.
var Elements = [9]Element{
	"persyaratan", "prosedur", "waktu", "biaya", "produk", "kompetensi", "perilaku", "pengaduan", "sarana",
}

// The worst and the best answer to a question of the survey.
const (
	LowestAnswer  = 1
	HighestAnswer = 4
)

// ElementError is returned for an element whose answers cannot be: none were given, or
// their sum is not between LowestAnswer and HighestAnswer for each.
type ElementError struct {
	Element      Element
	Sum, Answers int
}

// Error says what is wrong with the element.
func (e *ElementError) Error() string {
	if e.Answers <= 0 {
		return fmt.Sprintf("element %s has no answers", e.Element)
	}
	return fmt.Sprintf("element %s: %d answers of %d to %d cannot sum to %d",
		e.Element, e.Answers, LowestAnswer, HighestAnswer, e.Sum)
}

// ElementMeans returns the mean answer (nilai rata-rata, NRR) of each element, from 1 to 4.
// sums and answers are those of Elements, in that order. It fails with an *ElementError.
func ElementMeans(sums, answers [9]int) ([9]Ratio, error) {
	var means [9]Ratio
	for i, element := range Elements {
		sum, n := NewRatio(int64(sums[i]), 1), NewRatio(int64(answers[i]), 1)
		if answers[i] <= 0 || sum.Cmp(n) < 0 || sum.Cmp(n.Mul(NewRatio(HighestAnswer, 1))) > 0 {
			return means, &ElementError{element, sums[i], answers[i]}
		}
		means[i] = sum.Quo(n)
	}
	return means, nil
}

// IKM returns the index of satisfaction, from 25 to 100: 25 × the mean of the nine element
// means, each with exactly a ninth of the weight. Rows of several services are pooled by
// adding their sums and answers first. It fails with an *ElementError.
func IKM(sums, answers [9]int) (Ratio, error) {
	means, err := ElementMeans(sums, answers)
	if err != nil {
		return Ratio{}, fmt.Errorf("compute IKM: %w", err)
	}
	var total Ratio
	for _, mean := range means {
		total = total.Add(mean)
	}
	return total.Mul(NewRatio(25, int64(len(means)))), nil
}

// Grades is a scale of service quality (mutu pelayanan): the bands of the rounded IKM.
type Grades struct {
	bands []Band
	from  []int64
}

// NewGrades returns a scale of the bands, given highest first; the lowest takes everything
// below the one above it.
func NewGrades(bands []Band) (*Grades, error) {
	from, err := bounds(bands)
	if err != nil {
		return nil, fmt.Errorf("grades: %w", err)
	}
	return &Grades{slices.Clone(bands), from}, nil
}

// Of returns the code of the grade of an IKM, by the figure of 2 decimals that is shown.
func (g *Grades) Of(ikm Ratio) string {
	shown, _ := ikm.Scaled(2) // an IKM is at most 100
	return bandOf(g.bands, g.from, shown)
}

// Krejcie and Morgan: S = χ²NP(1−P) / (d²(N−1) + χ²P(1−P)) with χ² = 3.841, P = 0.5 and
// d = 0.05. Both constants are in units of 10⁻⁵.
const (
	sampleChance = 96025 // χ²P(1−P)
	sampleError  = 250   // d²
	everybody    = 10    // below it no sample is drawn
)

// MinimumSample returns how many respondents a survey among n people needs at least,
// rounded half up; below 10 it is everybody.
func MinimumSample(n int) int {
	if n < everybody {
		return max(n, 0)
	}
	people := NewRatio(int64(n), 1)
	chance := NewRatio(sampleChance, 1)
	spread := NewRatio(sampleError, 1).Mul(people.Sub(one))
	size, _ := chance.Mul(people).Quo(spread.Add(chance)).Scaled(0) // never above 385
	return int(size)
}
