// Package chart draws the pictures of the pages as SVG, on the server.
//
// Every drawing keeps to these rules:
//
//   - It is hidden from screen readers; the page says the same figures in text or in a table.
//   - It has geometry in attributes and colour in classes, and no style attribute, so it
//     passes the security policy and follows the dark, printed and high-contrast sheets.
//   - Its height is fixed and its width is fluid. Lines lie in an inner layer that is
//     stretched; text and dots lie outside of it, at percentages, and keep their shape.
//   - What is missing is nil. It leaves a gap: it is never drawn as nought and no line is
//     drawn across it.
//   - Bars begin at the start of the scale. What lies beyond an end is drawn at that end.
//
// Numbers here are for geometry only, which is why they are floats; figures that are read
// come as text from the caller.
package chart

import (
	"math"
	"strconv"
	"strings"
)

// SVG is a drawing, ready to stand in a page. Only this package makes one.
type SVG string

// drawing collects the elements of a picture.
type drawing struct{ strings.Builder }

// add writes its parts one after the other: strings as they are, which must be markup of
// this package, numbers in short form. Texts from outside go through escape first.
func (d *drawing) add(parts ...any) {
	for _, part := range parts {
		switch p := part.(type) {
		case string:
			d.WriteString(p)
		case float64:
			d.WriteString(short(p))
		case int:
			d.WriteString(strconv.Itoa(p))
		}
	}
}

// svg closes the picture.
func (d *drawing) svg() SVG {
	d.WriteString("</svg>")
	return SVG(d.String())
}

// short writes a coordinate with at most one decimal.
func short(v float64) string {
	s := strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
	if s == "-0" {
		return "0"
	}
	return s
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

// escape makes a text safe inside elements and quoted attributes.
func escape(s string) string { return escaper.Replace(s) }

// scale maps values between low and high to coordinates between from and to. Values
// beyond an end land on it; a scale without extent maps everything to the middle.
type scale struct{ low, high, from, to float64 }

func (s scale) at(v float64) float64 {
	share := 0.5
	if s.high > s.low {
		share = (math.Min(math.Max(v, s.low), s.high) - s.low) / (s.high - s.low)
	}
	return s.from + share*(s.to-s.from)
}

// line is the path through the points that are there. pen up at gaps and before breaks.
func line(values []*float64, breaks func(int) bool, x func(int) float64, y func(float64) float64) string {
	var d drawing
	down := false
	for i, v := range values {
		if v == nil {
			down = false
			continue
		}
		if down && !(breaks != nil && breaks(i)) {
			d.add("L")
		} else {
			d.add("M")
		}
		d.add(x(i), " ", y(*v))
		down = true
	}
	return d.String()
}
