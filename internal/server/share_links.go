package server

import (
	"github.com/skip2/go-qrcode"

	"petajalan/internal/scorecard"
)

// Addresses of what is made for paper and for other sites, and the code that leads back.

// printPath is the address of a sheet for the notice board, in this edition: of a kelurahan
// where s is nil, of a service in general where a is nil, else of the service at the counter
// of a.
func printPath(e *edition, s *scorecard.Service, a *scorecard.Agency) string {
	return e.Link(sheetPath(e, s, a))
}

// pdfSuffix makes the address of the PDF of the address of a sheet.
const pdfSuffix = ".pdf"

// sheetPath is the address of a sheet without the edition.
func sheetPath(e *edition, s *scorecard.Service, a *scorecard.Agency) string {
	switch {
	case s == nil:
		return "/cetak/kelurahan/" + shareName(e, a)
	case a == nil:
		return "/cetak/layanan/" + s.Code
	}
	return "/cetak/layanan/" + s.Code + "/" + shareName(e, a)
}

// cityName stands for the city where a unit is named in an address.
const cityName = "kota"

// shareName is how a unit is named in the addresses of this file: a kelurahan by its slug,
// another agency by its code, the city (nil) by cityName.
func shareName(e *edition, a *scorecard.Agency) string {
	if a == nil {
		return cityName
	}
	if slug := e.Slug(a.Code); slug != "" {
		return slug
	}
	return a.Code
}

// cardPath is the address of the picture that a preview of an agency's page shows, without
// the edition. It is empty for what has no picture of its own: the city's stands for it.
func cardPath(e *edition, agency *scorecard.Agency) string {
	if agency == nil || !agency.Reports {
		return ""
	}
	return "/kartu/" + shareName(e, agency) + ".png"
}

// cityCardPath is the address of the city's picture, without the edition.
const cityCardPath = "/kartu/" + cityName + ".png"

// badgePath is the address of a unit's badge, without the edition; nil is the city.
func badgePath(e *edition, a *scorecard.Agency) string { return "/lencana/" + shareName(e, a) + ".svg" }

// embedPath is the address of a unit's page to be embedded, without the edition; nil is the
// city.
func embedPath(e *edition, a *scorecard.Agency) string { return "/sematan/" + shareName(e, a) }

// feedPath is the address of the feed of publications.
const feedPath = "/umpan.atom"

// qrModules are the dark (true) and light squares of a code, without the quiet zone. It
// stays legible with a seventh of it soiled, as paper on a wall will be. It fails where the
// text is too long for one.
func qrModules(text string) ([][]bool, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, err
	}
	code.DisableBorder = true
	return code.Bitmap(), nil
}
