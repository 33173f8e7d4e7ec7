package chart

import (
	"math"
	"strings"
)

// Promise shows a plan over its years: what is promised for each period, as stairs, and
// what was reached so far, as a line. Its classes are those of a trend and of a bullet.
type Promise struct {
	Slots          []Slot
	Ticks          []Tick
	Floor, Ceiling float64 // ends of the axis, see PromiseAxis
	Label          string  // at the last value: "78,8%"
	PromiseLabel   string  // at the last promise: "95%"
}

// Slot is a period of the plan, or the time before it.
type Slot struct {
	Year          string   // written once under the slots that share it
	Promise       *float64 // nil: nothing is promised; of a range its lower end
	PromiseHigh   *float64 // the upper end of a range
	First         *float64 // what was promised first, where it differs
	Value         *float64 // what was reached; nil where it is not known
	Idle          bool     // nothing is due: the line passes over it
	Restart       bool     // counting starts anew here: neither line nor stairs lead into it
	Break         bool     // measured in another way from here on: as Restart, and said by a mark
	BeforeThePlan bool     // its value is an open dot that no line leaves
}

// Tick is a height of the axis with its figure.
type Tick struct {
	At   float64
	Text string
}

// PromiseAxis chooses the ends of an axis that shows everything that is drawn, and up to
// five round heights on it. lowest and highest are ends that the unit itself has; nil
// where it has none.
func PromiseAxis(slots []Slot, lowest, highest *float64) (floor, ceiling float64, ticks []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range slots {
		for _, v := range []*float64{s.Promise, s.PromiseHigh, s.First, s.Value} {
			if v != nil {
				low, high = math.Min(low, *v), math.Max(high, *v)
			}
		}
	}
	if math.IsInf(low, 1) {
		return 0, 1, nil
	}
	room := math.Max((high-low)*.12, math.Abs(high)*.01)
	if room == 0 {
		room = 1
	}
	// A line need not begin at nought, but one that comes near it does.
	if low >= 0 && low < (high-low)*.6 {
		low = 0
	} else {
		low -= room
	}
	high += room
	step := roundStep((high - low) / 3.5)
	floor, ceiling = math.Floor(low/step)*step, math.Ceil(high/step)*step
	if lowest != nil {
		floor = math.Max(floor, *lowest)
	}
	if highest != nil {
		ceiling = math.Min(ceiling, *highest)
	}
	for at := math.Ceil(floor/step-1e-9) * step; at <= ceiling+step*1e-6; at += step {
		ticks = append(ticks, math.Round(at*1e6)/1e6)
	}
	return floor, ceiling, ticks
}

// roundStep is the smallest of 1, 2, 2.5, 5 and their tenfolds that is not below v.
func roundStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= v {
			return m * power
		}
	}
	return 10 * power
}

// SVG draws the plan.
func (p Promise) SVG() SVG {
	var d drawing
	d.add(`<svg class="trend__svg" width="100%" height="`, trendHeight, `" aria-hidden="true">`)
	y := scale{p.Floor, p.Ceiling, trendBottom, trendTop}
	for _, t := range p.Ticks {
		at := y.at(t.At)
		d.add(`<line class="trend__grid" x2="100%" y1="`, at, `" y2="`, at, `"/><text class="trend__limit" x="0" dx="-8" y="`, at+4, `">`, escape(t.Text), `</text>`)
	}
	d.add(`<line class="trend__base" x2="100%" y1="`, trendBottom, `" y2="`, trendBottom, `"/>`)
	p.drawYears(&d)
	d.add(`<svg viewBox="0 0 100 `, trendHeight, `" width="100%" height="`, trendHeight, `" preserveAspectRatio="none">`)
	if area := p.area(y); area != "" {
		d.add(`<path class="trend__span" d="`, area, `"/>`)
	}
	for _, stairs := range []struct {
		class string
		of    func(Slot) *float64
	}{
		{"trend__reference", func(s Slot) *float64 { return s.First }},
		{"bullet__whisker", func(s Slot) *float64 { return s.Promise }},
		{"bullet__whisker", func(s Slot) *float64 { return s.PromiseHigh }},
	} {
		if path := p.stairs(stairs.of, y); path != "" {
			d.add(`<path class="`, stairs.class, `" d="`, path, `"/>`)
		}
	}
	if path := p.line(y); path != "" {
		d.add(`<path class="trend__line" d="`, path, `"/>`)
	}
	for i, s := range p.Slots {
		if s.Break {
			d.add(`<path class="trend__break" d="M`, p.edge(i), ` `, trendTop, `V`, trendBottom, `"/>`)
		}
	}
	d.add(`</svg>`)
	p.drawDots(&d, y)
	p.drawLabels(&d, y)
	return d.svg()
}

// edge is the left end of a slot, middle its centre, both of a hundred.
func (p Promise) edge(i int) float64   { return 100 * float64(i) / float64(len(p.Slots)) }
func (p Promise) middle(i int) float64 { return (p.edge(i) + p.edge(i+1)) / 2 }

// drawYears names each run of slots of the same year in its middle.
func (p Promise) drawYears(d *drawing) {
	for i := 0; i < len(p.Slots); {
		next := i + 1
		for next < len(p.Slots) && p.Slots[next].Year == p.Slots[i].Year {
			next++
		}
		d.add(`<text class="trend__quarter" x="`, (p.edge(i)+p.edge(next))/2, `%" y="`, trendBottom+20, `">`, escape(p.Slots[i].Year), `</text>`)
		i = next
	}
}

// stairs is the path of a promise: level through each slot, a step where it changes.
func (p Promise) stairs(of func(Slot) *float64, y scale) string {
	var d drawing
	for i := 0; i < len(p.Slots); {
		v := of(p.Slots[i])
		if v == nil {
			i++
			continue
		}
		next := i + 1
		for next < len(p.Slots) && !p.Slots[next].cuts() && of(p.Slots[next]) != nil && *of(p.Slots[next]) == *v {
			next++
		}
		if i > 0 && of(p.Slots[i-1]) != nil && !p.Slots[i].cuts() {
			d.add("V", y.at(*v))
		} else {
			d.add("M", p.edge(i), " ", y.at(*v))
		}
		d.add("H", p.edge(next))
		i = next
	}
	return d.String()
}

// cuts reports whether nothing leads into the slot from the one before.
func (s Slot) cuts() bool { return s.Restart || s.Break }

// area is what lies between the two ends of a promised range.
func (p Promise) area(y scale) string {
	var d drawing
	for i, s := range p.Slots {
		if s.Promise != nil && s.PromiseHigh != nil {
			d.add("M", p.edge(i), " ", y.at(*s.PromiseHigh), "H", p.edge(i+1), "V", y.at(*s.Promise), "H", p.edge(i), "z")
		}
	}
	return d.String()
}

// line is the path through the values. A missing one lifts the pen, an idle slot does not.
func (p Promise) line(y scale) string {
	var d drawing
	down := false
	for i, s := range p.Slots {
		down = down && !s.cuts()
		switch {
		case s.BeforeThePlan, s.Value == nil && !s.Idle:
			down = false
		case s.Value == nil:
		case down:
			d.add("L", p.middle(i), " ", y.at(*s.Value))
		default:
			d.add("M", p.middle(i), " ", y.at(*s.Value))
			down = true
		}
	}
	return d.String()
}

// last is the newest slot with a value, -1 when there is none.
func (p Promise) last() int {
	for i := len(p.Slots) - 1; i >= 0; i-- {
		if p.Slots[i].Value != nil && !p.Slots[i].BeforeThePlan {
			return i
		}
	}
	return -1
}

// drawDots marks the newest value, those that no line would show, and the one before the
// plan.
func (p Promise) drawDots(d *drawing, y scale) {
	path, last := p.line(y), p.last()
	for i, s := range p.Slots {
		if s.Value == nil {
			continue
		}
		class, r := "trend__dot", 4.0
		switch at := short(p.middle(i)) + " " + short(y.at(*s.Value)); {
		case s.BeforeThePlan:
			class = "bullet__previous"
		case i == last:
			r = 5
		case strings.Contains(path, "L"+at) || strings.Contains(path, "M"+at+"L"):
			continue
		}
		d.add(`<circle class="`, class, `" cx="`, p.middle(i), `%" cy="`, y.at(*s.Value), `" r="`, r, `"/>`)
	}
}

// drawLabels writes the newest value beside its dot, apart from the promise, and the last
// promise at the right.
func (p Promise) drawLabels(d *drawing, y scale) {
	const apart = 16.0
	if i := p.last(); i >= 0 && p.Label != "" {
		s := p.Slots[i]
		at := y.at(*s.Value) + 5
		if s.Promise != nil && math.Abs(y.at(*s.Promise)-y.at(*s.Value)) < apart {
			if *s.Promise > *s.Value {
				at += apart
			} else {
				at -= apart
			}
		}
		d.add(`<text class="trend__band trend__band--left trend__value" x="`, p.middle(i), `%" dx="9" y="`, math.Max(trendTop, math.Min(at, trendBottom-3)), `">`, escape(p.Label), `</text>`)
	}
	if n := len(p.Slots); n > 0 && p.PromiseLabel != "" {
		s := p.Slots[n-1]
		if s.Promise != nil {
			d.add(`<text class="trend__other" x="100%" dx="8" y="`, y.at(*s.Promise)+5, `">`, escape(p.PromiseLabel), `</text>`)
		}
	}
}
