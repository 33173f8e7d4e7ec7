package server

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"petajalan/internal/account"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// unitTile is an agency with its state.
type unitTile struct {
	Name, Href string
	Mark, Word string
	Detail     string // "4 dari 11"
}

func newUnitTile(u scorecard.Unit) unitTile {
	word, mark, _ := unitWord(u.State())
	t := unitTile{Name: unitName(&u.Agency), Href: workAgencyPath(u.Code), Mark: mark, Word: sentenceCase(strings.ToUpper(word[:1]) + word[1:])}
	if u.Due > 0 {
		t.Detail = fmt.Sprintf("%d dari %d", u.Verified, u.Due)
	}
	return t
}

// unitName is the name without the city, which is the same for all.
func unitName(a *scorecard.Agency) string { return strings.TrimSuffix(a.Name, " Kota Blitar") }

// kelurahanTiles are the kelurahan alone, under their bare names.
func kelurahanTiles(units []scorecard.Unit) []unitTile {
	var tiles []unitTile
	for _, u := range units {
		if u.Kind == scorecard.KindKelurahan {
			t := newUnitTile(u)
			t.Name = strings.TrimPrefix(t.Name, "Kelurahan ")
			tiles = append(tiles, t)
		}
	}
	return tiles
}

// waitingList is the queue of verification.
type waitingList struct {
	Heading    string
	Rows, Rest []waitingRow
	Reports    int  // of all of them
	Mine       bool // the viewer verifies them
}

type waitingRow struct {
	Name, Href string
	Desk       string // address of its queue on the desk; empty: not the viewer's to verify
	Indicators int
	Sent       time.Time
	Days       string // "3 hari kerja"
	Slow       bool   // longer than the time there is for verification
	Check      string // what to look at; empty: nothing stands out
	CheckMark  string
}

// Lists show this many rows at first.
const firstRows = 6

// verifyDays is how many working days there are to verify what came in on the last day.
const verifyDays = 5

func newWaitingList(b *scorecard.Board, calendar *roadmap.Calendar, mine bool, now time.Time) waitingList {
	l := waitingList{Mine: mine}
	for _, w := range b.Waiting {
		l.Reports += w.Indicators
		days := calendar.WorkingDaysBetween(w.Since, now)
		row := waitingRow{
			Name: strings.TrimSuffix(w.Name, " Kota Blitar"), Href: workAgencyPath(w.Agency), Indicators: w.Indicators,
			Sent: w.Since, Days: strconv.Itoa(days) + " hari kerja", Slow: days > verifyDays,
		}
		if days == 0 {
			row.Days = "hari ini"
		}
		if mine {
			row.Desk = deskPath + deskFilter{Agency: w.Agency}.Query()
		}
		var check []string
		if w.WithoutEvidence > 0 {
			check = append(check, strconv.Itoa(w.WithoutEvidence)+" tanpa bukti")
			row.CheckMark = "miss"
		}
		if w.Late > 0 {
			check = append(check, strconv.Itoa(w.Late)+" terlambat")
			row.CheckMark = cmp.Or(row.CheckMark, "near")
		}
		if w.Jumps > 0 {
			check = append(check, fmt.Sprintf("%d lonjakan di atas %s%%", w.Jumps, formatExact(w.JumpLimit)))
			row.CheckMark = cmp.Or(row.CheckMark, "near")
		}
		row.Check = strings.Join(check, ", ")
		l.Rows = append(l.Rows, row)
	}
	l.Heading = "Tidak ada laporan yang menunggu verifikasi"
	if n := len(l.Rows); n > 0 {
		l.Heading = strconv.Itoa(n) + " instansi menunggu verifikasi"
		if mine {
			l.Heading += " Anda"
		}
	}
	if len(l.Rows) > firstRows {
		l.Rows, l.Rest = l.Rows[:firstRows], l.Rows[firstRows:]
	}
	return l
}

// silentList are the agencies that have not handed in everything, the least filled first.
type silentList struct {
	Heading    string
	Rows, Rest []silentRow
	MayRemind  bool
	Reminded   string // what was just done
}

type silentRow struct {
	unitTile
	Code          string
	LastReminder  string // "9 Oktober 2026"; empty: never, or not asked for
	HandedIn, Due int
	Bar           segments
}

func newSilentList(b *scorecard.Board, now time.Time) silentList {
	var l silentList
	var units []scorecard.Unit
	for _, u := range b.Units {
		if u.State().NotHandedIn() {
			units = append(units, u)
		}
	}
	slices.SortStableFunc(units, func(x, y scorecard.Unit) int {
		return cmp.Or(cmp.Compare(x.HandedIn()*y.Due, y.HandedIn()*x.Due), cmp.Compare(x.Name, y.Name))
	})
	for _, u := range units {
		l.Rows = append(l.Rows, silentRow{
			unitTile: newUnitTile(u), Code: u.Code, HandedIn: u.HandedIn(), Due: u.Due,
			Bar: newSegments(segmentKey{Kind: "ok", Count: u.HandedIn()}, segmentKey{Kind: "none", Count: u.Due - u.HandedIn()}),
		})
	}
	n := strconv.Itoa(len(units))
	switch {
	case len(units) == 0:
		l.Heading = "Semua instansi sudah mengirim"
	case now.Before(b.Reporting.ClosesAt):
		l.Heading = n + " instansi belum mengirim semua laporan"
	default:
		l.Heading = n + " instansi tidak lengkap saat ditutup"
	}
	if len(l.Rows) > firstRows {
		l.Rows, l.Rest = l.Rows[:firstRows], l.Rows[firstRows:]
	}
	return l
}

// logLine is a line of the log of acts.
type logLine struct {
	At       time.Time
	Who, Did string
	Period   scoring.Period
	Href     string // of the agency's work on the period
	Reason   string
}

func newLog(acts []scorecard.Act) []logLine {
	var lines []logLine
	for _, a := range acts {
		what := strconv.Itoa(a.Reports) + " indikator"
		if a.Indicator != "" {
			what = "“" + a.Indicator + "”"
		}
		l := logLine{At: a.At, Who: officeName(a.Role, a.Office), Period: a.Period, Href: workAgencyPath(a.Agency) + "?periode=" + a.Period.String()}
		l.Did = actWord(a.Kind) + " " + what
		if a.Role == string(account.Reviewer) {
			l.Did += " dari " + strings.TrimSuffix(a.Name, " Kota Blitar")
		}
		if a.Reason != "" {
			l.Reason = "Alasan: " + sentence(a.Reason)
		}
		lines = append(lines, l)
	}
	return lines
}

// officeName says which office acted, never which person.
func officeName(role, office string) string {
	if role == string(account.Reviewer) {
		return "Bagian Organisasi"
	}
	return strings.TrimSpace(roleWord(role) + " " + office)
}

// actWord is what was done to a report.
func actWord(k report.EventKind) string {
	switch k {
	case report.EventSaved:
		return "menyimpan draf"
	case report.EventSubmitted:
		return "mengirim"
	case report.EventWithdrawn:
		return "menarik kembali"
	case report.EventApproved:
		return "menyetujui"
	case report.EventReturned:
		return "mengembalikan"
	case report.EventVerified:
		return "memverifikasi"
	case report.EventReopened:
		return "membuka lagi"
	}
	return string(k)
}
