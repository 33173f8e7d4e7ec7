package chart

import "math"

// Dots shows how values are spread: a dot for each, those of nearly the same size on top
// of each other.
type Dots struct {
	Low, High float64 // ends of the scale
	Groups    []DotGroup
	Marks     []float64 // heights over the whole picture, such as the target
}

// DotGroup is the values that are drawn alike.
type DotGroup struct {
	Class  string // says the colour
	Values []float64
}

// Places side by side for dots, the height of one, and how high a pile may grow before
// its dots move together.
const (
	dotPlaces = 30
	dotSize   = 9.0
	dotHeight = 99.0
)

// SVG draws the dots. All of a group are one path, whose points have round ends.
func (t Dots) SVG() SVG {
	x := scale{t.Low, t.High, 0, 1}
	place := func(v float64) int { return int(math.Min(dotPlaces-1, math.Floor(x.at(v)*dotPlaces))) }
	piles := make([]int, dotPlaces)
	highest := 1
	for _, g := range t.Groups {
		for _, v := range g.Values {
			piles[place(v)]++
			highest = max(highest, piles[place(v)])
		}
	}
	step := math.Min(dotSize, (dotHeight-dotSize)/float64(highest))
	height := math.Ceil(step*float64(highest) + dotSize)
	var d drawing
	d.add(`<svg class="dots" viewBox="0 0 100 `, height, `" width="100%" height="`, height, `" preserveAspectRatio="none" aria-hidden="true"><path class="bar__mark" d="M0 `, height-1, `H100`)
	for _, mark := range t.Marks {
		d.add(`M`, 100*x.at(mark), ` 0V`, height)
	}
	d.add(`"/>`)
	clear(piles)
	for _, g := range t.Groups {
		if len(g.Values) == 0 {
			continue
		}
		d.add(`<path class="`, escape(g.Class), `" stroke-width="8" stroke-linecap="round" vector-effect="non-scaling-stroke" d="`)
		for _, v := range g.Values {
			at := place(v)
			d.add(`M`, (float64(at)+.5)/dotPlaces*100, ` `, height-dotSize/2-1-step*float64(piles[at]), `h0`)
			piles[at]++
		}
		d.add(`"/>`)
	}
	return d.svg()
}
