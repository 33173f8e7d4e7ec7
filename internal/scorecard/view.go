package scorecard

import (
	"slices"
	"strings"

	"petajalan/internal/scoring"
)

// View is a publication made ready for reading: its content with indexes and the facts
// that pages derive from it. It asks no database and no clock, is built once by NewView
// and is safe for concurrent reading. What it returns points into the content and must
// not be changed.
type View struct {
	*Content

	agencies     map[string]*Agency
	slugs        map[string]*Agency
	areas        map[string]*Area
	goals        map[string]*Goal
	objectives   map[string]*Objective
	goalOf       map[string]*Goal // by objective
	indicators   map[string]*Indicator
	services     map[string]*Service
	periods      map[scoring.Period]int
	scores       map[scoreKey]*Score
	achievements map[achievementKey]*Achievement
	ofAgency     map[placeKey][]*Achievement
	forIndicator map[placeKey][]*Achievement
	targets      map[seriesKey][]Target
}

type scoreKey struct {
	level  scoring.Level
	code   string
	period scoring.Period
}

type achievementKey struct {
	agency, indicator string
	period            scoring.Period
}

type placeKey struct {
	code   string // of an agency or an indicator
	period scoring.Period
}

type seriesKey struct{ agency, indicator string }

// NewView indexes the content of a publication.
func NewView(c *Content) *View {
	v := &View{
		Content:      c,
		agencies:     make(map[string]*Agency, len(c.Agencies)),
		slugs:        make(map[string]*Agency),
		areas:        make(map[string]*Area, len(c.Areas)),
		goals:        make(map[string]*Goal, len(c.Goals)),
		objectives:   make(map[string]*Objective),
		goalOf:       make(map[string]*Goal),
		indicators:   make(map[string]*Indicator, len(c.Indicators)),
		services:     make(map[string]*Service, len(c.Services)),
		periods:      make(map[scoring.Period]int, len(c.Periods)),
		scores:       make(map[scoreKey]*Score, len(c.Scores)),
		achievements: make(map[achievementKey]*Achievement, len(c.Achievements)),
		ofAgency:     make(map[placeKey][]*Achievement),
		forIndicator: make(map[placeKey][]*Achievement),
		targets:      make(map[seriesKey][]Target),
	}
	for i := range c.Areas {
		v.areas[c.Areas[i].Code] = &c.Areas[i]
	}
	for i := range c.Agencies {
		a := &c.Agencies[i]
		v.agencies[a.Code] = a
		if area := v.areas[a.Area]; a.Kind == KindKelurahan && area != nil && area.Slug != nil {
			v.slugs[*area.Slug] = a
		}
	}
	for i := range c.Goals {
		g := &c.Goals[i]
		v.goals[g.Code] = g
		for j := range g.Objectives {
			v.objectives[g.Objectives[j].Code] = &g.Objectives[j]
			v.goalOf[g.Objectives[j].Code] = g
		}
	}
	for i := range c.Indicators {
		v.indicators[c.Indicators[i].Code] = &c.Indicators[i]
	}
	for i := range c.Services {
		v.services[c.Services[i].Code] = &c.Services[i]
	}
	for i, p := range c.Periods {
		v.periods[p.Period] = i
	}
	for i := range c.Scores {
		s := &c.Scores[i]
		v.scores[scoreKey{s.Level, s.Code, s.Period}] = s
	}
	for i := range c.Achievements {
		a := &c.Achievements[i]
		v.achievements[achievementKey{a.Agency, a.Indicator, a.Period}] = a
		agency, indicator := placeKey{a.Agency, a.Period}, placeKey{a.Indicator, a.Period}
		v.ofAgency[agency] = append(v.ofAgency[agency], a)
		v.forIndicator[indicator] = append(v.forIndicator[indicator], a)
	}
	for _, t := range c.Targets {
		key := seriesKey{t.Agency, t.Indicator}
		v.targets[key] = append(v.targets[key], t)
	}
	return v
}

// Agency returns the agency with this code; nil when there is none.
func (v *View) Agency(code string) *Agency { return v.agencies[code] }

// AgencyBySlug returns the kelurahan whose page has this address, as "bendogerit"; nil
// when there is none.
func (v *View) AgencyBySlug(slug string) *Agency { return v.slugs[slug] }

// Slug returns the address of a kelurahan's page by its agency code; "" for any other agency.
func (v *View) Slug(code string) string {
	a := v.agencies[code]
	if a == nil || a.Kind != KindKelurahan {
		return ""
	}
	if area := v.areas[a.Area]; area != nil && area.Slug != nil {
		return *area.Slug
	}
	return ""
}

// Area returns the area with this code; nil when there is none.
func (v *View) Area(code string) *Area { return v.areas[code] }

// Goal returns the goal with this code; nil when there is none.
func (v *View) Goal(code string) *Goal { return v.goals[code] }

// Objective returns the objective with this code and the goal it serves; nil when there is none.
func (v *View) Objective(code string) (*Objective, *Goal) {
	return v.objectives[code], v.goalOf[code]
}

// Indicator returns the indicator with this code; nil when there is none.
func (v *View) Indicator(code string) *Indicator { return v.indicators[code] }

// Service returns the service with this code; nil when there is none.
func (v *View) Service(code string) *Service { return v.services[code] }

// Latest is the newest period of the publication.
func (v *View) Latest() scoring.Period { return v.Content.Period }

// Calendar returns the calendar of a period; nil when the publication does not have it.
func (v *View) Calendar(p scoring.Period) *PeriodInfo {
	i, ok := v.periods[p]
	if !ok {
		return nil
	}
	return &v.Periods[i]
}

// Score returns the roll-up of a level and code in a period; nil when nothing was due there.
func (v *View) Score(level scoring.Level, code string, p scoring.Period) *Score {
	return v.scores[scoreKey{level, code, p}]
}

// Scores returns the roll-ups of a level and code, one for each of Periods, oldest first;
// nil where a period has none.
func (v *View) Scores(level scoring.Level, code string) []*Score {
	scores := make([]*Score, len(v.Periods))
	for i, p := range v.Periods {
		scores[i] = v.Score(level, code, p.Period)
	}
	return scores
}

// Achievement returns what became of a target in a period; nil when there was none.
func (v *View) Achievement(agency, indicator string, p scoring.Period) *Achievement {
	return v.achievements[achievementKey{agency, indicator, p}]
}

// Series returns what became of a series, one for each of Periods, oldest first;
// nil where a period has none.
func (v *View) Series(agency, indicator string) []*Achievement {
	series := make([]*Achievement, len(v.Periods))
	for i, p := range v.Periods {
		series[i] = v.Achievement(agency, indicator, p.Period)
	}
	return series
}

// AchievementsOf returns all targets of an agency in a period, by indicator code.
func (v *View) AchievementsOf(agency string, p scoring.Period) []*Achievement {
	return v.ofAgency[placeKey{agency, p}]
}

// AchievementsFor returns the targets of an indicator in a period, by agency code.
func (v *View) AchievementsFor(indicator string, p scoring.Period) []*Achievement {
	return v.forIndicator[placeKey{indicator, p}]
}

// AchievementsUnder returns the targets under a roll-up in a period: all of the city, of
// a goal, an objective or an agency.
func (v *View) AchievementsUnder(level scoring.Level, code string, p scoring.Period) []*Achievement {
	if level == scoring.LevelAgency {
		return v.AchievementsOf(code, p)
	}
	var under []*Achievement
	for _, ind := range v.Indicators {
		for _, a := range v.AchievementsFor(ind.Code, p) {
			if level == scoring.LevelCity || level == scoring.LevelGoal && a.Goal == code || level == scoring.LevelObjective && a.Objective == code {
				under = append(under, a)
			}
		}
	}
	return under
}

// Targets returns all revisions of all years of a series, by year and revision.
func (v *View) Targets(agency, indicator string) []Target {
	return v.targets[seriesKey{agency, indicator}]
}

// TargetsOf returns the revisions of a series' target for one year, the first promise first.
func (v *View) TargetsOf(agency, indicator string, year int) []Target {
	all := v.Targets(agency, indicator)
	from := slices.IndexFunc(all, func(t Target) bool { return t.Year == year })
	if from < 0 {
		return nil
	}
	to := from
	for to < len(all) && all[to].Year == year {
		to++
	}
	return all[from:to]
}

// TargetPair returns the target in force for a year and the one first promised: the first
// revision of the same status. They are the same when nothing was amended; nil when there
// is no target that year.
func (v *View) TargetPair(agency, indicator string, year int) (current, first *Target) {
	revisions := v.TargetsOf(agency, indicator, year)
	if len(revisions) == 0 {
		return nil, nil
	}
	current = &revisions[len(revisions)-1]
	for i := range revisions {
		if revisions[i].Status == current.Status {
			return current, &revisions[i]
		}
	}
	return current, current
}

// Withdrawn reports whether this revision takes the target back.
func (t Target) Withdrawn() bool { return t.Value == nil && t.Low == nil && t.High == nil }

// IsCarried reports whether the result is that of an earlier period, because nothing was
// due in this one.
func (a *Achievement) IsCarried() bool { return a.AsOf != a.Period }

// IsAmended reports whether the target held against differs from the one first promised.
func (a *Achievement) IsAmended() bool {
	return !equal(a.Target, a.FirstTarget) || !equal(a.TargetLow, a.FirstTargetLow) || !equal(a.TargetHigh, a.FirstTargetHigh)
}

// Peer groups: agencies that may fairly be seen side by side.
const (
	GroupKelurahan = "kelurahan"
	GroupKecamatan = "kecamatan"
	GroupAgencies  = "perangkat_daerah" // all others that report
)

// KindKelurahan and KindKecamatan are the kinds of agencies that make a peer group of their own.
const (
	KindKelurahan = "kelurahan"
	KindKecamatan = "kecamatan"
)

// Group returns the peer group of an agency; "" for one that does not report.
func (a *Agency) Group() string {
	switch {
	case !a.Reports:
		return ""
	case a.Kind == KindKelurahan:
		return GroupKelurahan
	case a.Kind == KindKecamatan:
		return GroupKecamatan
	}
	return GroupAgencies
}

// ByName sorts agencies by their name, and those of the same name by code.
func ByName(a, b *Agency) int {
	if n := strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)); n != 0 {
		return n
	}
	return strings.Compare(a.Code, b.Code)
}

// Reporters returns the agencies of a peer group that report, by name.
func (v *View) Reporters(group string) []*Agency {
	var found []*Agency
	for i := range v.Agencies {
		if a := &v.Agencies[i]; a.Reports && a.Group() == group {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, ByName)
	return found
}

// Children returns the agencies directly under an agency, by name.
func (v *View) Children(code string) []*Agency {
	var found []*Agency
	for i := range v.Agencies {
		if a := &v.Agencies[i]; a.Parent != nil && *a.Parent == code {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, ByName)
	return found
}

// ServicesOf returns the services an agency offers, by code.
func (v *View) ServicesOf(agency string) []*Service {
	var found []*Service
	for i := range v.Services {
		if slices.Contains(v.Services[i].Agencies, agency) {
			found = append(found, &v.Services[i])
		}
	}
	return found
}

// Result returns what was measured of a service in an agency and period; nil when nothing was.
func (v *View) Result(service, agency string, p scoring.Period) *ServiceResult {
	for i := range v.Results {
		if r := &v.Results[i]; r.Period == p && r.Service == service && r.Agency == agency {
			return r
		}
	}
	return nil
}

// SatisfactionOf returns the newest survey of an agency; nil when there is none.
func (v *View) SatisfactionOf(agency string) *Satisfaction {
	var newest *Satisfaction
	for i := range v.Satisfaction {
		s := &v.Satisfaction[i]
		if s.Agency == agency && (newest == nil || s.Year*2+s.Half > newest.Year*2+newest.Half) {
			newest = s
		}
	}
	return newest
}
