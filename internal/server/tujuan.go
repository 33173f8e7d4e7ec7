package server

import (
	"slices"

	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

var goalRoute = publicRoute{
	pattern: "/tujuan/:kode",
	page:    showGoal,
	paths: func(e *edition) []string {
		paths := make([]string, len(e.Goals))
		for i := range e.Goals {
			paths[i] = "/tujuan/" + e.Goals[i].Code
		}
		return paths
	},
}

// goalPage shows a goal: its score, its objectives, and the agencies the score is the mean of.
type goalPage struct {
	Page
	Trail      []crumb
	Goal       *scorecard.Goal
	Honesty    honestyView
	Headline   headline
	Trend      trendFigure
	Found      string // "2 dari 3 sasaran berkategori tinggi atau sangat tinggi"
	Objectives []objectiveRow
	Members    []memberRow // one vote each, by name
	Voters     int         // members with a score
	Lowest     []pacedNote
	Tally      tally
	Others     []figureLink // the other goals
}

// objectiveRow is an objective with its score and indicators.
type objectiveRow struct {
	scorecard.Objective
	Score scoreText
	Rows  []listedIndicator
}

// memberRow is an agency's own figure under a goal.
type memberRow struct {
	Agency *scorecard.Agency
	Href   string
	Score  *string // weighted mean of its scored targets there; nil when none is
	Weight string  // sum of the weights scored, exact
	Scored int
	Due    int
}

func showGoal(e *edition, p params) (view, error) {
	goal := e.Goal(p.path["kode"])
	if goal == nil {
		return view{}, fault.New(fault.NotFound, "Tidak ada tujuan dengan kode “%s”. Semua tujuan tercantum di halaman Indikator.", shorten(p.path["kode"], 20))
	}
	targets := e.AchievementsUnder(scoring.LevelGoal, goal.Code, e.View.Latest())
	page := goalPage{
		Page: newPage(e, "/tujuan/"+goal.Code, "/indikator", "Tujuan: "+goal.Name,
			"Tujuan "+goal.Code+" peta jalan layanan Kota Blitar: "+goal.Name+". Nilai, sasaran, dan indikatornya."),
		Trail:   trail(e, crumb{"Indikator", "/indikator"}, crumb{Name: "Tujuan " + goal.Code}),
		Goal:    goal,
		Honesty: newHonesty(e, scoring.LevelGoal, goal.Code),
		Lowest:  attention(e, scoring.LevelGoal, goal.Code),
		Tally:   tallyOf(e, targets),
	}
	page.Headline = scoreHeadline(e, scoring.LevelGoal, goal.Code, page.Tally)
	scores := e.Scores(scoring.LevelGoal, goal.Code)
	page.Trend = newTrend(e, trendFinding(e, scoring.LevelGoal, goal.Code), scores, "", nil)
	var reached []*scorecard.Score
	for _, o := range goal.Objectives {
		s := e.Score(scoring.LevelObjective, o.Code, e.View.Latest())
		reached = append(reached, s)
		page.Objectives = append(page.Objectives, objectiveRow{o, scoreTextOf(e, s), listIndicators(e, o.Code)})
	}
	page.Found = upperBands(e, reached, "sasaran")
	page.Members = members(e, targets)
	for _, m := range page.Members {
		if m.Score != nil {
			page.Voters++
		}
	}
	for i := range e.Goals {
		if g := &e.Goals[i]; g.Code != goal.Code {
			page.Others = append(page.Others, figureLink{g.Name, e.Link("/tujuan/" + g.Code)})
		}
	}
	return view{template: "tujuan", data: page}, nil
}

// members are the agencies with something due among the targets, each with its own figure.
func members(e *edition, targets []*scorecard.Achievement) []memberRow {
	byAgency := map[string][]*scorecard.Achievement{}
	for _, a := range targets {
		if a.State.IsDue() {
			byAgency[a.Agency] = append(byAgency[a.Agency], a)
		}
	}
	rows := make([]memberRow, 0, len(byAgency))
	for code, due := range byAgency {
		row := memberRow{Agency: e.Agency(code), Href: agencyPath(e, e.Agency(code)), Due: len(due)}
		row.Score, row.Weight, row.Scored = e.WeightedMean(due)
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b memberRow) int { return scorecard.ByName(a.Agency, b.Agency) })
	return rows
}
