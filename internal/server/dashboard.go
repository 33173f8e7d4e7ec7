package server

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// showDashboard shows the first page of the workspace: the city, the user's own agency, or
// what is published, as the user may see.
func (s *Server) showDashboard(c *gin.Context) error {
	switch u := s.user(c); {
	case u.MaySeeCity():
		return s.showCityWork(c)
	case len(u.Agencies()) > 0:
		return s.showOwnWork(c)
	}
	return s.showCouncil(c)
}

// scopeOf says whose work in progress the user may read.
func scopeOf(u *account.User) scorecard.Scope {
	return scorecard.Scope{City: u.MaySeeCity(), Agencies: u.Agencies(), HeadOf: u.HeadOf()}
}

// cityPage is the summary for those who see all agencies, in the order in which it is shown.
type cityPage struct {
	workPage
	Today     time.Time
	Period    scoring.Period
	Deadline  deadline
	Done      string // "20 dari 48 instansi sudah terverifikasi."
	Leader    bool   // the short list of decisions is shown
	Decisions []note // what needs a word from a leader; empty: nothing does
	Bar       segments
	Tasks     []note      // what is to be done beside the queue
	Filter    *unitFilter // the state asked for; nil: none
	Waiting   waitingList
	Silent    silentList
	Heat      *heatmap // nil: no run yet
	HeatFound string
	HeatRest  *heatmap // the kelurahan
	Legend    []legendItem
	Movements *movements // nil: nothing to compare yet
	Kelurahan []unitTile
	Log       []logLine
	Run       *runNote
	Jobs      []jobLine
}

func (s *Server) showCityWork(c *gin.Context) error {
	now, u := s.now(), s.user(c)
	b, err := scorecard.LoadBoard(c.Request.Context(), s.cfg.Web, scopeOf(u), now)
	if fault.KindOf(err) == fault.NotFound {
		return s.showNoPeriod(c)
	}
	if err != nil {
		return err
	}
	calendar, err := roadmap.LoadCalendar(c.Request.Context(), s.cfg.Web, s.cfg.Zone)
	if err != nil {
		return err
	}
	p := cityPage{
		workPage:  s.newWorkPage(c, "Ringkasan"),
		Today:     now,
		Period:    b.Reporting.Period,
		Deadline:  newDeadline(b.Reporting, calendar, now),
		Waiting:   newWaitingList(b, calendar, u.MayVerify(), now),
		Silent:    newSilentList(b, now),
		Log:       newLog(b.Log),
		Run:       newRunNote(b.Run, now),
		Kelurahan: kelurahanTiles(b.Units),
	}
	p.Bar, p.Done = unitBar(b.Units)
	if p.Tasks, err = s.cityTasks(c, b.Reporting); err != nil {
		return err
	}
	if err := s.showReminders(c, &p); err != nil {
		return err
	}
	if p.Filter, err = newUnitFilter(b.Units, c.Query("status")); err != nil {
		return err
	}
	if b.Draft != nil {
		e := draftEdition(b.Draft)
		p.Heat = newHeatmap(e, "Nilai rapor per perangkat daerah per triwulan", "Perangkat daerah", false)
		p.HeatRest = newHeatmap(e, "Nilai rapor per kelurahan per triwulan", "Kelurahan", true)
		p.HeatFound = heatFinding(b)
		p.Legend = newLegend(e)
		p.Movements = newMovements(b, e)
	}
	if p.Leader = u.Holds(account.Leader); p.Leader {
		if p.Decisions, err = s.newDecisions(c.Request.Context(), u, b, now); err != nil {
			return err
		}
	}
	if u.MaySeeJobs() {
		p.Jobs = newJobLines(b.Jobs)
	}
	return s.render(c, http.StatusOK, "dashboard", p)
}

// draftEdition lets the parts that draw a publication draw the figures of a run that is
// none. It goes into pages of the workspace only.
func draftEdition(v *scorecard.View) *edition { return &edition{View: v, Latest: true} }

// noPeriodPage is the summary before the first period has opened.
type noPeriodPage struct{ workPage }

func (s *Server) showNoPeriod(c *gin.Context) error {
	return s.render(c, http.StatusOK, "dashboard-none", noPeriodPage{s.newWorkPage(c, "Ringkasan")})
}

// deadline is the next moment that matters for the reporting of a period.
type deadline struct {
	Figure, Words string // "2 hari kerja", "lagi batas lapor"
	Day           string // "Rabu, 14 Oktober 2026"
	Note          string
}

func newDeadline(r roadmap.Reporting, calendar *roadmap.Calendar, now time.Time) deadline {
	zone := calendar.Zone()
	last := func(t time.Time) string { return formatDay(t.Add(-time.Nanosecond), zone) + ", 24.00 WIB" }
	left := func(t time.Time) string {
		if n := calendar.WorkingDaysBetween(now, t); n > 1 {
			return strconv.Itoa(n) + " hari kerja"
		}
		return "Hari terakhir"
	}
	words := func(figure, words string) string {
		if figure == "Hari terakhir" {
			return strings.TrimPrefix(words, "lagi ")
		}
		return words
	}
	switch {
	case now.Before(r.DueAt):
		f := left(r.DueAt)
		return deadline{f, words(f, "lagi batas lapor"), last(r.DueAt), "Verifikasi sampai " + formatLastDay(r.ClosesAt, zone) + "."}
	case now.Before(r.ClosesAt):
		f := left(r.ClosesAt)
		return deadline{f, words(f, "lagi ditutup"), last(r.ClosesAt), "Batas lapor sudah lewat " + formatLastDay(r.DueAt, zone) + "; laporan yang masuk sekarang ditandai terlambat."}
	}
	return deadline{"Sudah ditutup", "", formatLastDay(r.ClosesAt, zone), "Terbit paling lambat " + formatLastDay(r.PublishBy, zone) + "."}
}

// unitWord names the state of an agency, and the mark and the colour it has.
func unitWord(s scorecard.UnitState) (word, mark, kind string) {
	switch s {
	case scorecard.UnitVerified:
		return "terverifikasi", "ok", "ok"
	case scorecard.UnitAwaiting:
		return "menunggu verifikasi", "near", "wait"
	case scorecard.UnitReturned:
		return "dikembalikan", "miss", "miss"
	case scorecard.UnitForHead:
		return "menunggu kepala", "near", "near"
	case scorecard.UnitDraft:
		return "draf", "none", "draft"
	case scorecard.UnitNotBegun:
		return "belum mulai", "none", "none"
	}
	return "tidak ada yang jatuh tempo", "none", "rest"
}

// unitBar counts the agencies by state. Each count leads to the list of its agencies.
func unitBar(units []scorecard.Unit) (segments, string) {
	counts := map[scorecard.UnitState]int{}
	silent := 0
	for _, u := range units {
		counts[u.State()]++
		if u.State().NotHandedIn() {
			silent++
		}
	}
	var keys []segmentKey
	for _, state := range scorecard.UnitStates {
		word, _, kind := unitWord(state)
		key := segmentKey{Kind: kind, Count: counts[state], Name: word}
		if key.Count > 0 {
			key.Href = "?status=" + string(state) + "#daftar"
		}
		keys = append(keys, key)
	}
	due := len(units) - counts[scorecard.UnitNothingDue]
	return newSegments(keys...), fmt.Sprintf("%d dari %d instansi sudah terverifikasi. %d belum mengirim semua laporan.", counts[scorecard.UnitVerified], due, silent)
}

// unitFilter is the list of agencies in one state.
type unitFilter struct {
	Heading string
	Units   []unitTile
}

func newUnitFilter(units []scorecard.Unit, state string) (*unitFilter, error) {
	if state == "" {
		return nil, nil
	}
	if !slices.Contains(scorecard.UnitStates[:], scorecard.UnitState(state)) {
		return nil, fault.New(fault.NotFound, "Tidak ada status itu. Pilih salah satu status di halaman Ringkasan.")
	}
	f := &unitFilter{}
	for _, u := range units {
		if string(u.State()) == state {
			f.Units = append(f.Units, newUnitTile(u))
		}
	}
	word, _, _ := unitWord(scorecard.UnitState(state))
	f.Heading = strconv.Itoa(len(f.Units)) + " instansi: " + word
	return f, nil
}

// runNote says when scores were last computed.
type runNote struct {
	*scorecard.RunNote
	Age string // "3 jam lalu"
}

func newRunNote(r *scorecard.RunNote, now time.Time) *runNote {
	if r == nil {
		return nil
	}
	return &runNote{r, agoWords(now.Sub(r.AsOf))}
}

// agoWords says how long ago something was.
func agoWords(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "baru saja"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " menit lalu"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " jam lalu"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + " hari lalu"
}

// jobLine is the last slot of a job.
type jobLine struct {
	Job, Mark, Word string
	Slot            time.Time
	Finished        *time.Time
}

func newJobLines(jobs []scorecard.JobNote) []jobLine {
	var lines []jobLine
	for _, j := range jobs {
		l := jobLine{Job: jobWord(j.Job), Slot: j.Slot, Finished: j.FinishedAt, Mark: "none"}
		switch {
		case j.Status == "done":
			l.Mark, l.Word = "ok", "Selesai"
		case j.Status == "dead":
			l.Mark, l.Word = "miss", "Berhenti sesudah "+strconv.Itoa(j.Attempt)+" percobaan"
		case j.Status == "skipped":
			l.Word = "Dilewati"
		case j.Failed:
			l.Mark, l.Word = "near", "Akan diulang"
		default:
			l.Mark, l.Word = "near", "Berjalan"
		}
		lines = append(lines, l)
	}
	return lines
}

// jobWord names a job for readers; one without a word keeps its name.
func jobWord(name string) string {
	switch name {
	case "score":
		return "Penilaian tiap malam"
	case "periods":
		return "Membuka dan menutup periode"
	case "rehash":
		return "Memeriksa sidik terbitan"
	case "spot-checks":
		return "Mengundi sampel uji petik"
	case "purge":
		return "Menghapus sesi lama"
	}
	return name
}
