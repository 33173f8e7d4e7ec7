package seeds

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/roadmap"
)

// content is everything the files say, checked and in the types of the plan.
type content struct {
	areas     []roadmap.Area
	agencies  []roadmap.Agency
	names     []roadmap.AgencyName
	baselines []roadmap.Baseline
	holidays  []roadmap.Holiday
	scales    []located[roadmap.Scale]
	rules     []located[ruleSet]
	version   located[roadmap.Version]
	goals     []located[*roadmap.Goal]
	targets   []target
	services  []located[roadmap.Service]

	objectives []located[*roadmap.Objective]
	indicators []located[*roadmap.Indicator]
}

// located is a thing with the record that it was read from.
type located[T any] struct {
	it  T
	row interface{ at(key string) int }
}

// ruleSet is a rule set and the scales it names, whose rows may not exist yet.
type ruleSet struct {
	roadmap.RuleSet
	bands, words scaleKey
}

type scaleKey struct {
	code    string
	version int
}

// target is one line of the targets' file.
type target struct {
	roadmap.Target
	line     int
	relative decimal.Decimal // weight as written
}

// checker turns rows into content and notes what they can't mean. Later checks
// pass over what earlier ones could not read, so that a mistake is told once.
type checker struct {
	*reader
	content
	areaLevels      map[string]areaRow
	agenciesByCode  map[string]*roadmap.Agency
	goalsByCode     map[string]*roadmap.Goal
	objectiveByCode map[string]*roadmap.Objective
	indicatorByCode map[string]*roadmap.Indicator
	scalesByKey     map[scaleKey]*roadmap.Scale
	// follows are the agencies that one has followed on; it may have their indicators. Files know none.
	follows map[string][]string
}

// applies reports whether an indicator is one of the agency's, or of one that it has followed on.
func (c *checker) applies(i *roadmap.Indicator, a *roadmap.Agency) bool {
	return i.Applies(a) || a.Reports && slices.Contains(c.follows[a.Code], i.AppliesTo)
}

// readAll reads and checks all files of a folder. The error is a Problems.
func readAll(fsys fs.FS) (*content, error) {
	r := newReader(fsys)
	areas := readTable[areaRow](r, areasFile)
	agencies := readTable[agencyRow](r, agenciesFile)
	names := readTable[nameRow](r, namesFile)
	baselines := readTable[baselineRow](r, baselinesFile)
	holidays := readTable[holidayRow](r, holidaysFile)
	scales := readDocument[scalesDoc](r, scalesFile)
	rules := readDocument[rulesDoc](r, rulesFile)
	version := readDocument[roadmapDoc](r, roadmapFile)
	goals := readDocument[goalsDoc](r, goalsFile)
	objectives := readDocument[objectivesDoc](r, objectivesFile)
	indicators := readDocument[indicatorsDoc](r, indicatorsFile)
	targets := readTable[targetRow](r, targetsFile)
	services := readDocument[servicesDoc](r, servicesFile)

	c := &checker{reader: r}
	c.checkAreas(areas)
	c.checkAgencies(agencies)
	c.checkNames(names)
	c.checkBaselines(baselines)
	c.checkHolidays(holidays)
	c.checkScales(scales)
	c.checkRules(rules)
	c.checkVersion(version)
	c.checkGoals(goals)
	c.checkObjectives(objectives)
	c.checkIndicators(indicators)
	c.checkTargets(targets)
	c.checkServices(services)
	if err := r.problems.sorted(); err != nil {
		return nil, err
	}
	return &c.content, nil
}

// unique notes a key that an earlier row of the file had, and reports whether
// this is the first.
func (c *checker) unique(seen map[string]int, file string, line int, what, key string) bool {
	if first, ok := seen[key]; ok {
		c.problems.add(file, line, fmt.Sprintf("%s %s sudah ada pada baris %d", what, quote(key), lineOnly(first)), "Hapus salah satu, atau betulkan kodenya")
		return false
	}
	seen[key] = line
	return true
}

// missing reports whether a code is not among those of a file that was read whole.
func missing[T any](c *checker, file string, known map[string]T, code string) bool {
	_, ok := known[code]
	return code != "" && !ok && !c.broken[file]
}

// number reads a decimal of at most places decimals that is not negative, or
// notes why not.
func (c *checker) number(file string, line int, key, text string, places int) (decimal.Decimal, bool) {
	d, bad := roadmap.ReadDecimal(text, places)
	if bad != nil {
		c.problems.add(file, line, fmt.Sprintf("%s %s %s", key, quote(text), bad.What), bad.Fix)
	}
	return d, bad == nil
}

// whole returns an integer that the tag whole has let through; 0 otherwise.
func whole(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0 // noted when the row was read
	}
	return n
}

// date returns a day that the tag datetime has let through; nil when it is empty
// or was not.
func date(text string) *time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return nil // noted when the row was read
	}
	return &t
}

// period returns both ends of a validity and notes an end before the beginning.
func (c *checker) period(file string, row interface{ at(string) int }, from, to string) (*time.Time, *time.Time) {
	first, last := date(from), date(to)
	if first != nil && last != nil && last.Before(*first) {
		c.problems.add(file, row.at("valid_to"), fmt.Sprintf("valid_to %s lebih awal daripada valid_from %s", to, from), "Betulkan salah satu tanggal")
	}
	return first, last
}

func valueOf[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
