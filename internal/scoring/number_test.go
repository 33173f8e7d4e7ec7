package scoring_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/govalues/decimal"

	"petajalan/internal/scoring"
)

// problemOf returns the problem of an error of a number, and 0 when there is none.
func problemOf(t *testing.T, err error) scoring.NumberProblem {
	t.Helper()
	if err == nil {
		return 0
	}
	var n *scoring.NumberError
	if !errors.As(err, &n) {
		t.Fatalf("error %v is a %T, want a *NumberError", err, err)
	}
	return n.Problem
}

func TestNumbersAreReadAsWrittenInIndonesian(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text    string
		problem scoring.NumberProblem
		want    string
	}{
		{"0", 0, "0"},
		{"7", 0, "7"},
		{"82,5", 0, "82.5"},
		{"-3,25", 0, "-3.25"},
		{"−3,25", 0, "-3.25"},
		{"1.250", 0, "1250"},
		{"1.284,5", 0, "1284.5"},
		{"12.345.678,9012", 0, "12345678.9012"},
		{"12345678", 0, "12345678"},
		{"007", 0, "7"},
		{" 82,5\t", 0, "82.5"},
		{"\u00a082,5\u202f", 0, "82.5"},
		{"-0", 0, "0"},
		{"-0,00", 0, "0.00"},
		{"99999999999999,9999", 0, "99999999999999.9999"},
		{"99.999.999.999.999,9999", 0, "99999999999999.9999"},

		{"", scoring.NumberEmpty, ""},
		{" \t\n", scoring.NumberEmpty, ""},
		{"82.5", scoring.NumberPoint, ""},
		{"-82.5", scoring.NumberPoint, ""},
		{"1250.500", scoring.NumberPoint, ""},
		{"1,250.00", scoring.NumberPoint, ""},
		{"0.500", scoring.NumberPoint, ""},
		{"012.345", scoring.NumberPoint, ""},
		{"1.2345", scoring.NumberPoint, ""},
		{"100000000000000", scoring.NumberTooLarge, ""},
		{"100.000.000.000.000", scoring.NumberTooLarge, ""},
		{"-100000000000000", scoring.NumberTooLarge, ""},
		{"1,23456", scoring.NumberTooPrecise, ""},
		{"82,", scoring.NumberUnclear, ""},
		{",5", scoring.NumberUnclear, ""},
		{".5", scoring.NumberUnclear, ""},
		{"1,2,3", scoring.NumberUnclear, ""},
		{"1.25.000", scoring.NumberUnclear, ""},
		{"1 250", scoring.NumberUnclear, ""},
		{"- 5", scoring.NumberUnclear, ""},
		{"--5", scoring.NumberUnclear, ""},
		{"−-5", scoring.NumberUnclear, ""},
		{"+5", scoring.NumberUnclear, ""},
		{"5%", scoring.NumberUnclear, ""},
		{"Rp5", scoring.NumberUnclear, ""},
		{"1e9", scoring.NumberUnclear, ""},
		{"NaN", scoring.NumberUnclear, ""},
		{"Inf", scoring.NumberUnclear, ""},
		{"0x10", scoring.NumberUnclear, ""},
		{"٣", scoring.NumberUnclear, ""},
		{"5\n6", scoring.NumberUnclear, ""},
		{"\xff", scoring.NumberUnclear, ""},
	}
	for _, tt := range tests {
		got, err := scoring.ParseNumber(tt.text)
		if p := problemOf(t, err); p != tt.problem {
			t.Errorf("ParseNumber(%q): problem %d, want %d (error: %v)", tt.text, p, tt.problem, err)
		} else if err == nil && got.String() != tt.want {
			t.Errorf("ParseNumber(%q) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestNumbersOfDataFilesHaveAPoint(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text    string
		problem scoring.NumberProblem
		want    string
	}{
		{"82.5", 0, "82.5"},
		{"-3.25", 0, "-3.25"},
		{"1250", 0, "1250"},
		{"1.250", 0, "1.250"},
		{"0.500", 0, "0.500"},
		{"-0", 0, "0"},
		{"", scoring.NumberEmpty, ""},
		{"82,5", scoring.NumberComma, ""},
		{"1.250,5", scoring.NumberComma, ""},
		{" 5", scoring.NumberUnclear, ""},
		{"−5", scoring.NumberUnclear, ""},
		{"1.250.000", scoring.NumberUnclear, ""},
		{"5.", scoring.NumberUnclear, ""},
		{"100000000000000", scoring.NumberTooLarge, ""},
		{"1.23456", scoring.NumberTooPrecise, ""},
	}
	for _, tt := range tests {
		got, err := scoring.ParsePlain(tt.text)
		if p := problemOf(t, err); p != tt.problem {
			t.Errorf("ParsePlain(%q): problem %d, want %d (error: %v)", tt.text, p, tt.problem, err)
		} else if err == nil && got.String() != tt.want {
			t.Errorf("ParsePlain(%q) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestARefusedNumberSaysWhatToDo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		parse      func(string) (decimal.Decimal, error)
		text, want string
	}{
		{scoring.ParseNumber, "", "Isi angkanya. Tulis 0 jika nilainya memang nol."},
		{scoring.ParseNumber, "lima", `"lima": Tulis angka saja, misalnya 82,5.`},
		{scoring.ParseNumber, "82.5", `"82.5": Pakai koma untuk desimal, misalnya 82,5. Titik hanya untuk ribuan, misalnya 1.250.`},
		{scoring.ParsePlain, "82,5", `"82,5": Pakai titik untuk desimal tanpa pemisah ribuan, misalnya 82.5.`},
		{scoring.ParsePlain, "lima", `"lima": Tulis angka saja, misalnya 82.5.`},
		{scoring.ParseNumber, "1,23456", `"1,23456": Terlalu banyak desimal: paling banyak 4 angka di belakang tanda desimal.`},
		{scoring.ParseNumber, strings.Repeat("9", 50), `"` + strings.Repeat("9", 40) + `…": Angka terlalu besar: paling banyak 14 angka di depan tanda desimal.`},
	}
	for _, tt := range tests {
		if _, err := tt.parse(tt.text); err == nil || err.Error() != tt.want {
			t.Errorf("%q: error %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestNumbersAreWrittenInIndonesian(t *testing.T) {
	t.Parallel()
	tests := []struct {
		number   string
		decimals int
		want     string
	}{
		{"0", 0, "0"},
		{"0", 2, "0,00"},
		{"999", 0, "999"},
		{"1000", 0, "1.000"},
		{"1284.5", 1, "1.284,5"},
		{"-1234567.891", 2, "−1.234.567,89"},
		{"-123", 0, "−123"},
		{"0.125", 2, "0,13"},
		{"0.135", 2, "0,14"},
		{"-0.125", 2, "−0,13"},
		{"-0.004", 2, "0,00"},
		{"999.5", 0, "1.000"},
	}
	for _, tt := range tests {
		if got := scoring.FormatNumber(decimal.MustParse(tt.number), tt.decimals); got != tt.want {
			t.Errorf("FormatNumber(%s, %d) = %q, want %q", tt.number, tt.decimals, got, tt.want)
		}
	}
}

// FuzzParseNumber holds what is accepted against the pattern of style.md, section 8.
func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"82,5", "82.5", "1.250", "0.500", "−1.284,5", " 7 ", "", "1,23456", "99999999999999,9999", "-0,0", "\xff"} {
		f.Add(s)
	}
	pattern := regexp.MustCompile(`^-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?$`)
	zeroGroup := regexp.MustCompile(`^-?0\d*\.`)
	f.Fuzz(func(t *testing.T, s string) {
		d, err := scoring.ParseNumber(s)
		text := strings.TrimSpace(s)
		if strings.HasPrefix(text, "−") {
			text = "-" + strings.TrimPrefix(text, "−")
		}
		whole, fraction, _ := strings.Cut(text, ",")
		digits := strings.NewReplacer("-", "", ".", "").Replace(whole)
		want := pattern.MatchString(text) && !zeroGroup.MatchString(text) && len(digits) <= 14 && len(fraction) <= 4
		if (err == nil) != want {
			t.Fatalf("ParseNumber(%q): %v, accepted by the pattern: %v", s, err, want)
		}
		if err != nil {
			if problemOf(t, err) == 0 || err.Error() == "" {
				t.Fatalf("ParseNumber(%q): error without a problem", s)
			}
			return
		}
		written := scoring.FormatNumber(d, d.Scale())
		again, err := scoring.ParseNumber(written)
		if err != nil || again.Cmp(d) != 0 || again.Scale() != d.Scale() {
			t.Fatalf("%q = %s, written %q, read again as %s (error: %v)", s, d, written, again, err)
		}
		if d.IsZero() && strings.ContainsAny(written, "-−") {
			t.Fatalf("%q is written %q", s, written)
		}
	})
}

// FuzzParsePlain checks that what is accepted comes back digit by digit.
func FuzzParsePlain(f *testing.F) {
	for _, s := range []string{"82.5", "82,5", "1.250", "-0", "00.10", "", "1.23456", "99999999999999.9999", "\xff"} {
		f.Add(s)
	}
	pattern := regexp.MustCompile(`^-?\d{1,14}(\.\d{1,4})?$`)
	f.Fuzz(func(t *testing.T, s string) {
		d, err := scoring.ParsePlain(s)
		if (err == nil) != pattern.MatchString(s) {
			t.Fatalf("ParsePlain(%q): %v", s, err)
		}
		if err != nil {
			if problemOf(t, err) == 0 || err.Error() == "" {
				t.Fatalf("ParsePlain(%q): error without a problem", s)
			}
			return
		}
		again, err := scoring.ParsePlain(d.String())
		if err != nil || again != d {
			t.Fatalf("%q = %s, read again as %s (error: %v)", s, d, again, err)
		}
	})
}
