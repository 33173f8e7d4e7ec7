package chart_test

import (
	"strings"
	"testing"

	"petajalan/internal/chart"
)

// plan is a plan of two years with a first promise, a gap, a year that begins anew and one
// that is measured in another way.
func plan() []chart.Slot {
	return []chart.Slot{
		{Year: "awal", Value: v(61), BeforeThePlan: true},
		{Year: "2025", Promise: v(70), Value: v(66), Break: true},
		{Year: "2025", Promise: v(70), Value: v(68)},
		{Year: "2025", Promise: v(70)},
		{Year: "2025", Promise: v(70), Value: v(69)},
		{Year: "2026", Promise: v(80), First: v(85), Value: v(71), Restart: true},
		{Year: "2026", Promise: v(80), First: v(85), Idle: true},
		{Year: "2026", Promise: v(80), First: v(85), Value: v(74)},
		{Year: "2026", Promise: v(80), First: v(85)},
	}
}

func promise(slots []chart.Slot, label string) chart.SVG {
	p := chart.Promise{Slots: slots, Label: label, PromiseLabel: `80% <"&'>`}
	var ticks []float64
	p.Floor, p.Ceiling, ticks = chart.PromiseAxis(slots, v(0), v(100))
	for _, at := range ticks {
		p.Ticks = append(p.Ticks, chart.Tick{At: at, Text: "tick"})
	}
	return p.SVG()
}

// promiseDrawings are the drawings of this file, for the tests that hold all of them.
func promiseDrawings() map[string]chart.SVG {
	return map[string]chart.SVG{
		"promise":       promise(plan(), "74%"),
		"promise-range": promise([]chart.Slot{{Year: "2025", Promise: v(60), PromiseHigh: v(85), Value: v(90)}, {Year: "2025", Promise: v(60), PromiseHigh: v(85)}}, ""),
		"promise-none":  promise(nil, ""),
		"promise-only":  promise([]chart.Slot{{Year: "2025", Promise: v(5)}, {Year: "2026"}, {Year: "2027", Promise: v(5)}}, ""),
		"dots":          chart.Dots{High: 100, Groups: []chart.DotGroup{{"segment--ok", []float64{91, 92, 100, 120}}, {"segment--near", []float64{88}}, {"segment--miss", nil}}, Marks: []float64{90}}.SVG(),
		"dots-many":     chart.Dots{High: 4, Groups: []chart.DotGroup{{"segment--ok", many(1, 46)}}}.SVG(),
		"dots-none":     chart.Dots{}.SVG(),
	}
}

// many is a value so many times.
func many(value float64, times int) []float64 {
	vs := make([]float64, times)
	for i := range vs {
		vs[i] = value
	}
	return vs
}

func TestThePlanIsCutWhereItMustNotBeJoined(t *testing.T) {
	t.Parallel()
	svg := string(promise(plan(), "74%"))
	if n := strings.Count(svg, "trend__break"); n != 1 {
		t.Errorf("%d breaks are drawn, want 1", n)
	}
	_, line, _ := strings.Cut(svg, `trend__line" d="`)
	line, _, _ = strings.Cut(line, `"`)
	// The first two values, the one after the gap, and the year that begins anew, whose
	// line passes over the quarter in which nothing is due.
	if got := strings.Count(line, "M"); got != 3 {
		t.Errorf("the line %s is lifted %d times, want 3", line, got)
	}
	if !strings.HasSuffix(line, "L83.3 "+line[strings.LastIndex(line, " ")+1:]) {
		t.Errorf("the line %s does not pass over a quarter in which nothing is due", line)
	}
	if !strings.Contains(svg, "bullet__previous") || strings.HasPrefix(line, "M5.6 ") {
		t.Error("the value before the plan is joined to it")
	}
}

func TestTheAxisOfAPlanShowsAllOfItWithinTheUnit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name            string
		values          []float64
		lowest, highest *float64
		floor, ceiling  float64
		ticks           int
	}{
		{"Nothing", nil, nil, nil, 0, 1, 0},
		{"One", []float64{8}, nil, nil, 7.92, 8.08, 0},
		{"Percent", []float64{70.3, 95}, v(0), v(100), 60, 100, 5},
		{"NearNought", []float64{2, 30}, nil, nil, 0, 40, 5},
		{"Beyond", []float64{97, 99.5}, v(0), v(100), 96, 100, 3},
		{"Negative", []float64{-4, 6}, nil, nil, -10, 10, 5},
	} {
		var slots []chart.Slot
		for _, at := range tt.values {
			slots = append(slots, chart.Slot{Promise: &at})
		}
		floor, ceiling, ticks := chart.PromiseAxis(slots, tt.lowest, tt.highest)
		if len(tt.values) == 1 { // any axis around it will do
			if floor >= tt.values[0] || ceiling <= tt.values[0] {
				t.Errorf("%s: %v to %v", tt.name, floor, ceiling)
			}
			continue
		}
		if floor != tt.floor || ceiling != tt.ceiling || len(ticks) != tt.ticks {
			t.Errorf("%s: PromiseAxis = %v, %v, %v, want %v, %v and %d ticks", tt.name, floor, ceiling, ticks, tt.floor, tt.ceiling, tt.ticks)
		}
	}
}

func TestNoPileOfDotsGrowsOutOfItsPicture(t *testing.T) {
	t.Parallel()
	svg := string(promiseDrawings()["dots-many"])
	if n := strings.Count(svg, "h0"); n != 46 {
		t.Errorf("%d dots, want 46", n)
	}
	if strings.Contains(svg, " -") {
		t.Errorf("a dot lies above the picture: %s", svg)
	}
}
