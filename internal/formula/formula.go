// Package formula keeps texts in spreadsheets from being taken for formulas.
package formula

import "strings"

// formulaStarts are what a spreadsheet takes for the beginning of a formula.
const formulaStarts = "=+-@\t\r\n"

// Guard makes a text safe for a cell: one that a spreadsheet could take for a formula gets
// an apostrophe before it.
func Guard(s string) string {
	if looksLikeFormula(s) {
		return "'" + s
	}
	return s
}

// Unguard takes the apostrophe away that Guard put there.
func Unguard(s string) string {
	if strings.HasPrefix(s, "'") && looksLikeFormula(s) {
		return s[1:]
	}
	return s
}

// looksLikeFormula looks behind apostrophes too, so that Unguard gives back what Guard was given.
func looksLikeFormula(s string) bool {
	rest := strings.TrimLeft(s, "'")
	return rest != "" && strings.ContainsRune(formulaStarts, rune(rest[0]))
}
