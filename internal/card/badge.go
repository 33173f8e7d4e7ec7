package card

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// Badge is a small sign with a score that stands on a page of another site.
type Badge struct {
	Mark   string // "DATA PERAGAAN"; empty: real figures
	Site   string // "Rapor Layanan"
	Period string // "Triwulan III 2026"
	Name   string // "Kelurahan Bendogerit"
	Figure string // "82,4"; empty: none is claimed, Word says why
	Word   string // "Tinggi"
	Level  int    // full bars of the five; 0: no band is claimed
}

// BadgeWidth and BadgeHeight are the size of a badge in pixels.
const (
	BadgeWidth  = 320
	BadgeHeight = 88
)

// Text says the whole badge in a sentence, for who does not see it.
func (b Badge) Text() string {
	text := b.Site + ", " + b.Name + ": "
	if b.Figure != "" {
		text += b.Figure + " dari 100, "
	}
	text += strings.ToLower(b.Word) + ". " + b.Period + "."
	if b.Mark != "" {
		text += " " + b.Mark + "."
	}
	return text
}

// WriteSVG draws the badge. It needs nothing from outside; every text has its width given,
// so that it fits in whatever letters the reader has. Colours are attributes, since a style
// inside a picture may be forbidden where it is shown.
func (b Badge) WriteSVG(w io.Writer) error {
	d := drawing{}
	d.add(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img" aria-labelledby="t"><title id="t">%s</title>`, BadgeWidth, BadgeHeight, escape(b.Text()))
	d.add(`<rect x=".5" y=".5" width="%d" height="%d" rx="3" fill="#faf8f3" stroke="#7b858c"/>`, BadgeWidth-1, BadgeHeight-1)
	d.add(`<path fill="#0b4d5f" d="M3.5 1H72v86H3.5A2.5 2.5 0 0 1 1 84.5v-81A2.5 2.5 0 0 1 3.5 1z"/>`)
	d.bars(18, 62, b.Level)
	d.add(`<g font-family="'Plus Jakarta Sans',Jakarta,system-ui,'Segoe UI',Roboto,'Noto Sans',sans-serif">`)
	const left, room = 86, BadgeWidth - 86 - 12
	d.text(left, 22, 11, 400, "#4a5862", b.Site+" · "+b.Period, room)
	d.text(left, 42, 15, 800, "#14212a", b.Name, room)
	base := 66
	if b.Mark == "" {
		base = 70
	}
	if b.Figure == "" {
		d.text(left, base, 17, 800, "#0b4d5f", b.Word, room)
	} else {
		end := d.text(left, base, 22, 800, "#0b4d5f", b.Figure, room)
		end = d.text(end+6, base, 11, 400, "#4a5862", "dari 100", room)
		d.text(end+10, base, 15, 800, "#14212a", b.Word, BadgeWidth-12-end-10)
	}
	if b.Mark != "" {
		d.text(left, 81, 10, 800, "#7a5200", b.Mark, room)
	}
	d.add(`</g></svg>`)
	_, err := io.WriteString(w, d.String())
	return err
}

// drawing collects the elements of an SVG.
type drawing struct{ strings.Builder }

func (d *drawing) add(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// text writes one line no wider than room and returns where it ends. The letters are
// stretched or pressed to the width they have in our typeface.
func (d *drawing) text(x, y, size, weight int, color, s string, room int) int {
	f := newFace(weight > 600, float64(size))
	s = cut(f, s, room)
	wide := width(f, s)
	d.add(`<text x="%d" y="%d" font-size="%d" font-weight="%d" fill="%s" textLength="%d" lengthAdjust="spacingAndGlyphs">%s</text>`, x, y, size, weight, color, wide, escape(s))
	return x + wide
}

// bars draws the five bars of a band, standing at y. No band is a dashed line.
func (d *drawing) bars(x, y, level int) {
	if level <= 0 {
		d.add(`<path stroke="#fff" stroke-width="4" stroke-dasharray="7 4" d="M%d %dh38"/>`, x, y-2)
		return
	}
	for i := range 5 {
		height := 9 + 7*i
		opacity := ""
		if i >= level {
			opacity = ` fill-opacity=".3"`
		}
		d.add(`<path fill="#fff"%s d="M%d %dh6v%dh-6z"/>`, opacity, x+i*8, y-height, height)
	}
}

// escape makes a text safe inside elements and quoted attributes, and leaves out what XML
// cannot hold.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // writing to memory does not fail
	return b.String()
}
