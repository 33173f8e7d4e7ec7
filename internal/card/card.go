// Package card draws what other sites show of ours: the picture of a preview as PNG, the
// badge as SVG. It is given words and lays them out; it computes nothing.
package card

import (
	"fmt"
	"image/png"
	"io"
	"math"
	"strings"
	"sync"
)

// Width and Height of a card in pixels, as previews want them.
const (
	Width  = 1200
	Height = 630
)

// Card is the picture that stands beside a link to a page.
type Card struct {
	Mark   string // "DATA PERAGAAN"; empty: real figures
	Site   string // "Rapor Layanan Kota Blitar"
	Period string // "Triwulan III 2026"
	Name   string // "Kelurahan Bendogerit"
	Figure string // "82,4"; empty: Word stands in its place
	Unit   string // "dari 100"
	Word   string // "Tinggi"
	Level  int    // full bars of the five; 0: no band is claimed
	Line   string // the finding in a sentence
	Areas  []Area // the map; empty: none
}

// Area is a piece of the map.
type Area struct {
	Outline string // SVG path of straight lines on the 560 × 659 grid
	Level   int    // its band, where Place is not used
	Here    bool   // the place that is meant
}

const (
	margin   = 64
	mapLeft  = 756
	mapScale = 0.66
)

// Cards are drawn by the dozen, and a canvas, its faces and the tables of the encoder take
// many times what a card does: they are used again.
var (
	canvases = sync.Pool{New: func() any { return newCanvas(Width, Height) }}
	encoder  = png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: new(encoderBuffers)}
)

// encoderBuffers keeps what the encoder works with.
type encoderBuffers struct{ pool sync.Pool }

func (b *encoderBuffers) Get() *png.EncoderBuffer {
	kept, _ := b.pool.Get().(*png.EncoderBuffer)
	return kept
}

func (b *encoderBuffers) Put(used *png.EncoderBuffer) { b.pool.Put(used) }

// WritePNG draws the card.
func WritePNG(w io.Writer, card Card) error {
	c := canvases.Get().(*canvas)
	defer canvases.Put(c)
	c.clear()
	top := 0
	if card.Mark != "" {
		top = 52
		c.fill(0, 0, Width, top, onSunk, true)
		c.text(margin, 36, card.Mark, true, 26, onSunk)
	}
	room := Width - 2*margin
	if len(card.Areas) > 0 {
		room = mapLeft - 2*margin
		c.drawMap(card.Areas, mapLeft, float32(top)+(float32(Height-top)-mapHeight*mapScale)/2)
	}
	c.head(card, top+92)
	c.body(card, top, room)
	if err := encoder.Encode(w, c.img); err != nil {
		return fmt.Errorf("encode a card: %w", err)
	}
	return nil
}

// head writes which site this is, with its mark, and the period.
func (c *canvas) head(card Card, y int) {
	for i := range 5 {
		height := 14 + 7*i
		c.fill(margin+i*10, y-height, 7, height, brandOnPaper, false)
	}
	x := c.text(margin+66, y, card.Site, true, 30, brandOnPaper)
	c.text(x+22, y, card.Period, false, 28, faintOnPaper)
}

// body writes the name, the figure with its band, and the finding.
func (c *canvas) body(card Card, top, room int) {
	size, lines := c.fit(card.Name, room, 3, 68, 60, 52, 46, 40)
	y := top + 92 + 40
	for _, line := range lines {
		y += int(size * 1.14)
		c.text(margin, y, line, true, size, onPaper)
	}
	bottom := Height - 46
	if card.Line != "" {
		size, lines := c.fit(card.Line, room, 2, 32, 28, 25)
		bottom -= int(size*1.3) * (len(lines) - 1)
		for i, line := range lines {
			c.text(margin, bottom+int(size*1.3)*i, line, false, size, faintOnPaper)
		}
		bottom -= 50
	}
	if card.Figure == "" {
		size, lines := c.fit(card.Word, room, 2, 76, 64, 54)
		first := (y+bottom)/2 + int(size*0.35) - int(size*1.14)*(len(lines)-1)/2
		for i, line := range lines {
			c.text(margin, first+int(size*1.14)*i, line, true, size, brandOnPaper)
		}
		return
	}
	space := float64(bottom - y)
	figure := math.Min(150, space*0.8)
	base := y + int((space+figure*0.72)/2)
	x := c.figure(margin-int(figure*0.05), base, card.Figure, figure) + 28
	end := c.bars(x, base-int(figure*0.72)+43, card.Level)
	c.text(end, base-int(figure*0.72)+41, card.Unit, false, 28, faintOnPaper)
	c.text(x, base, cut(c.face(true, 38), card.Word, margin+room-x), true, 38, onPaper)
}

// figure writes a number in large type, where the room that the font leaves around a comma
// for columns would look like a gap.
func (c *canvas) figure(x, y int, s string, size float64) int {
	whole, decimals, found := strings.Cut(s, ",")
	x = c.text(x, y, whole, true, size, brandOnPaper)
	if !found {
		return x
	}
	tight := int(size * 0.1)
	x = c.text(x-tight, y, ",", true, size, brandOnPaper)
	return c.text(x-tight, y, decimals, true, size, brandOnPaper)
}

// bars draws the five bars of a band, standing at y, and returns where text may follow. No
// band is a dashed line.
func (c *canvas) bars(x, y, level int) int {
	if level <= 0 {
		for i := range 4 {
			c.fill(x+i*18, y-6, 11, 6, brandOnPaper, false)
		}
		return x + 90
	}
	for i := range 5 {
		height := 13 + 9*i
		color := quietOnPaper
		if i < level {
			color = brandOnPaper
		}
		c.fill(x+i*15, y-height, 11, height, color, false)
	}
	return x + 90
}

// drawMap draws the areas, each in the colour of its band, or the one that is meant among
// the others.
func (c *canvas) drawMap(areas []Area, x, y float32) {
	meant := false
	for _, a := range areas {
		meant = meant || a.Here
	}
	for _, a := range areas {
		color := bandOnPaper + ink(min(max(a.Level, 0), 5))
		switch {
		case a.Here:
			color = brandOnPaper
		case meant:
			color = quietOnPaper
		}
		c.shape(placed(parseOutline(a.Outline), x, y, mapScale), color, 2.4)
	}
}

// fit takes the largest of the sizes at which a text has no more lines than these; at the
// smallest the rest is cut off.
func (c *canvas) fit(text string, room, most int, sizes ...float64) (float64, []string) {
	for _, size := range sizes {
		if lines := wrap(c.face(true, size), text, room); len(lines) <= most && c.widest(lines, size) <= room {
			return size, lines
		}
	}
	size := sizes[len(sizes)-1]
	f := c.face(true, size)
	lines := wrap(f, text, room)
	if len(lines) > most {
		lines[most-1] += "…"
		lines = lines[:most]
	}
	for i, line := range lines {
		lines[i] = cut(f, line, room)
	}
	return size, lines
}

func (c *canvas) widest(lines []string, size float64) int {
	most := 0
	for _, line := range lines {
		most = max(most, width(c.face(true, size), line))
	}
	return most
}
