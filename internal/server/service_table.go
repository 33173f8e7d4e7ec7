package server

import (
	"slices"
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// serviceTable holds promise against reality for each service of an agency.
type serviceTable struct {
	Heading  string
	Measured bool // some service has a result in this period
	Target   string
	Rows     []agencyService
}

// agencyService is one service: what is promised and what was measured.
type agencyService struct {
	Name, Href         string
	Requirements       string
	Cost, Time         string
	Speed              string // share done within the promised time
	Status             status // of the speed, against the agency's target
	Accuracy, Pleasure string // share without correction; satisfaction
}

// speedIndicator is the indicator whose target the speed of every service is held against.
const speedIndicator = "TEPAT-WAKTU"

// newServiceTable lists the services an agency offers, by name.
func newServiceTable(e *edition, agency *scorecard.Agency) serviceTable {
	var t serviceTable
	var target *string
	if a := e.Achievement(agency.Code, speedIndicator, e.View.Latest()); a != nil && a.Target != nil {
		target = a.Target
		t.Target = formatExact(*a.Target) + " persen"
	}
	kept, measured := 0, 0
	services := e.ServicesOf(agency.Code)
	slices.SortFunc(services, func(a, b *scorecard.Service) int { return strings.Compare(a.Name, b.Name) })
	for _, s := range services {
		row := agencyService{Name: s.Name, Href: e.Link("/layanan/" + s.Code), Cost: sentenceStart(promisedCost(s.Standard)), Time: promisedTime(s.Standard),
			Speed: noFigure, Accuracy: noFigure, Pleasure: noFigure, Status: status{"none", "Belum ada data"}}
		if s.Standard != nil {
			row.Requirements = firstFew(s.Standard.Requirements, 2)
		}
		if r := e.Result(s.Code, agency.Code, e.View.Latest()); r != nil && r.Done > 0 {
			measured++
			speed := countShare(r.OnTime, r.Done)
			row.Speed = formatShareBeside(*speed, target)
			row.Accuracy = formatNumber(*countShare(r.Uncorrected, r.Done), 0) + "%"
			if r.IKM != nil && r.Respondents >= fewestAnswers {
				row.Pleasure = formatNumber(*r.IKM, 1)
			}
			row.Status = shareStatus(e, *speed, target)
			if row.Status.Mark == "ok" {
				kept++
			}
		}
		t.Rows = append(t.Rows, row)
	}
	switch {
	case len(services) == 0:
		t.Heading = "Belum ada layanan yang dicatat untuk unit ini"
	case measured == 0:
		t.Heading = "Janji " + formatCount(len(services)) + " layanan; hasilnya belum diukur triwulan ini"
	default:
		t.Heading = sentenceStart(countOf(kept, measured)) + " layanan menepati janji waktunya"
	}
	t.Measured = measured > 0
	return t
}

// firstFew lists the first n of some things and counts the others: "KTP, KK, dan 3 lainnya".
// One more than n is listed in full.
func firstFew(things []string, n int) string {
	if len(things) <= n+1 {
		return strings.Join(things, ", ")
	}
	return strings.Join(things[:n], ", ") + ", dan " + formatCount(len(things)-n) + " lainnya"
}

// shareStatus says in the words for one target how a share stands to its target, both in
// percent. Without a target there is no word.
func shareStatus(e *edition, share string, target *string) status {
	if target == nil {
		return status{"none", "Tanpa target"}
	}
	raw := percentageOf(share, *target)
	return targetStatus(e, &scorecard.Achievement{State: scoring.Scored, Raw: raw})
}
