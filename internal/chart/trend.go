package chart

import "math"

// Trend is a line over quarters with the span in which the value may still come to lie.
type Trend struct {
	Points         []Point
	Limits         []Limit // of the bands: they are the grid
	Floor, Ceiling float64 // ends of the axis, see Axis
	Label          string  // at the last value: "82,4"
	ReferenceLabel string  // at the last reference: "Rerata 79,8"
}

// Point is a quarter. A nil Value leaves a gap; Low and High are drawn only beside a value.
type Point struct {
	Name      string // under the axis: "III"
	Year      string // under the name, at the first quarter of a year; else empty
	Value     *float64
	Low, High *float64
	Reference *float64 // what the value is compared with, nil when there is nothing
	Break     bool     // measured in another way than the point before: the line is cut
}

// Limit is the lower end of a band, with its name.
type Limit struct {
	At   float64
	Text string // the figure: "76"
	Name string // of the band above it: "Tinggi"
}

// Height of a trend, and where its lines begin and end.
const (
	trendHeight = 212.0
	trendTop    = 12.0
	trendBottom = 170.0
)

// Axis chooses the ends of the axis for points on a scale from 0 to 100: everything is
// seen, but a span that is much wider than the line itself does not flatten it.
func Axis(points []Point) (floor, ceiling float64) {
	lowest, highest := math.Inf(1), math.Inf(-1)
	span := math.Inf(1)
	for _, p := range points {
		for _, v := range []*float64{p.Value, p.Reference} {
			if v != nil {
				lowest, highest = math.Min(lowest, *v), math.Max(highest, *v)
			}
		}
		if p.Value != nil && p.Low != nil {
			span = math.Min(span, *p.Low)
		}
		if p.Value != nil && p.High != nil {
			highest = math.Max(highest, *p.High)
		}
	}
	if math.IsInf(lowest, 1) {
		return 0, 100
	}
	lowest = math.Min(lowest, math.Max(span, lowest-15))
	floor = math.Max(0, math.Floor((lowest-3)/5)*5)
	ceiling = math.Min(100, math.Ceil((highest+3)/5)*5)
	if ceiling-floor < 25 {
		floor = math.Max(0, ceiling-25)
	}
	return floor, ceiling
}

// SVG draws the trend.
func (t Trend) SVG() SVG {
	var d drawing
	x := scale{0, float64(len(t.Points) - 1), 0, 100}
	xAt := func(i int) float64 { return x.at(float64(i)) }
	if len(t.Points) == 1 {
		xAt = func(int) float64 { return 100 } // where its label stands
	}
	y := scale{t.Floor, t.Ceiling, trendBottom, trendTop}
	d.add(`<svg class="trend__svg" width="100%" height="`, trendHeight, `" aria-hidden="true">`)
	t.drawGrid(&d, y)
	for i, p := range t.Points {
		d.add(`<text class="trend__quarter" x="`, xAt(i), `%" y="`, trendBottom+20, `">`, escape(p.Name), `</text>`)
		if p.Year != "" {
			d.add(`<text class="trend__year" x="`, xAt(i), `%" y="`, trendBottom+37, `">`, escape(p.Year), `</text>`)
		}
	}
	d.add(`<svg viewBox="0 0 100 `, trendHeight, `" width="100%" height="`, trendHeight, `" preserveAspectRatio="none">`)
	if ribbon := t.ribbon(xAt, y.at); ribbon != "" {
		d.add(`<path class="trend__span" d="`, ribbon, `"/>`)
	}
	breaks := func(i int) bool { return t.Points[i].Break }
	if path := line(t.values(func(p Point) *float64 { return p.Reference }), nil, xAt, y.at); path != "" {
		d.add(`<path class="trend__reference" d="`, path, `"/>`)
	}
	if path := line(t.values(func(p Point) *float64 { return p.Value }), breaks, xAt, y.at); path != "" {
		d.add(`<path class="trend__line" d="`, path, `"/>`)
	}
	for i, p := range t.Points {
		if p.Break && i > 0 {
			at := (xAt(i-1) + xAt(i)) / 2
			d.add(`<path class="trend__break" d="M`, at, ` `, trendTop, `V`, trendBottom, `"/>`)
		}
	}
	d.add(`</svg>`)
	t.drawBands(&d, y)
	t.drawDots(&d, xAt, y.at)
	t.drawLabels(&d, y.at)
	return d.svg()
}

// drawGrid draws the limits of the bands that lie on the axis, with their figures.
func (t Trend) drawGrid(d *drawing, y scale) {
	for _, limit := range t.Limits {
		if limit.At < t.Floor || limit.At > t.Ceiling {
			continue
		}
		at := y.at(limit.At)
		d.add(`<line class="trend__grid" x2="100%" y1="`, at, `" y2="`, at, `"/><text class="trend__limit" x="0" dx="-10" y="`, at+4, `">`, escape(limit.Text), `</text>`)
	}
	d.add(`<line class="trend__base" x2="100%" y1="`, trendBottom, `" y2="`, trendBottom, `"/>`)
}

// drawBands names the bands above their limits, at that end of the axis where the line
// leaves more room. A band that is too low for its name stays without.
func (t Trend) drawBands(d *drawing, y scale) {
	const room = 14.0
	above := trendTop - room
	for _, limit := range t.Limits { // from the highest
		if limit.At < t.Floor || limit.At > t.Ceiling {
			continue
		}
		at := y.at(limit.At)
		if at-above >= room {
			end := `" x="100%" dx="-10"`
			if t.clearance(at-room/2, y, false) < room && t.clearance(at-room/2, y, true) > t.clearance(at-room/2, y, false) {
				end = ` trend__band--left" x="0" dx="8"`
			}
			d.add(`<text class="trend__band`, end, ` y="`, math.Max(at-5, 9), `">`, escape(limit.Name), `</text>`)
		}
		above = at
	}
}

// clearance is how far a height lies from what is drawn over the two quarters at the left
// or right end.
func (t Trend) clearance(height float64, y scale, left bool) float64 {
	points := t.Points[max(0, len(t.Points)-2):]
	if left {
		points = t.Points[:min(2, len(t.Points))]
	}
	least := math.Inf(1)
	for _, p := range points {
		if p.Value == nil {
			continue
		}
		top, bottom := y.at(*p.Value), y.at(*p.Value)
		if p.hasSpan() {
			top, bottom = y.at(*p.High), y.at(*p.Low)
		}
		if p.Reference != nil {
			least = math.Min(least, math.Abs(height-y.at(*p.Reference)))
		}
		if height >= top && height <= bottom {
			return 0
		}
		least = math.Min(least, math.Min(math.Abs(height-top), math.Abs(height-bottom)))
	}
	return least
}

// ribbon is the outline between low and high, one piece for each run without a gap.
func (t Trend) ribbon(x func(int) float64, y func(float64) float64) string {
	var d drawing
	for first := 0; first < len(t.Points); first++ {
		last := first
		for last < len(t.Points) && t.Points[last].hasSpan() && (last == first || !t.Points[last].Break) {
			last++
		}
		last--
		if last <= first { // none, or a single quarter, which has no width
			continue
		}
		for i := first; i <= last; i++ {
			if i == first {
				d.add("M")
			} else {
				d.add("L")
			}
			d.add(x(i), " ", y(*t.Points[i].High))
		}
		for i := last; i >= first; i-- {
			d.add("L", x(i), " ", y(*t.Points[i].Low))
		}
		d.add("z")
		first = last
	}
	return d.String()
}

func (p Point) hasSpan() bool { return p.Value != nil && p.Low != nil && p.High != nil }

// drawDots marks the last value, and values that stand alone between gaps: no line would
// show them.
func (t Trend) drawDots(d *drawing, x func(int) float64, y func(float64) float64) {
	for i, p := range t.Points {
		if p.Value == nil {
			continue
		}
		last := i == len(t.Points)-1
		joined := i > 0 && t.Points[i-1].Value != nil && !p.Break || !last && t.Points[i+1].Value != nil && !t.Points[i+1].Break
		switch {
		case last:
			d.add(`<circle class="trend__dot" cx="`, x(i), `%" cy="`, y(*p.Value), `" r="5"/>`)
		case !joined:
			d.add(`<circle class="trend__dot" cx="`, x(i), `%" cy="`, y(*p.Value), `" r="4"/>`)
		}
	}
}

// drawLabels writes value and reference beside the last point, apart from each other.
func (t Trend) drawLabels(d *drawing, y func(float64) float64) {
	if len(t.Points) == 0 {
		return
	}
	last := t.Points[len(t.Points)-1]
	const apart = 18.0
	at := math.NaN()
	if last.Value != nil && t.Label != "" {
		at = y(*last.Value) + 5
		d.add(`<text class="trend__value" x="100%" dx="12" y="`, at, `">`, escape(t.Label), `</text>`)
	}
	if last.Reference != nil && t.ReferenceLabel != "" {
		own := y(*last.Reference) + 4
		if math.Abs(own-at) < apart { // false when there is no value
			if own < at {
				own = at - apart
			} else {
				own = at + apart
			}
		}
		d.add(`<text class="trend__other" x="100%" dx="12" y="`, math.Max(10, math.Min(own, trendBottom)), `">`, escape(t.ReferenceLabel), `</text>`)
	}
}

func (t Trend) values(of func(Point) *float64) []*float64 {
	vs := make([]*float64, len(t.Points))
	for i, p := range t.Points {
		vs[i] = of(p)
	}
	return vs
}
