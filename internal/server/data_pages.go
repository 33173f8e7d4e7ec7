package server

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"petajalan/internal/fault"
	"petajalan/internal/opendata"
)

// dataRoutes are the open data: the pages about it, and its files. Files are made when they
// are first asked for: together they take some seconds, which would hold up a publication,
// and most are never asked for in past ones.
func dataRoutes() []publicRoute {
	return []publicRoute{
		{pattern: "/data", page: showData},
		{pattern: "/data/kamus", page: showDictionary, paths: func(*edition) []string { return []string{"/data/kamus"} }},
		{pattern: "/en/data-dictionary", page: showDictionaryEN, paths: func(*edition) []string { return []string{"/en/data-dictionary"} }},
		{pattern: "/data/hitung-sendiri", page: showKit, paths: func(*edition) []string { return []string{"/data/hitung-sendiri"} }},
		{pattern: "/data/:berkas", page: showDataFile},
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

// oneFile lets one file be made at a time: the largest takes some tens of megabytes while
// it is made.
var oneFile sync.Mutex

func showDataFile(e *edition, p params) (view, error) {
	name := p.path["berkas"]
	if lower := strings.ToLower(name); lower != name {
		return view{redirect: e.Link("/data/" + lower)}, nil
	}
	base, extension, _ := strings.Cut(name, ".")
	set := opendata.Find(base)
	if set != nil && extension == "" {
		return view{redirect: e.Link("/data#" + base)}, nil
	}
	format := slices.IndexFunc(opendata.Formats, func(f opendata.Format) bool { return f.Extension == extension })
	i := slices.IndexFunc(dataFiles, func(f dataFile) bool { return f.name == name })
	oneFile.Lock()
	defer oneFile.Unlock()
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
