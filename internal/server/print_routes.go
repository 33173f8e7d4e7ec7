package server

import (
	"bytes"
	"slices"
	"strings"

	"petajalan/internal/chart"
	"petajalan/internal/fault"
	"petajalan/internal/paper"
	"petajalan/internal/scorecard"
)

// Sheets for the notice board are made when somebody asks for one, as a page or as a PDF.
var (
	placeSheetRoute   = publicRoute{pattern: "/cetak/kelurahan/:nama", page: showPlaceSheet}
	serviceSheetRoute = publicRoute{pattern: "/cetak/layanan/:kode", page: showServiceSheet}
	counterSheetRoute = publicRoute{pattern: "/cetak/layanan/:kode/:instansi", page: showCounterSheet}
)

func showPlaceSheet(e *edition, p params) (view, error) {
	name, asPDF := strings.CutSuffix(p.path["nama"], pdfSuffix)
	a := e.AgencyBySlug(name)
	if a == nil || !a.Reports {
		return view{}, fault.New(fault.NotFound, "Tidak ada kelurahan bernama “%s” di Kota Blitar. Pilih dari daftar kelurahan, atau cari namanya.", shorten(name, 40))
	}
	return showSheet(e, nil, a, asPDF)
}

func showServiceSheet(e *edition, p params) (view, error) {
	code, asPDF := strings.CutSuffix(p.path["kode"], pdfSuffix)
	s, err := printedService(e, code)
	if err != nil {
		return view{}, err
	}
	return showSheet(e, s, nil, asPDF)
}

func showCounterSheet(e *edition, p params) (view, error) {
	s, err := printedService(e, p.path["kode"])
	if err != nil {
		return view{}, err
	}
	name, asPDF := strings.CutSuffix(p.path["instansi"], pdfSuffix)
	a := e.AgencyBySlug(name)
	if a == nil {
		a = e.Agency(name)
	}
	if a == nil || shareName(e, a) != name || !slices.Contains(s.Agencies, a.Code) {
		return view{}, fault.New(fault.NotFound, "Layanan ini tidak dilayani di “%s”. Tempat yang melayani tercantum di halaman layanan.", shorten(name, 40))
	}
	return showSheet(e, s, a, asPDF)
}

func printedService(e *edition, code string) (*scorecard.Service, error) {
	if s := e.Service(code); s != nil {
		return s, nil
	}
	return nil, fault.New(fault.NotFound, "Tidak ada layanan dengan kode “%s”. Pilih dari daftar layanan, atau cari namanya.", shorten(code, 40))
}

// sheetPage is a sheet for the notice board as a page.
type sheetPage struct {
	Page
	Poster paper.Poster
	Size   int // of its letters, 0 the largest; see paper.Sizes
	Code   chart.SVG
	PDF    string
	Back   string // the page that the sheet is of
}

// showSheet makes the sheet of a service, of a counter, or of a kelurahan.
func showSheet(e *edition, s *scorecard.Service, a *scorecard.Agency, asPDF bool) (view, error) {
	back := ""
	if s != nil {
		back = "/layanan/" + s.Code
	} else {
		back = "/kelurahan/" + e.Slug(a.Code)
	}
	var poster paper.Poster
	if s == nil {
		poster = placePoster(e, a)
	} else {
		poster = servicePoster(e, s, a)
	}
	modules, err := qrModules(e.Absolute(back))
	if err != nil {
		return view{}, err
	}
	poster.Code, poster.Address = modules, e.Absolute(back)
	path := sheetPath(e, s, a)
	if asPDF {
		var b bytes.Buffer
		if err := paper.WritePosterPDF(&b, poster); err != nil {
			return view{}, err
		}
		return view{file: &file{contentType: "application/pdf", body: b.Bytes()}}, nil
	}
	page := sheetPage{Page: newPage(e, path, back, "Lembar cetak: "+poster.Title, ""), Code: chart.Code(modules), PDF: e.Link(path + pdfSuffix), Back: e.Link(back)}
	page.NoIndex = true
	page.Poster, page.Size = paper.FitPoster(poster)
	page.Size = min(page.Size+1, paper.Sizes-1) // a browser sets a little wider than the PDF
	return view{template: "cetak", data: page}, nil
}
