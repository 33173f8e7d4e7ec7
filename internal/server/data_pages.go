package server

import (
	"fmt"
	"slices"
	"strings"

	"petajalan/internal/fault"
	"petajalan/internal/opendata"
)

// dataRoutes are the open data: the pages about it, and its files. Files are made when they
// are first asked for: together they take some seconds, which would hold up a publication,
// and most are never asked for in past ones.
func dataRoutes() []publicRoute {
	return []publicRoute{
		{pattern: "/data", page: showData, slow: always},
		{pattern: "/data/kamus", page: showDictionary, paths: func(*edition) []string { return []string{"/data/kamus"} }},
		{pattern: "/en/data-dictionary", page: showDictionaryEN, paths: func(*edition) []string { return []string{"/en/data-dictionary"} }},
		{pattern: "/data/hitung-sendiri", page: showKit, paths: func(*edition) []string { return []string{"/data/hitung-sendiri"} }},
		{pattern: "/data/:berkas", page: showDataFile, slow: isDataFile},
	}
}

// dataSetPath is the address of a set of the open data in a format (csv, json or xlsx),
// without the edition.
func dataSetPath(set, format string) string { return opendata.Path(set, format) }

// openData is the edition as the open data are made of it.
func openData(e *edition) *opendata.Publication {
	return &opendata.Publication{Content: e.Content, SHA256: e.SHA256, Size: e.Size, Absolute: e.Absolute}
}

// dataFile is a file of the open data that is no set.
type dataFile struct {
	name        string // in the address
	title       string // for readers
	about       string
	download    string // name and extension under which it is kept; empty: it is shown
	contentType string
	make        func(*opendata.Publication) ([]byte, error)
}

// dataFiles are the files beside the sets.
var dataFiles = []dataFile{
	{"semua.zip", "Semua tabel", "CSV dan JSON semua tabel, kamus data, dan lisensi.", "data", "application/zip", opendata.All},
	{"hitung-sendiri.zip", "Hitung sendiri", "Masukan, aturan, dan lembar kerja yang menghitung ulang semua nilai.", "hitung-sendiri", "application/zip", opendata.Kit},
	{"kamus.csv", "Kamus data", "Arti setiap kolom, dalam bahasa Indonesia dan Inggris.", "kamus", "text/csv; charset=utf-8",
		func(*opendata.Publication) ([]byte, error) { return opendata.Dictionary() }},
	{"csv-metadata.json", "Skema CSV", "Kolom, jenis, dan kunci semua tabel untuk program (CSVW).", "", "application/json", opendata.Schema},
	{"katalog.jsonld", "Katalog", "Daftar semua berkas untuk portal data (DCAT).", "", "application/ld+json", opendata.Catalogue},
}

// findData looks up what an address below /data names: a set (nil: none) with the place of its
// format, or the place of another file; -1 where there is none.
func findData(name string) (set *opendata.Set, format, file int) {
	base, extension, _ := strings.Cut(name, ".")
	format = slices.IndexFunc(opendata.Formats, func(f opendata.Format) bool { return f.Extension == extension })
	return opendata.Find(base), format, slices.IndexFunc(dataFiles, func(f dataFile) bool { return f.name == name })
}

func isDataFile(p params) bool {
	set, format, file := findData(p.path["berkas"])
	return set != nil && format >= 0 || file >= 0
}

func showDataFile(e *edition, p params) (view, error) {
	name := p.path["berkas"]
	base, extension, _ := strings.Cut(name, ".")
	set, format, i := findData(name)
	if set != nil && extension == "" {
		return view{redirect: e.Link("/data#" + base)}, nil
	}
	// Of capitals only those in a name that there is: every address that is answered is kept.
	if lower := (params{path: map[string]string{"berkas": strings.ToLower(name)}}); lower.path["berkas"] != name && isDataFile(lower) {
		return view{redirect: e.Link("/data/" + lower.path["berkas"])}, nil
	}
	data := openData(e)
	switch {
	case set != nil && format >= 0:
		body, err := makeSet(data, set, extension)
		if err != nil {
			return view{}, err
		}
		return openFile(opendata.Formats[format].ContentType, body, data.FileName(set.Name, extension)), nil
	case i >= 0:
		f := dataFiles[i]
		body, err := f.make(data)
		if err != nil {
			return view{}, err
		}
		download := ""
		if f.download != "" {
			download = data.FileName(f.download, extension)
		}
		return openFile(f.contentType, body, download), nil
	}
	return view{}, fault.New(fault.NotFound, "%s", noDataFile(base, extension))
}

// openFile is a file that programs of other sites may read.
func openFile(contentType string, body []byte, download string) view {
	return view{file: &file{contentType: contentType, body: body, download: download}, open: openRead}
}

// makeSet makes the file of a set in a format.
func makeSet(p *opendata.Publication, set *opendata.Set, extension string) ([]byte, error) {
	t, err := set.Of(p)
	if err != nil {
		return nil, err
	}
	switch extension {
	case "csv":
		return t.CSV()
	case "json":
		return t.JSON(p)
	}
	return t.XLSX(p)
}

// noDataFile says that there is no such file, which is nearest, and which there are.
func noDataFile(base, extension string) string {
	text := fmt.Sprintf("Tidak ada berkas data “%s”.", shorten(strings.TrimSuffix(base+"."+extension, "."), 40))
	folded, best := fold(shorten(base, wordLength)), -1
	near := ""
	var names []string
	for _, s := range opendata.Sets {
		names = append(names, s.Name)
		if d := distance(folded, s.Name, slack(folded)); d >= 0 && (best < 0 || d < best) {
			best, near = d, s.Name
		}
	}
	if near != "" {
		text += fmt.Sprintf(" Maksud Anda /data/%s.csv?", near)
	}
	return text + fmt.Sprintf(" Yang ada: %s. Tiap nama diikuti .csv, .json, atau .xlsx.", strings.Join(names, ", "))
}
