package server

import (
	"strconv"
	"strings"

	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
)

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
	Trail    []crumb
	Service  *scorecard.Service
	Offered  string
	Promise  string // in a sentence
	Same     string // that the promise is the same everywhere; empty for one place
	Status   string
	Parts    []promisePart // the six public components
	Stated   int           // of these
	Heading  string        // finding about the results
	Pooled   string        // over how many requests and places
	Measures []fact
	Results  serviceResults
	Past     servicePast
	Sources  []source
	Print    string // address of the sheet for the notice board
	Entry    serviceEntry
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

func showService(e *edition, p params) (view, error) {
	s := e.Service(p.path["kode"])
	if s == nil {
		return view{}, noSuchService(p.path["kode"])
	}
	history := e.ServiceHistory(s.Code)
	var now scorecard.ServicePool
	if len(history) > 0 {
		now = history[len(history)-1]
	}
	page := servicePage{
		Page: newPage(e, "/layanan/"+s.Code, "/layanan", s.Name,
			shorten("Janji layanan "+s.Name+" di Kota Blitar: syarat, alur, lama, biaya, hasil, dan pengaduan.", 200)),
		Trail:    trail(e, crumb{"Layanan", "/layanan"}, crumb{Name: s.Name}),
		Service:  s,
		Offered:  offeredBy(e, s),
		Promise:  promiseSentence(s.Standard),
		Parts:    promiseParts(s.Standard),
		Measures: serviceMeasures(now),
		Results:  newServiceResults(e, s),
		Past:     newServicePast(e, s, history),
		Print:    printPath(e, s, nil),
		Entry:    newServiceEntry(e, s),
	}
	if len(s.Agencies) > 1 {
		page.Same = "Standar ini sama " + page.Offered + ": di mana pun Anda mengurus, janjinya sama."
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
	page.Heading, page.Pooled = serviceFinding(now)
	return view{template: "layanan", data: page}, nil
}

// noSuchService is the fault of a code that no service of this publication has.
func noSuchService(code string) error {
	return fault.New(fault.NotFound, "Tidak ada layanan dengan kode “%s”. Pilih dari daftar layanan, atau cari namanya.", shorten(code, 40))
}

// promiseSentence says in a sentence how long a service may take and what it costs.
func promiseSentence(s *scorecard.Standard) string {
	time, cost := promisedTime(s), promisedCost(s)
	switch {
	case time == notStated && cost == notStated:
		return "Lama dan biayanya belum dinyatakan."
	case time == notStated:
		return "Biayanya " + cost + ". Lamanya belum dinyatakan."
	case cost == notStated:
		return "Janjinya selesai dalam " + time + ". Biayanya belum dinyatakan."
	}
	return "Janjinya selesai dalam " + time + ", biayanya " + cost + "."
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
