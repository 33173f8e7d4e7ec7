package scorecard

import (
	"math/big"

	"petajalan/internal/scoring"
)

// Honesty ("kejujuran data") says how far the data under a score may be trusted, before
// the score itself is read. It counts targets, each one once and whatever its weight, so
// that it cannot be made better by moving weights.
//
// A due target is verified when its result is there and verified: it is scored. It is
// fresh when, besides, this result is that of the newest due period there has been (a
// yearly or half-yearly result counts until the next one is due, not longer) and was
// handed in before that period's deadline. It is evidenced when, besides being verified,
// the evidence of that result was checked or the value came straight from a system; a
// statement, or nothing, is no evidence. Shares are fractions of Due with 4 decimals,
// "0.9143"; empty when nothing is due.
type Honesty struct {
	Due       int // targets scored or missing
	Verified  int
	Fresh     int
	Evidenced int
	Full      int // verified, fresh and evidenced: all three
	Carried   int // of Verified: results of an earlier period that still count
	Late      int // of Verified: handed in after the deadline

	VerifiedShare, FreshShare, EvidencedShare, FullShare string
}

// Honesty counts the due targets under a roll-up in a period.
func (v *View) Honesty(level scoring.Level, code string, p scoring.Period) Honesty {
	var h Honesty
	for _, a := range v.AchievementsUnder(level, code, p) {
		if !a.State.IsDue() {
			continue
		}
		h.Due++
		if a.State != scoring.Scored {
			continue
		}
		h.Verified++
		origin := v.origin(a)
		late := origin != nil && origin.Provenance != nil && origin.Provenance.LateEntry
		fresh := !late && a.AsOf == newestDue(a.Frequency, p)
		evidenced := origin != nil && isEvidence(origin.Evidence)
		if a.IsCarried() {
			h.Carried++
		}
		if late {
			h.Late++
		}
		if fresh {
			h.Fresh++
		}
		if evidenced {
			h.Evidenced++
		}
		if fresh && evidenced {
			h.Full++
		}
	}
	share := func(n int) string {
		if h.Due == 0 {
			return ""
		}
		return rounded(big.NewRat(int64(n), int64(h.Due)), 4)
	}
	h.VerifiedShare, h.FreshShare = share(h.Verified), share(h.Fresh)
	h.EvidencedShare, h.FullShare = share(h.Evidenced), share(h.Full)
	return h
}

// origin is the record whose report it is: a itself, or that of the period it was carried
// from; nil when the publication does not hold that one.
func (v *View) origin(a *Achievement) *Achievement {
	if !a.IsCarried() {
		return a
	}
	return v.Achievement(a.Agency, a.Indicator, a.AsOf)
}

// newestDue is the last period up to p in which a frequency is due.
func newestDue(f scoring.Frequency, p scoring.Period) scoring.Period {
	for !f.Due(p.Quarter) {
		p = p.Previous()
	}
	return p
}

// isEvidence reports whether a grade means that somebody other than the reporter's word
// stands behind a value.
func isEvidence(grade *string) bool {
	return grade != nil && (*grade == scoring.EvidenceFeed || *grade == scoring.EvidenceChecked)
}
