package exchange

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/govalues/decimal"
)

// Notation says how the numbers of a column are written.
type Notation string

// Notations. The zero one is: not decided.
const (
	Undecided Notation = ""
	Comma     Notation = "koma"  // 1.234,5
	Point     Notation = "titik" // 1,234.5

	asking Notation = "?" // a person has to choose first
)

// Sample is a text of a column that ought to be a number.
type Sample struct{ Cell, Text string }

// Decision is how a column is read, and why.
type Decision struct {
	Notation Notation
	// Ask says that the column can be read in two ways, so that a person has to choose;
	// then Notation is Undecided.
	Ask    bool
	Reason string // in words, with the cell it follows from; empty: nothing to decide
}

// Decide finds how the numbers of a column are written. It looks at all texts of the
// column: one that can be read in one way only settles it for all. Where none does, or
// two of them disagree, a person must choose.
func Decide(samples []Sample) Decision {
	var comma, point, either Sample // first of each
	for _, s := range samples {
		_, asComma := ParseNumber(s.Text, Comma)
		_, asPoint := ParseNumber(s.Text, Point)
		switch {
		case asComma && !asPoint && comma.Text == "":
			comma = s
		case asPoint && !asComma && point.Text == "":
			point = s
		case asComma && asPoint && either.Text == "" && strings.ContainsAny(s.Text, ".,"):
			either = s
		}
	}
	switch {
	case comma.Text != "" && point.Text != "":
		return Decision{Ask: true, Reason: fmt.Sprintf("%s berisi “%s” (koma sebagai desimal), tetapi %s berisi “%s” (titik sebagai desimal)", comma.Cell, comma.Text, point.Cell, point.Text)}
	case comma.Text != "":
		return Decision{Notation: Comma, Reason: fmt.Sprintf("%s berisi “%s”", comma.Cell, comma.Text)}
	case point.Text != "":
		return Decision{Notation: Point, Reason: fmt.Sprintf("%s berisi “%s”", point.Cell, point.Text)}
	case either.Text != "":
		a, _ := ParseNumber(either.Text, Comma)
		b, _ := ParseNumber(either.Text, Point)
		return Decision{Ask: true, Reason: fmt.Sprintf("%s berisi “%s”, yang dapat berarti %s atau %s", either.Cell, either.Text, Indonesian(a), Indonesian(b))}
	}
	return Decision{}
}

// The shapes of a number without its sign: whole, or in groups of three, and decimals.
var (
	commaPattern = regexp.MustCompile(`^(?:\d{1,19}|[1-9]\d{0,2}(?:\.\d{3}){1,5}|[1-9]\d{0,2}(?: \d{3}){1,5})(?:,\d{1,19})?$`)
	pointPattern = regexp.MustCompile(`^(?:\d{1,19}|[1-9]\d{0,2}(?:,\d{3}){1,5}|[1-9]\d{0,2}(?: \d{3}){1,5})(?:\.\d{1,19})?$`)
)

// ParseNumber reads a number that is written in the notation; ok is false for anything
// else. A sign before it, "Rp" and a percent sign after it are left out: see HasPercent.
func ParseNumber(text string, n Notation) (d decimal.Decimal, ok bool) {
	s := bareNumber(text)
	negative := false
	for _, sign := range []string{"-", "−", "–"} {
		if rest, found := strings.CutPrefix(s, sign); found {
			s, negative = strings.TrimSpace(rest), true
			break
		}
	}
	switch {
	case n == Comma && commaPattern.MatchString(s):
		s = strings.NewReplacer(".", "", " ", "", ",", ".").Replace(s)
	case n == Point && pointPattern.MatchString(s):
		s = strings.NewReplacer(",", "", " ", "").Replace(s)
	default:
		return d, false
	}
	d, err := decimal.Parse(s)
	if err != nil {
		return d, false
	}
	if negative {
		d = d.Neg()
	}
	return d.Trim(0), true
}

// HasPercent reports whether a percent sign stands after the number.
func HasPercent(text string) bool { return strings.HasSuffix(strings.TrimSpace(text), "%") }

// bareNumber is a number without currency and percent sign.
func bareNumber(text string) string {
	s := strings.TrimSpace(text)
	s = strings.TrimSpace(strings.TrimSuffix(s, "%"))
	for _, prefix := range []string{"Rp.", "Rp", "RP", "IDR"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			return strings.TrimSpace(strings.TrimSuffix(rest, ",-"))
		}
	}
	return s
}

// placeholders stand in cells that people leave open.
var placeholders = []string{"-", "--", "---", "–", "—", ".", "..", "...", "n/a", "na", "n.a.", "n.a", "null", "nihil", "kosong", "tidak ada", "tidak ada data", "belum ada", "belum ada data", "?"}

// IsPlaceholder reports whether the text stands for nothing.
func IsPlaceholder(text string) bool {
	return slices.Contains(placeholders, strings.ToLower(strings.TrimSpace(text)))
}

// storedNumber reads the digits of a cell that is a number by its type. A workbook keeps
// binary fractions of 15 sound digits, so that the noise behind them goes. ok is false when
// it is none or too large.
func storedNumber(text string) (d decimal.Decimal, ok bool) {
	d, err := decimal.Parse(text)
	if err != nil {
		// More digits than a decimal takes: those after the 18th are noise.
		mantissa, exponent := text, ""
		if i := strings.IndexAny(text, "eE"); i >= 0 {
			mantissa, exponent = text[:i], text[i:]
		}
		if len(mantissa) <= 19 {
			return d, false
		}
		if !strings.Contains(mantissa[:19], ".") {
			return d, false
		}
		if d, err = decimal.Parse(mantissa[:19] + exponent); err != nil {
			return d, false
		}
	}
	if extra := d.Prec() - 15; extra > 0 && d.Scale() > 0 {
		d = d.Round(max(0, d.Scale()-extra))
	}
	return d.Trim(0), true
}

// Indonesian writes a number as it is read in Indonesia: "1.234,5".
func Indonesian(d decimal.Decimal) string {
	text := d.Trim(0).String()
	text, negative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(text, ".")
	var b strings.Builder
	if negative {
		b.WriteString("−")
	}
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(r)
	}
	if fraction != "" {
		b.WriteString("," + fraction)
	}
	return b.String()
}
