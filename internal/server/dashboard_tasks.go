package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	spot "petajalan/internal/inspection"
	"petajalan/internal/notice"
	"petajalan/internal/roadmap"
)

// remindPath is where reminders are asked for.
const remindPath = home + "pengingat"

// cityTasks is what somebody who sees the city has to do beside the queue: a sample to
// look at, a period to publish.
func (s *Server) cityTasks(c *gin.Context, r roadmap.Reporting) ([]note, error) {
	ctx, u := c.Request.Context(), s.user(c)
	var tasks []note
	if u.Holds(account.Inspector) {
		samples, err := spot.Samples(ctx, s.cfg.Web, u)
		if err != nil {
			return nil, err
		}
		for _, x := range slices.Backward(samples) {
			if x.Left() > 0 {
				tasks = append(tasks, note{
					Text: fmt.Sprintf("Sampel uji petik %d nilai", x.Left()), Href: samplePath(x.Period),
					Detail: fmt.Sprintf("%s: %d dari %d sudah diperiksa.", formatPeriod(x.Period), x.Checked, x.Size),
				})
			}
		}
	}
	if u.MayPublish() && !r.ClosesAt.After(s.now()) {
		newest, err := s.newestPublication(ctx)
		if err != nil {
			return nil, err
		}
		if newest == nil || newest.Period.Before(r.Period) {
			tasks = append(tasks, note{
				Text: "Terbitkan " + formatPeriod(r.Period), Href: publishingPath + "?periode=" + r.Period.String(),
				Detail: "Pelaporan sudah ditutup. Terbit paling lambat " + formatLastDay(r.PublishBy, s.cfg.Zone) + ".",
			})
		}
	}
	return tasks, nil
}

// mayRemind reports whether u may remind agencies of what they have not handed in.
func mayRemind(u *account.User) bool { return inspection.admits(u) }

// showReminders fills in when the agencies that are behind were last reminded.
func (s *Server) showReminders(c *gin.Context, p *cityPage) error {
	if p.Silent.MayRemind = mayRemind(s.user(c)); !p.Silent.MayRemind || len(p.Silent.Rows) == 0 {
		return nil
	}
	last, err := notice.LastReminders(c.Request.Context(), s.cfg.Web, p.Period.Year, p.Period.Quarter)
	if err != nil {
		return err
	}
	for _, rows := range [][]silentRow{p.Silent.Rows, p.Silent.Rest} {
		for i := range rows {
			if at, ok := last[rows[i].Code]; ok {
				rows[i].LastReminder = formatDate(at, s.cfg.Zone)
			}
		}
	}
	if n, err := strconv.Atoi(c.Query("diingatkan")); err == nil && n >= 0 {
		p.Silent.Reminded = formatCount(n) + " instansi diingatkan. Operator dan kepalanya mendapat pemberitahuan."
		if n == 0 {
			p.Silent.Reminded = "Tidak ada yang diingatkan: laporannya sudah lengkap."
		}
	}
	return nil
}

// remindForm says which agencies are reminded.
type remindForm struct {
	Agencies []string `form:"instansi" label:"Instansi"`
}

// remind reminds the agencies that are ticked of what they have not handed in.
func (s *Server) remind(c *gin.Context) error {
	var form remindForm
	if _, err := s.forms.read(c, &form); err != nil {
		return err
	}
	for _, code := range form.Agencies {
		if !isText(code) || len(form.Agencies) > mostPicked {
			return fault.New(fault.Invalid, "Pilihan instansi tidak dapat dibaca. Muat ulang halaman, lalu coba lagi.")
		}
	}
	if len(form.Agencies) == 0 {
		return fault.New(fault.Invalid, "Centang sedikitnya satu instansi di halaman Ringkasan, lalu kirim pengingatnya.")
	}
	u, now := s.user(c), s.now()
	if !mayRemind(u) {
		return fault.New(fault.Forbidden, "Hanya Bagian Organisasi dan Inspektorat yang dapat mengirim pengingat.")
	}
	var reminded []string
	err := s.cfg.Web.RunInTx(c.Request.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		r, err := roadmap.CurrentPeriod(ctx, tx, now)
		if err != nil {
			return err
		}
		reminded, err = notice.Remind(ctx, tx, notice.Reminder{Year: r.Period.Year, Quarter: r.Period.Quarter, Agencies: form.Agencies, By: u.ID}, now)
		if err != nil || len(reminded) == 0 {
			return err
		}
		role := account.Reviewer
		if !u.Holds(role) {
			role = account.Inspector
		}
		return audit.Append(ctx, tx, audit.Entry{
			Stream: audit.Publish, At: now, Actor: u.ID, Role: string(role), Action: "remind agencies", Object: r.Period.String(),
			After: map[string]any{"agencies": reminded},
		})
	})
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, home+"?diingatkan="+strconv.Itoa(len(reminded))+"#belum")
	return nil
}
