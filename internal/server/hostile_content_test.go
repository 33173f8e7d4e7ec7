package server

import (
	"archive/zip"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"petajalan/internal/opendata"
	"petajalan/internal/scorecard"
)

// evil is a text that is a formula, a tag, the end of an attribute and of a CDATA section, an
// action of a template and an escape of a terminal, with characters that XML cannot hold.
const evil = "=1+1<x-evil onx=1>\"'>&]]>{{.}}--><!--\x1b[31m\u202e\ufffe\r\n"

// spoil puts evil into every text of a publication that people write.
func spoil(v reflect.Value) {
	written := []string{"Name", "ShortName", "Definition", "Unit", "NumeratorLabel", "DenominatorLabel", "DataSource", "EvidenceRule", "BreakNote", "BaselineSource", "Reason",
		"LegalBasis", "Clause", "Note", "StateReason", "ActualLabel", "TargetLabel", "Title", "RegulationNumber", "SourceNote", "Label", "Basis", "Rule", "Office", "Text", "Source"}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Field(i)
			switch {
			case !field.CanSet():
			case v.Type().Field(i).Name == "Website":
				field.SetString("javascript:alert(1)")
			case field.Kind() == reflect.String && slices.Contains(written, v.Type().Field(i).Name):
				field.SetString(evil)
			case field.Type() == reflect.TypeFor[*string]() && !field.IsNil() && slices.Contains(written, v.Type().Field(i).Name):
				field.Set(reflect.ValueOf(new(evil)))
			default:
				spoil(field)
			}
		}
	}
}

func TestTextsOfAPublicationAreNothingButText(t *testing.T) {
	t.Parallel()
	e := abroad(t)
	spoil(reflect.ValueOf(e.Content).Elem())
	e.Content.Periods = e.Content.Periods[max(0, len(e.Content.Periods)-2):]
	e.View = scorecard.NewView(e.Content)
	one := e.Achievements[slices.IndexFunc(e.Achievements, func(a scorecard.Achievement) bool { return a.Period == e.View.Latest() })]
	e.Others[0].Reason = evil
	var addresses []string
	for _, route := range publicRoutes() {
		switch {
		case route.paths != nil:
			all := route.paths(e)
			addresses = append(addresses, all[:min(len(all), 4)]...)
		case !strings.Contains(route.pattern, ":"):
			addresses = append(addresses, route.pattern)
		}
	}
	addresses = append(addresses, "/cari?q="+"x-evil", "/cetak/kelurahan/bendogerit", "/cetak/kelurahan/bendogerit.pdf", "/cetak/layanan/kel-0", "/cetak/layanan/kel-0.pdf",
		"/lencana/bendogerit.svg", "/lencana/dlh.svg", "/sematan/bendogerit", "/hitung/"+one.Indicator+"/"+one.Agency+"/"+one.Period.String())
	for _, f := range dataFiles {
		addresses = append(addresses, "/data/"+f.name)
	}
	for _, s := range opendata.Sets {
		for _, f := range opendata.Formats {
			addresses = append(addresses, dataSetPath(s.Name, f.Extension))
		}
	}
	for _, address := range addresses {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			v, err := shown(t, e, address)
			if err != nil {
				t.Fatal(err)
			}
			if v.redirect != "" {
				return
			}
			text := body(t, e, address)
			if v.file == nil {
				checkHostile(t, "page.html", text)
				return
			}
			checkHostile(t, path.Base(strings.SplitN(address, "?", 2)[0]), text)
		})
	}
}

// checkHostile holds a file that evil texts went into against what its kind allows.
func checkHostile(t *testing.T, name, text string) {
	t.Helper()
	switch path.Ext(name) {
	case ".html":
		d, err := goquery.NewDocumentFromReader(strings.NewReader(text))
		if err != nil || d.Find("x-evil, [onx]").Length() != 0 || strings.Contains(text, "<x-evil") {
			t.Errorf("%s: a text became a tag (%v)", name, err)
		}
		for _, a := range d.Find("[href], [src]").EachIter() {
			if to := a.AttrOr("href", a.AttrOr("src", "")); strings.HasPrefix(to, "=") || strings.HasPrefix(to, "javascript:") {
				t.Errorf("%s: a text became an address: %q", name, to)
			}
		}
	case ".svg", ".atom", ".xml", ".rels":
		decoder := xml.NewDecoder(strings.NewReader(text))
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				return
			}
			if start, ok := token.(xml.StartElement); err != nil || ok && start.Name.Local == "x-evil" {
				t.Errorf("%s: %v, %v", name, token, err)
				return
			}
		}
	case ".csv":
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
		rows, err := r.ReadAll()
		if err != nil || len(rows) == 0 {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if strings.HasPrefix(cell, "=") || strings.HasPrefix(cell, "@") || strings.HasPrefix(cell, "+") {
					t.Errorf("%s: a cell is a formula: %.20q", name, cell)
					return
				}
			}
		}
	case ".json", ".jsonld":
		if !json.Valid([]byte(text)) {
			t.Errorf("%s is no JSON", name)
		}
	case ".zip", ".xlsx":
		z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, f := range z.File {
			if strings.ContainsAny(f.Name, "<\x1b\\") || strings.Contains(f.Name, "..") {
				t.Errorf("%s holds %q", name, f.Name)
			}
			part, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(part)
			if err != nil {
				t.Fatal(err)
			}
			checkHostile(t, f.Name, string(content))
		}
	case ".pdf":
		if !strings.HasPrefix(text, "%PDF-") || !strings.Contains(text, "%%EOF") {
			t.Errorf("%s is no PDF", name)
		}
	}
}
