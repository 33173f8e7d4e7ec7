package exchange_test

import (
	"strings"
	"testing"

	"petajalan/internal/exchange"
)

func TestANumberIsReadInItsNotationOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, comma, point string }{
		{"11.713", "11713", "11.713"},
		{"11,58", "11.58", ""},
		{"11.58", "", "11.58"},
		{"1.234.567", "1234567", ""},
		{"1.234,5", "1234.5", ""},
		{"1,234.5", "", "1234.5"},
		{"1 234,5", "1234.5", ""},
		{"0.500", "", "0.500"},
		{"0,5", "0.5", ""},
		{"12", "12", "12"},
		{"-3", "-3", "-3"},
		{"−3,5", "-3.5", ""},
		{"94,5%", "94.5", ""},
		{"Rp 1.500.000", "1500000", ""},
		{"12 orang", "", ""},
		{"1.23.456", "", ""},
		{"12.3456", "", "12.3456"},
		{"1e5", "", ""},
		{"", "", ""},
		{"--5", "", ""},
		{"99999999999999999999", "", ""},
	} {
		for n, want := range map[exchange.Notation]string{exchange.Comma: c.comma, exchange.Point: c.point} {
			d, ok := exchange.ParseNumber(c.text, n)
			if ok != (want != "") || ok && !d.Equal(*num(want)) {
				t.Errorf("ParseNumber(%q, %s) = %s, %v, want %q", c.text, n, d, ok, want)
			}
		}
	}
}

func TestOneNotationIsDecidedForAColumn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		texts  string
		want   exchange.Notation
		ask    bool
		reason string
	}{
		{"11.713 11,58", exchange.Comma, false, "A2 berisi “11,58”"},
		{"11,713 11.58", exchange.Point, false, "A2 berisi “11.58”"},
		{"1.000.000 2.500", exchange.Comma, false, "A1 berisi “1.000.000”"},
		{"11.713 12", exchange.Undecided, true, "A1 berisi “11.713”, yang dapat berarti 11.713 atau 11,713"},
		{"11,58 11.58", exchange.Undecided, true, "A1 berisi “11,58” (koma sebagai desimal), tetapi A2 berisi “11.58” (titik sebagai desimal)"},
		{"12 13", exchange.Undecided, false, ""},
		{"entah 1,5", exchange.Comma, false, "A2 berisi “1,5”"},
	} {
		var samples []exchange.Sample
		for i, text := range strings.Fields(c.texts) {
			samples = append(samples, exchange.Sample{Cell: exchange.CellName(i, 0), Text: text})
		}
		got := exchange.Decide(samples)
		if got.Notation != c.want || got.Ask != c.ask || got.Reason != c.reason {
			t.Errorf("Decide(%s) = %+v, want %q, %v, %q", c.texts, got, c.want, c.ask, c.reason)
		}
	}
}

// The decision never depends on a single cell: what is decided reads every cell that can be
// read in one way only, unless a person is asked.
func FuzzDecide(f *testing.F) {
	f.Add("11.713", "11,58", "-")
	f.Add("1.000", "0.5", "94,5%")
	f.Add("1 234", "−3", "Rp 5")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		var samples []exchange.Sample
		for _, text := range []string{a, b, c} {
			samples = append(samples, exchange.Sample{Cell: "A1", Text: text})
		}
		d := exchange.Decide(samples)
		if d.Ask && d.Notation != exchange.Undecided {
			t.Fatalf("asks and decides: %+v", d)
		}
		for _, s := range samples {
			comma, asComma := exchange.ParseNumber(s.Text, exchange.Comma)
			point, asPoint := exchange.ParseNumber(s.Text, exchange.Point)
			if asComma != asPoint && !d.Ask {
				if want := map[bool]exchange.Notation{true: exchange.Comma, false: exchange.Point}[asComma]; d.Notation != want {
					t.Fatalf("%q can be read with %s only, decided %+v", s.Text, want, d)
				}
			}
			if asComma && asPoint && !comma.Equal(point) && d.Notation == exchange.Undecided && !d.Ask {
				t.Fatalf("%q is %s or %s, and nobody is asked", s.Text, comma, point)
			}
		}
	})
}

func TestADayIsReadWithTheDayFirst(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"31-12-2026": "2026-12-31", "1/2/2026": "2026-02-01", "2026-12-31": "2026-12-31", "14 Oktober 2026": "2026-10-14", "14 Okt 2026": "2026-10-14",
		"31-02-2026": "", "12/31/2026": "", "besok": "", "2026": "",
	} {
		day, ok := exchange.ParseDay(text)
		if ok != (want != "") || ok && day.Format("2006-01-02") != want {
			t.Errorf("ParseDay(%q) = %s, %v, want %q", text, day.Format("2006-01-02"), ok, want)
		}
	}
}

func TestAQuarterIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2026-TW3": "2026-TW3", "TW III 2026": "2026-TW3", "Triwulan IV Tahun 2025": "2025-TW4", "Q1 2026": "2026-TW1", "III/2026": "2026-TW3", "2026-07": "2026-TW3", "2026-07-31": "2026-TW3",
		"2026": "", "TW 5 2026": "", "TW V 2026": "", "": "", "2026-13": "",
	} {
		p, ok := exchange.ReadPeriod(text)
		if ok != (want != "") || ok && p.String() != want {
			t.Errorf("ReadPeriod(%q) = %s, %v, want %q", text, p, ok, want)
		}
	}
}
