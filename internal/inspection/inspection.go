// Package inspection knows the spot checks (uji petik) of Inspektorat: of each quarter a
// random sample of what was verified is held against its evidence.
//
// Anybody can draw a sample again. Each verified value has a digest, the SHA-256 of
// "seed|agency|indicator|2026-TW3|revision"; in the order of the digests values are taken,
// of one agency no more than the rule allows, until the sample is large enough. The seed
// is drawn by chance when the sample is, so nobody knows beforehand what will be looked
// at, and a quarter has one sample for ever, so nobody draws until they like it.
package inspection

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"petajalan/internal/report"
	"petajalan/internal/roadmap"
)

// Source is how the feed of the results is named where they are offered as a figure.
const Source = "Uji petik Inspektorat"

// Indicator and Agency are the code of the indicator that the results are reported under,
// and of the agency that reports it.
const (
	Indicator = "UJI-PETIK"
	Agency    = "inspektorat"
)

// Rule says how many values are drawn.
type Rule struct {
	Percent   string // of the verified values, as a decimal with two places: "5.00"
	AtLeast   int
	PerAgency int // at most so many of one agency
}

// Size is how many values the rule asks for out of so many: the percentage rounded up, but
// at least AtLeast, and no more than there are.
func (r Rule) Size(population int) (int, error) {
	percent, err := parseHundredths(r.Percent)
	if err != nil {
		return 0, err
	}
	size := (population*percent + 9999) / 10000
	return min(max(size, r.AtLeast), population), nil
}

// parseHundredths reads a decimal with two places as a whole number of hundredths.
func parseHundredths(s string) (int, error) {
	if i := len(s) - 3; i > 0 && s[i] == '.' {
		if n, err := strconv.Atoi(s[:i] + s[i+1:]); err == nil {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%q is no percentage with two decimals", s)
}

// Candidate is a verified value that may be drawn.
type Candidate struct {
	report.Key
	Revision int
}

// Member is a candidate in its place.
type Member struct {
	Candidate
	Digest string // SHA-256 in hex; the order of the list
	Place  int    // in the sample, from 1; 0: not drawn
}

// Digest is the number in the lottery of a value.
func Digest(seed string, c Candidate) string {
	sum := sha256.Sum256([]byte(seed + "|" + c.Agency + "|" + c.Indicator + "|" + c.Period.String() + "|" + strconv.Itoa(c.Revision)))
	return hex.EncodeToString(sum[:])
}

// Select puts the candidates into the order of their digests and draws the sample. The
// same seed, rule and candidates, in whatever order, give the same list.
func Select(seed string, rule Rule, candidates []Candidate) ([]Member, error) {
	size, err := rule.Size(len(candidates))
	if err != nil {
		return nil, err
	}
	members := make([]Member, len(candidates))
	for i, c := range candidates {
		members[i] = Member{Candidate: c, Digest: Digest(seed, c)}
	}
	slices.SortFunc(members, func(a, b Member) int { return cmp.Compare(a.Digest, b.Digest) })
	drawn, of := 0, map[string]int{}
	for i := range members {
		m := &members[i]
		if drawn == size {
			break
		}
		if of[m.Agency] < rule.PerAgency {
			drawn++
			of[m.Agency]++
			m.Place = drawn
		}
	}
	return members, nil
}

// Sample is the spot check of a quarter.
type Sample struct {
	ID         int64
	Period     roadmap.Period
	Seed       string // 32 hexadecimal digits
	Rule       Rule
	DrawnAt    time.Time
	ByJob      bool // drawn when the quarter had closed, not by a person
	Population int  // verified values it was drawn from
	Size       int  // drawn
	Checked    int  // drawn and looked at
	Wrong      int  // of these
}

// Left is how many values are still to be looked at.
func (s Sample) Left() int { return s.Size - s.Checked }

// ReportedIn is the quarter whose report on UJI-PETIK the results go into: the one in which
// the sample is looked at, since that of the sample is closed when it is drawn.
func (s Sample) ReportedIn() roadmap.Period { return s.Period.Next() }
