package scoring

import (
	"regexp"
	"strings"

	"github.com/govalues/decimal"
)

// Numbers that people and files give have at most this many digits before and after the
// decimal mark, as the columns that keep them.
const (
	MaxIntegerDigits = 14
	MaxDecimals      = 4
)

// NumberProblem says why a text is no number.
type NumberProblem uint8

// What can be wrong with a number that was typed.
const (
	NumberEmpty      NumberProblem = iota + 1 // nothing was typed
	NumberUnclear                             // it is not written like a number
	NumberPoint                               // a point where only a decimal mark makes sense: 82.5
	NumberComma                               // a comma where the decimal mark is the point
	NumberTooLarge                            // more than MaxIntegerDigits before the decimal mark
	NumberTooPrecise                          // more than MaxDecimals after it
)

// NumberError is the error of ParseNumber and ParsePlain.
type NumberError struct {
	Problem NumberProblem
	Text    string // as given
	plain   bool   // by ParsePlain
}

// Error returns the sentence of Sentence with what was given, if anything was.
func (e *NumberError) Error() string {
	if e.Problem == NumberEmpty {
		return e.Sentence()
	}
	text := []rune(e.Text)
	if len(text) > 40 {
		text = append(text[:40], '…')
	}
	return `"` + string(text) + `": ` + e.Sentence()
}

// Sentence says in Indonesian what to do. It does not repeat what was typed.
func (e *NumberError) Sentence() string {
	switch e.Problem {
	case NumberEmpty:
		return "Isi angkanya. Tulis 0 jika nilainya memang nol."
	case NumberPoint:
		return "Pakai koma untuk desimal, misalnya 82,5. Titik hanya untuk ribuan, misalnya 1.250."
	case NumberComma:
		return "Pakai titik untuk desimal tanpa pemisah ribuan, misalnya 82.5."
	case NumberTooLarge:
		return "Angka terlalu besar: paling banyak 14 angka di depan tanda desimal."
	case NumberTooPrecise:
		return "Terlalu banyak desimal: paling banyak 4 angka di belakang tanda desimal."
	}
	if e.plain {
		return "Tulis angka saja, misalnya 82.5."
	}
	return "Tulis angka saja, misalnya 82,5."
}

var (
	numberPattern = regexp.MustCompile(`^-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?$`)
	plainPattern  = regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	// What looks like one: a point where a comma belongs, as in 82.5, 1,250.00 and 1.25.
	pointPattern = regexp.MustCompile(`^-?\d{1,3}((,\d{3})*|\d*)\.\d+$`)
	commaPattern = regexp.MustCompile(`^-?(\d+|\d{1,3}(\.\d{3})+),\d+$`)
)

// ParseNumber reads a number as it is written in Indonesian: "82,5", "1.250", "-0,25".
// Spaces around it are dropped, and a typographic minus sign counts as a hyphen. Anything
// that could mean two numbers is refused: "82.5", and "0.500" with a group that begins
// with 0. Every error is a *NumberError.
func ParseNumber(s string) (decimal.Decimal, error) {
	text := strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(text, "−"); ok {
		text = "-" + rest
	}
	refuse := func(p NumberProblem) (decimal.Decimal, error) {
		return decimal.Decimal{}, &NumberError{Problem: p, Text: s}
	}
	switch {
	case text == "":
		return refuse(NumberEmpty)
	case pointPattern.MatchString(text) && !numberPattern.MatchString(text):
		return refuse(NumberPoint)
	case !numberPattern.MatchString(text):
		return refuse(NumberUnclear)
	}
	whole, fraction, _ := strings.Cut(text, ",")
	if strings.Contains(whole, ".") {
		if strings.HasPrefix(strings.TrimPrefix(whole, "-"), "0") {
			return refuse(NumberPoint)
		}
		whole = strings.ReplaceAll(whole, ".", "")
	}
	d, problem := assemble(whole, fraction)
	if problem != 0 {
		return refuse(problem)
	}
	return d, nil
}

// ParsePlain reads a number as it stands in data files: "82.5", a point as decimal mark,
// no thousands, no spaces. Every error is a *NumberError.
func ParsePlain(s string) (decimal.Decimal, error) {
	refuse := func(p NumberProblem) (decimal.Decimal, error) {
		return decimal.Decimal{}, &NumberError{Problem: p, Text: s, plain: true}
	}
	switch {
	case strings.TrimSpace(s) == "":
		return refuse(NumberEmpty)
	case commaPattern.MatchString(s):
		return refuse(NumberComma)
	case !plainPattern.MatchString(s):
		return refuse(NumberUnclear)
	}
	whole, fraction, _ := strings.Cut(s, ".")
	d, problem := assemble(whole, fraction)
	if problem != 0 {
		return refuse(problem)
	}
	return d, nil
}

// assemble makes a number of its digits, the sign standing with those before the mark.
func assemble(whole, fraction string) (decimal.Decimal, NumberProblem) {
	switch {
	case len(strings.TrimPrefix(whole, "-")) > MaxIntegerDigits:
		return decimal.Decimal{}, NumberTooLarge
	case len(fraction) > MaxDecimals:
		return decimal.Decimal{}, NumberTooPrecise
	case fraction != "":
		whole += "." + fraction
	}
	d, err := decimal.Parse(whole)
	if err != nil {
		return decimal.Decimal{}, NumberUnclear
	}
	return d, 0
}

// FormatNumber writes d in Indonesian with that many decimals (0 to 18), rounded half away
// from zero: "1.250,50", "−3". What it writes ParseNumber reads.
func FormatNumber(d decimal.Decimal, decimals int) string {
	plain := RatioOf(d).Text(decimals)
	sign := ""
	if rest, ok := strings.CutPrefix(plain, "-"); ok {
		sign, plain = "−", rest
	}
	whole, fraction, _ := strings.Cut(plain, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "." + whole[i:]
	}
	if fraction != "" {
		fraction = "," + fraction
	}
	return sign + whole + fraction
}
