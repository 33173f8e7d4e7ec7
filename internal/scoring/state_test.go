package scoring_test

import (
	"testing"

	"petajalan/internal/scoring"
)

// TestTheFirstStateThatFits goes down the order of states: each case adds what fits later.
func TestTheFirstStateThatFits(t *testing.T) {
	t.Parallel()
	yearly := func(promise string, in scoring.Input) *scoring.Series {
		return line("naik number last tahunan", []string{promise}, nothing, nothing, nothing, in)
	}
	all := func(in scoring.Input) scoring.Input { // everything that fits later
		in.HandedIn, in.PastDue, in.Awaited = true, true, true
		return in
	}
	tests := []struct {
		name   string
		series *scoring.Series
		state  scoring.State
		reason string
	}{
		{"none this year, though exempted", yearly("", exempt(all(notApplicable))), scoring.NoTarget, scoring.ReasonNoTargetYear},
		{"0 this year, though exempted", yearly("0", exempt(all(notApplicable))), scoring.NoTarget, scoring.ReasonNoTargetYear},
		{"exempted, though not applicable", yearly("80", exempt(all(notApplicable))), scoring.Exempted, ""},
		{"exempted, though reported", yearly("80", exempt(all(reported("70")))), scoring.Exempted, ""},
		{"exempted, though not due",
			line("naik number last tahunan", []string{"80"}, exempt(late)), scoring.Exempted, ""},
		{"not due, though not applicable",
			line("naik number last tahunan", []string{"80"}, all(notApplicable)), scoring.NotDue, ""},
		{"not applicable, though there is no target to date",
			line("naik number sum triwulanan", []string{"0 50 0 50 = 100"}, all(notApplicable)), scoring.NotApplicable, ""},
		{"no target to date, though missing",
			line("naik number sum triwulanan", []string{"0 50 0 50 = 100"}, late), scoring.NoTarget, scoring.ReasonNoTargetSoFar},
		{"no target to date, though reported",
			line("naik number sum triwulanan", []string{"0 50 0 50 = 100"}, reported("5")), scoring.NoTarget, scoring.ReasonNoTargetSoFar},
		{"missing, though nothing happened so far",
			line("naik fraction sum triwulanan", []string{"80"}, reported("0/0"), late), scoring.Late, ""},
		{"nothing happened, though there is a report",
			line("naik fraction last triwulanan", []string{"80"}, all(reported("0/0"))), scoring.NotApplicable, scoring.ReasonNoEvent},
		{"scored, though a new revision waits", yearly("80", all(reported("70"))), scoring.Scored, ""},

		{"handed in, though late", yearly("80", handedIn), scoring.AwaitingVerification, ""},
		{"late", yearly("80", late), scoring.Late, ""},
		{"before the deadline", yearly("80", nothing), scoring.NotReported, ""},
		{"awaited", yearly("80", waits), scoring.Exempted, scoring.ReasonAwaited},
		{"awaited and reported", yearly("80", scoring.Input{Awaited: true, Report: reported("70").Report}), scoring.Scored, ""},
		{"awaited and handed in", yearly("80", scoring.Input{Awaited: true, HandedIn: true}), scoring.AwaitingVerification, ""},
		{"awaited and exempted", yearly("80", exempt(waits)), scoring.Exempted, ""},
		{"awaited without a target", yearly("", waits), scoring.NoTarget, scoring.ReasonNoTargetYear},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := defaultRules(t).Assess(tt.series)
			if a := got[len(got)-1]; a.State != tt.state || a.Reason != tt.reason {
				t.Errorf("%s %q, want %s %q", a.State, a.Reason, tt.state, tt.reason)
			}
		})
	}
}

func TestOfTheEightStatesFourAreDue(t *testing.T) {
	t.Parallel()
	due := map[scoring.State]bool{"dinilai": true, "menunggu_verifikasi": true, "belum_lapor": true, "terlambat": true}
	if len(scoring.States) != 8 {
		t.Errorf("%d states, want 8", len(scoring.States))
	}
	for _, s := range scoring.States {
		if s.IsDue() != due[s] || s.IsMissing() != (due[s] && s != scoring.Scored) {
			t.Errorf("%s: due %t, missing %t", s, s.IsDue(), s.IsMissing())
		}
	}
}

func TestWhatIsLeftOutHasNoFigures(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*scoring.Series{
		"no event":      line("naik fraction last triwulanan", []string{"80"}, reported("0/0")),
		"no target":     line("naik number last triwulanan", []string{""}, reported("5")),
		"exempted":      line("naik number last triwulanan", []string{"80"}, exempt(reported("5"))),
		"no target yet": line("naik number sum triwulanan", []string{"0 50 0 50 = 100"}, reported("5")),
		"missing":       line("naik number last triwulanan", []string{"80"}, late),
	} {
		a := defaultRules(t).Assess(s)[0]
		if a.HasActual || a.Rating != "" || a.Scored.Sign() != 0 || a.Raw.Sign() != 0 || a.HasTarget != (name == "missing") {
			t.Errorf("%s: %+v", name, a)
		}
		if want := (scoring.Period{Year: 2025, Quarter: 1}); a.AsOf != want || a.Weight != 1000 {
			t.Errorf("%s: as of %s, weight %d", name, a.AsOf, a.Weight)
		}
	}
}
