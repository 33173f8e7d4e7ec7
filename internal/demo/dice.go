package demo

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"strings"

	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// seed makes this city and no other.
const seed = "petajalan demo 2025-2029"

// dice throws the same for the same names, in whatever order they are asked.
type dice struct{ *rand.Rand }

func newDice(names ...string) dice {
	sum := sha256.Sum256([]byte(seed + "\x00" + strings.Join(names, "\x00")))
	return dice{rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))}
}

// between is a whole number from low to high, both included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

// chance is true so many times in a thousand.
func (d dice) chance(perMille int) bool { return d.IntN(1000) < perMille }

// one picks a text.
func (d dice) one(texts ...string) string { return texts[d.IntN(len(texts))] }

// whole is one hundred per cent in the unit of performances: a hundredth of a
// per cent.
const whole = 10_000

// temper is how well an agency keeps its promises, and how it changes.
type temper struct {
	level int // in hundredths of a per cent, in the first quarter
	trend int // gain in a quarter
	tardy int // reports in a thousand that come after the deadline
}

// slow are kelurahan with a hard start, so that the map is not of one colour.
var slow = map[string]int{"pakunden": 6200, "ngadirejo": 6500, "tlumpu": 6800, "blitar": 7000}

func temperOf(a *roadmap.Agency, slug string) temper {
	d := newDice("agency", a.Code)
	t := temper{level: d.between(7900, 9500), trend: d.between(70, 230), tardy: d.between(0, 60)}
	if level, hard := slow[slug]; hard {
		t.level, t.tardy = level, 120
	}
	if d.chance(150) {
		t.trend = -d.between(10, 60) // not everybody gains
	}
	return t
}

// season lowers the first quarter, when budgets start, and raises the last.
var season = [4]int{-150, 0, 40, 110}

// habit says how the performance of a kind of indicator follows from that of the
// agency: around center, swinging by so many per cent of the agency's swing.
type habit struct{ center, swing int }

// The habits of kinds of indicators.
var (
	habitIndex  = habit{9_500, 40}  // grades from outside hardly move
	habitRate   = habit{8_600, 75}  // done in time of all done
	habitStock  = habit{7_200, 130} // what has been set up so far
	habitLower  = habit{7_100, 120} // waiting times
	habitCount  = habit{7_300, 130} // things done or had
	habitSettle = habit{9_950, 10}  // long settled, such as birth certificates
)

func habitOf(i *roadmap.Indicator) habit {
	switch {
	case i.Code == "DUK-AKTA":
		return habitSettle
	case i.Kind == scoring.KindIndex:
		return habitIndex
	case i.Direction == scoring.LowerIsBetter:
		return habitLower
	case i.Kind == scoring.KindFraction && i.Consolidation == scoring.Last:
		return habitStock
	case i.Kind == scoring.KindFraction:
		return habitRate
	}
	return habitCount
}

// performance is what share of its target the agency reaches in the period, in
// hundredths of a per cent: mostly below 100 %, sometimes above.
func (c *city) performance(a *roadmap.Agency, i *roadmap.Indicator, p roadmap.Period) int {
	if share := told(a, i, p); share > 0 {
		return share
	}
	t := temperOf(a, c.slugOf(a))
	lean := leanOf(i, newDice("lean", a.Code, i.Code))
	noise := newDice("noise", a.Code, i.Code, p.String()).between(-220, 220)
	agency := t.level + t.trend*p.Since(first) + lean + season[p.Quarter-1] + noise
	h := habitOf(i)
	return min(max(h.center+(agency-8_700)*h.swing/100, 1_000), 11_500)
}

// leanOf is how much better or worse an agency does on one indicator than on the whole:
// most promises are kept or nearly so, and some are far off; grades hardly differ.
func leanOf(i *roadmap.Indicator, d dice) int {
	if i.Kind == scoring.KindIndex {
		return d.between(-700, 700)
	}
	if d.chance(640) {
		return d.between(800, 3_200)
	}
	return d.between(-4_200, -200)
}

// slugOf is the name of a kelurahan in addresses; empty for other agencies.
func (c *city) slugOf(a *roadmap.Agency) string {
	if !a.IsKelurahan() {
		return ""
	}
	return c.slugs[a.AreaCode]
}
