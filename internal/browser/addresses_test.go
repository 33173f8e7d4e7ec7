package browser_test

import (
	"fmt"
	"net/http"
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// address is a page to look at.
type address struct {
	path   string
	status int  // what is answered
	main   bool // one of the pages that most readers see: looked at in every form
	login  string
}

// inWork says whether the page belongs to the workspace, whose rules differ.
func (a address) inWork() bool { return a.path == "/masuk" || strings.HasPrefix(a.path, "/kerja/") }

// shape is what the addresses of one kind of page have in common: /kelurahan/bendogerit
// is /kelurahan/*.
func shape(path string) string {
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	parts := strings.Split(path, "/")
	for i := 2; i < len(parts); i++ {
		if parts[i] != "" && path != "/kerja/instansi" && parts[i] != "instansi" {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

// publicAddresses are pages of every kind, of the things that differ most from each other.
func publicAddresses(c *scorecard.Content) []address {
	fixed := []address{
		{path: "/", main: true},
		{path: "/?urut=nilai"}, {path: "/?terbitan=1"}, {path: "/?terbitan=7"},
		{path: "/kelurahan"}, {path: "/kelurahan?terbitan=1"},
		{path: "/instansi"}, {path: "/indikator"}, {path: "/layanan"},
		{path: "/metode"}, {path: "/tentang"},
		{path: "/terbitan"}, {path: "/terbitan/1"}, {path: "/terbitan/8"},
		{path: "/cari"}, {path: "/cari?q=KTP"}, {path: "/cari?q=zzqx"},
		{path: "/tidak-ada", status: http.StatusNotFound},
		{path: "/?terbitan=99", status: http.StatusNotFound},
		{path: "/kelurahan/bendogerit?terbitan=1"},
	}
	all := fixed
	for _, g := range c.Goals {
		all = append(all, address{path: "/tujuan/" + g.Code})
	}
	all = append(all, agencyAddresses(c)...)
	all = append(all, indicatorAddresses(c)...)
	all = append(all, serviceAddresses(c)...)
	all = append(all, calculationAddresses(c)...)
	for i := range all {
		if all[i].status == 0 {
			all[i].status = http.StatusOK
		}
	}
	return all
}

// first keeps the first thing of each kind.
type first struct{ seen map[string]bool }

func (f *first) is(kind ...any) bool {
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	k := fmt.Sprint(kind...)
	if f.seen[k] {
		return false
	}
	f.seen[k] = true
	return true
}

// word is what a code says, or that there is none.
func word(code *string) string {
	if code == nil {
		return "none"
	}
	return *code
}

// agencyAddresses are an agency and a kelurahan of each rating, without one and without a
// score; one whose sample is too small; and one whose target was amended.
func agencyAddresses(c *scorecard.Content) []address {
	v := scorecard.NewView(c)
	var all []address
	var f first
	for i := range c.Agencies {
		a := &c.Agencies[i]
		path := "/instansi/" + a.Code
		if slug := v.Slug(a.Code); slug != "" {
			path = "/kelurahan/" + slug
		}
		s := v.Score(scoring.LevelAgency, a.Code, v.Latest())
		skm := v.SatisfactionOf(a.Code)
		few := skm != nil && skm.MinSample != nil && skm.Respondents < *skm.MinSample
		state := "without score"
		if s != nil {
			state = fmt.Sprint(word(s.Rating), s.Score == nil)
		}
		main := path == "/kelurahan/bendogerit" || path == "/instansi/dispendukcapil"
		if main || a.Code == "dprkp" || f.is(a.Group(), state) || f.is(a.Group(), "sample", few, skm == nil) {
			all = append(all, address{path: path, main: main})
		}
	}
	return all
}

// indicatorAddresses are an indicator of each kind and direction.
func indicatorAddresses(c *scorecard.Content) []address {
	var all []address
	var f first
	for _, i := range c.Indicators {
		if f.is(i.Kind, i.Direction) {
			all = append(all, address{path: "/indikator/" + i.Code})
		}
	}
	return all
}

// serviceAddresses are a service with a whole standard, one with a part of it, one without;
// one of the kelurahan and one of a single agency.
func serviceAddresses(c *scorecard.Content) []address {
	var all []address
	var f first
	for _, s := range c.Services {
		complete := -1
		if s.Standard != nil {
			complete = s.Standard.Complete / 5
		}
		if f.is("complete", complete) || f.is("agencies", len(s.Agencies) > 1) {
			all = append(all, address{path: "/layanan/" + s.Code})
		}
	}
	return all
}

// calculationAddresses are a figure of each kind, direction and frequency, one in each
// state, one of each word, and those with a story: amended, excepted, corrected, carried.
func calculationAddresses(c *scorecard.Content) []address {
	var all []address
	var f first
	for i := range c.Achievements {
		a := &c.Achievements[len(c.Achievements)-1-i] // the newest first
		path := "/hitung/" + a.Indicator + "/" + a.Agency + "/" + a.Period.String()
		main := path == "/hitung/DUK-KTP/dispendukcapil/2026-TW3"
		corrected := a.Provenance != nil && a.Provenance.Corrections > 0
		late := a.Provenance != nil && a.Provenance.LateEntry
		if main || f.is(a.Kind, a.Direction) || f.is(a.State) || f.is("rating", word(a.Rating)) || f.is("evidence", word(a.Evidence)) ||
			f.is("amended", a.IsAmended()) || f.is("carried", a.IsCarried()) || f.is("corrected", corrected) || f.is("late", late) ||
			f.is("range", a.TargetLow != nil, a.TargetHigh != nil) {
			all = append(all, address{path: path, main: main})
		}
	}
	return all
}

// workAddresses are the pages of the workspace as each role sees them.
func workAddresses() []address {
	return []address{
		{path: "/masuk", status: http.StatusOK},
		{path: "/masuk?keluar=1", status: http.StatusOK},
		{path: "/kerja/", login: "organisasi", main: true, status: http.StatusOK},
		{path: "/kerja/?status=verified", login: "organisasi", status: http.StatusOK},
		{path: "/kerja/instansi/dispendukcapil", login: "organisasi", status: http.StatusOK},
		{path: "/kerja/", login: "kepala.dispendukcapil", status: http.StatusOK},
		{path: "/kerja/", login: "operator.dispendukcapil", status: http.StatusOK},
		{path: "/kerja/", login: "lurah.bendogerit", status: http.StatusOK},
		{path: "/kerja/", login: "dprd", status: http.StatusOK},
		{path: "/kerja/tidak-ada", login: "organisasi", status: http.StatusNotFound},
		{path: "/kerja/instansi/dlh", login: "dprd", status: http.StatusForbidden},
	}
}
