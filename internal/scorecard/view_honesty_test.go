package scorecard_test

import (
	"testing"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

func TestHonestyCountsWhatStandsBehindAScore(t *testing.T) {
	t.Parallel()
	with := func(grade string, late bool) func(*scorecard.Achievement) {
		return func(a *scorecard.Achievement) {
			a.Scored, a.Provenance = text("80.00"), &scorecard.Provenance{LateEntry: late}
			if grade != "" {
				a.Evidence = &grade
			}
		}
	}
	carried := func(a *scorecard.Achievement) { a.AsOf, a.Scored = tw2, text("80.00") }
	c := city()
	for _, agency := range []string{dlh, rembang, bendogerit} { // half-yearly: carried into TW3
		target(c, tw3, agency, "IKM", scoring.Scored, carried)
	}
	target(c, tw2, dlh, "IKM", scoring.Scored, with(scoring.EvidenceChecked, false))     // all three
	target(c, tw2, rembang, "IKM", scoring.Scored, with(scoring.EvidenceChecked, true))  // late
	target(c, tw2, bendogerit, "IKM", scoring.Scored, with(scoring.EvidenceNone, false)) // no evidence
	target(c, tw3, dlh, "TEPAT", scoring.Scored, with(scoring.EvidenceFeed, false))      // all three
	target(c, tw3, rembang, "TEPAT", scoring.Scored, with(scoring.EvidenceStatement, false))
	target(c, tw3, bendogerit, "TEPAT", scoring.Late, nil)
	target(c, tw3, dlh, "ADUAN", scoring.AwaitingVerification, with(scoring.EvidenceChecked, false)) // not verified yet
	target(c, tw3, rembang, "ADUAN", scoring.NotApplicable, nil)                                     // not due
	v := scorecard.NewView(c)
	for _, tt := range []struct {
		level scoring.Level
		code  string
		want  scorecard.Honesty
	}{
		{scoring.LevelCity, scoring.CityCode, scorecard.Honesty{Due: 7, Verified: 5, Fresh: 4, Evidenced: 3, Full: 2, Carried: 3, Late: 1,
			VerifiedShare: "0.7143", FreshShare: "0.5714", EvidencedShare: "0.4286", FullShare: "0.2857"}},
		{scoring.LevelAgency, rembang, scorecard.Honesty{Due: 2, Verified: 2, Fresh: 1, Evidenced: 1, Carried: 1, Late: 1,
			VerifiedShare: "1.0000", FreshShare: "0.5000", EvidencedShare: "0.5000", FullShare: "0.0000"}},
		{scoring.LevelGoal, "T2", scorecard.Honesty{Due: 1, VerifiedShare: "0.0000", FreshShare: "0.0000", EvidencedShare: "0.0000", FullShare: "0.0000"}},
		{scoring.LevelAgency, kecamatan, scorecard.Honesty{}},
	} {
		if got := v.Honesty(tt.level, tt.code, tw3); got != tt.want {
			t.Errorf("%s %s:\n%+v, want\n%+v", tt.level, tt.code, got, tt.want)
		}
	}
}

func TestAResultOlderThanItsFrequencyIsNotFresh(t *testing.T) {
	t.Parallel()
	c := city()
	target(c, tw3, dlh, "TEPAT", scoring.Scored, func(a *scorecard.Achievement) { a.AsOf = tw2 })   // quarterly, of a quarter ago
	target(c, tw3, rembang, "IKM", scoring.Scored, func(a *scorecard.Achievement) { a.AsOf = tw2 }) // half-yearly: the newest there is
	v := scorecard.NewView(c)
	if h := v.Honesty(scoring.LevelCity, scoring.CityCode, tw3); h.Fresh != 1 || h.Verified != 2 {
		t.Errorf("%+v", h)
	}
}
