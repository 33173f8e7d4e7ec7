package scorecard

import (
	"math/big"
	"testing"
)

func TestShortDecimalsAreReadAsBigRatReadsThem(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"0", "-0", "1", "-1", "12.50", "-0.05", "100.00", "0.000000000000001", "999999999999999999", "-9999999999999999.9", "5."} {
		want, ok := new(big.Rat).SetString(s)
		if got := short(s); !ok || got == nil || got.Cmp(want) != 0 {
			t.Errorf("%q is read as %v, want %v", s, got, want)
		}
	}
	for _, s := range []string{"", "-", ".5", "1.2.3", "1e3", "+1", "1/3", "--1", "1_0", "1234567890123456789", "NaN"} {
		if got := short(s); got != nil {
			t.Errorf("%q is read as %v, want to leave it to big.Rat", s, got)
		}
	}
}

func TestNumbersOfAnyLengthAreRead(t *testing.T) {
	t.Parallel()
	long := "-1234567890123456789012.345"
	if got := number(&long); got == nil || got.FloatString(3) != long {
		t.Errorf("%s is read as %v", long, got)
	}
	words := "ya"
	if got := number(&words); got != nil {
		t.Errorf("%q is read as %v, want no number", words, got)
	}
}

func BenchmarkNumber(b *testing.B) {
	s := "82.45"
	b.ReportAllocs()
	for b.Loop() {
		if number(&s) == nil {
			b.Fatal("no number")
		}
	}
}
