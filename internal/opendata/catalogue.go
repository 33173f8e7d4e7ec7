package opendata

import (
	"encoding/json"
	"fmt"
)

// Formats in which a set can be had, with their media types.
var Formats = []Format{
	{"csv", "CSV", "text/csv; charset=utf-8", "text/csv"},
	{"json", "JSON", "application/json", "application/json"},
	{"xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
}

// Format is a form in which a set can be had.
type Format struct {
	Extension   string
	Name        string
	ContentType string // of the answer
	mediaType   string // as IANA lists it
}

// Path is the address of a set in a format, within the site.
func Path(set, extension string) string { return "/data/" + set + "." + extension }

// contentURL is the address of the bytes of the publication, which is the same in all publications.
func (p *Publication) contentURL() string {
	return p.site() + fmt.Sprintf("/terbitan/%d.json", p.Number)
}

// site is the address of the site, without a slash at the end.
func (p *Publication) site() string {
	address := p.Absolute("/")
	for i := len(address) - 1; i >= 0; i-- {
		if address[i] == '/' {
			return address[:i]
		}
	}
	return address
}

// Catalogue writes the catalogue of the open data as JSON-LD after DCAT 3 and DCAT-AP:
// catalogue, data sets, and their distributions.
func Catalogue(p *Publication) ([]byte, error) {
	type object = map[string]any
	uri := func(s string) object { return object{"@id": s} }
	both := func(id, en string) []object {
		return []object{{"@language": "id", "@value": id}, {"@language": "en", "@value": en}}
	}
	typed := func(t, v string) object { return object{"@type": "xsd:" + t, "@value": v} }
	iana := func(mediaType string) object { return uri("https://www.iana.org/assignments/media-types/" + mediaType) }
	publisher := object{"@id": p.site() + "/#penerbit", "@type": "foaf:Organization", "foaf:name": both(Publisher, publisherEN)}
	issued := typed("dateTime", moment(p.PublishedAt))
	first, last := p.Span()
	temporal := object{"@type": "dct:PeriodOfTime", "dcat:startDate": typed("date", first), "dcat:endDate": typed("date", last)}
	spatial := object{"@type": "dct:Location", "@id": "http://sws.geonames.org/1648084/", "skos:prefLabel": "Kota Blitar"}

	distribution := func(path, title, mediaType, licence string) object {
		address := p.Absolute(path)
		return object{
			"@type": "dcat:Distribution", "@id": address, "dct:title": title,
			"dcat:accessURL": uri(p.Absolute("/data")), "dcat:downloadURL": uri(address), "dcat:mediaType": iana(mediaType),
			"dct:license": uri(licence), "dct:modified": issued,
		}
	}
	note := p.mark()
	if note != "" {
		note = " " + note
	}
	noteEN := p.markEN()
	if noteEN != "" {
		noteEN = " " + noteEN
	}
	dataset := func(id, title, titleEN, about, aboutEN string, files ...object) object {
		return object{
			"@type": "dcat:Dataset", "@id": id, "dct:identifier": id,
			"dct:title": both(title, titleEN), "dct:description": both(about+note, aboutEN+noteEN),
			"dct:publisher": uri(p.site() + "/#penerbit"), "dct:license": uri(LicenceURL),
			"dct:issued": issued, "dct:modified": issued, "dct:temporal": temporal, "dct:spatial": spatial,
			"dct:language":           []object{uri("http://publications.europa.eu/resource/authority/language/IND")},
			"dct:accrualPeriodicity": uri("http://publications.europa.eu/resource/authority/frequency/QUARTERLY"),
			"dcat:keyword":           []string{"pelayanan publik", "kinerja", "Kota Blitar"},
			"dcat:theme":             []object{uri("http://publications.europa.eu/resource/authority/data-theme/GOVE")},
			"dcat:landingPage":       uri(p.Absolute("/data")),
			"adms:status":            p.Status(),
			"dcat:version":           fmt.Sprint(p.Number),
			"dcat:distribution":      files,
		}
	}
	var sets []object
	for _, s := range Sets {
		var files []object
		for _, f := range Formats {
			file := distribution(Path(s.Name, f.Extension), s.Title+" ("+f.Name+")", f.mediaType, LicenceURL)
			if f.Extension == "csv" {
				file["dct:conformsTo"] = uri(p.Absolute("/data/csv-metadata.json"))
			}
			files = append(files, file)
		}
		sets = append(sets, dataset(p.Absolute("/data")+"#"+s.Name, s.Title, s.TitleEN, s.About, s.AboutEN, files...))
	}
	content := distribution("/", "Isi terbitan (JSON kanonis)", "application/json", LicenceURL)
	content["@id"], content["dcat:downloadURL"] = p.contentURL(), uri(p.contentURL())
	content["spdx:checksum"] = object{"@type": "spdx:Checksum", "spdx:algorithm": uri("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"), "spdx:checksumValue": p.SHA256}
	content["dcat:byteSize"] = p.Size
	sets = append(sets,
		dataset(p.Absolute("/data")+"#semua", "Seluruh isi terbitan", "The whole publication",
			"Semua tabel dalam satu berkas, dan isi terbitan seperti yang diberi sidik jari.", "All tables in one file, and the publication as it was hashed.",
			distribution("/data/semua.zip", "Semua tabel (ZIP)", "application/zip", LicenceURL), content),
		dataset(p.Absolute("/data")+"#hitung-sendiri", "Hitung sendiri", "Compute it yourself",
			"Masukan, bobot, aturan, dan lembar kerja yang rumusnya menghasilkan kembali semua nilai.", "Inputs, weights, rules and spreadsheets whose formulas reproduce every score.",
			distribution("/data/hitung-sendiri.zip", "Perangkat hitung sendiri (ZIP)", "application/zip", LicenceURL)))
	b, err := json.MarshalIndent(object{
		"@context": object{
			"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
			"xsd": "http://www.w3.org/2001/XMLSchema#", "skos": "http://www.w3.org/2004/02/skos/core#", "adms": "http://www.w3.org/ns/adms#",
			"spdx": "http://spdx.org/rdf/terms#",
		},
		"@type": "dcat:Catalog", "@id": p.Absolute("/data/katalog.jsonld"),
		"dct:title":       both("Data terbuka Rapor Layanan Kota Blitar", "Open data of the service scorecard of the City of Blitar"),
		"dct:description": both("Semua data terbitan."+note, "All data of a publication."+noteEN),
		"dct:publisher":   publisher, "dct:license": uri(LicenceURL), "dct:issued": issued, "dct:modified": issued,
		"dct:language":  []object{uri("http://publications.europa.eu/resource/authority/language/IND")},
		"dct:spatial":   spatial,
		"foaf:homepage": uri(p.Absolute("/")),
		"dcat:dataset":  sets,
	}, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write the catalogue: %w", err)
	}
	return append(b, '\n'), nil
}

// Span is the first and the last day the figures are about.
func (p *Publication) Span() (first, last string) {
	from := p.Period
	if len(p.Periods) > 0 {
		from = p.Periods[0].Period
	}
	days := [...]string{"", "03-31", "06-30", "09-30", "12-31"}
	return fmt.Sprintf("%d-%02d-01", from.Year, from.Quarter*3-2), fmt.Sprintf("%d-%s", p.Period.Year, days[p.Period.Quarter])
}
