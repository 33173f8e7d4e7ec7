package server

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
)

// Bounds of what an address may carry.
const (
	rawQueryLength = 2 << 10 // bytes after the question mark
	numberLength   = 9       // digits of the number of a publication
)

// checkAddress refuses an address of the public pages that cannot be meant as it is written.
// What is well written but names nothing is for the page to say.
func checkAddress(c *gin.Context) error {
	u := c.Request.URL
	if isWork(u.Path) || !isReading(c.Request) {
		return nil
	}
	if len(u.RawQuery) > rawQueryLength {
		return fault.New(fault.Invalid, "Alamat ini terlalu panjang. Bagian sesudah tanda tanya paling banyak %s huruf.", formatCount(rawQueryLength))
	}
	if strings.HasPrefix(u.Path, "/api/") {
		return nil // says itself what is wrong, parameter by parameter
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "Alamat ini tidak dapat dibaca. Periksa bagian sesudah tanda tanya, terutama tanda persen dan titik koma.")
	}
	if len([]rune(query.Get("q"))) > queryLength {
		return fault.New(fault.Invalid, "Kata yang dicari terlalu panjang. Paling banyak %d huruf; satu atau dua kata sudah cukup.", queryLength)
	}
	if number := query.Get("terbitan"); !isNumber(number) {
		return fault.New(fault.Invalid, "Nomor terbitan ditulis dengan angka saja, misalnya ?terbitan=1. Semua nomor ada di halaman Riwayat terbitan.")
	}
	return nil
}

// refuseBadAddress goes before every handler.
func (s *Server) refuseBadAddress(c *gin.Context) {
	if err := checkAddress(c); err != nil {
		s.fail(c, err)
		c.Abort()
	}
}

// isNumber reports whether a text is nothing or some digits.
func isNumber(text string) bool {
	return len(text) <= numberLength && strings.Trim(text, "0123456789") == ""
}

// isReading reports whether a request asks for a page.
func isReading(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead
}

// asked is the edition that a request is about: the latest where it names none that is at
// hand, nil while nothing is published. A page that is missing from an edition has had it
// opened; for an address that nobody serves none is read.
func (s *Server) asked(r *http.Request) *edition {
	sh := s.site.current.Load()
	if sh == nil || sh.latest == nil {
		return nil
	}
	number, err := sh.number(r.URL.Query().Get("terbitan"))
	if err != nil {
		return sh.latest
	}
	if e := sh.past.find(number); e != nil {
		return e
	}
	return sh.latest
}

// repair is the address of the page that was meant by one that is written differently:
// in capitals, with the name of a thing or a code of former times instead of its address, or
// with slashes too many. Empty when it cannot be told for certain, or is the same.
func repair(e *edition, path string) string {
	parts := strings.Split(strings.Trim(path, "/ "), "/")
	kind := strings.ToLower(strings.TrimSpace(parts[0]))
	to := ""
	switch {
	case len(parts) == 2 && len(parts[1]) <= 2*queryLength:
		to = named(groupsOf(e, kind), parts[1])
	case len(parts) == 4 && kind == "hitung":
		to = repairCalculation(e, parts[1:])
	}
	if to == "" {
		to = plainAddress(strings.Join(parts, "/"))
	}
	if to == path {
		return ""
	}
	return to
}

// named is the address, without the edition, of the only thing that has exactly this name.
func named(groups []hitGroup, text string) string {
	folded, to := fold(text), ""
	for _, g := range groups {
		for _, h := range g.Hits {
			if !slices.Contains(h.names, folded) {
				continue
			}
			if to != "" && to != h.Href {
				return ""
			}
			to = h.Href
		}
	}
	to, _, _ = strings.Cut(to, "?")
	return to
}

// groupsOf are the things that pages of a kind are about: "kelurahan". Nil for other kinds.
func groupsOf(e *edition, kind string) []hitGroup {
	if kind == "tujuan" {
		return []hitGroup{goalsNamed(e)}
	}
	all := searchable(e)
	switch kind {
	case "kelurahan":
		return all[:1]
	case "layanan":
		return all[1:2]
	case "instansi":
		return []hitGroup{all[2], all[0]}
	case "indikator":
		return all[3:]
	}
	return nil
}

// repairCalculation puts an address of a calculation right: codes in their own letters, and
// that of a kelurahan instead of its name.
func repairCalculation(e *edition, parts []string) string {
	agency := e.AgencyBySlug(strings.ToLower(parts[1]))
	for i := range e.Agencies {
		if strings.EqualFold(e.Agencies[i].Code, parts[1]) {
			agency = &e.Agencies[i]
		}
	}
	for i := range e.Indicators {
		if agency != nil && strings.EqualFold(e.Indicators[i].Code, parts[0]) {
			return "/hitung/" + e.Indicators[i].Code + "/" + agency.Code + "/" + strings.ToUpper(parts[2])
		}
	}
	return ""
}

// plainAddress is the page that has one address, in whatever letters it is asked for.
func plainAddress(path string) string {
	for _, route := range publicRoutes() {
		if !strings.Contains(route.pattern, ":") && strings.EqualFold(strings.Trim(route.pattern, "/"), path) {
			return route.pattern
		}
	}
	return ""
}

// redirectLost leads a reader who asked for an old or miswritten address to the page meant.
// It reports whether it did.
func (s *Server) redirectLost(w http.ResponseWriter, r *http.Request) bool {
	e := s.asked(r)
	if e == nil || !isReading(r) || isWork(r.URL.Path) {
		return false
	}
	to := repair(e, r.URL.Path)
	if to == "" {
		return false
	}
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	w.Header().Set("Cache-Control", cachePage)
	http.Redirect(w, r, to, http.StatusMovedPermanently)
	return true
}

// suggestFor suggests what may have been meant by an address that names nothing.
func suggestFor(e *edition, path string) []suggestion {
	parts := strings.Split(strings.Trim(path, "/ "), "/")
	last := parts[len(parts)-1]
	if groups := groupsOf(e, strings.ToLower(parts[0])); groups != nil && len(parts) > 1 {
		if near := nearest(e, groups, last); len(near) > 0 {
			return near
		}
	}
	return nearest(e, append(searchable(e), goalsNamed(e), namedPages(e)), last)
}

// former knows the addresses that only past publications have. It reads these when it is
// first asked for, and no further than it has to.
type former struct {
	mu   sync.Mutex
	by   map[string]int // the newest publication that has the address
	read int            // how many publications are in it, the newest first
}

// formerTimeout bounds the reading of all past publications.
const formerTimeout = 5 * time.Second

// standsIn returns the newest publication that has a page about one thing which the latest
// has not; 0 when none has it, while somebody else is finding out, and when they cannot be read.
func (s *site) standsIn(ctx context.Context, sh *shelf, path string) int {
	f := &sh.former
	if !f.mu.TryLock() {
		return 0
	}
	defer f.mu.Unlock()
	if f.by == nil {
		f.by = map[string]int{}
	}
	ctx, cancel := context.WithTimeout(ctx, formerTimeout)
	defer cancel()
	for all := sh.latest.Others; f.read < len(all) && f.by[path] == 0 && ctx.Err() == nil; f.read++ {
		e, err := s.open(ctx, sh, all[len(all)-1-f.read].Number)
		if err != nil {
			return 0
		}
		s.noteAddresses(e, f.by) // what is known stays known when the time is over
	}
	return f.by[path]
}

// noteAddresses notes the pages of an edition that are about one thing each, unless a newer
// one has them too.
func (s *site) noteAddresses(e *edition, by map[string]int) {
	for _, route := range s.routes {
		kind, one, _ := strings.Cut(strings.TrimPrefix(route.pattern, "/"), "/")
		if route.paths == nil || !strings.HasPrefix(one, ":") || !slices.Contains(kindsOfThings, kind) {
			continue
		}
		for _, path := range route.paths(e) {
			if by[path] == 0 {
				by[path] = e.Number
			}
		}
	}
}

// kindsOfThings are the first parts of addresses of pages about one thing each.
var kindsOfThings = []string{"kelurahan", "instansi", "layanan", "indikator", "tujuan"}

// elsewhere is the newest publication that has the page at path, when the one that was asked
// for has not; nil when none has it.
func (s *Server) elsewhere(r *http.Request, e *edition) *besideLink {
	sh, path := s.site.current.Load(), r.URL.Path
	if sh == nil || sh.latest == nil || e == nil {
		return nil
	}
	if sh.built[path] != nil {
		if e.Latest {
			return nil
		}
		return &besideLink{sh.latest.Number, path}
	}
	if parts := strings.Split(path, "/"); len(parts) != 3 || !slices.Contains(kindsOfThings, parts[1]) {
		return nil
	}
	number := s.site.standsIn(r.Context(), sh, path)
	if number == 0 || number == e.Number {
		return nil
	}
	return &besideLink{number, path + "?terbitan=" + formatPlain(number)}
}
