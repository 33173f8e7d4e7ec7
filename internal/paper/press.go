package paper

import "strings"

// What a press can do: the strokes and letters of a poster. Sizes of letters are in points,
// everything else in millimetres.

// leading is the height of a line, in sizes of its letters.
const leading = 1.3

// points is the height of a line of letters of this size at the present scale.
func (pr *press) points(size float64) float64 { return size * pr.scale * leading * 25.4 / 72 }

func (pr *press) font(size float64, bold bool, color rgb) {
	style := ""
	if bold {
		style = "B"
	}
	pr.pdf.SetFont("Jakarta", style, size*pr.scale)
	pr.pdf.SetTextColor(color.r, color.g, color.b)
}

// block writes a text over as many lines as it takes, from y on, and moves y below it.
func (pr *press) block(s string, x, width, size float64, bold bool, color rgb) {
	if s == "" {
		return
	}
	height := pr.points(size)
	for _, line := range pr.wrap(s, width, size, bold) {
		if !pr.dry {
			pr.line(x, pr.y+height*0.76, size, bold, color, line)
		}
		pr.y += height
	}
}

// wrap breaks a text at spaces into lines no wider than width. A word that is wider is
// broken where it must.
func (pr *press) wrap(s string, width, size float64, bold bool) []string {
	if s == "" {
		return nil
	}
	pr.font(size, bold, inkColor)
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		longer := strings.TrimPrefix(line+" "+word, " ")
		if pr.width(longer) <= width {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		line = ""
		for _, r := range word {
			if line != "" && pr.width(line+string(r)) > width {
				lines = append(lines, line)
				line = ""
			}
			line += string(r)
		}
	}
	return append(lines, line)
}

// wordSpace is what is added between words, in sizes of the letters: the typeface sets tight.
const wordSpace = 0.06

// width is that of a line in the present font.
func (pr *press) width(s string) float64 {
	_, size := pr.pdf.GetFontSize()
	return pr.pdf.GetStringWidth(s) + float64(strings.Count(s, " "))*size*wordSpace
}

// line writes one line with its baseline at y and returns where it ends.
func (pr *press) line(x, y, size float64, bold bool, color rgb, s string) float64 {
	pr.font(size, bold, color)
	if pr.dry {
		return x + pr.width(s)
	}
	for _, word := range strings.SplitAfter(s, " ") {
		if word != "" {
			pr.pdf.Text(x, y, word)
		}
		x += pr.width(word)
	}
	return x
}

// right writes one line that ends at x.
func (pr *press) right(x, y, size float64, bold bool, color rgb, s string) {
	pr.font(size, bold, color)
	pr.line(x-pr.width(s), y, size, bold, color, s)
}

// number writes a large figure; the comma of this typeface stands in room for columns, which
// would look like a gap here.
func (pr *press) number(x, y, size float64, s string) float64 {
	whole, decimals, found := strings.Cut(s, ",")
	x = pr.line(x, y, size, true, brandColor, whole)
	if !found {
		return x
	}
	tight := size * pr.scale * 0.1 * 25.4 / 72
	x = pr.line(x-tight, y, size, true, brandColor, ",")
	return pr.line(x-tight, y, size, true, brandColor, decimals)
}

func (pr *press) fill(x, y, width, height float64, color rgb) {
	if !pr.dry {
		pr.pdf.SetFillColor(color.r, color.g, color.b)
		pr.pdf.Rect(x, y, width, height, "F")
	}
}

// rule draws a line from x to the right.
func (pr *press) rule(x, y, width, thickness float64, color rgb) {
	pr.fill(x, y-thickness/2, width, thickness, color)
}

// box draws an empty square, to be ticked.
func (pr *press) box(x, y, side float64) {
	if !pr.dry {
		pr.pdf.SetDrawColor(inkColor.r, inkColor.g, inkColor.b)
		pr.pdf.SetLineWidth(0.3)
		pr.pdf.Rect(x, y, side, side, "D")
	}
}

// bars draws the five bars of a band, standing at y, and returns where they end. No band is a
// dashed line.
func (pr *press) bars(x, y, tall float64, level int) float64 {
	wide, step := tall*0.21, tall*0.3
	for i := range 5 {
		height := tall * (0.28 + 0.18*float64(i))
		color := brandColor
		switch {
		case level <= 0:
			height = tall * 0.12
		case i >= level:
			color = paleColor
		}
		pr.fill(x+float64(i)*step, y-height, wide, height, color)
	}
	return x + 4*step + wide
}

// code draws a code to be scanned in a square of this side, on white with its quiet zone.
func (pr *press) code(modules [][]bool, x, y, side float64) {
	if len(modules) == 0 {
		return
	}
	const quiet = 2
	pr.fill(x, y, side, side, rgb{255, 255, 255})
	unit := side / float64(len(modules)+2*quiet)
	for row, squares := range modules {
		for from := 0; from < len(squares); from++ {
			to := from
			for to < len(squares) && squares[to] {
				to++
			}
			if to > from {
				pr.fill(x+float64(from+quiet)*unit, y+float64(row+quiet)*unit, float64(to-from)*unit, unit, rgb{0, 0, 0})
				from = to
			}
		}
	}
}
