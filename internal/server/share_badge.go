package server

import (
	"bytes"
	"html"
	"strconv"
	"strings"

	"petajalan/internal/card"
	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
)

// Badges and pages for other sites, and the page that says how to use them.
var (
	badgeRoute     = publicRoute{pattern: "/lencana/:nama", page: showBadge}
	embedRoute     = publicRoute{pattern: "/sematan/:nama", page: showEmbed}
	embedListRoute = publicRoute{pattern: embedListPath, page: showEmbedList}
)

const embedListPath = "/sematan"

func showBadge(e *edition, p params) (view, error) {
	name, ok := strings.CutSuffix(p.path["nama"], ".svg")
	if !ok {
		return view{}, fault.New(fault.NotFound, "Alamat lencana berakhir dengan .svg, misalnya %s.", badgePath(e, nil))
	}
	u, err := findUnit(e, name)
	if err != nil {
		return view{}, err
	}
	var b bytes.Buffer
	if err := newBadge(e, u).WriteSVG(&b); err != nil {
		return view{}, err
	}
	return view{file: &file{contentType: "image/svg+xml", body: b.Bytes()}, open: openShow}, nil
}

func newBadge(e *edition, u unit) card.Badge {
	b := card.Badge{Site: "Rapor Layanan", Period: formatPeriod(e.View.Latest()), Name: u.Short,
		Figure: u.Figure(), Word: u.Score.Rating.Word, Level: u.Score.Rating.Level}
	switch {
	case e.Demo:
		b.Mark = "DATA PERAGAAN"
	case e.Status == statusExample:
		b.Mark = "CONTOH"
	}
	return b
}

// embedPage is a unit's score on a page of another site.
type embedPage struct {
	Page
	Unit   unit
	Mark   string
	Period string
	Href   string // of the unit's page
	How    string // of the method
	Site   string // of the front page
}

func showEmbed(e *edition, p params) (view, error) {
	u, err := findUnit(e, p.path["nama"])
	if err != nil {
		return view{}, err
	}
	page := embedPage{Page: newPage(e, embedPath(e, u.Agency), embedListPath, u.Name, ""), Unit: u, Mark: markOf(e),
		Period: formatPeriod(e.View.Latest()), Href: e.Link(u.Path), How: e.Link("/metode"), Site: e.Link("/")}
	page.NoIndex = true
	return view{template: "sematan", data: page, open: openFrame}, nil
}

// embedListPage says how to show a score on another site, for every unit.
type embedListPage struct {
	Page
	Trail  []crumb
	City   embedCode
	Groups []embedGroup
	Feed   string // address of the feed
}

// embedGroup are the units of one kind.
type embedGroup struct {
	Name string
	Rows []embedCode
}

// embedCode is what to copy for one unit.
type embedCode struct {
	Name         string
	Badge, Embed string // addresses within this site
	BadgeCode    string // the HTML of the badge
	EmbedCode    string // the HTML of the embedded page
	BadgeText    string // what the badge says
}

func showEmbedList(e *edition, _ params) (view, error) {
	page := embedListPage{
		Page: newPage(e, embedListPath, embedListPath, "Sematan dan lencana",
			"Cara menampilkan nilai rapor layanan di situs lain, dengan lencana atau halaman kecil."),
		Trail: trail(e, crumb{Name: "Sematan dan lencana"}),
		City:  newEmbedCode(e, cityUnit(e)),
		Feed:  e.Absolute(feedPath),
	}
	for _, g := range []struct{ code, name string }{
		{scorecard.GroupKelurahan, "Kelurahan"}, {scorecard.GroupKecamatan, "Kecamatan"}, {scorecard.GroupAgencies, "Dinas, badan, dan bagian lain"},
	} {
		group := embedGroup{Name: g.name}
		for _, a := range e.Reporters(g.code) {
			group.Rows = append(group.Rows, newEmbedCode(e, agencyUnit(e, a)))
		}
		if len(group.Rows) > 0 {
			page.Groups = append(page.Groups, group)
		}
	}
	return view{template: "sematan-daftar", data: page}, nil
}

func newEmbedCode(e *edition, u unit) embedCode {
	badge, embed := badgePath(e, u.Agency), embedPath(e, u.Agency)
	text := newBadge(e, u).Text()
	name := "Rapor Layanan, " + u.Name
	size := func(n int) string { return strconv.Itoa(n) }
	return embedCode{
		Name: u.Name, Badge: e.Link(badge), Embed: e.Link(embed), BadgeText: text,
		BadgeCode: `<a href="` + html.EscapeString(e.Absolute(u.Path)) + `"><img src="` + html.EscapeString(e.Absolute(badge)) +
			`" width="` + size(card.BadgeWidth) + `" height="` + size(card.BadgeHeight) + `" alt="` + html.EscapeString(name) + `"></a>`,
		EmbedCode: `<iframe src="` + html.EscapeString(e.Absolute(embed)) + `" title="` + html.EscapeString(name) +
			`" width="100%" height="` + size(embedHeight) + `" loading="lazy"></iframe>`,
	}
}

// embedHeight is how many pixels an embedded page takes where it is 240 wide.
const embedHeight = 390
