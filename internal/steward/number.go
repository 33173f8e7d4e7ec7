package steward

import (
	"regexp"
	"strings"

	"github.com/govalues/decimal"
)

var (
	typedNumber = regexp.MustCompile(`[0-9][0-9.,]*`)
	grouped     = regexp.MustCompile(`^[0-9]{1,3}(\.[0-9]{3})+$`)
)

// PlainNumbers turns the numbers in a text as Indonesians type them ("1.234,5") into those with a
// point ("1234.5"). A point alone groups thousands only where it can ("1.234", not "82.5").
func PlainNumbers(text string) string {
	return typedNumber.ReplaceAllStringFunc(strings.TrimSpace(text), func(n string) string {
		trimmed := strings.TrimRight(n, ".,")
		rest := n[len(trimmed):]
		whole, fraction, comma := strings.Cut(trimmed, ",")
		switch {
		case comma && !strings.Contains(fraction, ",") && !strings.Contains(fraction, "."):
			return strings.ReplaceAll(whole, ".", "") + "." + fraction + rest
		case !comma && grouped.MatchString(trimmed):
			return strings.ReplaceAll(trimmed, ".", "") + rest
		}
		return n
	})
}

// CommaNumbers writes the numbers in a text with a point as Indonesians type them.
func CommaNumbers(text string) string { return strings.ReplaceAll(text, ".", ",") }

func comma(d decimal.Decimal) string { return CommaNumbers(d.Trim(0).String()) }
