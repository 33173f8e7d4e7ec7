package server

import (
	"fmt"
	"strings"
	"time"

	"petajalan/internal/opendata"
	"petajalan/internal/scoring"
)

// dataPage lists the open data of a publication.
type dataPage struct {
	Page
	Trail    []crumb
	Sets     []dataSetRow
	Rows     int // of all sets
	Files    []dataFileRow
	Citation string
	Licence  string // address of the licence
	Owner    string
	URL      string // absolute address of the page
	Content  string // absolute address of the bytes
	First    string // first day the figures are about, 2025-01-01
	Last     string
	Modified string // 2026-11-12T07:00:00Z
	Past     []editionInfo
}

// dataSetRow is one set with its files.
type dataSetRow struct {
	Name, Title, About string
	Rows, Columns      int
	Size               string // of the CSV file
	Files              []dataLink
}

// dataLink is a file of a set.
type dataLink struct {
	Name, Href string
	URL        string // absolute
	Type       string // media type
}

// dataFileRow is a file beside the sets.
type dataFileRow struct{ Title, About, Name, Href string }

func showData(e *edition, _ params) (view, error) {
	data := openData(e)
	first, last := data.Span()
	page := dataPage{
		Page: newPage(e, "/data", "/data", "Data terbuka",
			"Unduh semua data Rapor Layanan Kota Blitar dalam CSV, JSON, dan XLSX, dengan kamus data dan lisensi terbuka."),
		Trail:    trail(e, crumb{Name: "Data terbuka"}),
		Citation: data.Citation(),
		Licence:  opendata.LicenceURL,
		Owner:    opendata.Publisher,
		URL:      e.Absolute("/data"),
		Content:  e.Base + e.BytesPath(),
		First:    first,
		Last:     last,
		Modified: e.PublishedAt.UTC().Format(time.RFC3339),
	}
	for _, set := range opendata.Sets {
		t, err := set.Of(data)
		if err != nil {
			return view{}, err
		}
		text, err := t.CSV()
		if err != nil {
			return view{}, err
		}
		row := dataSetRow{Name: set.Name, Title: set.Title, About: set.About, Rows: len(t.Rows), Columns: len(set.Columns), Size: sizeWords(int64(len(text)))}
		for _, f := range opendata.Formats {
			path := dataSetPath(set.Name, f.Extension)
			row.Files = append(row.Files, dataLink{f.Name, e.Link(path), e.Absolute(path), strings.TrimSuffix(f.ContentType, "; charset=utf-8")})
		}
		page.Rows += row.Rows
		page.Sets = append(page.Sets, row)
	}
	for _, f := range dataFiles {
		page.Files = append(page.Files, dataFileRow{f.title, f.about, f.name, e.Link("/data/" + f.name)})
	}
	for i := len(e.Others) - 1; i >= 0; i-- {
		if e.Others[i].Number != e.Number {
			page.Past = append(page.Past, e.Others[i])
		}
	}
	return view{template: "data", data: page}, nil
}

// DataAt is the address of the page at another publication.
func (p dataPage) DataAt(number int) string { return fmt.Sprintf("/data?terbitan=%d", number) }

// dictionaryPage explains every column of the open data.
type dictionaryPage struct {
	Page
	Trail []crumb
	Sets  []*opendata.Set
}

func showDictionary(e *edition, _ params) (view, error) {
	page := dictionaryPage{
		Page: newPage(e, "/data/kamus", "/data", "Kamus data",
			"Arti, jenis, dan satuan setiap kolom data terbuka Rapor Layanan Kota Blitar."),
		Trail: trail(e, crumb{"Data terbuka", "/data"}, crumb{Name: "Kamus data"}),
		Sets:  opendata.Sets,
	}
	page.Translation = "/en/data-dictionary"
	return view{template: "data-kamus", data: page}, nil
}

func showDictionaryEN(e *edition, _ params) (view, error) {
	page := dictionaryPage{
		Page: newPage(e, "/en/data-dictionary", "/data", "Data dictionary",
			"Meaning, type and unit of every column of the open data of the service scorecard of the City of Blitar."),
		Trail: trail(e, crumb{"Data terbuka", "/data"}, crumb{Name: "Data dictionary"}),
		Sets:  opendata.Sets,
	}
	page.Lang, page.Translation = "en", "/data/kamus"
	return view{template: "data-dictionary", data: page}, nil
}

// kitPage shows step by step how to compute the scores again.
type kitPage struct {
	Page
	Trail    []crumb
	Href     string // of the archive
	Workbook string // name of the workbook of the period
	Targets  int    // achievements of all periods
	Scored   int    // of them scored
	Scores   int    // of all periods
	Periods  int
	Floor    string
	Cap      string
	Command  string // name of the file in the command
}

func showKit(e *edition, _ params) (view, error) {
	page := kitPage{
		Page: newPage(e, "/data/hitung-sendiri", "/data", "Hitung sendiri",
			"Hitung ulang semua nilai Rapor Layanan Kota Blitar dengan lembar kerja biasa atau satu perintah."),
		Trail:    trail(e, crumb{"Data terbuka", "/data"}, crumb{Name: "Hitung sendiri"}),
		Href:     e.Link("/data/hitung-sendiri.zip"),
		Workbook: opendata.WorkbookName(e.Period),
		Targets:  len(e.Content.Achievements),
		Scores:   len(e.Content.Scores),
		Periods:  len(e.Content.Periods),
		Floor:    e.Method.Floor,
		Cap:      e.Method.Cap,
		Command:  fmt.Sprintf("%d.json", e.Number),
	}
	for i := range e.Content.Achievements {
		if e.Content.Achievements[i].State == scoring.Scored {
			page.Scored++
		}
	}
	return view{template: "data-hitung", data: page}, nil
}
