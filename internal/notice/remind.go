package notice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// Steps of the ladder, and the one that is none.
const (
	stepManual = "manual"
	stepLeader = "T+14" // the agencies that are still missing are told to the Sekda
)

// ladder are the steps with the days from the due date, in the order of time.
var ladder = []struct {
	step string
	days int
}{{"T-7", -7}, {"T-1", -1}, {"T+1", 1}, {"T+7", 7}, {stepLeader, 14}}

// ladderEnds is how many days after the due date nobody is reminded any more.
const ladderEnds = 28

// Roles that are told.
const (
	roleOperator = "operator"
	roleHead     = "kepala"
	roleLeader   = "pimpinan"
	roleReviewer = "organisasi"
	roleAdmin    = "admin"
)

// Reminder is what Remind needs to know.
type Reminder struct {
	Year, Quarter int
	Agencies      []string // codes; those that have handed in everything are passed over
	By            int64    // who asked for it
}

// Remind tells the operators and heads of the agencies, inside the program and by a letter
// at once, what of the period is still missing. Whoever serves several agencies gets one
// letter, and nobody more than one a day for a period. It returns the codes of the agencies
// that were reminded. The caller checks that By may, and notes it in the trail; it belongs
// in a transaction. fault.NotFound when there is no such period.
func Remind(ctx context.Context, db bun.IDB, r Reminder, now time.Time) ([]string, error) {
	p, err := readReporting(ctx, db, r.Year, r.Quarter)
	if err != nil {
		return nil, err
	}
	missing, err := MissingIn(ctx, db, r.Year, r.Quarter, now)
	if err != nil {
		return nil, err
	}
	missing = slices.DeleteFunc(missing, func(m Missing) bool { return !slices.Contains(r.Agencies, m.Agency) })
	if len(missing) == 0 {
		return nil, nil
	}
	occasion := fmt.Sprintf("remind %s by hand %s", periodCode(r.Year, r.Quarter), day(now))
	notes, codes := p.notes(missing, occasion, now)
	if err := TellAll(ctx, db, notes, now); err != nil {
		return nil, err
	}
	letters, err := reminderLetters(ctx, db, p, missing, occasion, now)
	if err != nil {
		return nil, err
	}
	if _, err := mailAll(ctx, db, letters, now); err != nil {
		return nil, err
	}
	return codes, noteReminders(ctx, db, codes, p, stepManual, &r.By, now)
}

// LastReminders says when each agency was last reminded of the period, by the ladder or by
// hand. An agency that never was is absent.
func LastReminders(ctx context.Context, db bun.IDB, year, quarter int) (map[string]time.Time, error) {
	var rows []struct {
		AgencyCode string
		At         time.Time
	}
	err := db.NewRaw(`SELECT agency_code, max(at) AS at FROM reminders WHERE year = ? AND quarter = ? GROUP BY agency_code`,
		year, quarter).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the last reminders of %s: %w", periodCode(year, quarter), err)
	}
	last := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		last[r.AgencyCode] = r.At
	}
	return last, nil
}

// Climb takes the steps of the ladder whose day has come, each once per agency and period:
// of steps that were missed only the last one is taken. A step before the due date falls on
// the last working day up to it, one after it on the first from it on. It returns how many
// reminders of agencies were written. now is in the zone of the city.
func Climb(ctx context.Context, db bun.IDB, isWorkingDay func(time.Time) bool, now time.Time) (int, error) {
	var periods []reporting
	err := db.NewRaw(`
		SELECT year, quarter, due_at, closed_at FROM periods
		WHERE opened_at IS NOT NULL AND due_at BETWEEN ?::timestamptz - interval '40 days' AND ?::timestamptz + interval '20 days'
		ORDER BY year, quarter`, now, now).Scan(ctx, &periods)
	if err != nil {
		return 0, fmt.Errorf("read the periods to remind of: %w", err)
	}
	total := 0
	for _, p := range periods {
		step := p.step(isWorkingDay, now)
		if step == "" {
			continue
		}
		n, err := climb(ctx, db, p, step, now)
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}

// step is the newest step whose day has come by now; empty: none, or the ladder has ended.
func (r reporting) step(isWorkingDay func(time.Time) bool, now time.Time) string {
	due := r.dueDay(now.Location())
	if !now.Before(due.AddDate(0, 0, ladderEnds)) {
		return ""
	}
	current := ""
	for _, s := range ladder {
		on, toward := due.AddDate(0, 0, s.days), 1
		if s.days < 0 {
			toward = -1
		}
		for range 15 { // more holidays in a row are none
			if isWorkingDay(on) {
				break
			}
			on = on.AddDate(0, 0, toward)
		}
		if !now.Before(on) {
			current = s.step
		}
	}
	return current
}

// climb takes one step for the agencies that miss something and have not had it.
func climb(ctx context.Context, db bun.IDB, p reporting, step string, now time.Time) (int, error) {
	var had []string
	err := db.NewRaw(`SELECT agency_code FROM reminders WHERE year = ? AND quarter = ? AND step = ?`, p.Year, p.Quarter, step).Scan(ctx, &had)
	if err != nil {
		return 0, fmt.Errorf("read the reminders of %s: %w", periodCode(p.Year, p.Quarter), err)
	}
	missing, err := MissingIn(ctx, db, p.Year, p.Quarter, now)
	if err != nil {
		return 0, err
	}
	missing = slices.DeleteFunc(missing, func(m Missing) bool { return slices.Contains(had, m.Agency) })
	if len(missing) == 0 {
		return 0, nil
	}
	occasion := fmt.Sprintf("remind %s %s", periodCode(p.Year, p.Quarter), step)
	notes, codes := p.notes(missing, occasion, now)
	if step == stepLeader {
		if len(had) > 0 {
			return 0, nil // told once, with those who were missing then
		}
		notes = []Note{p.leaderNote(missing, occasion)}
	}
	if err := TellAll(ctx, db, notes, now); err != nil {
		return 0, err
	}
	return len(codes), noteReminders(ctx, db, codes, p, step, nil, now)
}

// notes are those for the reporters of each agency; codes are those of the agencies.
func (r reporting) notes(missing []Missing, occasion string, now time.Time) (notes []Note, codes []string) {
	for _, m := range missing {
		notes = append(notes, Note{
			Key: occasion + " " + m.Agency, Kind: Duty, Text: r.sentence(m, now),
			Href: worksheetPath(m.Agency, r.Year, r.Quarter), Roles: []string{roleOperator, roleHead}, Agency: m.Agency,
		})
		codes = append(codes, m.Agency)
	}
	return notes, codes
}

// leaderNames is how many agencies the note for the Sekda names.
const leaderNames = 10

func (r reporting) leaderNote(missing []Missing, occasion string) Note {
	names := make([]string, 0, leaderNames)
	for _, m := range missing[:min(len(missing), leaderNames)] {
		names = append(names, m.Name)
	}
	text := fmt.Sprintf("14 hari setelah batas lapor %s, %d instansi belum lengkap: %s", periodWords(r.Year, r.Quarter), len(missing), strings.Join(names, "; "))
	if rest := len(missing) - len(names); rest > 0 {
		text += fmt.Sprintf("; dan %d lainnya", rest)
	}
	return Note{Key: occasion, Kind: Duty, Text: clip(text+".", 1000), Href: "/kerja/", Roles: []string{roleLeader, roleReviewer}}
}

// clip cuts s to n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// reminderLetters is one letter for each person who reports for one of the agencies.
func reminderLetters(ctx context.Context, db bun.IDB, p reporting, missing []Missing, occasion string, now time.Time) ([]Letter, error) {
	codes := make([]string, len(missing))
	for i, m := range missing {
		codes[i] = m.Agency
	}
	var rows []struct {
		UserID     int64
		AgencyCode string
	}
	err := db.NewRaw(`
		SELECT DISTINCT user_id, agency_code FROM user_roles
		WHERE role IN (?, ?) AND agency_code IN (?) AND valid_from <= ?::date AND coalesce(valid_to >= ?::date, TRUE)
		ORDER BY user_id, agency_code`,
		roleOperator, roleHead, bun.List(codes), day(now), day(now)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("look who reports: %w", err)
	}
	var letters []Letter
	for _, r := range rows {
		m := missing[slices.Index(codes, r.AgencyCode)]
		if n := len(letters); n > 0 && letters[n-1].To == r.UserID {
			letters[n-1].Text += "\n\n" + p.sentence(m, now)
			letters[n-1].Href = "/kerja/"
			continue
		}
		letters = append(letters, Letter{
			Key: fmt.Sprintf("%s %d", occasion, r.UserID), To: r.UserID,
			Subject: "Laporan " + periodWords(p.Year, p.Quarter) + " belum lengkap",
			Text:    p.sentence(m, now), Href: worksheetPath(m.Agency, p.Year, p.Quarter),
		})
	}
	return letters, nil
}

func noteReminders(ctx context.Context, db bun.IDB, codes []string, p reporting, step string, by *int64, now time.Time) error {
	type row struct {
		bun.BaseModel `bun:"table:reminders"`

		AgencyCode    string
		Year, Quarter int
		Step          string
		At            time.Time
		ByUser        *int64
	}
	rows := make([]row, len(codes))
	for i, code := range codes {
		rows[i] = row{AgencyCode: code, Year: p.Year, Quarter: p.Quarter, Step: step, At: now, ByUser: by}
	}
	if _, err := db.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("note the reminders of %s: %w", periodCode(p.Year, p.Quarter), err)
	}
	return nil
}
