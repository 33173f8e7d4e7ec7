package chart

// quiet is how many light squares there must be around a code so that a camera finds it.
const quiet = 4

// Code draws the squares of a code to be scanned, dark ones true, with its quiet zone. It
// is dark on light in every theme, since cameras expect that: its style sheet must not turn
// it around.
func Code(modules [][]bool) SVG {
	var d drawing
	size := len(modules) + 2*quiet
	d.add(`<svg class="code" viewBox="0 0 `, size, ` `, size, `" aria-hidden="true" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h`, size, `v`, size, `H0z"/><path fill="#000" d="`)
	for y, row := range modules {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			run := 1
			for x+run < len(row) && row[x+run] {
				run++
			}
			d.add("M", x+quiet, " ", y+quiet, "h", run, "v1h", -run, "z")
			x += run
		}
	}
	d.add(`"/>`)
	return d.svg()
}
