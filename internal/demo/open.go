package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/evidence"
	"petajalan/internal/followup"
	"petajalan/internal/postgres"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// current is the quarter under way. It opens early, around the moment at which the demo is
// made, so that a visitor can report, approve and verify at once.
var current = newest.Next()

// settingOpened: "true": the quarter under way is open and has its first reports.
const settingOpened = "demo_opened"

// The days of the quarter under way, in working days: it opened before today, is due and
// closes after today.
const (
	openedBefore = 4
	dueAfter     = 7
	closesAfter  = 5 // after it is due
)

// What has become of the agencies that work without accounts of their own. All others are
// silent, but for those in work.
var (
	handedIn = []string{"dispusip", "35.72.01.1001", "35.72.01.1003"}
	agreed   = []string{
		"rsud-mardi-waluyo", "dpmptsp", "bpbd",
		"35.72.03.1001", "35.72.03.1002", "35.72.03.1003", "35.72.03.1004", "35.72.02.1004", "35.72.02.1005",
	}
	settled = []string{"dishub"}
)

// plausibleRanges are what a person would call plausible, as examples.
var plausibleRanges = map[string][2]string{
	"RSUD-BOR": {"40", "90"}, "RSUD-TUNGGU": {"5", "180"}, "KES-TUNGGU": {"5", "180"}, "KEL-SURAT": {"3", "120"},
	"BPBD-TANGGAP": {"5", "90"}, "ADUAN-HARI": {"0", "30"}, "IKM": {"60", "97"},
}

// OpenQuarter opens the quarter under way around the instant now, with some of the work done:
// drafts, figures from systems, reports that wait for a head and for verification, one
// returned. It comes after all publications, which it does not change, and is done once.
// The evidence of these reports is really kept in files.
func OpenQuarter(ctx context.Context, owner *bun.DB, files evidence.Store, zone *time.Location, now time.Time) error {
	done, err := isSet(ctx, owner, settingOpened)
	if err != nil || done {
		return err
	}
	cal, err := roadmap.LoadCalendar(ctx, owner, zone)
	if err != nil {
		return err
	}
	users, err := addUsers(ctx, owner, zone)
	if err != nil {
		return err
	}
	c, err := loadCity(ctx, owner, cal, users, current)
	if err != nil {
		return err
	}
	q := &quarter{city: c, db: owner, files: files, now: now.In(zone)}
	for _, part := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"open the quarter under way", q.open},
		{"bring in what systems deliver", q.feed},
		{"report without accounts", q.importReports},
		{"work in the quarter under way", q.work},
	} {
		if err := part.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.what, err)
		}
	}
	return set(ctx, owner, settingOpened)
}

// quarter is the quarter under way.
type quarter struct {
	*city
	db     *bun.DB
	files  evidence.Store
	now    time.Time
	opened time.Time
}

// open gives the period its moments and writes what was measured of the services. A demo that
// was interrupted finds its work done.
func (q *quarter) open(ctx context.Context) error {
	q.opened = q.workingDaysBefore(openedBefore)
	due := q.cal.AddWorkingDays(q.now.AddDate(0, 0, 1), dueAfter)
	closes := q.cal.AddWorkingDays(due, closesAfter)
	return postgres.InTx(ctx, q.db, nil, func(ctx context.Context, tx postgres.Tx) error {
		var opened *time.Time
		err := tx.NewRaw(`SELECT opened_at FROM periods WHERE year = ? AND quarter = ? FOR UPDATE`, current.Year, current.Quarter).Scan(ctx, &opened)
		if err != nil {
			return err
		}
		if opened != nil {
			q.opened = opened.In(q.cal.Zone())
			return nil
		}
		_, err = tx.NewRaw(`UPDATE periods SET opens_at = ?0, opened_at = ?0, due_at = ?1, closes_at = ?2, publish_by = ?3 WHERE year = ?4 AND quarter = ?5`,
			q.opened, due, closes, q.cal.AddWorkingDays(closes, closesAfter), current.Year, current.Quarter).Exec(ctx)
		if err != nil {
			return err
		}
		if err := q.writeServiceResultsOf(ctx, tx, []roadmap.Period{current}, q.day(1, 0)); err != nil {
			return err
		}
		if err := q.writeSurveysOf(ctx, tx, []surveyKey{currentHalf}, q.day(1, 0)); err != nil {
			return err
		}
		for code, bounds := range plausibleRanges {
			_, err := tx.NewRaw(`INSERT INTO plausible_ranges (indicator_id, low, high) SELECT id, ?, ? FROM indicators WHERE code = ? ON CONFLICT DO NOTHING`,
				bounds[0], bounds[1], code).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// workingDaysBefore is the first instant of the n-th working day before today.
func (q *quarter) workingDaysBefore(n int) time.Time {
	day := q.cal.AddWorkingDays(q.now, 0)
	for n > 0 {
		day = day.AddDate(0, 0, -1)
		if q.cal.IsWorkingDay(day) {
			n--
		}
	}
	return day
}

// day is some minutes after eight on the n-th working day since the opening.
func (q *quarter) day(n, minutes int) time.Time {
	return q.cal.AddWorkingDays(q.opened, n).Add(-16 * time.Hour).Add(time.Duration(minutes) * time.Minute)
}

// feed brings in the figures of systems, of all agencies that have one.
func (q *quarter) feed(ctx context.Context) error {
	var there bool
	if err := q.db.NewRaw(`SELECT EXISTS (SELECT FROM feed_values WHERE year = ? AND quarter = ?)`, current.Year, current.Quarter).Scan(ctx, &there); err != nil || there {
		return err
	}
	var values []report.FeedValue
	for _, a := range q.agencies {
		for _, i := range q.due(a) {
			if !systems[i.Code] {
				continue
			}
			v := q.value(a, i, current)
			if v.NotApplicable {
				continue
			}
			v.Note = ""
			sum := sha256.Sum256([]byte(i.DataSource + "\n" + a.Code + "\n" + current.String()))
			values = append(values, report.FeedValue{
				Key: report.Key{Agency: a.Code, Indicator: i.Code, Period: current}, Source: i.DataSource, Value: v, SHA256: hex.EncodeToString(sum[:]),
			})
		}
	}
	return q.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		return report.AddFeedValues(ctx, tx, nil, values, q.day(1, 45))
	})
}

// due are the indicators that the agency reports on in the quarter under way. Results that
// come from outside are announced next year.
func (q *quarter) due(a *roadmap.Agency) []*roadmap.Indicator {
	var due []*roadmap.Indicator
	for _, i := range q.plan.Indicators {
		t := q.targets[targetKey{a.Code, i.Code, current.Year}]
		if t != nil && !t.Withdrawn() && i.Frequency.Due(current.Quarter) && i.AnnouncedMonth == nil {
			due = append(due, i)
		}
	}
	return due
}

// importReports brings in the reports of the agencies without accounts.
func (q *quarter) importReports(ctx context.Context) error {
	var there bool
	if err := q.db.NewRaw(`SELECT EXISTS (SELECT FROM reports WHERE year = ? AND quarter = ?)`, current.Year, current.Quarter).Scan(ctx, &there); err != nil || there {
		return err
	}
	var all []report.History
	for _, group := range []struct {
		codes []string
		until fate
	}{{handedIn, waiting}, {agreed, approved}, {settled, inOrder}} {
		for _, code := range group.codes {
			a := q.plan.Agency(code)
			if a == nil {
				return fmt.Errorf("the plan has no agency %s", code)
			}
			proof, err := q.proof(ctx, a)
			if err != nil {
				return err
			}
			for _, i := range q.due(a) {
				all = append(all, q.life(a, i, group.until, proof))
			}
		}
	}
	if err := report.Import(ctx, q.db, all); err != nil {
		return err
	}
	return q.beginFollowUps(ctx)
}

// beginFollowUps begins what the verified reports promise to do.
func (q *quarter) beginFollowUps(ctx context.Context) error {
	var revisions []int64
	err := q.db.NewRaw(`SELECT v.id FROM reports r JOIN report_revisions v ON v.report_id = r.id AND v.revision = r.revision
		WHERE r.year = ? AND r.quarter = ? AND r.status = 'verified' AND v.next_step <> '' ORDER BY v.id`, current.Year, current.Quarter).Scan(ctx, &revisions)
	if err != nil {
		return err
	}
	return followup.Begin(ctx, q.db, revisions, q.day(4, 60))
}

// life is the life of one report of the quarter under way up to now.
func (q *quarter) life(a *roadmap.Agency, i *roadmap.Indicator, until fate, proof report.Evidence) report.History {
	w := q.walk(a, i, current)
	w.day0 = q.opened
	w.value = q.explained(a, i, q.peculiar(a, i, w.value))
	pace := 1 + newDice("pace", a.Code, i.Code, current.String()).IntN(2)
	w.handIn(w.day(pace))
	w.Revisions[0].Evidence = nil
	switch {
	case w.value.NotApplicable:
	case systems[i.Code]:
		w.Revisions[0].Evidence = []report.Evidence{w.evidence(scoring.EvidenceFeed, w.last())}
	case !newDice("bare", a.Code, i.Code, current.String()).chance(60):
		proof.AddedAt = w.last()
		w.Revisions[0].Evidence = []report.Evidence{proof}
	}
	if until == waiting {
		return w.History
	}
	w.approve(w.day(pace + 1))
	if until == approved {
		return w.History
	}
	w.verify(w.day(pace + 2))
	return w.History
}

// proof is a document of the agency, kept in the store.
func (q *quarter) proof(ctx context.Context, a *roadmap.Agency) (report.Evidence, error) {
	title := "Rekap register " + current.String() + ".pdf"
	stored, err := q.files.Put(ctx, bytes.NewReader(pdf(
		"DATA PERAGAAN", "", a.Name, "Rekap register layanan, "+current.String(), "", "Dokumen contoh: isinya dikarang untuk peragaan ini.")))
	if err != nil {
		return report.Evidence{}, fmt.Errorf("keep a document of %s: %w", a.Code, err)
	}
	return report.Evidence{Kind: report.EvidenceFile, Title: title, SHA256: stored.SHA256, MediaType: "application/pdf", Size: stored.Size}, nil
}
