package demo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"petajalan/internal/account"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// silent is the kelurahan that hands in nothing for the newest quarter.
const silent = "klampok"

// histories are the lives of all reports, by agency, indicator and period.
func (c *city) histories() []report.History {
	var all []report.History
	for _, a := range c.agencies {
		for _, i := range c.plan.Indicators {
			for _, p := range c.periods {
				t := c.targets[targetKey{a.Code, i.Code, p.Year}]
				if t == nil || t.Withdrawn() || !i.Frequency.Due(p.Quarter) || c.excepted(a, i, p) {
					continue
				}
				if h := c.history(a, i, p); h != nil {
					all = append(all, *h)
				}
			}
		}
	}
	return all
}

// fate is what becomes of a report.
type fate int

const (
	inOrder  fate = iota // handed in, approved and verified before the deadline
	late                 // after the deadline, before the closing
	nextTime             // forgotten, and handed in with the next quarter
	bounced              // returned once, then in order
	waiting              // handed in, not verified
	approved             // approved, not verified
	returned             // returned, not handed in again
	started              // a draft
	missing              // nothing
)

// fateOf throws for a report. Everything of older quarters has been settled.
func (c *city) fateOf(a *roadmap.Agency, i *roadmap.Indicator, p roadmap.Period, tardy int) fate {
	d := newDice("fate", a.Code, i.Code, p.String())
	n := d.IntN(1000)
	if p != newest {
		switch {
		case n < 6 && i.Consolidation == scoring.Last:
			return missing // for good; of a sum it would stop the whole year
		case n < 14:
			return nextTime
		case n < 45:
			return bounced
		case n < 45+tardy:
			return late
		}
		return inOrder
	}
	if c.slugOf(a) == silent {
		return missing
	}
	for _, f := range []struct {
		perMille int
		fate     fate
	}{{7, waiting}, {12, approved}, {9, returned}, {12, started}, {8, missing}, {30, bounced}, {tardy, late}} {
		if n -= f.perMille; n < 0 {
			return f.fate
		}
	}
	return inOrder
}

// history is the life of one report; nil when there is none.
func (c *city) history(a *roadmap.Agency, i *roadmap.Indicator, p roadmap.Period) *report.History {
	w := c.walk(a, i, p)
	f := c.fateOf(a, i, p, temperOf(a, c.slugOf(a)).tardy)
	if i.AnnouncedMonth != nil {
		w.day0, f = c.announced(i, p), inOrder
	}
	switch f {
	case missing:
		return nil
	case started:
		w.draft(w.day(5))
		return &w.History
	case nextTime:
		w.day0 = c.cal.Reporting(p.Next()).OpensAt
	}
	start := 1 + newDice("pace", a.Code, p.String()).IntN(5)
	start += newDice("pace", a.Code, i.Code, p.String()).IntN(4)
	switch f {
	case late:
		start = 11 + start%2
	case nextTime:
		start = 2
	}
	w.handIn(w.day(start))
	switch f {
	case waiting:
		return &w.History
	case bounced, returned:
		w.approve(w.day(start))
		w.sendBack(w.day(start + 1))
		if f == returned {
			return &w.History
		}
		start += 2
		w.handIn(w.day(start))
	}
	w.approve(w.day(start))
	if f == approved {
		return &w.History
	}
	w.verify(w.day(start + 2))
	if a.Code == correctedAgency && i.Code == correctedIndicator && p == correctedPeriod {
		w.correct(c.cal.Zone())
	}
	return &w.History
}

// announced is where the days of a result from outside are counted from: the
// tenth of the month in which it is announced.
func (c *city) announced(i *roadmap.Indicator, p roadmap.Period) time.Time {
	return at(c.cal.Zone(), p.Year+1, time.Month(*i.AnnouncedMonth), 8, 0, 0)
}

// walk leads a report through its steps.
type walk struct {
	report.History
	cal       *roadmap.Calendar
	users     map[string]*account.User
	agency    *roadmap.Agency
	indicator *roadmap.Indicator
	value     report.Value
	dice      dice
	day0      time.Time // days are working days from here
}

func (c *city) walk(a *roadmap.Agency, i *roadmap.Indicator, p roadmap.Period) *walk {
	return &walk{
		History:   report.History{Key: report.Key{Agency: a.Code, Indicator: i.Code, Period: p}},
		cal:       c.cal,
		users:     c.users,
		agency:    a,
		indicator: i,
		value:     c.value(a, i, p),
		dice:      newDice("walk", a.Code, i.Code, p.String()),
		day0:      c.cal.Reporting(p).OpensAt,
	}
}

// day is some time in the office on the n-th working day, never before the last step.
func (w *walk) day(n int) time.Time {
	morning := w.cal.AddWorkingDays(w.day0, n).Add(-16 * time.Hour) // 08:00
	t := morning.Add(time.Duration(w.dice.IntN(420)) * time.Minute)
	if last := w.last(); !t.After(last) {
		t = last.Add(time.Duration(5+w.dice.IntN(50)) * time.Minute)
	}
	return t
}

func (w *walk) last() time.Time {
	if len(w.Events) == 0 {
		return time.Time{}
	}
	return w.Events[len(w.Events)-1].At
}

// by is the account of the one who acts, where the demo has one.
func (w *walk) by(login string) *int64 {
	if u := w.users[login]; u != nil {
		return &u.ID
	}
	return nil
}

func (w *walk) operator() *int64 {
	if w.agency.Code == lurahAgency {
		return w.by("operator.bendogerit")
	}
	return w.by("operator." + w.agency.Code)
}

func (w *walk) head() *int64 {
	if w.agency.Code == lurahAgency {
		return w.by(lurahLogin)
	}
	return w.by("kepala." + w.agency.Code)
}

func (w *walk) draft(t time.Time) {
	v := w.value
	w.Draft = &v
	w.Events = append(w.Events, report.Event{Kind: report.EventSaved, At: t, By: w.operator(), Role: "operator"})
}

func (w *walk) handIn(t time.Time) {
	r := report.Revision{Value: w.value}
	if grade := w.grade(); grade != scoring.EvidenceNone && !w.value.NotApplicable {
		r.Evidence = []report.Evidence{w.evidence(grade, t)}
	}
	w.Revisions = append(w.Revisions, r)
	w.Events = append(w.Events, report.Event{Kind: report.EventSubmitted, At: t, By: w.operator(), Role: "operator"})
}

func (w *walk) approve(t time.Time) {
	w.Events = append(w.Events, report.Event{Kind: report.EventApproved, At: t, By: w.head(), Role: "kepala"})
}

func (w *walk) sendBack(t time.Time) {
	w.Events = append(w.Events, report.Event{
		Kind: report.EventReturned, At: t, By: w.by("organisasi"), Role: "organisasi",
		Reason: w.dice.one(
			"Rekap register yang dilampirkan bukan untuk triwulan ini.",
			"Angka tidak sama dengan rekap yang dilampirkan; mohon dicocokkan.",
			"Bukti dukung belum dapat dibaca; mohon unggah ulang."),
	})
}

func (w *walk) verify(t time.Time) {
	w.Events = append(w.Events, report.Event{
		Kind: report.EventVerified, At: t, By: w.by("organisasi"), Role: "organisasi", Grade: w.grade(),
	})
}

// systems are indicators whose figures come from a system.
var systems = map[string]bool{
	"DUK-KTP": true, "DUK-AKTA": true, "PTSP-IZIN": true, "RSUD-TUNGGU": true, "RSUD-BOR": true,
	"DLH-ANGKUT": true, "BPBD-TANGGAP": true, "ADUAN-TEPAT": true, "ADUAN-HARI": true,
}

// grade is how good the evidence of this report is; the same for all revisions.
func (w *walk) grade() string {
	if systems[w.indicator.Code] {
		return scoring.EvidenceFeed
	}
	switch n := newDice("grade", w.Agency, w.Indicator, w.Period.String()).IntN(100); {
	case n < 80:
		return scoring.EvidenceChecked
	case n < 95:
		return scoring.EvidenceStatement
	}
	return scoring.EvidenceNone
}

// evidence is the label of a file that does not exist; its hash is that of the label.
func (w *walk) evidence(grade string, t time.Time) report.Evidence {
	e := report.Evidence{Kind: report.EvidenceFile, MediaType: "application/pdf", Size: int64(60_000 + w.dice.IntN(900_000)), AddedAt: t}
	switch grade {
	case scoring.EvidenceFeed:
		e.Kind, e.Title, e.MediaType = report.EvidenceFeed, "Data "+w.indicator.DataSource+", "+w.Period.String(), "text/csv"
	case scoring.EvidenceStatement:
		e.Title = "Surat pernyataan kepala unit, " + w.Period.String()
	default:
		e.Title = "Bukti dukung: " + w.indicator.EvidenceRule + ", " + w.Period.String()
	}
	sum := sha256.Sum256([]byte(fmt.Sprintf("%s\x00%s\x00%s\x00%d", w.Agency, w.Indicator, e.Title, len(w.Revisions))))
	e.SHA256 = hex.EncodeToString(sum[:])
	return e
}
