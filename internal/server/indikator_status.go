package server

import (
	"slices"
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// outcomeNames say what became of the targets on a list, after their count.
var outcomeNames = map[string]string{
	kindReached: "target tercapai",
	kindNear:    "target hampir tercapai",
	kindBelow:   "target belum tercapai",
	kindMissing: "target belum ada datanya",
}

// outcomePage lists the targets of the newest period of which the same became.
type outcomePage struct {
	Page
	Trail      []crumb
	Heading    string // "412 target tercapai"
	Segments   segments
	Indicators []outcomeGroup
}

// outcomeGroup is an indicator with its targets, by name of their agencies.
type outcomeGroup struct {
	Name, Href string
	Targets    []figureLink
}

// showOutcome lists the targets of one kind under their indicators, both by name.
func showOutcome(e *edition, kind string) view {
	all := e.AchievementsUnder(scoring.LevelCity, scoring.CityCode, e.View.Latest())
	byIndicator := map[string][]*scorecard.Achievement{}
	n := 0
	for _, a := range all {
		if outcomeKind(e, a) == kind {
			byIndicator[a.Indicator] = append(byIndicator[a.Indicator], a)
			n++
		}
	}
	heading := sentenceStart(formatCount(n) + " " + outcomeNames[kind])
	if n == 0 {
		heading = "Tidak ada " + outcomeNames[kind]
	}
	page := outcomePage{
		Page: newPage(e, "/indikator?status="+kind, "/indikator", heading,
			"Daftar target Peta Jalan Pelayanan Publik Kota Blitar menurut keadaannya, dengan cara hitung tiap angka."),
		Trail:    trail(e, crumb{"Indikator", "/indikator"}, crumb{Name: sentenceStart(outcomeNames[kind])}),
		Heading:  heading,
		Segments: tallyOf(e, all).segments(e),
	}
	for code, targets := range byIndicator {
		slices.SortFunc(targets, func(a, b *scorecard.Achievement) int {
			return scorecard.ByName(e.Agency(a.Agency), e.Agency(b.Agency))
		})
		group := outcomeGroup{Name: e.Indicator(code).Name, Href: e.Link("/indikator/" + code)}
		for _, a := range targets {
			name := placeName(e, e.Agency(a.Agency))
			if a.State.IsMissing() {
				name += ": " + strings.ToLower(stateWord(a.State))
			} else if a.Raw != nil {
				name += ": " + formatFigure(e.Method.Words, *a.Raw, 1)
			}
			group.Targets = append(group.Targets, figureLink{name, explainPath(e, a)})
		}
		page.Indicators = append(page.Indicators, group)
	}
	slices.SortFunc(page.Indicators, func(a, b outcomeGroup) int {
		return strings.Compare(strings.ToLower(a.Name)+a.Href, strings.ToLower(b.Name)+b.Href)
	})
	return view{template: "indikator-status", data: page}
}
