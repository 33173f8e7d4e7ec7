package browser_test

import (
	"fmt"
	"net/http"
	"slices"
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
	press  string // what is clicked first, for a page that has no address of its own
}

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
		{path: "/metode"}, {path: "/tentang"}, {path: "/aksesibilitas"}, {path: "/indikator?status=belum"},
		{path: "/terbitan"}, {path: "/terbitan/1"}, {path: "/terbitan/8"},
		{path: "/cari"}, {path: "/cari?q=KTP"}, {path: "/cari?q=zzqx"},
		{path: "/tidak-ada", status: http.StatusNotFound},
		{path: "/?terbitan=99", status: http.StatusNotFound},
		{path: "/kelurahan/bendogerit?terbitan=1"},
		{path: "/privasi"}, {path: "/perbaikan"}, {path: "/en/method"}, {path: "/cari?q=Bendogrit"},
		{path: "/data"}, {path: "/data/api"}, {path: "/data/kamus"}, {path: "/data/hitung-sendiri"}, {path: "/en/data-dictionary"},
		{path: "/cetak/kelurahan/bendogerit"}, {path: "/cetak/kelurahan/klampok"}, {path: "/cetak/layanan/" + c.Services[0].Code}, {path: "/sematan"}, {path: "/sematan/bendogerit"},
	}
	all := append(fixed, address{path: "/tujuan/" + c.Goals[0].Code})
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

// coverage chooses few pages that show many different things between them.
type coverage struct {
	paths []string
	shows map[string][]string // by path
}

// add notes what a page shows: pairs of a name and a value.
func (c *coverage) add(path string, shows ...string) {
	if c.shows == nil {
		c.shows = map[string][]string{}
	}
	c.paths = append(c.paths, path)
	c.shows[path] = shows
}

// fact is one thing that a page shows.
func fact(name string, value ...any) string { return name + " " + fmt.Sprint(value...) }

// choose returns pages until everything is shown, each time the one that shows most of
// what was not shown yet. must come first in any case.
func (c *coverage) choose(must ...string) []address {
	var chosen []address
	shown := map[string]bool{}
	take := func(path string, main bool) {
		chosen = append(chosen, address{path: path, main: main})
		for _, s := range c.shows[path] {
			shown[s] = true
		}
	}
	for _, path := range must {
		take(path, true)
	}
	for {
		best, most := "", 0
		for _, path := range c.paths {
			n := 0
			for _, s := range c.shows[path] {
				if !shown[s] {
					n++
				}
			}
			if n > most {
				best, most = path, n
			}
		}
		if most == 0 {
			return chosen
		}
		take(best, false)
	}
}

// word is what a code says, or that there is none.
func word(code *string) string {
	if code == nil {
		return "none"
	}
	return *code
}

// agencyAddresses are agencies and kelurahan of each rating, without one and without a
// score, with and without a survey, with a sample that is too small, and one that is late.
func agencyAddresses(c *scorecard.Content) []address {
	v := scorecard.NewView(c)
	var kelurahan, others coverage
	for i := range c.Agencies {
		a := &c.Agencies[i]
		state := "no score"
		if s := v.Score(scoring.LevelAgency, a.Code, v.Latest()); s != nil {
			state = fmt.Sprint(word(s.Rating), s.Score == nil)
		}
		survey := "none"
		if skm := v.SatisfactionOf(a.Code); skm != nil {
			survey = fmt.Sprint("few ", skm.MinSample != nil && skm.Respondents < *skm.MinSample)
		}
		if slug := v.Slug(a.Code); slug != "" {
			kelurahan.add("/kelurahan/"+slug, fact("rating", state), fact("survey", survey), fact("silent", slices.Contains(v.Silent(v.Latest()), a)))
			continue
		}
		amended := false
		for _, x := range v.AchievementsOf(a.Code, v.Latest()) {
			amended = amended || x.IsAmended()
		}
		others.add("/instansi/"+a.Code, fact("kind", a.Kind), fact("rating", state), fact("survey", survey), fact("amended", amended))
	}
	return append(kelurahan.choose("/kelurahan/bendogerit"), others.choose("/instansi/dispendukcapil")...)
}

// indicatorAddresses are indicators of each kind, direction and frequency.
func indicatorAddresses(c *scorecard.Content) []address {
	var all coverage
	for _, i := range c.Indicators {
		all.add("/indikator/"+i.Code, fact("kind", i.Kind), fact("direction", i.Direction), fact("frequency", i.Frequency), fact("break", i.BreakNote != ""))
	}
	return all.choose()
}

// serviceAddresses are services with a whole standard, with a part of one and without, of
// the kelurahan and of single agencies.
func serviceAddresses(c *scorecard.Content) []address {
	var all coverage
	for _, s := range c.Services {
		complete := -1
		if s.Standard != nil {
			complete = s.Standard.Complete / 5
		}
		all.add("/layanan/"+s.Code, fact("complete", complete), fact("many", len(s.Agencies) > 1))
	}
	return all.choose()
}

// calculationAddresses are figures of each kind, direction, state, word and evidence, with
// those that have a story: amended, excepted, corrected, carried, late, promised as a range.
func calculationAddresses(c *scorecard.Content) []address {
	var all coverage
	for i := range c.Achievements {
		a := &c.Achievements[len(c.Achievements)-1-i] // the newest first
		p := a.Provenance
		all.add("/hitung/"+a.Indicator+"/"+a.Agency+"/"+a.Period.String(),
			fact("kind", a.Kind), fact("direction", a.Direction), fact("state", a.State), fact("rating", word(a.Rating)),
			fact("evidence", word(a.Evidence)), fact("amended", a.IsAmended()), fact("carried", a.IsCarried()),
			fact("corrected", p != nil && p.Corrections > 0), fact("late", p != nil && p.LateEntry),
			fact("range", a.TargetLow != nil, a.TargetHigh != nil))
	}
	return all.choose("/hitung/DUK-KTP/dispendukcapil/2026-TW3")
}
