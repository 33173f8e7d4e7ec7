package scoring_test

import (
	"strings"
	"testing"

	"github.com/govalues/decimal"

	"petajalan/internal/scoring"
)

// What a period may hold.
var (
	nothing       = scoring.Input{}
	late          = scoring.Input{PastDue: true}
	handedIn      = scoring.Input{HandedIn: true, PastDue: true}
	notApplicable = scoring.Input{Report: &scoring.Report{NotApplicable: true}}
	waits         = scoring.Input{Awaited: true, PastDue: true}
)

// reported is a verified value, "70", or a fraction, "7/10".
func reported(value string) scoring.Input {
	if n, d, ok := strings.Cut(value, "/"); ok {
		return scoring.Input{Report: &scoring.Report{IsFraction: true, Numerator: decimal.MustParse(n), Denominator: decimal.MustParse(d)}}
	}
	return scoring.Input{Report: &scoring.Report{Actual: decimal.MustParse(value)}}
}

// exempt is in, with an accepted exception.
func exempt(in scoring.Input) scoring.Input {
	in.Exempt = true
	return in
}

// promise is a target: "80", a range "80..90", steps "10 20 30 40 = 100", or none: "".
func promise(text string) *scoring.Target {
	if text == "" {
		return nil
	}
	if low, high, ok := strings.Cut(text, ".."); ok {
		return &scoring.Target{IsRange: true, Low: decimal.MustParse(low), High: decimal.MustParse(high)}
	}
	steps, value, ok := strings.Cut(text, " = ")
	if !ok {
		return &scoring.Target{Value: decimal.MustParse(text)}
	}
	t := &scoring.Target{Value: decimal.MustParse(value)}
	for _, s := range strings.Fields(steps) {
		t.Steps = append(t.Steps, decimal.MustParse(s))
	}
	return t
}

// line is a series that begins in 2025-TW1, written short: "naik number sum triwulanan",
// and one promise a year, or two: "in force <- first".
func line(form string, promises []string, inputs ...scoring.Input) *scoring.Series {
	f := strings.Fields(form)
	s := &scoring.Series{
		Direction: scoring.Direction(f[0]), Kind: scoring.Kind(f[1]),
		Consolidation: scoring.Consolidation(f[2]), Frequency: scoring.Frequency(f[3]),
		First: scoring.Period{Year: 2025, Quarter: 1}, Inputs: inputs,
	}
	for i, text := range promises {
		inForce, first, _ := strings.Cut(text, " <- ")
		s.Years = append(s.Years, scoring.YearPlan{Target: promise(inForce), First: promise(first), Weight: int64(1000 * (i + 1))})
	}
	return s
}

// summary says in a few words what became of a series in its periods: the figure where it is
// scored and else the state, with the period it is of where that is an earlier one.
func summary(t testing.TB, s *scoring.Series) []string {
	t.Helper()
	var out []string
	p := s.First
	for _, a := range defaultRules(t).Assess(s) {
		text := string(a.State)
		if a.State == scoring.Scored {
			text = a.Raw.Text(2)
		}
		if a.AsOf != p {
			text += " (" + a.AsOf.String() + ")"
		}
		out = append(out, text)
		p = p.Next()
	}
	return out
}

func TestVectorsOfTheMethod(t *testing.T) {
	t.Parallel()
	const (
		done     = "ya_tidak yesno"
		step     = "tahapan milestone"
		rank     = "predikat predicate"
		noTarget = "tanpa_target"
	)
	tests := []struct {
		form, target, actual string
		raw, scored, rating  string
	}{
		// The table "Test vectors".
		{"naik number", "80", "70", "87.50", "87.50", "tinggi"},
		{"naik number", "80..90", "92", "102.22", "100.00", "sangat_tinggi"},
		{"turun number", "10", "0", "200.00", "100.00", "sangat_tinggi"},
		{"turun number", "10", "5", "150.00", "100.00", "sangat_tinggi"},
		{"turun number", "10", "12", "80.00", "80.00", "tinggi"},
		{"turun number", "10", "15", "50.00", "50.00", "sangat_rendah"},
		{"turun number", "10", "20", "0.00", "0.00", "sangat_rendah"},
		{"turun number", "10", "30", "-100.00", "0.00", "sangat_rendah"},
		{"turun number", "7..8", "6.5", "107.14", "100.00", "sangat_tinggi"},
		{"turun number", "7..8", "9", "87.50", "87.50", "tinggi"},
		{"turun number", "0", "0", "100.00", "100.00", "sangat_tinggi"},
		{"turun number", "0", "1", "0.00", "0.00", "sangat_rendah"},
		{"tepat number", "50", "45", "90.00", "90.00", "tinggi"},
		{"tepat number", "50", "55", "90.00", "90.00", "tinggi"},

		// Ranges: below, on the bounds, inside, above.
		{"naik range", "80..90", "72", "90.00", "90.00", "tinggi"},
		{"naik range", "80..90", "80", "100.00", "100.00", "sangat_tinggi"},
		{"naik range", "80..90", "85", "100.00", "100.00", "sangat_tinggi"},
		{"naik range", "80..90", "90", "100.00", "100.00", "sangat_tinggi"},
		{"naik range", "0..90", "0", "100.00", "100.00", "sangat_tinggi"},
		{"naik range", "0..90", "-1", "0.00", "0.00", "sangat_rendah"},
		{"turun range", "7..8", "7", "100.00", "100.00", "sangat_tinggi"},
		{"turun range", "7..8", "8", "100.00", "100.00", "sangat_tinggi"},
		{"turun range", "0..8", "-1", "100.00", "100.00", "sangat_tinggi"},
		{"turun range", "0..0", "0", "100.00", "100.00", "sangat_tinggi"},
		{"turun range", "0..0", "0.0001", "0.00", "0.00", "sangat_rendah"},
		{"tepat range", "40..50", "45", "100.00", "100.00", "sangat_tinggi"},
		{"tepat range", "40..50", "30", "75.00", "75.00", "sedang"},
		{"tepat range", "40..50", "60", "80.00", "80.00", "tinggi"},
		{"tepat range", "40..50", "101", "-2.00", "0.00", "sangat_rendah"},
		{"tepat range", "0..50", "-1", "0.00", "0.00", "sangat_rendah"},

		// T = 0.
		{"naik number", "0", "5", noTarget, "", ""},
		{"naik range", "0..0", "5", noTarget, "", ""},
		{step, "0", "50", noTarget, "", ""},
		{"turun number", "0", "-1", "100.00", "100.00", "sangat_tinggi"},
		{"tepat number", "0", "0", "100.00", "100.00", "sangat_tinggi"},
		{"tepat number", "0", "1", "0.00", "0.00", "sangat_rendah"},

		// R = 0 is a real 0, and a negative one is shown.
		{"naik number", "80", "0", "0.00", "0.00", "sangat_rendah"},
		{"naik index", "5", "-2.5", "-50.00", "0.00", "sangat_rendah"},
		{"turun index", "5", "-2.5", "250.00", "100.00", "sangat_tinggi"},
		{"tepat index", "5", "-2.5", "-50.00", "0.00", "sangat_rendah"},

		// Bands are taken from the rounded figure.
		{"naik number", "100", "91", "91.00", "91.00", "sangat_tinggi"},
		{"naik number", "100", "90.995", "91.00", "91.00", "sangat_tinggi"},
		{"naik number", "100", "90.9949", "90.99", "90.99", "tinggi"},
		{"naik number", "1.10", "0.99", "90.00", "90.00", "tinggi"},
		{"naik number", "100", "76", "76.00", "76.00", "tinggi"},
		{"naik number", "100", "75.99", "75.99", "75.99", "sedang"},
		{"naik number", "100", "66", "66.00", "66.00", "sedang"},
		{"naik number", "100", "51", "51.00", "51.00", "rendah"},
		{"naik number", "100", "50.99", "50.99", "50.99", "sangat_rendah"},

		// A percentage is re-divided.
		{"naik fraction", "80", "7/10", "87.50", "87.50", "tinggi"},
		{"naik fraction", "100", "2/3", "66.67", "66.67", "sedang"},
		{"naik fraction", "80", "0/10", "0.00", "0.00", "sangat_rendah"},
		{"naik fraction", "80", "0/0", "tidak_berlaku", "", ""},
		{"turun fraction", "10", "3/20", "50.00", "50.00", "sangat_rendah"},

		{done, "1", "1", "100.00", "100.00", "sangat_tinggi"},
		{done, "1", "0", "0.00", "0.00", "sangat_rendah"},
		{step, "80", "60", "75.00", "75.00", "sedang"},
		{step, "50", "75", "150.00", "100.00", "sangat_tinggi"},
		{rank, "6", "5", "83.33", "83.33", "tinggi"},
		{rank, "5", "6", "120.00", "100.00", "sangat_tinggi"},
	}
	for _, tt := range tests {
		t.Run(tt.form+" "+tt.target+" "+tt.actual, func(t *testing.T) {
			t.Parallel()
			s := line(tt.form+" last triwulanan", []string{tt.target}, reported(tt.actual))
			a := defaultRules(t).Assess(s)[0]
			raw, scored := string(a.State), ""
			if a.State == scoring.Scored {
				raw, scored = a.Raw.Text(2), a.Scored.Text(2)
			}
			if raw != tt.raw || scored != tt.scored || a.Rating != tt.rating {
				t.Errorf("raw %s scored %s rating %s, want %s, %s, %s", raw, scored, a.Rating, tt.raw, tt.scored, tt.rating)
			}
		})
	}
}

func TestACapAbove100CountsWhatIsAboveTheTarget(t *testing.T) {
	t.Parallel()
	s := line("naik number last triwulanan", []string{"80"}, reported("92"), reported("100"))
	got := newRules(t, "120").Assess(s)
	for i, want := range []string{"115.00", "120.00"} {
		if got[i].Scored.Text(2) != want {
			t.Errorf("period %d: scored %s, want %s", i, got[i].Scored.Text(2), want)
		}
	}
}

func TestFirstPromiseIsComputedBesideTheOneInForce(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, form, promise   string
		in                    scoring.Input
		raw                   string
		hasFirst              bool
		firstRaw, firstScored string
	}{
		{"never amended", "naik number", "80", reported("70"), "87.50", true, "87.50", "87.50"},
		{"lowered", "naik number", "70 <- 80", reported("70"), "100.00", true, "87.50", "87.50"},
		{"from a range", "turun number", "10 <- 7..8", reported("9"), "110.00", true, "87.50", "87.50"},
		{"from nothing, higher is better", "naik number", "70 <- 0", reported("70"), "100.00", false, "0.00", "0.00"},
		{"from nothing, lower is better", "turun number", "10 <- 0", reported("9"), "110.00", true, "0.00", "0.00"},
		{"withdrawn", "naik number", " <- 80", reported("70"), "tanpa_target", false, "0.00", "0.00"},
		{"to nothing", "naik number", "0 <- 80", reported("70"), "tanpa_target", false, "0.00", "0.00"},
		{"missing", "naik number", "70 <- 80", late, "terlambat", true, "0.00", "0.00"},
		{"missing, from nothing", "naik number", "70 <- 0", late, "terlambat", false, "0.00", "0.00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := defaultRules(t).Assess(line(tt.form+" last triwulanan", []string{tt.promise}, tt.in))[0]
			raw := string(a.State)
			if a.State == scoring.Scored {
				raw = a.Raw.Text(2)
			}
			if raw != tt.raw || a.HasFirst != tt.hasFirst || a.FirstRaw.Text(2) != tt.firstRaw || a.FirstScored.Text(2) != tt.firstScored {
				t.Errorf("%s, first %t %s %s, want %s, %t %s %s", raw, a.HasFirst, a.FirstRaw.Text(2), a.FirstScored.Text(2),
					tt.raw, tt.hasFirst, tt.firstRaw, tt.firstScored)
			}
		})
	}
}
