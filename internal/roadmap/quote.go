package roadmap

import (
	"strings"
	"unicode"
)

// Quote puts text that somebody wrote between quotation marks, short and printable.
func Quote(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, s)
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return "“" + s + "”"
}
