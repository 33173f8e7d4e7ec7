package server

import (
	"petajalan/internal/scoring"
)

// honestyView is "kejujuran data": how far the data under a score can be trusted. It
// stands before the score itself.
type honestyView struct {
	Finding string // a sentence without its full stop
	Facts   []honestyFact
	Href    string // what the words mean
}

// honestyFact is one of the three shares the finding is made of.
type honestyFact struct{ Figure, Name string }

// newHonesty tells of the targets under a roll-up in the newest period.
func newHonesty(e *edition, level scoring.Level, code string) honestyView {
	h := e.Honesty(level, code, e.View.Latest())
	v := honestyView{Finding: "belum ada target yang jatuh tempo", Href: e.Link("/metode#kejujuran")}
	if h.Due == 0 {
		return v
	}
	v.Facts = []honestyFact{
		{formatShare(h.VerifiedShare), "diperiksa"},
		{formatShare(h.FreshShare), "mutakhir"},
		{formatShare(h.EvidencedShare), "berbukti"},
	}
	v.Finding = countOf(h.Full, h.Due) + " target punya data yang diperiksa, mutakhir, dan berbukti"
	return v
}
