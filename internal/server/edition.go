package server

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// edition is a publication as the public pages and the API read it. It never changes once
// it is made, so any number of requests share it.
type edition struct {
	*scorecard.View
	SHA256 string        // of the bytes of the publication, in hex
	Size   int           // of these bytes; the bytes themselves are at BytesPath
	Latest bool          // no later publication was known when this was made
	Others []editionInfo // every publication there is, this one too, oldest first
	Base   string        // how the world calls the site, without a slash at the end: "https://rapor.example.go.id"

	other func(number int) (*edition, error) // opens another publication; nil: none can be opened
}

// open returns the edition of another publication, for a page that compares two; fault.NotFound
// when there is none of this number.
func (e *edition) open(number int) (*edition, error) {
	switch {
	case number == e.Number:
		return e, nil
	case e.other == nil:
		return nil, noPublication(number)
	}
	return e.other(number)
}

// editionInfo is what a list of publications says of one.
type editionInfo struct {
	Number         int
	Period         scoring.Period
	AsOf           time.Time
	PublishedAt    time.Time
	Reason         string
	Status         string // contoh, rancangan, resmi
	SHA256         string
	PreviousSHA256 *string // nil for the first
	Size           int     // of the bytes
	Method         string  // code of its rule set
}

// Link is the address of a public page within this edition: path itself in the latest,
// with ?terbitan=N in a past one, so that a reader stays where they are. path may carry a
// query and a fragment.
func (e *edition) Link(path string) string {
	if e == nil || e.Latest {
		return path
	}
	path, fragment, found := strings.Cut(path, "#")
	if found {
		fragment = "#" + fragment
	}
	joint := "?"
	if strings.Contains(path, "?") {
		joint = "&"
	}
	return path + joint + "terbitan=" + strconv.Itoa(e.Number) + fragment
}

// Absolute is Link for what leaves the site: feeds, codes to scan, previews, catalogues.
func (e *edition) Absolute(path string) string { return e.Base + e.Link(path) }

// BytesPath is the address of the very bytes that were hashed.
func (e *edition) BytesPath() string { return bytesPath(e.Number) }

func bytesPath(number int) string { return "/terbitan/" + strconv.Itoa(number) + ".json" }

// findInfo looks a publication up by its number.
func findInfo(all []editionInfo, number int) (editionInfo, bool) {
	for _, info := range all {
		if info.Number == number {
			return info, true
		}
	}
	return editionInfo{}, false
}

// publicRoute is one kind of public page. It renders from an edition alone: no database,
// no clock, no user, so that every reader gets the same bytes.
type publicRoute struct {
	pattern  string                                   // as gin writes it: "/kelurahan/:nama"
	page     func(e *edition, p params) (view, error) // fault.NotFound where this edition has no such thing
	paths    func(e *edition) []string                // addresses built when the edition is loaded; nil: on demand, kept for a while
	query    []string                                 // words of a query that change the page, beside terbitan; nil: none do
	slow     func(p params) bool                      // what takes seconds or tens of megabytes to build: see site.inTurn; nil: nothing does
	prepared bool                                     // built after the shelf is shown: see site.prepare; the pattern is its only address
}

// view is what a page function answers: a template of web/pages with its data (which
// embeds Page), a file, or the address of ours to go to instead.
type view struct {
	template string
	data     any
	file     *file  // not nil: this file, and no template
	redirect string // not empty: 302 to this address, which was made with Link
	open     opening
}

// file is a public answer that is no page.
type file struct {
	contentType string
	body        []byte
	download    string // the name under which a browser keeps it; empty: it is shown
}

// opening says what other sites may do with a public answer. They may read none, show none
// and frame none unless it says so.
type opening int

const (
	openNot   opening = iota
	openRead          // programs of other sites may read it: open data
	openShow          // pages of other sites may show it: a badge, the picture of a preview
	openFrame         // pages of other sites may frame it
)

// headers are those by which an answer is opened.
func (o opening) headers() map[string][]string {
	switch o {
	case openRead:
		return map[string][]string{
			"Access-Control-Allow-Origin":   {"*"},
			"Access-Control-Expose-Headers": {"ETag, Retry-After"},
			"Cross-Origin-Resource-Policy":  {"cross-origin"},
		}
	case openShow:
		return map[string][]string{"Cross-Origin-Resource-Policy": {"cross-origin"}}
	case openFrame:
		return map[string][]string{
			"Cross-Origin-Resource-Policy": {"cross-origin"},
			"Content-Security-Policy":      {strings.Replace(publicCSP, "frame-ancestors 'none'", "frame-ancestors *", 1)},
		}
	}
	return nil
}

// params are the parts of an address. Of the query only the words that the route names reach
// a page, trimmed and never empty.
type params struct {
	path  map[string]string // by name: "nama"
	query url.Values
}

// Words of a query that change pages.
const (
	wordSearch = "q"      // any text
	wordOrder  = "urut"   // one of orders
	wordStatus = "status" // one of outcomeNames
)
