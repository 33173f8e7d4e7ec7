package evidence

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxLink is the longest address, in bytes.
const maxLink = 1000

// Address is a document that is kept elsewhere.
type Address struct {
	URL   string
	Title string // 1 to 120 characters
}

// CheckLink decides whether an address may be kept as evidence: https, a host with a name of
// its own, and nothing that signs in. It is never fetched. An empty title becomes host and
// path. The refusal is a fault (Invalid).
func CheckLink(address, title string) (Address, error) {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	switch {
	case err != nil || !isASCII(address), u != nil && u.Opaque != "":
		return Address{}, refuse("Tautan ini tidak dapat dibaca. Salin alamat lengkapnya dari peramban, misalnya https://data.blitarkota.go.id/rekap.")
	case u.Scheme != "https":
		return Address{}, refuse("Tautan harus dimulai dengan https://. Salin alamat lengkapnya dari peramban, misalnya https://data.blitarkota.go.id/rekap.")
	case !strings.Contains(strings.Trim(u.Hostname(), "."), "."):
		return Address{}, refuse("Tautan harus memuat nama situs lengkap, misalnya https://data.blitarkota.go.id/rekap.")
	case u.User != nil:
		return Address{}, refuse("Tautan tidak boleh memuat nama pengguna atau sandi. Hapus bagian sebelum tanda @.")
	case len(address) > maxLink:
		return Address{}, refuse("Tautan paling panjang %d karakter. Pakai alamat yang lebih pendek.", maxLink)
	}
	title = CleanTitle(title)
	if title == "" {
		title = CleanTitle(u.Host + strings.TrimSuffix(u.Path, "/"))
	}
	return Address{URL: u.String(), Title: shorten(title, maxTitle)}, nil
}

// isASCII reports whether an address is written as browsers copy it: visible characters of
// ASCII, so that it reads as what it is.
func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= utf8.RuneSelf || r == 0x7f })
}
