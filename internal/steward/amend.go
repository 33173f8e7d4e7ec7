package steward

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/notice"
	"petajalan/internal/roadmap"
)

// AgencyYear is everything an agency promises for a year.
type AgencyYear struct {
	Agency roadmap.Agency
	Year   int
	Lines  []TargetLine // by indicator
}

// TargetLine is one target with its revisions.
type TargetLine struct {
	Indicator *roadmap.Indicator
	Scale     *roadmap.Scale   // of a predicate; nil otherwise
	Revisions []roadmap.Target // oldest first, at least one
}

// Current is the revision in force.
func (l *TargetLine) Current() *roadmap.Target { return &l.Revisions[len(l.Revisions)-1] }

// First is the first promise: the first revision of the status that is in force.
func (l *TargetLine) First() *roadmap.Target {
	for i := range l.Revisions {
		if l.Revisions[i].Status == l.Current().Status {
			return &l.Revisions[i]
		}
	}
	return l.Current()
}

// Text is what a revision promises, as it is typed, and its steps.
func (l *TargetLine) Text(t *roadmap.Target) (target, steps string) {
	return roadmap.WritePromise(t, l.Indicator, l.Scale)
}

// LoadAgencyYear reads the targets of an agency and year with all revisions. NotFound when there
// is no such agency, or nothing is promised for the year.
func LoadAgencyYear(ctx context.Context, db bun.IDB, agency string, year int) (*AgencyYear, error) {
	a, err := roadmap.AgencyByCode(ctx, db, agency)
	if err != nil {
		return nil, err
	}
	version, err := roadmap.VersionFor(ctx, db, year, forever)
	if err != nil {
		return nil, err
	}
	indicators, err := roadmap.Indicators(ctx, db, version.ID)
	if err != nil {
		return nil, err
	}
	scales, err := newestScales(ctx, db)
	if err != nil {
		return nil, err
	}
	targets, err := roadmap.TargetsOf(ctx, db, agency, year)
	if err != nil {
		return nil, err
	}
	revisions := map[string][]roadmap.Target{}
	for _, t := range targets {
		revisions[t.IndicatorCode] = append(revisions[t.IndicatorCode], t)
	}
	y := &AgencyYear{Agency: *a, Year: year}
	for _, i := range indicators {
		if known := revisions[i.Code]; len(known) > 0 {
			y.Lines = append(y.Lines, TargetLine{i, scales[i.ScaleCode], known})
		}
	}
	if len(y.Lines) == 0 {
		return nil, fault.New(fault.NotFound, "%s tidak punya target untuk tahun %d.", a.Name, year)
	}
	return y, nil
}

// forever is a moment after all that was recorded.
var forever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// newestScales are the newest versions of the scales by code.
func newestScales(ctx context.Context, db bun.IDB) (map[string]*roadmap.Scale, error) {
	all, err := roadmap.AllScales(ctx, db)
	if err != nil {
		return nil, err
	}
	newest := map[string]*roadmap.Scale{}
	for i := range all { // by code and version
		newest[all[i].Code] = &all[i]
	}
	return newest, nil
}

// Amendment is a change of targets of one agency and year, as it was typed.
type Amendment struct {
	Agency     string
	Year       int
	Lines      []AmendedLine // of the agency and year; those left out stay as they are
	Status     roadmap.Status
	Reason     string
	LegalBasis string
}

// AmendedLine is what shall be promised for an indicator from now on. Revision is the one that
// was seen.
type AmendedLine struct {
	Indicator string
	Revision  int
	Target    string // as roadmap.ReadPromise takes it
	Steps     string
	Weight    string
	Clause    string
}

// Field is the name of the input of a line.
func (l AmendedLine) Field(what string) string { return what + "." + l.Indicator }

// Revise checks an amendment against the targets in force and returns the revisions it makes,
// one for each target that changes. What is wrong comes as Problems at the fields; a target that
// somebody else has amended since it was seen is a Conflict. now has the zone of the city.
func (y *AgencyYear) Revise(a Amendment, now time.Time) ([]roadmap.Target, error) {
	var ps Problems
	ps.required("alasan", "alasan perubahan", a.Reason, 500)
	ps.required("dasar", "dasar hukum", a.LegalBasis, 300)
	typed := map[string]AmendedLine{}
	for _, l := range a.Lines {
		typed[l.Indicator] = l
	}
	var revisions []roadmap.Target
	total, sure := decimal.Zero, true
	for i := range y.Lines {
		line := &y.Lines[i]
		l, ok := typed[line.Indicator.Code]
		if !ok {
			total, sure = plus(total, line.Current().Weight, sure)
			continue
		}
		if l.Revision != line.Current().Revision {
			return nil, errMoved("Target " + line.Indicator.Name)
		}
		next, weighed := y.revise(line, l, a, &ps)
		total, sure = plus(total, next.Weight, sure && weighed)
		if !weighed || samePromise(line.Current(), &next) {
			continue
		}
		y.mayAmend(line, &next, &ps, now)
		revisions = append(revisions, next)
	}
	if sure && !total.Equal(decimal.Hundred) {
		ps.add("", "Jumlah bobot %s tahun %d adalah %s, seharusnya tepat 100. Ubah bobot target lain pada halaman ini juga.", y.Agency.ShortName, y.Year, comma(total))
	}
	if len(ps) == 0 && len(revisions) == 0 {
		ps.add("", "Tidak ada target yang berubah.")
	}
	return revisions, ps.orNil()
}

func plus(total, weight decimal.Decimal, sure bool) (decimal.Decimal, bool) {
	sum, err := total.Add(weight)
	return sum, sure && err == nil
}

// revise reads one line. weighed is false when its weight cannot be read.
func (y *AgencyYear) revise(line *TargetLine, l AmendedLine, a Amendment, ps *Problems) (next roadmap.Target, weighed bool) {
	current := line.Current()
	next = roadmap.Target{
		AgencyCode: y.Agency.Code, IndicatorCode: line.Indicator.Code, SeriesID: current.SeriesID, Year: y.Year, Revision: current.Revision + 1,
		Status: a.Status, Clause: strings.TrimSpace(l.Clause), Reason: strings.TrimSpace(a.Reason), LegalBasis: strings.TrimSpace(a.LegalBasis),
	}
	if next.Status == "" {
		next.Status = current.Status
	}
	if next.Clause == "" {
		next.Clause = current.Clause
	}
	name := line.Indicator.Name
	promise, complaints := roadmap.ReadPromise(PlainNumbers(l.Target), PlainNumbers(l.Steps), line.Indicator, line.Scale)
	promise.Put(&next)
	for _, c := range complaints {
		field := map[string]string{"target": "target", "steps": "langkah"}[c.Key]
		ps.add(l.Field(field), "%s: %s. %s.", name, c.What, c.Fix)
	}
	weight, bad := roadmap.ReadDecimal(PlainNumbers(l.Weight), 2)
	switch {
	case bad != nil:
		ps.add(l.Field("bobot"), "%s: bobot %s %s.", name, roadmap.Quote(l.Weight), bad.What)
		return next, false
	case !weight.IsPos() || decimal.Hundred.Less(weight):
		ps.add(l.Field("bobot"), "%s: bobot harus lebih dari 0, paling banyak 100.", name)
		return next, false
	}
	next.Weight = weight
	return next, true
}

// statusRank orders the statuses from an example to what binds.
var statusRank = map[roadmap.Status]int{roadmap.Example: 1, roadmap.Draft: 2, roadmap.Official: 3}

// mayAmend notes why a revision may not follow on the one in force.
func (y *AgencyYear) mayAmend(line *TargetLine, next *roadmap.Target, ps *Problems, now time.Time) {
	current := line.Current()
	field := "target." + line.Indicator.Code
	if statusRank[next.Status] < statusRank[current.Status] {
		ps.add("status", "%s: status target sudah %s dan tidak dapat turun menjadi %s.", line.Indicator.Name, current.Status, next.Status)
	}
	official := next.Status == roadmap.Official && current.Status != roadmap.Official
	if y.Year < now.Year() && !official {
		ps.add(field, "%s: tahun %d sudah berakhir, jadi targetnya tidak diubah lagi. Satu-satunya kekecualian: lampiran resmi menggantikan contoh.", line.Indicator.Name, y.Year)
	}
}

// samePromise reports whether two revisions promise the same.
func samePromise(a, b *roadmap.Target) bool {
	if len(a.Steps) != len(b.Steps) || !a.Weight.Equal(b.Weight) || a.Status != b.Status || a.Clause != b.Clause {
		return false
	}
	for i := range a.Steps {
		if !a.Steps[i].Equal(b.Steps[i]) {
			return false
		}
	}
	same := func(x, y *decimal.Decimal) bool { return (x == nil) == (y == nil) && (x == nil || x.Equal(*y)) }
	return same(a.Value, b.Value) && same(a.Low, b.Low) && same(a.High, b.High)
}

// Amend writes the revisions of an amendment, notes them in the trail and tells the head of the
// agency. It fails as Revise does.
func Amend(ctx context.Context, db *bun.DB, by *account.User, a Amendment, now time.Time) error {
	return change(ctx, db, by, "amend targets", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		object := a.Agency + " " + strconv.Itoa(a.Year)
		y, err := LoadAgencyYear(ctx, tx, a.Agency, a.Year)
		if err != nil {
			return "", nil, nil, err
		}
		revisions, err := y.Revise(a, now)
		if err != nil {
			return "", nil, nil, err
		}
		before, after := map[string]string{}, map[string]string{"reason": a.Reason, "legal_basis": a.LegalBasis}
		var names []string
		for i := range revisions {
			r := &revisions[i]
			r.RecordedAt = now.UTC().Truncate(time.Microsecond)
			line := y.line(r.IndicatorCode)
			was, _ := line.Text(line.Current())
			is, _ := line.Text(r)
			before[r.IndicatorCode] = was + ", bobot " + line.Current().Weight.String()
			after[r.IndicatorCode] = is + ", bobot " + r.Weight.String()
			names = append(names, line.Indicator.Name)
		}
		if err := roadmap.AddTargets(ctx, tx, revisions); err != nil {
			return "", nil, nil, err
		}
		err = notice.Tell(ctx, tx, notice.Note{
			Key:  fmt.Sprintf("amend %s %d", object, now.UnixMicro()),
			Kind: notice.News, Roles: []string{string(account.Head), string(account.Operator)}, Agency: a.Agency, Except: by.ID,
			Text: fmt.Sprintf("Target tahun %d diubah: %s. Alasan: %s (%s).", a.Year, few(names), strings.TrimRight(strings.TrimSpace(a.Reason), "."), strings.TrimSpace(a.LegalBasis)),
			Href: "/kerja/peta-jalan/target/" + a.Agency + "/" + strconv.Itoa(a.Year),
		}, now)
		return object, before, after, err
	})
}

func (y *AgencyYear) line(indicator string) *TargetLine {
	for i := range y.Lines {
		if y.Lines[i].Indicator.Code == indicator {
			return &y.Lines[i]
		}
	}
	return nil
}

// few lists up to three names, and how many more there are.
func few(names []string) string {
	if len(names) <= 3 {
		return strings.Join(names, "; ")
	}
	return strings.Join(names[:3], "; ") + fmt.Sprintf("; dan %d lagi", len(names)-3)
}
