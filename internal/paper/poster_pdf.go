package paper

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/phpdave11/gofpdf"

	"petajalan/internal/typeface"
)

// Measures of the page in millimetres.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
	pageMargin = 15.0
	bandHeight = 46.0 // of the foot with the code
	footLine   = 12.0 // below it
	gutter     = 9.0
)

// scales are the sizes of letters that are tried, the largest that fits is taken.
var scales = [...]float64{1.4, 1.3, 1.2, 1.12, 1.05, 1, 0.94, 0.88, 0.82, 0.76, 0.7, 0.65, 0.6}

// rgb is a colour of the print.
type rgb struct{ r, g, b int }

var (
	inkColor   = rgb{20, 33, 42}
	mutedColor = rgb{74, 88, 98}
	brandColor = rgb{11, 77, 95}
	ruleColor  = rgb{190, 186, 176}
	stripColor = rgb{244, 227, 189}
	paleColor  = rgb{220, 215, 204}
)

// press draws a poster. While it is dry it only measures.
type press struct {
	pdf   *gofpdf.Fpdf
	scale float64
	dry   bool
	y     float64 // how far down the page is filled
}

// FitPoster returns what of a poster fits on one page, and the place of the size of its
// letters among Sizes, 0 being the largest.
func FitPoster(p Poster) (fitted Poster, size int) {
	return fit(newPress(), p)
}

// Sizes is how many sizes of letters there are.
const Sizes = len(scales)

func fit(pr *press, p Poster) (Poster, int) {
	p = p.bounded()
	pr.dry = true
	room := pageHeight - footLine - bandHeight - 4
	for {
		for i, scale := range scales {
			pr.scale = scale
			if pr.content(p); pr.y <= room {
				return p, i
			}
		}
		less, ok := p.without()
		if !ok {
			return p, len(scales) - 1
		}
		p = less
	}
}

func newPress() *press {
	pdf := gofpdf.New("P", "mm", "A4", "")
	pdf.SetMargins(pageMargin, pageMargin, pageMargin)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCatalogSort(true)
	pdf.AddUTF8FontFromBytes("Jakarta", "", typeface.Regular)
	pdf.AddUTF8FontFromBytes("Jakarta", "B", typeface.Bold)
	return &press{pdf: pdf}
}

// WritePosterPDF writes the poster as one page. The same poster gives the same bytes.
func WritePosterPDF(w io.Writer, p Poster) error {
	pr := newPress()
	p, size := fit(pr, p)
	pr.scale, pr.dry = scales[size], false
	pr.pdf.SetTitle(p.Title+", "+p.Period, true)
	pr.pdf.SetAuthor(p.Site, true)
	pr.pdf.SetCreator("Peta Jalan", true)
	pr.pdf.SetProducer("Peta Jalan", true)
	pr.pdf.SetCreationDate(p.Made)
	pr.pdf.SetModificationDate(p.Made)
	pr.pdf.AddPage()
	pr.content(p)
	pr.foot(p)
	if err := pr.pdf.Output(w); err != nil {
		return fmt.Errorf("write the poster: %w", err)
	}
	return nil
}

// content draws everything above the foot.
func (pr *press) content(p Poster) {
	scale := pr.scale
	pr.y, pr.scale = 0, 1 // the head keeps its size
	if p.Mark != "" {
		pr.fill(0, 0, pageWidth, 9, stripColor)
		pr.line(pageMargin, 6.2, 10, true, inkColor, p.Mark)
		pr.y = 9
	}
	pr.y += 9
	pr.bars(pageMargin, pr.y+4.5, 5, 5)
	pr.line(pageMargin+9, pr.y+4.3, 12, true, brandColor, p.Site)
	pr.right(pageWidth-pageMargin, pr.y+4.3, 12, false, mutedColor, p.Period)
	pr.y += 9
	pr.rule(pageMargin, pr.y, pageWidth-2*pageMargin, 0.6, brandColor)
	pr.scale = scale
	pr.y += 4 * pr.scale
	width := pageWidth - 2*pageMargin
	pr.block(p.Kicker, pageMargin, width, 11, false, mutedColor)
	pr.block(p.Title, pageMargin, width, titleOf(p.Title), true, inkColor)
	pr.y += 1.5 * pr.scale
	pr.block(p.Finding, pageMargin, width, 15, false, inkColor)
	if p.Honesty != "" {
		pr.y += 2 * pr.scale
		pr.block(p.Honesty, pageMargin, width, 11, false, mutedColor)
	}
	pr.y += 4 * pr.scale
	pr.figures(p)
	pr.blocks(p.Blocks)
}

// titleOf is the size of a name in points: long ones are smaller.
func titleOf(name string) float64 {
	switch n := len([]rune(name)); {
	case n <= 28:
		return 31
	case n <= 60:
		return 24
	}
	return 19
}

// figures draws what is read from afar, and the facts beside it.
func (pr *press) figures(p Poster) {
	top, bottom := pr.y, pr.y
	x := pageMargin
	for _, f := range p.Figures {
		pr.y = top
		size := 46.0
		if strings.Trim(f.Text, "0123456789.,–−") != "" {
			size = 23
		}
		space := 85.0
		if f.Name != "" {
			pr.block(f.Name, x, space, 10.5, false, mutedColor)
		}
		height := pr.points(size)
		if size > 30 {
			end := pr.number(x, pr.y+height*0.82, size, f.Text)
			pr.line(end+2.5, pr.y+height*0.82, 11, false, mutedColor, f.Unit)
			pr.y += height * 0.95
		} else {
			pr.block(f.Text, x, space, size, true, brandColor)
		}
		if f.Band != "" {
			pr.y += 1.5 * pr.scale
			tall := 5.2 * pr.scale
			end := pr.bars(x, pr.y+tall, tall, f.Level)
			pr.line(end+2, pr.y+tall*0.86, 15, true, inkColor, f.Band)
			pr.y += tall
		}
		bottom = math.Max(bottom, pr.y)
		x += space + gutter
	}
	if len(p.Facts) > 0 {
		pr.y = top + 1*pr.scale
		width := pageWidth - pageMargin - x
		if len(p.Figures) > 1 {
			x, width = pageMargin, pageWidth-2*pageMargin
			pr.y = bottom + 4*pr.scale
		}
		for _, f := range p.Facts {
			pr.pair(f.Name, f.Text, x, width)
		}
		bottom = math.Max(bottom, pr.y)
	}
	pr.y = bottom + 5*pr.scale
}

// pair draws a fact: its name at the left, its value at the right, a rule below.
func (pr *press) pair(name, text string, x, width float64) {
	top := pr.y
	pr.block(text, x+width*0.56, width*0.44, 11, true, inkColor)
	below := pr.y
	pr.y = top
	pr.block(name, x, width*0.53, 11, false, mutedColor)
	pr.y = math.Max(pr.y, below) + 1.2*pr.scale
	pr.rule(x, pr.y, width, 0.2, ruleColor)
	pr.y += 1.8 * pr.scale
}

// blocks draws the groups: full ones over the whole width, halves in two columns, each in
// the one that is shorter.
func (pr *press) blocks(all []PosterBlock) {
	full := pageWidth - 2*pageMargin
	half := (full - gutter) / 2
	for i := 0; i < len(all); {
		if !all[i].Half {
			pr.group(all[i], pageMargin, full)
			i++
			continue
		}
		columns := [2]float64{pr.y, pr.y}
		for ; i < len(all) && all[i].Half; i++ {
			k := 0
			if columns[1] < columns[0] {
				k = 1
			}
			pr.y = columns[k]
			pr.group(all[i], pageMargin+float64(k)*(half+gutter), half)
			columns[k] = pr.y
		}
		pr.y = math.Max(columns[0], columns[1])
	}
}

// group draws a heading and its rows.
func (pr *press) group(b PosterBlock, x, width float64) {
	pr.block(b.Title, x, width, 14, true, inkColor)
	pr.y += 1 * pr.scale
	pr.rule(x, pr.y, width, 0.5, inkColor)
	pr.y += 1.6 * pr.scale
	if b.Note != "" {
		pr.block(b.Note, x, width, 9.5, false, mutedColor)
		pr.y += 1.2 * pr.scale
	}
	for _, r := range b.Rows {
		pr.row(r, b.List, x, width)
	}
	pr.y += 4.5 * pr.scale
}

func (pr *press) row(r PosterRow, ticked bool, x, width float64) {
	top := pr.y
	left := x
	if ticked && r.Name != restElsewhere {
		side := 3.2 * pr.scale
		pr.box(x, pr.y+0.9*pr.scale, side)
		left += side + 2.2*pr.scale
	}
	room := x + width - left
	below := top
	if r.Value != "" {
		value := width * 0.42
		pr.block(r.Value, x+width-value, value, 12, true, brandColor)
		pr.block(r.Status, x+width-value, value, 9.5, false, mutedColor)
		below = pr.y
		pr.y = top
		room -= value + 3
	}
	pr.block(r.Name, left, room, 11.5, r.Value != "" || r.Detail != "", inkColor)
	pr.block(r.Detail, left, room, 10, false, mutedColor)
	pr.y = math.Max(pr.y, below) + 1.1*pr.scale
	pr.rule(x, pr.y, width, 0.15, ruleColor)
	pr.y += 1.5 * pr.scale
}

// foot draws what stands at the bottom of every poster: where to complain, the code, and
// which publication this is. Its letters keep their size.
func (pr *press) foot(p Poster) {
	pr.scale = 1
	top := pageHeight - footLine - bandHeight
	pr.rule(pageMargin, top, pageWidth-2*pageMargin, 0.6, brandColor)
	side := bandHeight - 8
	right := pageWidth - pageMargin
	pr.code(p.Code, right-side, top+4, side)
	width := pageWidth - 2*pageMargin - side - 8
	pr.y = top + 5
	pr.block(p.Help, pageMargin, width, 14, true, inkColor)
	pr.y++
	pr.block(p.HelpText, pageMargin, width, 10.5, false, inkColor)
	lines := len(pr.wrap(p.Address, width, 10, true)) + len(pr.wrap(p.CodeText, width, 10, false))
	pr.y = math.Max(pr.y+2, top+bandHeight-3-float64(lines)*pr.points(10))
	pr.block(p.CodeText, pageMargin, width, 10, false, mutedColor)
	pr.block(p.Address, pageMargin, width, 10, true, brandColor)
	if !pr.dry && p.Address != "" {
		pr.pdf.LinkString(right-side, top+4, side, side, p.Address)
	}
	pr.rule(pageMargin, pageHeight-footLine, pageWidth-2*pageMargin, 0.2, ruleColor)
	pr.y = pageHeight - footLine + 1
	pr.block(p.Foot, pageMargin, pageWidth-2*pageMargin, 8, false, mutedColor)
}
