package opendata_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"petajalan/internal/formula"
	"petajalan/internal/opendata"
)

func table(t testing.TB, p *opendata.Publication, name string) *opendata.Table {
	t.Helper()
	x, err := opendata.Find(name).Of(p)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// must gives back what was made, and ends the test where it could not be.
func must(t testing.TB) func([]byte, error) []byte {
	return func(b []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

var plainNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

func TestCSVAndJSONAndXLSXSayTheSame(t *testing.T) {
	t.Parallel()
	p := smallPublication(t)
	for _, set := range opendata.Sets {
		x := table(t, p, set.Name)
		text := must(t)(x.CSV())
		if !bytes.HasPrefix(text, []byte("\ufeff")) || !bytes.Contains(text, []byte("\r\n")) {
			t.Errorf("%s.csv has no byte order mark or no CR LF", set.Name)
		}
		lines, err := csv.NewReader(bytes.NewReader(text[3:])).ReadAll()
		if err != nil {
			t.Fatalf("%s.csv: %v", set.Name, err)
		}
		var file struct {
			Meta opendata.Meta
			Data []map[string]any
		}
		d := json.NewDecoder(bytes.NewReader(must(t)(x.JSON(p))))
		d.UseNumber()
		if err := d.Decode(&file); err != nil {
			t.Fatalf("%s.json: %v", set.Name, err)
		}
		if file.Meta.SHA256 != p.SHA256 || file.Meta.Status != "peragaan" || file.Meta.Rows != len(x.Rows) || file.Meta.Licence != "CC BY 4.0" || !strings.Contains(file.Meta.Note, "DATA PERAGAAN") {
			t.Errorf("%s.json says of itself %+v", set.Name, file.Meta)
		}
		book, err := excelize.OpenReader(bytes.NewReader(must(t)(x.XLSX(p))))
		if err != nil {
			t.Fatalf("%s.xlsx: %v", set.Name, err)
		}
		rows, err := book.GetRows("Data", excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(lines) != len(x.Rows)+1 || len(file.Data) != len(x.Rows) || len(rows) != len(x.Rows)+1 {
			t.Fatalf("%s has %d rows: %d in CSV, %d in JSON, %d in XLSX", set.Name, len(x.Rows), len(lines)-1, len(file.Data), len(rows)-1)
		}
		for i := range x.Rows {
			for k, c := range set.Columns {
				sameCell(t, set.Name, c, lines[i+1][k], file.Data[i][c.Name], cellOf(rows[i+1], k))
			}
		}
		for _, sheet := range book.GetSheetList() {
			if panes, err := book.GetPanes(sheet); err != nil || panes.Freeze != (sheet != "Keterangan") {
				t.Errorf("%s.xlsx: sheet %s: its heading stays: %v, %v", set.Name, sheet, panes.Freeze, err)
			}
		}
		if note, err := book.GetCellValue("Keterangan", "B2"); err != nil || !strings.Contains(note, "DATA PERAGAAN") {
			t.Errorf("%s.xlsx says %q, %v", set.Name, note, err)
		}
		_ = book.Close()
	}
}

func cellOf(row []string, k int) string {
	if k < len(row) {
		return row[k]
	}
	return ""
}

// sameCell compares what the three formats say in one cell.
func sameCell(t *testing.T, set string, c opendata.Column, inCSV string, inJSON any, inXLSX string) {
	t.Helper()
	if c.Type.IsNumber() && inCSV != "" && !plainNumber.MatchString(inCSV) {
		t.Errorf("%s.%s is no plain number in CSV: %q", set, c.Name, inCSV)
	}
	if !c.MayBeEmpty && inCSV == "" && c.Name != "area" && c.Name != "applies_to" && c.Name != "short_name" && c.Name != "roadmap_title" {
		t.Errorf("%s.%s is empty, though it never is", set, c.Name)
	}
	want := inCSV
	if !c.Type.IsNumber() {
		want = formula.Unguard(inCSV)
	}
	var got string
	switch x := inJSON.(type) {
	case nil:
	case string:
		got = x
	case bool:
		got = map[bool]string{true: "true", false: "false"}[x]
	case json.Number:
		got = x.String()
	case []any:
		var parts []string
		for _, part := range x {
			parts = append(parts, part.(string))
		}
		got = strings.Join(parts, " | ")
	}
	if got != want {
		t.Errorf("%s.%s is %q in CSV and %q in JSON", set, c.Name, want, got)
	}
	if inXLSX != want {
		t.Errorf("%s.%s is %q in CSV and %q in XLSX", set, c.Name, want, inXLSX)
	}
}

func TestNoTextBecomesAFormula(t *testing.T) {
	t.Parallel()
	p := smallPublication(t)
	text := string(must(t)(table(t, p, "capaian").CSV()))
	if !strings.Contains(text, `"'=HYPERLINK(""http://jahat"")"`) {
		t.Error("a note that looks like a formula is not guarded in CSV")
	}
	if !strings.Contains(text, ",-6.00,") {
		t.Error("a negative number is no number any more")
	}
	book, err := excelize.OpenReader(bytes.NewReader(must(t)(table(t, p, "capaian").XLSX(p))))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	at := slices.IndexFunc(opendata.Find("capaian").Columns, func(c opendata.Column) bool { return c.Name == "provenance_note" })
	cell, _ := excelize.CoordinatesToCellName(at+1, 2)
	if f, err := book.GetCellFormula("Data", cell); err != nil || f != "" {
		t.Errorf("a note became the formula %q, %v", f, err)
	}
	if kind, err := book.GetCellType("Data", cell); err != nil || kind != excelize.CellTypeInlineString {
		t.Errorf("a note is of type %v, %v", kind, err)
	}
}

func TestTheSamePublicationGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]func(*opendata.Publication) ([]byte, error){
		"all": opendata.All, "kit": opendata.Kit, "catalogue": opendata.Catalogue, "schema": opendata.Schema,
		"workbook": func(p *opendata.Publication) ([]byte, error) { return table(t, p, "nilai").XLSX(p) },
	} {
		a, b := must(t)(file(smallPublication(t))), must(t)(file(smallPublication(t)))
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs from one time to the next", name)
		}
	}
}

// unzip reads an archive.
func unzip(t testing.TB, body []byte) map[string][]byte {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range r.File {
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = content
	}
	return files
}

func TestTheArchiveHasEverythingAndSaysWhatItIs(t *testing.T) {
	t.Parallel()
	p := smallPublication(t)
	files := unzip(t, must(t)(opendata.All(p)))
	for _, set := range opendata.Sets {
		for _, extension := range []string{".csv", ".json"} {
			if len(files[set.Name+extension]) == 0 {
				t.Errorf("the archive has no %s%s", set.Name, extension)
			}
		}
	}
	for name, want := range map[string][]string{
		"BACA-DULU.txt":     {"DATA PERAGAAN", p.SHA256, "CC BY 4.0", "hasil-layanan"},
		"README.txt":        {"DEMONSTRATION DATA", p.SHA256, "CC BY 4.0"},
		"LICENSE.txt":       {"creativecommons.org/licenses/by/4.0"},
		"kamus.csv":         {"capaian,actual_numerator,decimal"},
		"csv-metadata.json": {`"url": "nilai.csv"`},
	} {
		for _, w := range want {
			if !strings.Contains(string(files[name]), w) {
				t.Errorf("%s does not say %q", name, w)
			}
		}
	}
}

func TestTheCatalogueNamesEveryFileByItsWholeAddress(t *testing.T) {
	t.Parallel()
	p := smallPublication(t)
	p.Absolute = func(path string) string { return "https://rapor.example.go.id" + path + "?terbitan=2" }
	var catalogue struct {
		Dataset []struct {
			Title        []map[string]string          `json:"dct:title"`
			Licence      map[string]string            `json:"dct:license"`
			Temporal     map[string]any               `json:"dct:temporal"`
			Distribution []map[string]json.RawMessage `json:"dcat:distribution"`
		} `json:"dcat:dataset"`
	}
	if err := json.Unmarshal(must(t)(opendata.Catalogue(p)), &catalogue); err != nil {
		t.Fatal(err)
	}
	var urls []string
	for _, d := range catalogue.Dataset {
		if len(d.Title) != 2 || d.Licence["@id"] != opendata.LicenceURL || d.Temporal == nil {
			t.Errorf("a data set lacks its title, licence or time: %+v", d)
		}
		for _, file := range d.Distribution {
			var url struct {
				ID string `json:"@id"`
			}
			if err := json.Unmarshal(file["dcat:downloadURL"], &url); err != nil {
				t.Fatal(err)
			}
			urls = append(urls, url.ID)
			if file["dcat:mediaType"] == nil || file["dct:license"] == nil {
				t.Errorf("%s lacks its media type or licence", url.ID)
			}
		}
	}
	var want []string
	for _, set := range opendata.Sets {
		for _, f := range opendata.Formats {
			want = append(want, "https://rapor.example.go.id/data/"+set.Name+"."+f.Extension+"?terbitan=2")
		}
	}
	want = append(want, "https://rapor.example.go.id/data/semua.zip?terbitan=2", "https://rapor.example.go.id/terbitan/2.json", "https://rapor.example.go.id/data/hitung-sendiri.zip?terbitan=2")
	if diff := cmp.Diff(want, urls); diff != "" {
		t.Error(diff)
	}
}

func TestTheSchemaDescribesTheFilesAsTheyAre(t *testing.T) {
	t.Parallel()
	p := smallPublication(t)
	var schema struct {
		Tables []struct {
			URL         string
			TableSchema struct {
				Columns []struct {
					Name     string
					Required bool
				}
				PrimaryKey []string
			}
		}
	}
	if err := json.Unmarshal(must(t)(opendata.Schema(p)), &schema); err != nil {
		t.Fatal(err)
	}
	for _, s := range schema.Tables {
		text := must(t)(table(t, p, strings.TrimSuffix(s.URL, ".csv")).CSV())
		header, _, _ := strings.Cut(string(text[3:]), "\r\n")
		var names []string
		for _, c := range s.TableSchema.Columns {
			names = append(names, c.Name)
		}
		if header != strings.Join(names, ",") || len(s.TableSchema.PrimaryKey) == 0 {
			t.Errorf("%s: the schema has %v, the file %s", s.URL, names, header)
		}
	}
}

func TestOnlyOfficialDataGoWithoutAMark(t *testing.T) {
	t.Parallel()
	p := smallPublication(t)
	if got := p.FileName("nilai", "csv"); got != "nilai-terbitan-2-2026-TW1-peragaan.csv" {
		t.Errorf("invented data are kept as %s", got)
	}
	p.Demo = false
	if got := p.FileName("nilai", "csv"); got != "nilai-terbitan-2-2026-TW1-contoh.csv" {
		t.Errorf("examples are kept as %s", got)
	}
	p.Content.Status = "resmi"
	if got := p.FileName("nilai", "csv"); got != "nilai-terbitan-2-2026-TW1.csv" {
		t.Errorf("official data are kept as %s", got)
	}
}
