package chart

import "strings"

// The grid on which the outlines are drawn.
const (
	mapWidth  = 560
	mapHeight = 659
)

// Area is a piece of the map.
type Area struct {
	Outline string // SVG path on the grid
	X, Y    int    // the most inward point, where the label stands
	Class   string // says the colour; "band--0" is hatched
	Href    string
	Title   string // shown to a mouse: name and figure, as in the list beside the map
	Label   string // the figure in the area
}

// Map draws the areas as links. They are left out of the keyboard's way, since the list
// beside the map holds the same links.
func Map(areas []Area) SVG {
	var d drawing
	d.add(`<svg class="map" viewBox="0 0 `, mapWidth, ` `, mapHeight, `" aria-hidden="true"><defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="map__hatch" d="M0 0H8V8H0z"/><path class="map__stripe" d="M0 0V8"/></pattern></defs>`)
	for _, a := range areas {
		fill := ""
		if a.Class == "band--0" {
			fill = ` fill="url(#hatch)"`
		}
		d.add(`<a href="`, escape(a.Href), `" tabindex="-1" class="`, escape(a.Class), `"><title>`, escape(a.Title), `</title><path d="`, pathData(a.Outline), `"`, fill, `/><text x="`, a.X, `" y="`, a.Y+6, `">`, escape(a.Label), `</text></a>`)
	}
	return d.svg()
}

// Locator draws where an area lies: its outline among the others.
func Locator(areas []Area, focus int) SVG {
	var d drawing
	var others strings.Builder
	for i, a := range areas {
		if i != focus {
			others.WriteString(pathData(a.Outline))
		}
	}
	d.add(`<svg class="locator" viewBox="0 0 `, mapWidth, ` `, mapHeight, `" aria-hidden="true"><path d="`, others.String(), `"/>`)
	if focus >= 0 && focus < len(areas) {
		d.add(`<path class="locator__here" d="`, pathData(areas[focus].Outline), `"/>`)
	}
	return d.svg()
}

// pathData keeps what may stand in the data of a path and drops the rest, so that an
// outline cannot carry markup into a page.
func pathData(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("MmLlHhVvZzCcSsQqTtAa0123456789.,- eE", r) {
			return r
		}
		return -1
	}, s)
}
