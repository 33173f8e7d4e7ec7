package scoring_test

import (
	"slices"
	"testing"

	"petajalan/internal/scoring"
)

// TestYearToDate follows series through their years, a figure or state for each period.
func TestYearToDate(t *testing.T) {
	t.Parallel()
	r := reported
	tests := []struct {
		name, form string
		promises   []string
		inputs     []scoring.Input
		want       []string
	}{
		{"a sum against the elapsed part", "naik number sum triwulanan", []string{"100"},
			[]scoring.Input{r("25"), r("15"), r("35"), r("45")}, []string{"100.00", "80.00", "100.00", "120.00"}},
		{"a sum begins anew each year", "naik number sum triwulanan", []string{"100", "40"},
			[]scoring.Input{r("25"), r("25"), r("25"), r("0"), r("5"), r("5")}, []string{"100.00", "100.00", "100.00", "75.00", "50.00", "50.00"}},
		{"a sum against stated parts", "naik number sum triwulanan", []string{"10 0 50 40 = 100"},
			[]scoring.Input{r("5"), r("5"), r("20"), r("60")}, []string{"50.00", "100.00", "50.00", "90.00"}},
		{"nothing promised yet", "naik number sum triwulanan", []string{"0 0 50 50 = 100"},
			[]scoring.Input{r("10"), late, r("40"), r("50")}, []string{"tanpa_target", "tanpa_target", "terlambat", "terlambat"}},
		{"a half-yearly sum", "naik number sum semesteran", []string{"100"},
			[]scoring.Input{nothing, r("25"), nothing, r("25")}, []string{"belum_jatuh_tempo", "50.00", "50.00 (2025-TW2)", "50.00"}},
		{"a yearly sum", "naik number sum tahunan", []string{"100"},
			[]scoring.Input{nothing, nothing, nothing, r("80")}, []string{"belum_jatuh_tempo", "belum_jatuh_tempo", "belum_jatuh_tempo", "80.00"}},
		{"both bounds of a range are divided", "turun number sum triwulanan", []string{"40..80"},
			[]scoring.Input{r("5"), r("25"), r("30"), r("60")}, []string{"150.00", "100.00", "100.00", "50.00"}},
		{"a sum of nothing lower is better", "turun number sum triwulanan", []string{"0"},
			[]scoring.Input{r("0"), r("1"), r("0")}, []string{"100.00", "0.00", "0.00"}},

		{"a last is this period's own", "naik number last triwulanan", []string{"80"},
			[]scoring.Input{r("40"), late, r("80")}, []string{"50.00", "terlambat", "100.00"}},
		{"a last against stated levels", "naik index last triwulanan", []string{"20 40 60 80 = 80"},
			[]scoring.Input{r("20"), r("20"), r("20"), r("20")}, []string{"100.00", "50.00", "33.33", "25.00"}},
		{"levels of a fraction", "naik fraction last semesteran", []string{"40 80 = 80"},
			[]scoring.Input{nothing, r("2/5"), nothing, r("3/5")}, []string{"belum_jatuh_tempo", "100.00", "100.00 (2025-TW2)", "75.00"}},
		{"a level of nothing", "naik index last triwulanan", []string{"0 40 60 80 = 80"},
			[]scoring.Input{r("20"), r("20")}, []string{"tanpa_target", "50.00"}},

		{"an average", "naik index average triwulanan", []string{"80"},
			[]scoring.Input{r("80"), r("40"), r("60"), r("80")}, []string{"100.00", "75.00", "75.00", "81.25"}},
		{"a pooled fraction", "naik fraction sum triwulanan", []string{"80"},
			[]scoring.Input{r("8/10"), r("0/0"), r("3/10"), r("61/70")}, []string{"100.00", "100.00", "68.75", "100.00"}},
		{"nothing happened so far", "naik fraction sum triwulanan", []string{"80"},
			[]scoring.Input{r("0/0"), r("0/0"), r("4/10")}, []string{"tidak_berlaku", "tidak_berlaku", "50.00"}},

		{"a gap stays a gap", "naik number sum triwulanan", []string{"100"},
			[]scoring.Input{r("25"), late, r("25"), nothing}, []string{"100.00", "terlambat", "terlambat", "belum_lapor"}},
		{"the first of two gaps", "naik number average triwulanan", []string{"100"},
			[]scoring.Input{handedIn, late, r("25"), r("25")}, []string{"menunggu_verifikasi", "terlambat", "menunggu_verifikasi", "menunggu_verifikasi"}},
		{"its own gap before the first", "naik number sum triwulanan", []string{"100"},
			[]scoring.Input{late, handedIn, nothing}, []string{"terlambat", "menunggu_verifikasi", "belum_lapor"}},
		{"a gap of last year is forgotten", "naik number sum triwulanan", []string{"100", "100"},
			[]scoring.Input{r("25"), r("25"), r("25"), late, r("25")}, []string{"100.00", "100.00", "100.00", "terlambat", "100.00"}},
		{"a gap outweighs that nothing happened", "naik fraction sum triwulanan", []string{"80"},
			[]scoring.Input{late, r("0/0")}, []string{"terlambat", "terlambat"}},

		{"what is not applicable leaves both sides", "naik number sum triwulanan", []string{"100"},
			[]scoring.Input{r("25"), notApplicable, r("15"), r("35")}, []string{"100.00", "tidak_berlaku", "80.00", "100.00"}},
		{"its step leaves too", "naik number sum triwulanan", []string{"10 30 20 40 = 100"},
			[]scoring.Input{r("10"), exempt(late), r("5"), r("20")}, []string{"100.00", "dikecualikan", "50.00", "50.00"}},
		{"an exception leaves though there is a report", "naik number sum triwulanan", []string{"100"},
			[]scoring.Input{exempt(r("1000")), r("20")}, []string{"dikecualikan", "80.00"}},
		{"an exception leaves a mean", "naik number average triwulanan", []string{"100"},
			[]scoring.Input{r("40"), exempt(r("1000")), r("60")}, []string{"40.00", "dikecualikan", "50.00"}},
		{"an exception leaves a fraction", "naik fraction sum triwulanan", []string{"100"},
			[]scoring.Input{r("4/10"), exempt(r("9/9")), r("6/10")}, []string{"40.00", "dikecualikan", "50.00"}},
		{"an exception does not touch a last", "naik number last triwulanan", []string{"100"},
			[]scoring.Input{exempt(late), r("40")}, []string{"dikecualikan", "40.00"}},
		{"only parts of nothing are left", "naik number sum triwulanan", []string{"100 0 0 0 = 100"},
			[]scoring.Input{notApplicable, r("10"), late}, []string{"tidak_berlaku", "tanpa_target", "tanpa_target"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := summary(t, line(tt.form, tt.promises, tt.inputs...)); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestBetweenDuePeriods follows what an indicator keeps until it is due again.
func TestBetweenDuePeriods(t *testing.T) {
	t.Parallel()
	r := reported
	tests := []struct {
		name, form string
		promises   []string
		inputs     []scoring.Input
		want       []string
	}{
		{"over the turn of the year", "naik number last tahunan", []string{"80", "100"},
			[]scoring.Input{nothing, nothing, nothing, r("40"), nothing, nothing, late, r("40")},
			[]string{"belum_jatuh_tempo", "belum_jatuh_tempo", "belum_jatuh_tempo", "50.00", "50.00 (2025-TW4)", "50.00 (2025-TW4)", "50.00 (2025-TW4)", "40.00"}},
		{"missing stays missing", "naik number last semesteran", []string{"80", "80"},
			[]scoring.Input{nothing, late, nothing, handedIn, nothing},
			[]string{"belum_jatuh_tempo", "terlambat", "terlambat (2025-TW2)", "menunggu_verifikasi", "menunggu_verifikasi (2025-TW4)"}},
		{"left out stays left out", "naik number last semesteran", []string{"80", "80"},
			[]scoring.Input{nothing, notApplicable, nothing, exempt(late), nothing},
			[]string{"belum_jatuh_tempo", "tidak_berlaku", "tidak_berlaku (2025-TW2)", "dikecualikan", "dikecualikan (2025-TW4)"}},
		{"nothing happened stays so", "naik fraction last semesteran", []string{"80"},
			[]scoring.Input{nothing, r("0/0"), nothing},
			[]string{"belum_jatuh_tempo", "tidak_berlaku", "tidak_berlaku (2025-TW2)"}},
		{"without a target this year nothing is kept", "naik number last tahunan", []string{"80", "", "80"},
			[]scoring.Input{nothing, nothing, nothing, r("40"), nothing, nothing, nothing, r("40"), nothing},
			[]string{"belum_jatuh_tempo", "belum_jatuh_tempo", "belum_jatuh_tempo", "50.00", "tanpa_target", "tanpa_target", "tanpa_target", "tanpa_target", "belum_jatuh_tempo"}},
		{"a target of 0 this year is none", "naik number last tahunan", []string{"80", "0"},
			[]scoring.Input{nothing, nothing, nothing, r("40"), nothing},
			[]string{"belum_jatuh_tempo", "belum_jatuh_tempo", "belum_jatuh_tempo", "50.00", "tanpa_target"}},
		{"after a period without a target to date", "naik number sum semesteran", []string{"0 100 = 100"},
			[]scoring.Input{nothing, r("40"), nothing, r("40")},
			[]string{"belum_jatuh_tempo", "tanpa_target", "belum_jatuh_tempo", "80.00"}},
		{"an exception in between", "naik number last semesteran", []string{"80"},
			[]scoring.Input{exempt(nothing), r("40"), exempt(nothing), r("40")},
			[]string{"dikecualikan", "50.00", "dikecualikan", "50.00"}},
		{"a report in between means nothing", "naik number sum semesteran", []string{"80"},
			[]scoring.Input{r("80"), r("20"), notApplicable, r("20")},
			[]string{"belum_jatuh_tempo", "50.00", "50.00 (2025-TW2)", "50.00"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := summary(t, line(tt.form, tt.promises, tt.inputs...)); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// The steps were counted from the first period of the roadmap, so that a roadmap that began
// in the third quarter was held against the step of the first.
func TestARoadmapThatBeginsWithinAYearHasTheStepsOfItsQuarters(t *testing.T) {
	t.Parallel()
	for form, want := range map[string][]string{
		"naik number sum triwulanan":  {"50.00", "50.00"},
		"naik number last triwulanan": {"100.00", "75.00"},
	} {
		s := line(form, []string{"10 20 30 40 = 100"}, reported("15"), reported("20"))
		if form == "naik number last triwulanan" {
			s = line(form, []string{"10 20 30 40 = 40"}, reported("30"), reported("30"))
		}
		s.First.Quarter = 3
		if got := summary(t, s); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", form, got, want)
		}
	}
}

// TestACarriedResultKeepsItsPartsButNotItsWeight checks what summary does not show.
func TestACarriedResultKeepsItsPartsButNotItsWeight(t *testing.T) {
	t.Parallel()
	s := line("naik number last tahunan", []string{"80 <- 100", "90"}, nothing, nothing, nothing, reported("40"), nothing)
	all := defaultRules(t).Assess(s)
	origin, carried := all[3], all[4]
	if origin.Weight != 1000 || carried.Weight != 2000 {
		t.Errorf("weights %d and %d, want 1000 and 2000", origin.Weight, carried.Weight)
	}
	if carried.Target.Text(0) != "80" || carried.FirstRaw.Text(2) != "40.00" {
		t.Errorf("carried: target %s, first raw %s, want 80 and 40.00", carried.Target.Text(0), carried.FirstRaw.Text(2))
	}
	origin.Weight = carried.Weight
	if got, want := outcomeOf(s, carried).text(), outcomeOf(s, origin).text(); got != want {
		t.Errorf("carried:\n%swant\n%s", got, want)
	}
}
