package inspection_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"petajalan/internal/inspection"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
)

var quarter = roadmap.Period{Year: 2026, Quarter: 3}

const seed = "00112233445566778899aabbccddeeff"

// candidates are n values of so many agencies in turn.
func candidates(n, agencies int) []inspection.Candidate {
	all := make([]inspection.Candidate, n)
	for i := range all {
		all[i] = inspection.Candidate{
			Key: report.Key{Agency: fmt.Sprintf("unit-%d", i%agencies), Indicator: fmt.Sprintf("IND-%d", i/agencies), Period: quarter}, Revision: 1 + i%2,
		}
	}
	return all
}

func drawn(members []inspection.Member) []inspection.Candidate {
	var all []inspection.Candidate
	for _, m := range members {
		if m.Place > 0 {
			all = append(all, m.Candidate)
		}
	}
	return all
}

func TestTheSizeFollowsTheRule(t *testing.T) {
	t.Parallel()
	rule := inspection.Rule{Percent: "5.00", AtLeast: 12, PerAgency: 2}
	for population, want := range map[int]int{0: 0, 5: 5, 12: 12, 100: 12, 240: 12, 241: 13, 788: 40} {
		if got, err := rule.Size(population); err != nil || got != want {
			t.Errorf("of %d values %d are drawn (%v), want %d", population, got, err, want)
		}
	}
	if _, err := (inspection.Rule{Percent: "5"}).Size(100); err == nil {
		t.Error("a percentage without decimals is taken")
	}
}

func TestTheSameSeedDrawsTheSameSample(t *testing.T) {
	t.Parallel()
	rule := inspection.Rule{Percent: "5.00", AtLeast: 12, PerAgency: 2}
	all := candidates(600, 51)
	first, err := inspection.Select(seed, rule, all)
	if err != nil {
		t.Fatal(err)
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	again, err := inspection.Select(seed, rule, all)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(first, again) {
		t.Error("the order of the candidates matters")
	}
	other, err := inspection.Select("ffeeddccbbaa99887766554433221100", rule, all)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(drawn(first), drawn(other)) {
		t.Error("the seed does not matter")
	}
	if got := len(drawn(first)); got != 30 {
		t.Errorf("%d are drawn of 600, want 30", got)
	}
}

func TestAnybodyCanRedoTheDigest(t *testing.T) {
	t.Parallel()
	c := inspection.Candidate{Key: report.Key{Agency: "dlh", Indicator: "AIR", Period: quarter}, Revision: 2}
	sum := sha256.Sum256([]byte(seed + "|dlh|AIR|2026-TW3|2"))
	if got := inspection.Digest(seed, c); got != hex.EncodeToString(sum[:]) {
		t.Errorf("digest = %s", got)
	}
}

func TestNoAgencyIsLookedAtMoreOftenThanTheRuleSays(t *testing.T) {
	t.Parallel()
	members, err := inspection.Select(seed, inspection.Rule{Percent: "50.00", AtLeast: 1, PerAgency: 2}, candidates(60, 3))
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]int{}
	for _, c := range drawn(members) {
		of[c.Agency]++
	}
	if len(of) != 3 || of["unit-0"] != 2 || of["unit-1"] != 2 || of["unit-2"] != 2 {
		t.Errorf("drawn by agency: %v, want 2 of each", of)
	}
	// Whoever is drawn stands before all that were passed over for another reason than the limit.
	for i := 1; i < len(members); i++ {
		if members[i-1].Digest >= members[i].Digest {
			t.Fatal("the list is not in the order of the digests")
		}
	}
}
