package server

import (
	"slices"
	"strconv"
	"strings"

	"petajalan/internal/scorecard"
)

var serviceListRoute = publicRoute{
	pattern: "/layanan",
	page:    showServices,
	paths:   func(*edition) []string { return []string{"/layanan"} },
}

// serviceListPage lists all services by who offers them.
type serviceListPage struct {
	Page
	Trail   []crumb
	Heading string // finding over all services
	Pooled  string // what it rests on
	Count   int
	Search  searchBox
	Groups  []serviceGroup
}

// serviceGroup is the services of the kelurahan together, or of one agency.
type serviceGroup struct {
	Name, Href string
	Detail     string
	Rows       []serviceRow
}

// serviceRow is a service on a list, with its promise and how it was kept.
type serviceRow struct {
	*scorecard.Service
	Href  string
	Time  string
	Cost  string
	Speed string // share done within the promised time, over all places
	Base  string // of how many; empty when nothing was measured
}

func showServices(e *edition, _ params) (view, error) {
	page := serviceListPage{
		Page: newPage(e, "/layanan", "/layanan", "Semua layanan",
			"Daftar layanan Pemerintah Kota Blitar: lama, biaya, dan siapa yang melayani."),
		Trail:  trail(e, crumb{Name: "Layanan"}),
		Count:  len(e.Services),
		Search: newSearch(e, "Cari layanan", ""),
	}
	page.Heading, page.Pooled = servicesFinding(e)
	shared := serviceGroup{Name: "Layanan di semua kelurahan", Detail: "Standarnya sama di tiap kelurahan.", Href: e.Link("/kelurahan")}
	several := serviceGroup{Name: "Layanan di beberapa tempat"}
	single := map[string]*serviceGroup{}
	for i := range e.Services {
		s := &e.Services[i]
		row := newServiceRow(e, s)
		switch {
		case len(s.Agencies) == 1:
			code := s.Agencies[0]
			if single[code] == nil {
				single[code] = &serviceGroup{}
				if a := e.Agency(code); a != nil {
					single[code].Name, single[code].Href = a.Name, agencyPath(e, a)
				}
			}
			single[code].Rows = append(single[code].Rows, row)
		case len(s.Agencies) > 1 && allKelurahan(e, s):
			shared.Rows = append(shared.Rows, row)
		default:
			several.Rows = append(several.Rows, row)
		}
	}
	for _, g := range []serviceGroup{shared, several} {
		if len(g.Rows) > 0 {
			page.Groups = append(page.Groups, g)
		}
	}
	from := len(page.Groups)
	for _, g := range single {
		page.Groups = append(page.Groups, *g)
	}
	slices.SortFunc(page.Groups[from:], func(a, b serviceGroup) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	for _, g := range page.Groups {
		slices.SortFunc(g.Rows, func(a, b serviceRow) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
	}
	return view{template: "layanan-daftar", data: page}, nil
}

// allKelurahan reports whether only kelurahan offer a service.
func allKelurahan(e *edition, s *scorecard.Service) bool {
	for _, code := range s.Agencies {
		if a := e.Agency(code); a == nil || a.Kind != scorecard.KindKelurahan {
			return false
		}
	}
	return true
}

func newServiceRow(e *edition, s *scorecard.Service) serviceRow {
	row := serviceRow{Service: s, Href: e.Link("/layanan/" + s.Code), Time: promisedTime(s.Standard), Cost: promisedCost(s.Standard), Speed: noFigure}
	if now := latestPool(e, s.Code); now.Done > 0 {
		row.Speed, row.Base = measuredShare(now.OnTime, now.Done), "dari "+formatCount(now.Done)
	}
	return row
}

// latestPool is what was measured of a service in the newest period, over all places.
func latestPool(e *edition, service string) scorecard.ServicePool {
	history := e.ServiceHistory(service)
	if len(history) == 0 {
		return scorecard.ServicePool{}
	}
	return history[len(history)-1]
}

// servicesFinding tells how many requests of all services were done in time.
func servicesFinding(e *edition) (heading, pooled string) {
	onTime, done := 0, 0
	for _, r := range e.Results {
		if r.Period == e.View.Latest() {
			onTime, done = onTime+r.OnTime, done+r.Done
		}
	}
	share, ok := ratio(strconv.Itoa(onTime), strconv.Itoa(done))
	if !ok {
		return formatCount(len(e.Services)) + " layanan dan janjinya", ""
	}
	return sentenceStart(formatFrequency(share)) + " permohonan selesai tepat waktu",
		"Dari " + formatCount(done) + " permohonan yang selesai pada " + formatPeriod(e.View.Latest()) + "."
}
