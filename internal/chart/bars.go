package chart

import (
	"math"
	"slices"
)

// sparkDot is a dot around the current point, as two rings whose strokes meet: a page has
// many sparklines, and an element less in each.
const sparkDot = `m-.8 0a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0m-1.4 0a2.2 2.2 0 1 0 4.4 0 2.2 2.2 0 1 0-4.4 0`

// Spark draws a line the size of a word, without axes. span is the extent of its scale,
// which is centred on the row's own values: rows that share a span can be compared by
// their slope. Values that do not fit into the span widen it. Before each of breaks, given
// by index, the line is cut and a small stroke marks where. Coordinates are whole, since a
// page may hold many of these.
func Spark(values []*float64, span float64, breaks ...int) SVG {
	const width, height, margin = 96.0, 32.0, 4.0
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if v != nil {
			low, high = math.Min(low, *v), math.Max(high, *v)
		}
	}
	var d drawing
	d.add(`<svg class="spark" viewBox="0 0 `, width, ` `, height, `" aria-hidden="true">`)
	if !math.IsInf(low, 1) {
		middle := (low + high) / 2
		span = math.Max(span, high-low)
		x := scale{0, math.Max(1, float64(len(values)-1)), margin, width - margin}
		y := scale{middle - span/2, middle + span/2, height - margin, margin}
		isBreak := func(i int) bool { return slices.Contains(breaks, i) }
		xAt := func(i int) float64 { return math.Round(x.at(float64(i))) }
		yAt := func(v float64) float64 { return math.Round(y.at(v)) }
		d.add(`<path d="`, line(values, isBreak, xAt, yAt))
		for _, i := range breaks {
			if i > 0 && i < len(values) {
				d.add(`M`, (xAt(i-1)+xAt(i))/2, ` `, height/2-6, `v12`)
			}
		}
		if last := len(values) - 1; values[last] != nil {
			d.add(`M`, xAt(last), ` `, yAt(*values[last]), sparkDot)
		}
		d.add(`"/>`)
	}
	return d.svg()
}

// Bullet shows one value against its target.
type Bullet struct {
	Low, High       float64 // ends of the scale
	Value           *float64
	Previous        *float64 // the quarter before: a small open dot
	Target          *float64 // a tick; of a range the lower end
	TargetHigh      *float64 // the upper end of a range
	Fair, Good      *float64 // where the grey ranges change: poor to fair, fair to good
	SmallerIsBetter bool     // the shading is mirrored, the axis is not
}

// SVG draws the bullet.
func (b Bullet) SVG() SVG {
	var d drawing
	x := scale{b.Low, b.High, 0, 100}
	d.add(`<svg class="bullet" width="100%" height="20" aria-hidden="true"><rect class="bullet__track" y="2" width="100%" height="16"/>`)
	if b.Fair != nil && b.Good != nil {
		first, second := x.at(*b.Fair), x.at(*b.Good)
		poor, fair := `<rect class="bullet__poor" y="2" `, `<rect class="bullet__fair" y="2" `
		if b.SmallerIsBetter {
			// Good lies at the left: what is right of it is fair, then poor.
			d.add(fair, `x="`, second, `%" width="`, 100-second, `%" height="16"/>`)
			d.add(poor, `x="`, first, `%" width="`, 100-first, `%" height="16"/>`)
		} else {
			d.add(fair, `width="`, second, `%" height="16"/>`, poor, `width="`, first, `%" height="16"/>`)
		}
	}
	if b.Value != nil {
		d.add(`<rect class="bullet__value" y="7" width="`, x.at(*b.Value), `%" height="6"/>`)
	}
	if b.Previous != nil {
		d.add(`<circle class="bullet__previous" cx="`, x.at(*b.Previous), `%" cy="10" r="2.5"/>`)
	}
	for _, target := range []*float64{b.Target, b.TargetHigh} {
		if target != nil {
			d.add(`<line class="bullet__target" x1="`, x.at(*target), `%" x2="`, x.at(*target), `%" y1="0" y2="20"/>`)
		}
	}
	return d.svg()
}

// ScoreRanges draws the grey ranges that all score bars of a page share, once: put it
// near the top of the page. fair and good are where they change, on 0 to 100.
func ScoreRanges(fair, good float64) SVG {
	var d drawing
	d.add(`<svg class="vh" aria-hidden="true"><defs><g id="ranges"><path class="bullet__track" d="M0 2H100V18H0z"/><path class="bullet__fair" d="M0 2H`, good, `V18H0z"/><path class="bullet__poor" d="M0 2H`, fair, `V18H0z"/></g></defs>`)
	return d.svg()
}

// ScoreBar draws a score on 0 to 100 over the ranges of ScoreRanges, with a whisker from
// low to high where these differ. A nil score leaves the bar empty.
func ScoreBar(score *float64, low, high float64) SVG {
	var d drawing
	x := scale{0, 100, 0, 100}
	d.add(`<svg class="bullet" viewBox="0 0 100 20" width="100%" height="20" preserveAspectRatio="none" aria-hidden="true"><use href="#ranges"/>`)
	if score != nil {
		d.add(`<path class="bullet__value" d="M0 7H`, x.at(*score), `V13H0z"/>`)
	}
	if high-low > .05 {
		l, h := x.at(low), x.at(high)
		d.add(`<path class="bullet__whisker" d="M`, l, ` 5V15M`, l, ` 10H`, h, `M`, h, ` 5V15"/>`)
	}
	return d.svg()
}

// Bar draws a plain bar on a scale from low to high, with a mark at each threshold.
func Bar(value *float64, low, high float64, marks ...float64) SVG {
	var d drawing
	x := scale{low, high, 0, 100}
	d.add(`<svg class="bar" viewBox="0 0 100 12" width="100%" height="12" preserveAspectRatio="none" aria-hidden="true"><path class="bar__track" d="M0 3H100V9H0z"/>`)
	if value != nil {
		d.add(`<path class="bar__value" d="M0 3H`, x.at(*value), `V9H0z"/>`)
	}
	if len(marks) > 0 {
		d.add(`<path class="bar__mark" d="`)
		for _, mark := range marks {
			d.add(`M`, x.at(mark), ` 0V12`)
		}
		d.add(`"/>`)
	}
	return d.svg()
}

// Segment is a part of a whole.
type Segment struct {
	Class string // says the colour
	Count int
}

// Segments draws the parts of a whole as one bar. Parts of nothing are left out.
func Segments(parts []Segment) SVG {
	var d drawing
	total := 0
	for _, p := range parts {
		total += p.Count
	}
	d.add(`<svg class="segments__bar" viewBox="0 0 100 16" width="100%" height="16" preserveAspectRatio="none" aria-hidden="true">`)
	x := scale{0, float64(total), 0, 100}
	sum, gaps := 0, ""
	for _, p := range parts {
		if p.Count <= 0 {
			continue
		}
		from := x.at(float64(sum))
		sum += p.Count
		d.add(`<path class="`, escape(p.Class), `" d="M`, from, ` 0H`, x.at(float64(sum)), `V16H`, from, `z"/>`)
		if sum < total {
			gaps += "M" + short(x.at(float64(sum))) + " 0V16"
		}
	}
	if gaps != "" {
		d.add(`<path class="segments__gap" d="`, gaps, `"/>`)
	}
	return d.svg()
}
