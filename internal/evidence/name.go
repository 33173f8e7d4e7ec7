package evidence

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTitle is the longest title, in characters.
const maxTitle = 120

// cleanName makes a title of a file name that somebody sent, and tells its extension, in
// lower case with its dot; empty: it has none. The name is only ever data: no folder, no
// control or direction character, no space twice; the title ends with the extension, so that
// shortening never changes what kind of file it claims to be.
func cleanName(name string) (title, ext string) {
	name = strings.ReplaceAll(name, `\`, "/")
	name = name[strings.LastIndexByte(name, '/')+1:]
	base := CleanTitle(name)
	ext = strings.ToLower(path.Ext(base))
	stem := strings.TrimRight(strings.TrimSuffix(base, path.Ext(base)), " .")
	if !isPlain(ext) {
		return shorten(base, maxTitle), ""
	}
	if k := kindOf(ext); k != nil {
		ext = k.ext // .JPEG is .jpg
	}
	stem = strings.TrimLeft(stem, " .")
	if stem == "" {
		stem = "bukti"
	}
	return shorten(stem, maxTitle-len(ext)) + ext, ext
}

// CleanTitle makes text of a person fit for one line: what cannot be seen or turns the
// direction of writing is left out, and spaces are single.
func CleanTitle(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.In(r, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) || r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// isPlain reports whether an extension is a dot with a few letters and digits.
func isPlain(ext string) bool {
	if len(ext) < 2 || len(ext) > 12 {
		return false
	}
	for _, r := range ext[1:] {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// shorten cuts s to n characters.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:n-1]), " .") + "…"
}
