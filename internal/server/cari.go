package server

import (
	"slices"
	"strings"

	"petajalan/internal/scorecard"
)

var searchRoute = publicRoute{pattern: "/cari", page: showSearch, query: []string{wordSearch}}

// searchLength is how many characters of a query are read.
const searchLength = 80

// searchPage lists what a query finds.
type searchPage struct {
	Page
	Trail   []crumb
	Box     searchBox
	Query   string
	Heading string
	Count   int
	Groups  []hitGroup
	Near    []suggestion // what may have been meant, when nothing is found
}

// hitGroup is the hits of one kind.
type hitGroup struct {
	Name string
	Hits []hit
}

// hit is a place a query finds.
type hit struct {
	Name, Detail, Href string
	words              string // folded, what is searched
	names              []string
}

// hitsShown is how many hits of a kind are listed.
const hitsShown = 25

// showSearch finds agencies, kelurahan, services and indicators by their words. A query
// that is exactly the name of one thing leads straight there.
func showSearch(e *edition, p params) (view, error) {
	query := shorten(strings.Join(strings.Fields(p.query.Get(wordSearch)), " "), searchLength)
	page := searchPage{
		Page:  newUnlistedPage(e, "/cari", "", "Cari", "Cari kelurahan, instansi, layanan, atau indikator di Rapor Layanan Kota Blitar."),
		Trail: trail(e, crumb{Name: "Cari"}),
		Box:   newSearch(e, "Cari rapor", query),
		Query: query,
	}
	if query == "" {
		page.Heading = "Cari kelurahan, instansi, layanan, atau indikator"
		return view{template: "cari", data: page}, nil
	}
	folded := fold(query)
	words := strings.Fields(folded)
	var exact []hit
	for _, g := range searchable(e) {
		found := hitGroup{Name: g.Name}
		for _, h := range g.Hits {
			if slices.Contains(h.names, folded) {
				exact = append(exact, h)
			}
			if containsAll(h.words, words) {
				found.Hits = append(found.Hits, h)
			}
		}
		page.Count += len(found.Hits)
		if len(found.Hits) > 0 {
			slices.SortStableFunc(found.Hits, func(a, b hit) int { return nearness(a, folded) - nearness(b, folded) })
			found.Hits = found.Hits[:min(len(found.Hits), hitsShown)]
			page.Groups = append(page.Groups, found)
		}
	}
	if len(exact) == 1 {
		return view{redirect: exact[0].Href}, nil
	}
	if len(exact) == 0 && page.Count == 1 {
		return view{redirect: page.Groups[0].Hits[0].Href}, nil
	}
	page.Title = "Hasil pencarian “" + query + "” · " + siteName
	page.Heading = formatCount(page.Count) + " hasil untuk “" + query + "”"
	if page.Count == 0 {
		page.Heading = "Tidak ada yang cocok dengan “" + query + "”"
		page.Near = nearest(e, searchable(e), query)
	}
	return view{template: "cari", data: page}, nil
}

// nearness is 0 for a hit whose name begins with the query, else 1.
func nearness(h hit, query string) int {
	for _, name := range h.names {
		if strings.HasPrefix(name, query) {
			return 0
		}
	}
	return 1
}

// containsAll reports whether every word occurs in text.
func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return len(words) > 0
}

// fold brings a text to small letters and plain words, so that "KTP-el" finds "ktp el".
func fold(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127)
	}), " ")
}

// searchable is everything a query may find, the nearest to a citizen first.
func searchable(e *edition) []hitGroup {
	var places, agencies, services, indicators hitGroup
	places.Name, agencies.Name, services.Name, indicators.Name = "Kelurahan", "Instansi", "Layanan", "Indikator"
	sorted := make([]*scorecard.Agency, len(e.Agencies))
	for i := range e.Agencies {
		sorted[i] = &e.Agencies[i]
	}
	slices.SortFunc(sorted, scorecard.ByName)
	for _, a := range sorted {
		names := []string{fold(a.Name), fold(a.ShortName), fold(a.Code)}
		h := hit{Name: a.Name, Href: agencyPath(e, a)}
		if a.Kind == scorecard.KindKelurahan {
			names = append(names, fold(placeName(e, a)))
			if parent := e.parentOf(a); parent != nil {
				h.Detail = parent.Name
			}
		} else {
			names = append(names, withoutCity(names[0]))
			h.Detail = kindOfAgency(a.Kind)
		}
		h.names, h.words = names, strings.Join(names, " ")
		if a.Kind == scorecard.KindKelurahan {
			places.Hits = append(places.Hits, h)
		} else {
			agencies.Hits = append(agencies.Hits, h)
		}
	}
	offered := make([]*scorecard.Service, len(e.Services))
	for i := range e.Services {
		offered[i] = &e.Services[i]
	}
	slices.SortFunc(offered, func(a, b *scorecard.Service) int { return strings.Compare(a.Name, b.Name) })
	for _, s := range offered {
		name := fold(s.Name)
		services.Hits = append(services.Hits, hit{Name: s.Name, Detail: offeredBy(e, s), Href: e.Link("/layanan/" + s.Code), names: []string{name, fold(s.Code)}, words: name + " " + fold(s.Code)})
	}
	for i := range e.Indicators {
		ind := &e.Indicators[i]
		names := []string{fold(ind.Name), fold(ind.Code)}
		indicators.Hits = append(indicators.Hits, hit{Name: ind.Name, Detail: ind.Definition, Href: e.Link("/indikator/" + ind.Code),
			names: names, words: strings.Join(names, " ") + " " + fold(ind.Definition)})
	}
	return []hitGroup{places, services, agencies, indicators}
}

// withoutCity drops "kota blitar" from the end of a folded name, which nobody types.
func withoutCity(name string) string { return strings.TrimSuffix(name, " kota blitar") }

// parentOf is the agency above another; nil when there is none.
func (e *edition) parentOf(a *scorecard.Agency) *scorecard.Agency {
	if a.Parent == nil {
		return nil
	}
	return e.Agency(*a.Parent)
}
