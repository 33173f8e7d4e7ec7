package card

import (
	"image"
	"image/color"
	"image/draw"
	"slices"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"petajalan/internal/typeface"
)

// ink is a colour on a ground, with the steps between for soft edges. The palette of a
// picture is all inks, one after the other.
type ink int

const (
	onPaper      ink = iota // text
	faintOnPaper            // second text
	brandOnPaper            // the accent
	quietOnPaper            // places that are not meant, bars that are not full
	bandOnPaper             // bands 0 to 5: bandOnPaper + level
)

const onSunk = bandOnPaper + 6 // text of a notice, on its strip

// shades of an ink; the first is the bare ground.
const shades = 12

// The colours are those of the pages' style sheet.
var (
	paper = color.RGBA{0xfa, 0xf8, 0xf3, 0xff}
	sunk  = color.RGBA{0xf4, 0xe3, 0xbd, 0xff}
	dark  = color.RGBA{0x14, 0x21, 0x2a, 0xff}
)

var palette = func() color.Palette {
	var all color.Palette
	for _, pair := range []struct{ ground, ink color.RGBA }{
		onPaper:         {paper, dark},
		faintOnPaper:    {paper, color.RGBA{0x4a, 0x58, 0x62, 0xff}},
		brandOnPaper:    {paper, color.RGBA{0x0b, 0x4d, 0x5f, 0xff}},
		quietOnPaper:    {paper, color.RGBA{0xdc, 0xd7, 0xcc, 0xff}},
		bandOnPaper:     {paper, color.RGBA{0xe4, 0xdf, 0xd4, 0xff}},
		bandOnPaper + 1: {paper, color.RGBA{0xa8, 0x48, 0x1a, 0xff}},
		bandOnPaper + 2: {paper, color.RGBA{0xe5, 0xa8, 0x63, 0xff}},
		bandOnPaper + 3: {paper, color.RGBA{0xf4, 0xe3, 0xbd, 0xff}},
		bandOnPaper + 4: {paper, color.RGBA{0x7f, 0xb4, 0xbf, 0xff}},
		bandOnPaper + 5: {paper, color.RGBA{0x0b, 0x4d, 0x5f, 0xff}},
		onSunk:          {sunk, dark},
	} {
		for i := range shades {
			mix := func(a, b uint8) uint8 { return uint8((int(a)*(shades-1-i) + int(b)*i) / (shades - 1)) }
			all = append(all, color.RGBA{mix(pair.ground.R, pair.ink.R), mix(pair.ground.G, pair.ink.G), mix(pair.ground.B, pair.ink.B), 0xff})
		}
	}
	return all
}()

// shade is the palette's entry of an ink that covers so much of a pixel, 0 to 255.
func (i ink) shade(cover uint8) uint8 {
	return uint8(int(i)*shades + (int(cover)*(shades-1)+127)/255)
}

// canvas is a picture being drawn, on paper, with what drawing it takes.
type canvas struct {
	img    *image.Paletted
	faces  map[faceKey]font.Face
	raster vector.Rasterizer
	mask   []uint8 // of the outline being drawn
}

type faceKey struct {
	bold bool
	size float64
}

func newCanvas(width, height int) *canvas {
	return &canvas{img: image.NewPaletted(image.Rect(0, 0, width, height), palette), faces: map[faceKey]font.Face{}}
}

// clear takes everything off the paper.
func (c *canvas) clear() { clear(c.img.Pix) } // 0 is bare paper

// fonts are the parsed weights, regular and bold.
var fonts = sync.OnceValues(func() (f [2]*sfnt.Font, err error) {
	for i, data := range [][]byte{typeface.Regular, typeface.Bold} {
		if f[i], err = opentype.Parse(data); err != nil {
			return f, err
		}
	}
	return f, nil
})

// face is a weight at a size in pixels.
func (c *canvas) face(bold bool, size float64) font.Face {
	key := faceKey{bold, size}
	if f := c.faces[key]; f != nil {
		return f
	}
	f := newFace(bold, size)
	c.faces[key] = f
	return f
}

// newFace makes a face that one goroutine at a time may use. The fonts are part of the
// program, so that one which cannot be read is a mistake of ours.
func newFace(bold bool, size float64) font.Face {
	weights, err := fonts()
	if err != nil {
		panic(err)
	}
	weight := weights[0]
	if bold {
		weight = weights[1]
	}
	f, err := opentype.NewFace(weight, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		panic(err)
	}
	return f
}

// text writes s with its baseline at y and returns where it ends.
func (c *canvas) text(x, y int, s string, bold bool, size float64, i ink) int {
	f := c.face(bold, size)
	dot := fixed.P(x, y)
	last := rune(-1)
	for _, r := range s {
		if last >= 0 {
			dot.X += f.Kern(last, r)
		}
		box, mask, at, advance, ok := f.Glyph(dot, r)
		if ok {
			c.stamp(box, mask, at, i)
		}
		dot.X += advance
		last = r
	}
	return dot.X.Ceil()
}

// stamp puts an ink where a mask has it.
func (c *canvas) stamp(box image.Rectangle, mask image.Image, at image.Point, i ink) {
	alpha, ok := mask.(*image.Alpha)
	if !ok {
		return
	}
	seen := box.Intersect(c.img.Rect)
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		from := alpha.PixOffset(at.X+seen.Min.X-box.Min.X, at.Y+y-box.Min.Y)
		to := c.img.PixOffset(seen.Min.X, y)
		for x := range seen.Dx() {
			cover := alpha.Pix[from+x]
			// An edge does not wear away what lies there already.
			if cover > 127 || cover > 0 && c.img.Pix[to+x]%shades == 0 {
				c.img.Pix[to+x] = i.shade(cover)
			}
		}
	}
}

// fill makes a rectangle of one ink; bare, it is the ground of that ink.
func (c *canvas) fill(x, y, width, height int, i ink, bare bool) {
	shade := i.shade(255)
	if bare {
		shade = i.shade(0)
	}
	box := image.Rect(x, y, x+width, y+height).Intersect(c.img.Rect)
	for row := box.Min.Y; row < box.Max.Y; row++ {
		from := c.img.PixOffset(box.Min.X, row)
		line := c.img.Pix[from : from+box.Dx()]
		for k := range line {
			line[k] = shade
		}
	}
}

// point is a place on the canvas.
type point struct{ x, y float32 }

// shape fills closed outlines and draws a line of the bare ground around each, so that
// neighbours stay apart.
func (c *canvas) shape(outlines [][]point, i ink, line float32) {
	c.rasterize(outlines, func(r *vector.Rasterizer, outline []point) {
		for k, p := range outline {
			if k == 0 {
				r.MoveTo(p.x, p.y)
			} else {
				r.LineTo(p.x, p.y)
			}
		}
		r.ClosePath()
	}, func(alpha *image.Alpha, at image.Point) {
		c.stamp(alpha.Rect.Add(at), alpha, image.Point{}, i)
	})
	c.rasterize(outlines, func(r *vector.Rasterizer, outline []point) {
		for k, p := range outline {
			q := outline[(k+1)%len(outline)]
			stroke(r, p, q, line)
		}
	}, c.erase)
}

// stroke adds a line of this width from p to q.
func stroke(r *vector.Rasterizer, p, q point, width float32) {
	dx, dy := q.x-p.x, q.y-p.y
	length := sqrt(dx*dx + dy*dy)
	if length == 0 {
		return
	}
	nx, ny := -dy/length*width/2, dx/length*width/2
	r.MoveTo(p.x+nx, p.y+ny)
	r.LineTo(q.x+nx, q.y+ny)
	r.LineTo(q.x-nx, q.y-ny)
	r.LineTo(p.x-nx, p.y-ny)
	r.ClosePath()
}

// rasterize draws outlines into a mask just as large as they are, which use puts at a place
// of the canvas.
func (c *canvas) rasterize(outlines [][]point, add func(*vector.Rasterizer, []point), use func(*image.Alpha, image.Point)) {
	const margin = 3
	low, high := bounds(outlines)
	at := image.Pt(int(low.x)-margin, int(low.y)-margin)
	width, height := int(high.x)+margin-at.X, int(high.y)+margin-at.Y
	if width <= 0 || height <= 0 || width > c.img.Rect.Dx()*2 || height > c.img.Rect.Dy()*2 {
		return
	}
	r := &c.raster
	r.Reset(width, height)
	r.DrawOp = draw.Src
	for _, outline := range outlines {
		moved := make([]point, len(outline))
		for k, p := range outline {
			moved[k] = point{p.x - float32(at.X), p.y - float32(at.Y)}
		}
		add(r, moved)
	}
	c.mask = slices.Grow(c.mask[:0], width*height)[:width*height]
	alpha := &image.Alpha{Pix: c.mask, Stride: width, Rect: image.Rect(0, 0, width, height)}
	r.Draw(alpha, alpha.Rect, image.Opaque, image.Point{})
	use(alpha, at)
}

// erase gives the ground back where a mask is.
func (c *canvas) erase(alpha *image.Alpha, at image.Point) {
	for y := range alpha.Rect.Dy() {
		for x := range alpha.Rect.Dx() {
			cover := int(alpha.Pix[alpha.PixOffset(x, y)])
			p := at.Add(image.Pt(x, y))
			if cover == 0 || !p.In(c.img.Rect) {
				continue
			}
			k := c.img.PixOffset(p.X, p.Y)
			shade := int(c.img.Pix[k] % shades)
			c.img.Pix[k] -= uint8(shade - shade*(255-cover)/255)
		}
	}
}

// width of a text in pixels.
func width(f font.Face, s string) int { return font.MeasureString(f, s).Ceil() }

// wrap breaks a text into lines no wider than room, at spaces. A word that is wider stands
// alone.
func wrap(f font.Face, s string, room int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		longer := strings.TrimPrefix(line+" "+word, " ")
		if line != "" && width(f, longer) > room {
			lines = append(lines, line)
			longer = word
		}
		line = longer
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// cut shortens a text to a room, with "…" where something is missing.
func cut(f font.Face, s string, room int) string {
	if width(f, s) <= room {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && width(f, strings.TrimRight(string(runes), " ,.–")+"…") > room {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ,.–") + "…"
}
