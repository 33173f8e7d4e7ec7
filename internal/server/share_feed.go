package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"slices"
	"sync"
	"time"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// feed tells of publications, Atom 1.0 (RFC 4287). What it has told of one it remembers: a
// publication never changes, and reading one takes a second.
type feed struct {
	mu   sync.Mutex
	told map[string]string // summaries by the fingerprint of the publication
}

// feedRoute serves the doc.
func feedRoute() publicRoute {
	return publicRoute{pattern: feedPath, page: (&feed{told: map[string]string{}}).show, slow: always, prepared: true}
}

// contentAtom is the media type of a doc.
const contentAtom = "application/atom+xml; charset=utf-8"

// feedEntries is how many publications stand in the feed, the newest ones: two years of
// quarters. The list of all is a page.
const feedEntries = 8

// The elements of a feed, in the order in which they are written.
type (
	atomFeed struct {
		XMLName   xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang      string      `xml:"xml:lang,attr"`
		ID        string      `xml:"id"`
		Title     string      `xml:"title"`
		Subtitle  string      `xml:"subtitle"`
		Updated   string      `xml:"updated"`
		Author    atomPerson  `xml:"author"`
		Links     []atomLink  `xml:"link"`
		Icon      string      `xml:"icon"`
		Rights    string      `xml:"rights"`
		Generator string      `xml:"generator"`
		Entries   []atomEntry `xml:"entry"`
	}
	atomPerson struct {
		Name string `xml:"name"`
		URI  string `xml:"uri"`
	}
	atomLink struct {
		Rel    string `xml:"rel,attr"`
		Type   string `xml:"type,attr"`
		Href   string `xml:"href,attr"`
		Title  string `xml:"title,attr,omitempty"`
		Length int    `xml:"length,attr,omitempty"`
	}
	atomEntry struct {
		ID        string       `xml:"id"`
		Title     string       `xml:"title"`
		Published string       `xml:"published"`
		Updated   string       `xml:"updated"`
		Links     []atomLink   `xml:"link"`
		Category  atomCategory `xml:"category"`
		Summary   string       `xml:"summary"`
	}
	atomCategory struct {
		Term  string `xml:"term,attr"`
		Label string `xml:"label,attr"`
	}
)

func (f *feed) show(e *edition, _ params) (view, error) {
	known := slices.Clone(e.Others)
	known = slices.DeleteFunc(known, func(i editionInfo) bool { return i.Number > e.Number })
	doc := atomFeed{
		Lang: "id", ID: feedID(known), Title: siteName,
		Subtitle: "Terbitan baru dan perbaikan data. Terbitan lama tidak pernah diubah.",
		Updated:  atomTime(e.PublishedAt),
		Author:   atomPerson{Name: "Bagian Organisasi, Sekretariat Daerah Kota Blitar", URI: e.Base + "/"},
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: e.Absolute(feedPath)},
			{Rel: "alternate", Type: "text/html", Href: e.Absolute("/terbitan")},
		},
		Icon: e.Base + "/kartu/" + cityName + ".png", Rights: "CC BY 4.0", Generator: "Peta Jalan",
	}
	if e.Demo {
		doc.Title = "DATA PERAGAAN: " + doc.Title
		doc.Subtitle = "Semua angka hasil di sini rekaan. " + doc.Subtitle
	}
	first := max(0, len(known)-feedEntries)
	for i, info := range known[first:] {
		var previous *editionInfo
		if first+i > 0 {
			previous = &known[first+i-1]
		}
		summary, err := f.tell(e, info, previous)
		if err != nil {
			return view{}, err
		}
		doc.Entries = append(doc.Entries, newAtomEntry(e.Base, info, summary))
	}
	slices.Reverse(doc.Entries) // the newest first
	var b bytes.Buffer
	b.WriteString(xml.Header)
	encoder := xml.NewEncoder(&b)
	encoder.Indent("", " ")
	if err := encoder.Encode(doc); err != nil {
		return view{}, fmt.Errorf("write the feed: %w", err)
	}
	return view{file: &file{contentType: contentAtom, body: b.Bytes()}, open: openRead}, nil
}

// newAtomEntry is the entry of one publication.
func newAtomEntry(base string, info editionInfo, summary string) atomEntry {
	path := "/terbitan/" + formatPlain(info.Number)
	return atomEntry{
		ID:        entryID(info),
		Title:     "Terbitan " + formatPlain(info.Number) + ": " + formatPeriod(info.Period),
		Published: atomTime(info.PublishedAt), Updated: atomTime(info.PublishedAt),
		Links: []atomLink{
			{Rel: "alternate", Type: "text/html", Href: base + path},
			{Rel: "enclosure", Type: contentJSON, Href: base + bytesPath(info.Number), Title: "Data terbitan ini", Length: info.Size},
		},
		Category: atomCategory{Term: info.Status, Label: planStatus(info.Status)},
		Summary:  summary,
	}
}

// tell says what a publication found and what it changed; previous is nil for the first.
func (f *feed) tell(e *edition, info editionInfo, previous *editionInfo) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if text, ok := f.told[info.SHA256]; ok {
		return text, nil
	}
	var before *edition
	if previous != nil {
		var err error
		if before, err = e.open(previous.Number); err != nil {
			return "", err
		}
	}
	shown, err := e.open(info.Number)
	if err != nil {
		return "", err
	}
	text := sentence(cityFinding(shown, shown.Score(scoring.LevelCity, scoring.CityCode, info.Period)))
	if before != nil {
		text += " " + sentence(changesFinding(scorecard.Compare(before.View, shown.View)))
	}
	if reason := sentence(info.Reason); reason != "" {
		text += " Alasan terbit: " + reason
	}
	if shown.Demo {
		text += " Angka hasilnya rekaan, untuk peragaan."
	}
	f.told[info.SHA256] = text
	return text, nil
}

// feedID names the feed for ever, wherever the site is moved: it is made of the fingerprint
// of the first publication.
func feedID(known []editionInfo) string {
	if len(known) == 0 {
		return uuidOf("umpan")
	}
	return uuidOf("umpan " + known[0].SHA256)
}

// entryID names a publication for ever, by its fingerprint.
func entryID(info editionInfo) string {
	return uuidOf("terbitan " + formatPlain(info.Number) + " " + info.SHA256)
}

// uuidOf makes a name of a text: a UUID of version 8 (RFC 9562), which is made of a hash.
func uuidOf(text string) string {
	b := sha256.Sum256([]byte(text))
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// atomTime writes a moment as RFC 3339 asks.
func atomTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
