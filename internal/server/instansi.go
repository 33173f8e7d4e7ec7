package server

import (
	"slices"
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

var agencyListRoute = publicRoute{
	pattern: "/instansi",
	page:    showAgencies,
	paths:   func(*edition) []string { return []string{"/instansi"} },
	query:   []string{wordOrder},
}

var agencyRoute = publicRoute{
	pattern: "/instansi/:kode",
	page:    showAgency,
	paths: func(e *edition) []string {
		var paths []string
		for i := range e.Agencies {
			if e.Slug(e.Agencies[i].Code) == "" {
				paths = append(paths, "/instansi/"+e.Agencies[i].Code)
			}
		}
		return paths
	},
}

// agencyListPage lists all agencies by peer group.
type agencyListPage struct {
	Page
	Trail   []crumb
	Heading string // h1, finding
	Groups  []agencyGroup
	Others  []agencyLink // units that offer services and do not report
}

// agencyGroup is a peer group with its scores.
type agencyGroup struct {
	Code  string
	Name  string
	Table agencyTable
}

// agencyLink names an agency with what it belongs to.
type agencyLink struct {
	Name, Href, Detail string
}

func showAgencies(e *edition, p params) (view, error) {
	order := orderOf(p)
	page := agencyListPage{
		Page: newPage(e, "/instansi", "/instansi", "Dinas, badan, dan kantor",
			"Nilai rapor layanan semua dinas, badan, kantor, kecamatan, dan kelurahan di Kota Blitar."),
		Trail: trail(e, crumb{Name: "Instansi"}),
	}
	var all []*scorecard.Agency
	for _, g := range groupNames {
		members := e.Reporters(g.code)
		if len(members) == 0 {
			continue
		}
		all = append(all, members...)
		table := newScoreTable(e, members, order)
		table.Heading, table.What = g.name, "Instansi"
		table.Caption = g.name + ", " + formatPeriod(e.View.Latest()) + ", urut " + order
		page.Groups = append(page.Groups, agencyGroup{g.code, g.name, table})
	}
	for i := 1; i < len(page.Groups); i++ {
		page.Groups[i].Table.Ranges = "" // one is enough for a page
	}
	if len(page.Groups) > 0 {
		page.Groups[0].Table.Sort = newSortLinks(e, "/instansi", "", order, byName, byScore, byChange)
	}
	page.Heading = upperBands(e, latestScores(e, all), "instansi")
	page.Others = unitLinks(e)
	return view{template: "instansi-daftar", data: page}, nil
}

// unitLinks lists the units that do not report themselves, by name.
func unitLinks(e *edition) []agencyLink {
	var units []*scorecard.Agency
	for i := range e.Agencies {
		if !e.Agencies[i].Reports {
			units = append(units, &e.Agencies[i])
		}
	}
	slices.SortFunc(units, scorecard.ByName)
	links := make([]agencyLink, len(units))
	for i, a := range units {
		links[i] = agencyLink{Name: a.Name, Href: agencyPath(e, a), Detail: kindOfAgency(a.Kind)}
		if parent := e.parentOf(a); parent != nil {
			links[i].Detail += " di bawah " + parent.Name
		}
	}
	return links
}

// agencyPage is one agency, in the order in which it is shown.
type agencyPage struct {
	Page
	Trail        []crumb
	Agency       *scorecard.Agency
	Kind         string
	Parent       *agencyLink // nil when there is none
	Honesty      honestyView
	Score        headline
	Trend        trendFigure
	Services     serviceTable
	Notes        []note
	Lowest       []pacedNote
	Shares       shares
	Found        string // "12 dari 20 indikator mencapai target"
	Objectives   []agencyObjective
	LeftOut      []indicatorRow
	Amended      []amendedTarget
	Satisfaction *satisfactionView
	Embed        string // address of what other sites show; empty for a unit that does not report
	Children     []agencyLink
	Peers        []agencyLink // others of the same peer group, by name
	Group        string       // name of the peer group
}

// agencyObjective is an objective with the agency's indicators under it.
type agencyObjective struct {
	scorecard.Objective
	Href string
	Rows []indicatorRow
}

// amendedTarget is a target of this year that was changed, with both promises.
type amendedTarget struct {
	listedTarget
	Withdrawn bool
}

func showAgency(e *edition, p params) (view, error) {
	agency := e.Agency(p.path["kode"])
	if agency == nil {
		return view{}, noSuchAgency(p.path["kode"])
	}
	if e.Slug(agency.Code) != "" {
		return view{redirect: agencyPath(e, agency)}, nil
	}
	page := agencyPage{
		Page: newPage(e, "/instansi/"+agency.Code, "/instansi", agency.Name,
			shorten("Rapor layanan "+agency.Name+": nilai, janji layanan, dan hasil tiap indikator.", 200)),
		Trail:    trail(e, agencyCrumb(agency), crumb{Name: agency.ShortName}),
		Agency:   agency,
		Kind:     kindOfAgency(agency.Kind),
		Services: newServiceTable(e, agency),
	}
	if parent := e.parentOf(agency); parent != nil {
		page.Parent = &agencyLink{Name: parent.Name, Href: agencyPath(e, parent)}
	}
	for _, child := range e.Children(agency.Code) {
		page.Children = append(page.Children, agencyLink{Name: child.Name, Href: agencyPath(e, child), Detail: kindOfAgency(child.Kind)})
	}
	page.Card = cardPath(e, agency)
	if agency.Reports {
		page.fillScore(e, agency)
	} else {
		page.Services.Heading = formatCount(len(page.Services.Rows)) + " layanan dan janjinya" // no target of its own to hold them against
	}
	return view{template: "instansi", data: page}, nil
}

// fillScore adds what only an agency that reports has.
func (page *agencyPage) fillScore(e *edition, agency *scorecard.Agency) {
	period := e.View.Latest()
	score := shownScore(e, agency.Code)
	scores := shownScores(e, agency.Code)
	peers := e.Reporters(agency.Group())
	among := formatCount(len(peers)) + " " + groupWord(agency.Group())
	means := make([]*string, len(e.Periods))
	for i, info := range e.Periods {
		means[i], _ = e.PeerMean(agency.Code, info.Period)
	}
	page.Embed = e.Link(embedPath(e, agency))
	page.Honesty = newHonesty(e, scoring.LevelAgency, agency.Code)
	page.Score = placeHeadline(e, agency, score, among)
	if score != nil && score.FirstScore != nil && score.Score != nil && *score.FirstScore != *score.Score {
		page.Score.Facts = append(page.Score.Facts, fact{Name: "Terhadap target semula", Text: formatFigure(e.Method.Bands, *score.FirstScore, 1)})
	}
	page.Trend = newTrend(e, comparisonFinding(e, agency, scores, means, among), scores, "Rerata", means)
	page.Notes = agencyNotes(e, agency)
	page.Lowest = attention(e, scoring.LevelAgency, agency.Code)
	page.Shares = agencyShares(e, agency, score)
	page.Found, _, page.LeftOut = agencyIndicators(e, agency)
	page.Objectives = agencyObjectives(e, agency)
	for _, a := range e.AchievementsOf(agency.Code, period) {
		current, first := e.TargetPair(a.Agency, a.Indicator, a.AsOf.Year)
		if current != first {
			page.Amended = append(page.Amended, newAmendedTarget(e, a, current, first))
		}
	}
	page.Satisfaction = newSatisfactionView(e, agency)
	for _, g := range groupNames {
		if g.code == agency.Group() {
			page.Group = g.name
		}
	}
	for _, peer := range peers {
		if peer != agency {
			page.Peers = append(page.Peers, agencyLink{Name: peer.Name, Href: agencyPath(e, peer)})
		}
	}
}

// newAmendedTarget shows both promises of the year.
func newAmendedTarget(e *edition, a *scorecard.Achievement, current, first *scorecard.Target) amendedTarget {
	row := newListedTarget(e, a)
	row.TargetText, row.FirstText = yearTarget(e, row.Sheet, current), yearTarget(e, row.Sheet, first)
	row.Amendment = current
	return amendedTarget{row, current.Withdrawn()}
}

// agencyObjectives groups the due indicators of an agency by objective.
func agencyObjectives(e *edition, agency *scorecard.Agency) []agencyObjective {
	byObjective := map[string][]indicatorRow{}
	for _, a := range e.AchievementsOf(agency.Code, e.View.Latest()) {
		if a.State.IsDue() {
			byObjective[a.Objective] = append(byObjective[a.Objective], newIndicatorRow(e, a))
		}
	}
	var found []agencyObjective
	for _, g := range e.Goals {
		for _, o := range g.Objectives {
			rows := byObjective[o.Code]
			if len(rows) == 0 {
				continue
			}
			slices.SortFunc(rows, func(a, b indicatorRow) int {
				return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
			})
			found = append(found, agencyObjective{o, e.Link("/tujuan/" + g.Code + "#" + o.Code), rows})
		}
	}
	return found
}

// groupWord is the noun of a peer group, to count in.
func groupWord(group string) string {
	switch group {
	case scorecard.GroupKelurahan:
		return "kelurahan"
	case scorecard.GroupKecamatan:
		return "kecamatan"
	}
	return "perangkat daerah"
}
