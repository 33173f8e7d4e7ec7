package card

import (
	"math"
	"strconv"
	"strings"
)

// The grid on which the outlines of areas are drawn.
const (
	mapWidth  = 560
	mapHeight = 659
)

// parseOutline reads the data of an SVG path of straight lines (M m L l H h V v Z z). It
// returns what it has read when it meets anything else.
func parseOutline(data string) [][]point {
	var all [][]point
	var now []point
	var at, start point
	command := byte(0)
	end := func() {
		if len(now) > 2 {
			all = append(all, now)
		}
		now = nil
	}
	s := scanner{data}
	for {
		if c, ok := s.command(); ok {
			command = c
			if c == 'Z' || c == 'z' {
				end()
				at = start
				continue
			}
		}
		x, ok := s.number()
		if !ok {
			break
		}
		next := point{x, at.y}
		switch command {
		case 'V':
			next = point{at.x, x}
		case 'v':
			next = point{at.x, at.y + x}
		case 'h':
			next.x += at.x
		case 'H':
		case 'M', 'm', 'L', 'l':
			y, ok := s.number()
			if !ok {
				end()
				return all
			}
			next.y = y
			if command == 'm' || command == 'l' {
				next = point{at.x + x, at.y + y}
			}
		default:
			end()
			return all
		}
		at = next
		switch command {
		case 'M', 'm':
			end()
			start = at
			command-- // further pairs are lines: L follows M, l follows m
		}
		now = append(now, at)
	}
	end()
	return all
}

// scanner reads the data of a path.
type scanner struct{ rest string }

func (s *scanner) skip() { s.rest = strings.TrimLeft(s.rest, " ,\t\n\r") }

// command takes a letter.
func (s *scanner) command() (byte, bool) {
	s.skip()
	if s.rest == "" || s.rest[0] < 'A' {
		return 0, false
	}
	c := s.rest[0]
	s.rest = s.rest[1:]
	return c, true
}

// number takes a number, which may begin right after the one before: "1-2", ".5.5".
func (s *scanner) number() (float32, bool) {
	s.skip()
	n, point := 0, false
	for n < len(s.rest) {
		c := s.rest[n]
		if c == '.' && !point {
			point = true
		} else if !(c >= '0' && c <= '9' || n == 0 && (c == '-' || c == '+')) {
			break
		}
		n++
	}
	v, err := strconv.ParseFloat(s.rest[:n], 32)
	if err != nil {
		return 0, false
	}
	s.rest = s.rest[n:]
	return float32(v), true
}

// bounds are the corners of the box around outlines.
func bounds(outlines [][]point) (low, high point) {
	first := true
	for _, outline := range outlines {
		for _, p := range outline {
			if first {
				low, high, first = p, p, false
			}
			low = point{min(low.x, p.x), min(low.y, p.y)}
			high = point{max(high.x, p.x), max(high.y, p.y)}
		}
	}
	return low, high
}

// placed scales outlines of the grid and moves them.
func placed(outlines [][]point, x, y, scale float32) [][]point {
	moved := make([][]point, len(outlines))
	for i, outline := range outlines {
		moved[i] = make([]point, len(outline))
		for k, p := range outline {
			moved[i][k] = point{x + p.x*scale, y + p.y*scale}
		}
	}
	return moved
}

func sqrt(v float32) float32 { return float32(math.Sqrt(float64(v))) }
