package server

import (
	"slices"
	"strconv"
	"strings"

	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
)

var serviceListRoute = publicRoute{
	pattern: "/layanan",
	page:    showServices,
	paths:   func(*edition) []string { return []string{"/layanan"} },
}

var serviceRoute = publicRoute{
	pattern: "/layanan/:kode",
	page:    showService,
	paths: func(e *edition) []string {
		paths := make([]string, len(e.Services))
		for i := range e.Services {
			paths[i] = "/layanan/" + e.Services[i].Code
		}
		return paths
	},
}

// serviceListPage lists all services by who offers them.
type serviceListPage struct {
	Page
	Trail  []crumb
	Count  int
	Groups []serviceGroup
}

// serviceGroup is the services of the kelurahan together, or of one agency.
type serviceGroup struct {
	Name, Href string
	Detail     string
	Rows       []serviceRow
}

// serviceRow is a service on a list, with its promise.
type serviceRow struct {
	*scorecard.Service
	Href string
	Time string
	Cost string
}

func showServices(e *edition, _ params) (view, error) {
	page := serviceListPage{
		Page: newPage(e, "/layanan", "/layanan", "Semua layanan",
			"Daftar layanan Pemerintah Kota Blitar: lama, biaya, dan siapa yang melayani."),
		Trail: trail(e, crumb{Name: "Layanan"}),
		Count: len(e.Services),
	}
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
	return serviceRow{Service: s, Href: e.Link("/layanan/" + s.Code), Time: promisedTime(s.Standard), Cost: promisedCost(s.Standard)}
}

// offeredBy says in a few words who offers a service.
func offeredBy(e *edition, s *scorecard.Service) string {
	switch {
	case len(s.Agencies) > 1 && allKelurahan(e, s):
		return "di " + formatCount(len(s.Agencies)) + " kelurahan"
	case len(s.Agencies) > 1:
		return "di " + formatCount(len(s.Agencies)) + " tempat"
	case len(s.Agencies) == 1:
		if a := e.Agency(s.Agencies[0]); a != nil {
			return "di " + a.Name
		}
	}
	return ""
}

// promisedTime writes how long a service may take: "10 menit"; "belum dinyatakan" when
// nobody has said.
func promisedTime(s *scorecard.Standard) string {
	if s == nil || s.DurationValue == nil || s.DurationUnit == nil {
		return notStated
	}
	return formatExact(*s.DurationValue) + " " + strings.ReplaceAll(*s.DurationUnit, "_", " ")
}

// notStated stands for a part of a promise that nobody has made.
const notStated = "belum dinyatakan"

// promisedCost writes what a service costs.
func promisedCost(s *scorecard.Standard) string {
	if s == nil || s.FeeKind == nil {
		return notStated
	}
	switch *s.FeeKind {
	case "gratis":
		return "gratis"
	case "campuran":
		return "sebagian gratis"
	}
	if s.FeeRupiah != nil && *s.FeeRupiah > 0 {
		return "Rp" + formatNumber(strconv.FormatInt(*s.FeeRupiah, 10), 0)
	}
	return "ada retribusi"
}

// servicePage is the promise card of a service beside what was measured.
type servicePage struct {
	Page
	Trail   []crumb
	Service *scorecard.Service
	Offered string
	Time    string
	Cost    string
	Status  string
	Parts   []promisePart // the six public components
	Stated  int           // of these
	Results []resultRow
	Heading string // finding about the results
	Pooled  string // over how many requests and places
	Sources []source
}

// promisePart is one of the six public components.
type promisePart struct {
	Name  string
	Text  string
	List  []string
	From  string // where it comes from: the provenance label; empty when it is not stated
	Known bool
}

// source is where a standard was read. Href is empty when it is no address.
type source struct{ Text, Href string }

// resultRow is what was measured of a service in an agency.
type resultRow struct {
	Agency       *scorecard.Agency
	Href         string
	Speed        string // done within the promised time / all done
	Accuracy     string // done without correction / all done
	Satisfaction string // IKM of the service
	Done         int
	Few          bool // too few answers for the satisfaction to be told
	Measured     bool
}

func showService(e *edition, p params) (view, error) {
	s := e.Service(p.path["kode"])
	if s == nil {
		return view{}, fault.New(fault.NotFound, "Tidak ada layanan dengan kode “%s”. Pilih dari daftar layanan, atau cari namanya.", shorten(p.path["kode"], 40))
	}
	page := servicePage{
		Page: newPage(e, "/layanan/"+s.Code, "/layanan", s.Name,
			shorten("Janji layanan "+s.Name+" di Kota Blitar: syarat, alur, lama, biaya, hasil, dan pengaduan.", 200)),
		Trail:   trail(e, crumb{"Layanan", "/layanan"}, crumb{Name: s.Name}),
		Service: s,
		Offered: offeredBy(e, s),
		Time:    promisedTime(s.Standard),
		Cost:    promisedCost(s.Standard),
		Parts:   promiseParts(s.Standard),
	}
	if s.Standard != nil {
		page.Status = planStatus(s.Standard.Status)
		for _, text := range s.Standard.Sources {
			page.Sources = append(page.Sources, newSource(text))
		}
	}
	for _, part := range page.Parts {
		if part.Known {
			page.Stated++
		}
	}
	for _, code := range s.Agencies {
		a := e.Agency(code)
		if a == nil {
			continue
		}
		page.Results = append(page.Results, newResultRow(e, s, a))
	}
	slices.SortFunc(page.Results, func(a, b resultRow) int { return scorecard.ByName(a.Agency, b.Agency) })
	page.Heading, page.Pooled = serviceFinding(e, s)
	return view{template: "layanan", data: page}, nil
}

// serviceFinding tells how many requests of all places were done in time.
func serviceFinding(e *edition, s *scorecard.Service) (heading, pooled string) {
	onTime, done, places := 0, 0, 0
	for _, code := range s.Agencies {
		if r := e.Result(s.Code, code, e.View.Latest()); r != nil && r.Done > 0 {
			onTime, done, places = onTime+r.OnTime, done+r.Done, places+1
		}
	}
	share, ok := ratio(strconv.Itoa(onTime), strconv.Itoa(done))
	if !ok {
		return "Belum ada hasil ukur yang diterbitkan", ""
	}
	heading = capital(formatFrequency(share)) + " permohonan selesai tepat waktu"
	pooled = "Dari " + formatCount(done) + " permohonan yang selesai pada " + formatPeriod(e.View.Latest())
	if places > 1 {
		pooled += " di " + formatCount(places) + " tempat"
	}
	return heading, pooled + "."
}

// promiseParts are the six public components of Law 25/2009.
func promiseParts(s *scorecard.Standard) []promisePart {
	if s == nil {
		s = &scorecard.Standard{}
	}
	text := func(name, key string, p *string) promisePart {
		part := promisePart{Name: name, Known: p != nil && *p != ""}
		if part.Known {
			part.Text, part.From = sentence(*p), provenanceWord(s.Provenance[key])
		}
		return part
	}
	requirements := promisePart{Name: "Persyaratan", List: s.Requirements, Known: len(s.Requirements) > 0}
	if requirements.Known {
		requirements.From = provenanceWord(s.Provenance["requirements"])
	}
	duration := promisePart{Name: "Jangka waktu", Known: s.DurationValue != nil}
	if duration.Known {
		duration.Text, duration.From = sentence(promisedTime(s)), provenanceWord(s.Provenance["duration"])
	}
	fee := promisePart{Name: "Biaya", Known: s.FeeKind != nil}
	if fee.Known {
		fee.Text, fee.From = sentence(promisedCost(s)), provenanceWord(s.Provenance["fee"])
		if s.FeeNote != nil && *s.FeeNote != "" {
			fee.Text += " " + sentence(*s.FeeNote)
		}
	}
	return []promisePart{
		requirements,
		text("Sistem, mekanisme, dan prosedur", "procedure", s.Procedure),
		duration,
		fee,
		text("Produk layanan", "product", s.Product),
		text("Penanganan pengaduan, saran, dan masukan", "complaints", s.Complaints),
	}
}

// provenanceWord says where a part of a promise comes from; nothing when it is not recorded.
func provenanceWord(from string) string {
	switch from {
	case "":
		return ""
	case "blitar":
		return "Kota Blitar"
	case "daerah_lain":
		return "Daerah lain"
	case "regulasi":
		return "Aturan nasional"
	}
	return "Contoh"
}

// newSource makes a link of an address.
func newSource(text string) source {
	if strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://") {
		host, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(text, "https://"), "http://"), "/")
		return source{Text: host, Href: text}
	}
	return source{Text: text}
}

// newResultRow is what was measured of a service in an agency in the newest period.
func newResultRow(e *edition, s *scorecard.Service, a *scorecard.Agency) resultRow {
	row := resultRow{Agency: a, Href: agencyPath(e, a), Speed: noFigure, Accuracy: noFigure, Satisfaction: noFigure}
	r := e.Result(s.Code, a.Code, e.View.Latest())
	if r == nil {
		return row
	}
	row.Measured, row.Done = true, r.Done
	row.Speed, row.Accuracy = measuredShare(r.OnTime, r.Done), measuredShare(r.Uncorrected, r.Done)
	switch {
	case r.IKM != nil && r.Respondents >= fewestAnswers:
		row.Satisfaction = formatNumber(*r.IKM, 1)
	case r.Respondents > 0 && r.Respondents < fewestAnswers:
		row.Few = true
	}
	return row
}

// fewestAnswers is how many answers there must be before a breakdown is shown.
const fewestAnswers = 5

// measuredShare writes part ÷ whole as a percentage; "–" of nothing.
func measuredShare(part, whole int) string {
	share, ok := ratio(strconv.Itoa(part), strconv.Itoa(whole))
	if !ok {
		return noFigure
	}
	d, _ := parseDigits(share)
	if whole < 1000 {
		return d.round(0).indonesian() + "%"
	}
	return d.round(1).indonesian() + "%"
}
