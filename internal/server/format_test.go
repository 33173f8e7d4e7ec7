package server

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

func TestNumbersAreWrittenTheIndonesianWay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in       string
		decimals int
		want     string
	}{
		{"1284.5", 1, "1.284,5"},
		{"1234567", 0, "1.234.567"},
		{"999.95", 1, "1.000,0"},
		{"82.45", 1, "82,5"},
		{"-82.45", 1, "−82,5"},
		{"-0.04", 1, "0,0"},
		{"0.5", 0, "1"},
		{"007", 2, "7,00"},
		{"12345678901234567890123.45", 1, "12.345.678.901.234.567.890.123,5"},
		{"tahap", 1, "tahap"},
		{"1.", 1, "1."},
	} {
		if got := formatNumber(tt.in, tt.decimals); got != tt.want {
			t.Errorf("formatNumber(%q, %d) = %q, want %q", tt.in, tt.decimals, got, tt.want)
		}
	}
}

func TestSharesNeverSeemCompleteWhenTheyAreNot(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0.9400": "94%", "1.0000": "100%", "1": "100%", "0.9960": "99,6%", "0.9999": "99,99%",
		"0.0000": "0%", "0.0040": "0,4%", "0.0312": "3%", "0.5": "50%",
	} {
		if got := formatShare(in); got != want {
			t.Errorf("formatShare(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestChangesCarryTheirSign(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"1.26": "+1,3", "-0.40": "−0,4", "0.04": "0,0", "-0.04": "0,0"} {
		if got := formatSigned(in, 1); got != want {
			t.Errorf("formatSigned(%q) = %q, want %q", in, got, want)
		}
	}
}

func testBands() []scorecard.Band {
	from := func(s string) *string { return &s }
	return []scorecard.Band{
		{From: from("91"), Rating: "sangat_tinggi", Label: "Sangat Tinggi"},
		{From: from("76"), Rating: "tinggi", Label: "Tinggi"},
		{From: from("66"), Rating: "sedang", Label: "Sedang"},
		{From: from("51"), Rating: "rendah", Label: "Rendah"},
		{Rating: "sangat_rendah", Label: "Sangat Rendah"},
	}
}

func TestARoundedFigureNeverSeemsToCrossABand(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in       string
		decimals int
		want     string
	}{
		{"75.60", 0, "75,6"},
		{"75.96", 0, "75,96"},
		{"75.96", 1, "75,96"},
		{"75.40", 0, "75"},
		{"90.50", 0, "90,5"},
		{"82.44", 1, "82,4"},
		{"-3.00", 0, "−3"},
	} {
		if got := formatFigure(testBands(), tt.in, tt.decimals); got != tt.want {
			t.Errorf("formatFigure(%q, %d) = %q, want %q", tt.in, tt.decimals, got, tt.want)
		}
	}
}

func TestFrequenciesUseSmallNumbersWhereTheyAreTrue(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"90.00": "9 dari 10", "90.90": "9 dari 10", "92.50": "93 dari 100", "25.40": "1 dari 4", "33.33": "1 dari 3",
		"50": "1 dari 2", "96": "96 dari 100", "100": "semua", "99.80": "hampir semua", "0": "tidak satu pun",
		"0.20": "kurang dari 1 dari 100", "3": "3 dari 100", "80": "4 dari 5",
	} {
		if got := formatFrequency(in); got != want {
			t.Errorf("formatFrequency(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDaysAreThoseOfBlitarWhateverTheServersZone(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		t.Fatal(err)
	}
	evening := time.Date(2025, 11, 3, 17, 30, 0, 0, time.UTC) // already the 4th in Blitar
	deadline := time.Date(2026, 10, 14, 17, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ name, got, want string }{
		{"date", formatDate(evening, zone), "4 November 2025"},
		{"day", formatDay(evening, zone), "Selasa, 4 November 2025"},
		{"moment", formatMoment(evening, zone), "4 November 2025, 00.30 WIB"},
		{"last day", formatLastDay(deadline, zone), "14 Oktober 2026"},
		{"period", formatPeriodMonths(scoring.Period{Year: 2026, Quarter: 3}), "Triwulan III 2026 (Juli–September)"},
		{"narrow", formatQuarter(scoring.Period{Year: 2026, Quarter: 4}), "TW IV"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s = %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestMeasuresCarryTheirUnitAndNeverLookLikeATargetTheyMissed(t *testing.T) {
	t.Parallel()
	s := func(v string) *string { return &v }
	percent := &scorecard.Indicator{Kind: scoring.KindFraction, Unit: "%", Decimals: 2}
	minutes := &scorecard.Indicator{Kind: scoring.KindNumber, Unit: "menit"}
	index := &scorecard.Indicator{Kind: scoring.KindIndex, Unit: "indeks 25-100", Decimals: 2}
	for _, tt := range []struct {
		ind                  *scorecard.Indicator
		value, label, beside *string
		want                 string
	}{
		{percent, s("94.2512"), nil, s("90"), "94,3%"},
		{percent, s("89.97"), nil, s("90.00"), "89,97%"},
		{percent, s("90"), nil, s("90.00"), "90%"},
		{minutes, s("14"), nil, nil, "14 menit"},
		{index, s("86.50"), nil, nil, "86,5"},
		{index, s("3"), s("BB"), nil, "BB"},
		{index, nil, nil, nil, "–"},
	} {
		if got := formatMeasure(tt.ind, tt.value, tt.label, tt.beside); got != tt.want {
			t.Errorf("formatMeasure(%v) = %q, want %q", tt.value, got, tt.want)
		}
	}
	late := &scorecard.Achievement{Direction: scoring.LowerIsBetter, Target: s("15")}
	if got := formatTarget(minutes, late); got != "paling lama 15 menit" {
		t.Errorf("formatTarget = %q", got)
	}
}

// FuzzFormatNumber compares with exact fractions: what is written is the number itself,
// rounded half away from zero.
func FuzzFormatNumber(f *testing.F) {
	for _, s := range []string{"0", "-0.05", "99.995", "1234567.5", "000.4999999999999999999", "x"} {
		f.Add(s, uint8(1))
	}
	f.Fuzz(func(t *testing.T, s string, n uint8) {
		decimals := int(n % 6)
		got := formatNumber(s, decimals)
		if _, ok := parseDigits(s); !ok {
			if got != s {
				t.Fatalf("%q is no number, yet became %q", s, got)
			}
			return
		}
		back := strings.NewReplacer(".", "", ",", ".", minus, "-").Replace(got)
		read, ok := new(big.Rat).SetString(back)
		exact, ok2 := new(big.Rat).SetString(s)
		if !ok || !ok2 {
			t.Fatalf("%q became %q, which cannot be read", s, got)
		}
		if want := exact.FloatString(decimals); strings.TrimPrefix(want, "-") != strings.TrimPrefix(read.FloatString(decimals), "-") {
			t.Fatalf("formatNumber(%q, %d) = %q, want %s", s, decimals, got, want)
		}
	})
}

func TestAlmostAllIsNotShownAsAll(t *testing.T) {
	t.Parallel()
	ind := &scorecard.Indicator{Kind: scoring.KindFraction, Unit: "%", Decimals: 2}
	for value, want := range map[string]string{"99.97": "99,97%", "99.4": "99,4%", "100": "100%", "99.99999": "100%", "87.84": "87,8%"} {
		if got := formatMeasure(ind, &value, nil, nil); got != want {
			t.Errorf("%s is shown as %s, want %s", value, got, want)
		}
		if got := formatShareBeside(value, nil); value == "99.97" && got != "99,97%" {
			t.Errorf("%s is shown as %s without decimals", value, got)
		}
	}
}
