package server

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/notice"
	"petajalan/internal/schedule"
)

// Addresses of those who look after the program.
const (
	jobsPath  = home + "pekerjaan"
	trailPath = home + "jejak"
)

func (s *Server) oversightRoutes() []workRoute {
	return []workRoute{
		{rule{method: http.MethodGet, pattern: jobsPath, who: overseers}, s.showJobs},
		{rule{method: http.MethodPost, pattern: jobsPath, who: overseers}, s.changeJob},
		{rule{method: http.MethodGet, pattern: trailPath, who: auditReaders}, s.showTrail},
		{rule{method: http.MethodGet, pattern: trailPath + "/periksa", who: auditReaders}, s.checkTrail},
		{rule{method: http.MethodGet, pattern: trailPath + "/unduh", who: auditReaders}, s.downloadTrail},
	}
}

// What the page of jobs shows.
const (
	jobSlots     = 8  // of each job
	jobDays      = 30 // over which slots are counted
	failureLimit = 20 // letters and calls that failed
)

// jobNames are the scheduled jobs as people call them.
var jobNames = map[string]string{
	"score":       "Penilaian periode berjalan",
	"periods":     "Membuka dan menutup periode",
	"rehash":      "Memeriksa ulang terbitan",
	"purge":       "Menghapus sesi dan catatan lama",
	"spot-checks": "Mengundi uji petik",
	"sweep":       "Membersihkan berkas bukti",
	"reminders":   "Pengingat batas lapor",
	"digest":      "Surat harian",
	"outbox":      "Mengirim surat dan webhook",
	"anchor":      "Menambat jejak audit",
	"audit":       "Memeriksa jejak audit",
}

func jobName(job string) string {
	if name := jobNames[job]; name != "" {
		return name
	}
	return job
}

// jobsPage shows the ledger of the scheduled work.
type jobsPage struct {
	workPage
	Heading  string
	Message  string
	Jobs     []jobPart
	Outbox   notice.Waiting
	Failures []notice.Failure
	Mails    bool
}

// jobPart is one job.
type jobPart struct {
	schedule.Tally
	Key    string
	Name   string
	Spec   string
	Next   time.Time
	Paused *schedule.Paused
	Status status
	Mean   string // "120 ms"
	Long   string
	Slots  []jobSlot
	Asked  bool // somebody's wish has not been worked yet
}

// jobSlot is one slot as it is read.
type jobSlot struct {
	At       time.Time
	Status   status
	By       bool // asked for by hand
	Took     string
	Text     string // what came of it, or what went wrong
	Attempts int
}

var jobMessages = map[string]string{
	"jalankan":  "Sudah diminta. Pekerjaan dimulai dalam setengah menit; muat ulang halaman ini untuk melihat hasilnya.",
	"jeda":      "Pekerjaan dijeda.",
	"lanjutkan": "Pekerjaan dilanjutkan. Yang terlewat dikejar menurut aturannya.",
}

// took writes a duration: "120 ms", "1,5 detik".
func took(d time.Duration) string {
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	return formatNumber(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), 1) + " detik"
}

func newJobSlot(x schedule.Slot) jobSlot {
	l := jobSlot{At: x.Slot, By: x.Manual, Text: x.Result, Attempts: x.Attempt}
	if x.StartedAt != nil {
		l.Took = took(x.Duration())
	}
	switch {
	case x.Status == schedule.Done:
		l.Status = status{"ok", "Selesai"}
	case x.Status == schedule.Dead:
		l.Status = status{"miss", "Gagal"}
	case x.Status == schedule.Skipped:
		l.Status = status{"none", "Dilewati"}
	case x.Error != "":
		l.Status = status{"near", "Dicoba lagi"}
	default:
		l.Status = status{"near", "Menunggu"}
	}
	if x.Error != "" && x.Status != schedule.Done {
		l.Text, _, _ = strings.Cut(x.Error, "\n")
	}
	return l
}

func (s *Server) showJobs(c *gin.Context) error {
	ctx, now := c.Request.Context(), s.now()
	slots, err := schedule.List(ctx, s.cfg.Web, jobSlots)
	if err != nil {
		return err
	}
	tallies, err := schedule.Tallies(ctx, s.cfg.Web, now.AddDate(0, 0, -jobDays))
	if err != nil {
		return err
	}
	paused, err := schedule.Pauses(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	p := jobsPage{workPage: s.newWorkPage(c, "Pekerjaan"), Message: jobMessages[c.Query("pesan")], Mails: s.cfg.Mails}
	if p.Outbox, p.Failures, err = notice.State(ctx, s.cfg.Web, now, failureLimit); err != nil {
		return err
	}
	failing := 0
	for _, planned := range s.cfg.Jobs.Upcoming(now) {
		t := tallies[planned.Name]
		j := jobPart{Tally: t, Key: planned.Name, Name: jobName(planned.Name), Spec: planned.Spec.String(), Next: planned.Next, Mean: took(t.Mean), Long: took(t.Longest)}
		if x, ok := paused[planned.Name]; ok {
			j.Paused = &x
		}
		for _, x := range slots {
			if x.Job == planned.Name {
				j.Slots = append(j.Slots, newJobSlot(x))
				j.Asked = j.Asked || x.Manual && x.Status == schedule.Due
			}
		}
		switch {
		case j.Paused != nil:
			j.Status = status{"near", "Dijeda"}
		case len(j.Slots) == 0:
			j.Status = status{"none", "Belum pernah"}
		default:
			j.Status = j.Slots[0].Status
		}
		if len(j.Slots) > 0 && j.Slots[0].Status.Mark == "miss" {
			failing++
		}
		p.Jobs = append(p.Jobs, j)
	}
	switch failing {
	case 0:
		p.Heading = "Semua pekerjaan terjadwal berjalan baik"
	default:
		p.Heading = strconv.Itoa(failing) + " pekerjaan gagal terakhir kali"
	}
	return s.render(c, http.StatusOK, "jobs", p)
}

// jobForm asks something of a job.
type jobForm struct {
	Action string `form:"aksi" label:"Tindakan" validate:"required,max=10"`
	Job    string `form:"pekerjaan" label:"Pekerjaan" validate:"required,max=60"`
	Reason string `form:"alasan" label:"Alasan" validate:"max=500"`
}

func (s *Server) changeJob(c *gin.Context) error {
	var form jobForm
	if found, err := s.forms.read(c, &form); err != nil || len(found) > 0 {
		return orInvalid(err)
	}
	u, now := s.user(c), s.now()
	if !u.MaySeeJobs() {
		return forbidden(u)
	}
	action := ""
	err := s.cfg.Web.RunInTx(c.Request.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		var err error
		switch form.Action {
		case "jalankan":
			action, err = "run job", s.cfg.Jobs.Ask(ctx, tx, form.Job)
		case "jeda":
			reason := strings.TrimSpace(form.Reason)
			if reason == "" {
				return fault.New(fault.Invalid, "Tulis alasan menjeda pekerjaan ini, supaya yang lain tahu kapan boleh dilanjutkan.")
			}
			action, err = "pause job", s.cfg.Jobs.Pause(ctx, tx, form.Job, reason, u.ID, now)
		case "lanjutkan":
			action, err = "resume job", s.cfg.Jobs.Resume(ctx, tx, form.Job)
		default:
			err = orInvalid(nil)
		}
		if err != nil {
			return err
		}
		var after any
		if form.Action == "jeda" {
			after = map[string]string{"reason": strings.TrimSpace(form.Reason)}
		}
		return audit.Append(ctx, tx, audit.Entry{Stream: audit.Jobs, At: now, Actor: u.ID, Role: overseerRole(u), Action: action, Object: form.Job, After: after})
	})
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, jobsPath+"?pesan="+form.Action+"#"+form.Job)
	return nil
}

// overseerRole is the role in which somebody looks after the program.
func overseerRole(u *account.User) string {
	i := slices.IndexFunc(overseers.roles, u.Holds)
	if i < 0 {
		return ""
	}
	return string(overseers.roles[i])
}
