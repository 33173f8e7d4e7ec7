package scoring_test

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/govalues/decimal"

	"petajalan/internal/scoring"
)

// grades is the scale of PermenPANRB 14/2017.
func grades(t testing.TB) *scoring.Grades {
	t.Helper()
	g, err := scoring.NewGrades([]scoring.Band{
		{From: decimal.MustParse("88.31"), Code: "A"},
		{From: decimal.MustParse("76.61"), Code: "B"},
		{From: decimal.MustParse("65.00"), Code: "C"},
		{From: decimal.MustParse("25.00"), Code: "D"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// each returns the same number for all nine elements.
func each(n int) (all [9]int) {
	for i := range all {
		all[i] = n
	}
	return all
}

func TestIKMVectors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		sums, answers [9]int
		want, grade   string
	}{
		{"all 4", each(4 * 30), each(30), "100.00", "A"},
		{"all 1", each(30), each(30), "25.00", "D"},
		{"mean 3.5324", each(35324), each(10000), "88.31", "A"},
		{"just below A", each(35321), each(10000), "88.30", "B"},
		{"mean 3.0644", each(30644), each(10000), "76.61", "B"},
		{"just below B", each(30641), each(10000), "76.60", "C"},
		{"mean 2.6", each(26), each(10), "65.00", "C"},
		{"rounded up to C", each(25998), each(10000), "65.00", "C"},
		{"just below C", each(25997), each(10000), "64.99", "D"},
		{"29 forms", [9]int{105, 101, 100, 116, 102, 105, 106, 105, 115}, each(29), "91.48", "A"},
		{"some questions skipped", [9]int{4, 4, 4, 4, 4, 4, 4, 4, 9}, [9]int{1, 1, 1, 1, 1, 1, 1, 1, 3}, "97.22", "A"},
	}
	g := grades(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ikm, err := scoring.IKM(tt.sums, tt.answers)
			if err != nil {
				t.Fatal(err)
			}
			if got, grade := ikm.Text(2), g.Of(ikm); got != tt.want || grade != tt.grade {
				t.Errorf("IKM = %s %s, want %s %s", got, grade, tt.want, tt.grade)
			}
		})
	}
}

func TestTheNineElements(t *testing.T) {
	t.Parallel()
	want := []scoring.Element{"persyaratan", "prosedur", "waktu", "biaya", "produk", "kompetensi", "perilaku", "pengaduan", "sarana"}
	if !slices.Equal(scoring.Elements[:], want) {
		t.Errorf("Elements = %v, want %v", scoring.Elements, want)
	}
	means, err := scoring.ElementMeans([9]int{105, 101, 100, 116, 102, 105, 106, 105, 115}, each(29))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"3.62", "3.48", "3.45", "4.00", "3.52", "3.62", "3.66", "3.62", "3.97"} {
		if got := means[i].Text(2); got != want {
			t.Errorf("%s = %s, want %s", scoring.Elements[i], got, want)
		}
	}
}

func TestImpossibleAnswersAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		sum, answers int
	}{
		{"no answers", 0, 0},
		{"no answers but a sum", 4, 0},
		{"negative number of answers", 4, -1},
		{"less than 1 each", 9, 10},
		{"more than 4 each", 41, 10},
		{"negative sum", -1, 10},
		{"smallest integers", math.MinInt, math.MinInt},
		{"largest sum", math.MaxInt, 1},
	} {
		sums, answers := each(3), each(1)
		sums[7], answers[7] = tt.sum, tt.answers
		_, err := scoring.IKM(sums, answers)
		var e *scoring.ElementError
		if !errors.As(err, &e) || e.Element != "pengaduan" || e.Sum != tt.sum || e.Answers != tt.answers {
			t.Errorf("%s: error %v, want one about pengaduan", tt.name, err)
		}
	}
}

func TestBrokenGradesAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := scoring.NewGrades(nil); err == nil {
		t.Error("no grades: no error")
	}
	rising := []scoring.Band{{From: decimal.MustParse("65"), Code: "C"}, {From: decimal.MustParse("76"), Code: "B"}, {Code: "D"}}
	if _, err := scoring.NewGrades(rising); err == nil {
		t.Error("rising grades: no error")
	}
}

func TestMinimumSampleOfKrejcieAndMorgan(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{
		math.MinInt: 0, -1: 0, 0: 0, 1: 1, 9: 9, 10: 10, 60: 52, 100: 80, 500: 217, 1000: 278, 10000: 370,
		1_000_000: 384, math.MaxInt: 384,
	} {
		if got := scoring.MinimumSample(n); got != want {
			t.Errorf("MinimumSample(%d) = %d, want %d", n, got, want)
		}
	}
}

// TestMinimumSampleAgreesWithItsFormula computes the formula as it is printed.
func TestMinimumSampleAgreesWithItsFormula(t *testing.T) {
	t.Parallel()
	rat := func(s string) *big.Rat {
		r, _ := new(big.Rat).SetString(s)
		return r
	}
	mul := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
	chi, quarter, d2 := rat("3.841"), mul(rat("0.5"), rat("0.5")), mul(rat("0.05"), rat("0.05"))
	last := 0
	for n := 10; n < 30000; n++ {
		people := new(big.Rat).SetInt64(int64(n))
		low := mul(d2, new(big.Rat).Sub(people, rat("1")))
		low.Add(low, mul(chi, quarter))
		want := new(big.Rat).Quo(mul(chi, mul(people, quarter)), low).FloatString(0)
		got := scoring.MinimumSample(n)
		if big.NewInt(int64(got)).String() != want {
			t.Fatalf("MinimumSample(%d) = %d, want %s", n, got, want)
		}
		if got < last || got > n {
			t.Fatalf("MinimumSample(%d) = %d after %d", n, got, last)
		}
		last = got
	}
}

// FuzzIKM compares with big fractions and holds the bounds.
func FuzzIKM(f *testing.F) {
	f.Add(105, 29, 3, 1)
	f.Add(35324, 10000, 35324, 10000)
	f.Add(0, 0, 1, 1)
	f.Add(math.MaxInt, math.MaxInt, math.MinInt, -1)
	g := grades(f)
	f.Fuzz(func(t *testing.T, sum, answers, lastSum, lastAnswers int) {
		sums, counts := each(sum), each(answers)
		sums[8], counts[8] = lastSum, lastAnswers
		ikm, err := scoring.IKM(sums, counts)
		possible := func(sum, n int) bool {
			s, one := big.NewInt(int64(sum)), big.NewInt(int64(n))
			return n > 0 && s.Cmp(one) >= 0 && s.Cmp(new(big.Int).Mul(one, big.NewInt(4))) <= 0
		}
		if ok := possible(sum, answers) && possible(lastSum, lastAnswers); ok != (err == nil) {
			t.Fatalf("IKM(%v, %v): error %v", sums, counts, err)
		}
		if err != nil {
			return
		}
		want := big.NewRat(int64(sum), int64(answers))
		want.Mul(want, big.NewRat(8, 1)).Add(want, big.NewRat(int64(lastSum), int64(lastAnswers)))
		want.Mul(want, big.NewRat(25, 9))
		if ikm.Rat().Cmp(want) != 0 {
			t.Fatalf("IKM(%v, %v) = %s, want %s", sums, counts, ikm.Rat(), want)
		}
		if ikm.Cmp(scoring.NewRatio(25, 1)) < 0 || ikm.Cmp(scoring.NewRatio(100, 1)) > 0 || g.Of(ikm) == "" {
			t.Fatalf("IKM(%v, %v) = %s is out of bounds", sums, counts, ikm.Rat())
		}
	})
}
