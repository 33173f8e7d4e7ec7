package server

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/notice"
)

// Addresses of what the program tells a person.
const (
	noticePath  = home + "pemberitahuan"
	webhookPath = noticePath + "/webhook"
)

// noticesLimit is how many notes stand on a page.
const noticesLimit = 50

func (s *Server) noticeRoutes() []workRoute {
	return []workRoute{
		{rule{method: http.MethodGet, pattern: noticePath, who: anyRole}, s.showNotices},
		{rule{method: http.MethodPost, pattern: noticePath, who: anyRole}, s.changeNotices},
		{rule{method: http.MethodGet, pattern: webhookPath, who: admins}, s.showWebhooks},
		{rule{method: http.MethodPost, pattern: webhookPath, who: admins}, s.changeWebhooks},
		// Out of a letter, without signing in: the token says whose it is.
		{rule{method: http.MethodGet, pattern: notice.LeavePath + ":tanda", who: everybody}, s.askToLeave},
		{rule{method: http.MethodPost, pattern: notice.LeavePath + ":tanda", who: everybody}, s.leave},
	}
}

// unread counts the notes that the user has not read, for the menu. That it cannot be
// counted is no reason not to show the page.
func (s *Server) unread(ctx context.Context, u *account.User) int {
	if u == nil || len(u.Appointments) == 0 {
		return 0
	}
	n, err := notice.Unread(ctx, s.cfg.Web, u.ID)
	if err != nil {
		s.cfg.Log.WarnContext(ctx, "unread notes not counted", "err", err)
	}
	return n
}

// noticesPage lists what a person was told.
type noticesPage struct {
	workPage
	Heading string
	Message string
	All     bool // also what was read
	Notes   []notice.Received
	More    string // address of the next page; empty: this is the last
	News    bool   // the daily letter brings news
	Mails   bool   // a mail server is set
	Email   bool   // the person has an address
	Admin   bool
}

var noticeMessages = map[string]string{
	"semua": "Semua sudah ditandai dibaca.",
	"kabar": "Pengaturan surat harian disimpan.",
}

func (s *Server) showNotices(c *gin.Context) error {
	ctx, u := c.Request.Context(), s.user(c)
	before, err := strconv.ParseInt(c.DefaultQuery("sebelum", "0"), 10, 64)
	if err != nil || before < 0 {
		return fault.New(fault.NotFound, "Tidak ada halaman itu.")
	}
	p := noticesPage{workPage: s.newWorkPage(c, "Pemberitahuan"), Message: noticeMessages[c.Query("pesan")], All: c.Query("tampil") == "semua",
		Mails: s.cfg.Mails, Admin: u.Holds(account.Admin)}
	if p.Notes, err = notice.List(ctx, s.cfg.Web, u.ID, !p.All, before, noticesLimit+1); err != nil {
		return err
	}
	if len(p.Notes) > noticesLimit {
		p.Notes = p.Notes[:noticesLimit]
		p.More = noticePath + "?sebelum=" + strconv.FormatInt(p.Notes[noticesLimit-1].ID, 10)
		if p.All {
			p.More += "&tampil=semua"
		}
	}
	if p.News, err = notice.WantsNews(ctx, s.cfg.Web, u.ID); err != nil {
		return err
	}
	if p.Email, err = notice.HasAddress(ctx, s.cfg.Web, u.ID); err != nil {
		return err
	}
	switch n := p.Unread; {
	case n == 0:
		p.Heading = "Tidak ada pemberitahuan baru"
	case n >= 100:
		p.Heading = "Lebih dari 100 pemberitahuan belum dibaca"
	default:
		p.Heading = fmt.Sprintf("%d pemberitahuan belum dibaca", n)
	}
	return s.render(c, http.StatusOK, "notices", p)
}

// noticeForm marks notes as read, or says what the daily letter shall bring.
type noticeForm struct {
	Action string `form:"aksi" label:"Tindakan" validate:"required,max=10"`
	ID     string `form:"id" label:"Nomor" validate:"max=19"`
	News   string `form:"kabar" label:"Kabar" validate:"max=2"`
}

func (s *Server) changeNotices(c *gin.Context) error {
	var form noticeForm
	if found, err := s.forms.read(c, &form); err != nil || len(found) > 0 {
		return orInvalid(err)
	}
	ctx, u, now, next := c.Request.Context(), s.user(c), s.now(), noticePath
	switch form.Action {
	case "buka", "dibaca":
		id, err := strconv.ParseInt(form.ID, 10, 64)
		if err != nil || id <= 0 {
			return fault.New(fault.NotFound, "Pemberitahuan itu tidak ada.")
		}
		href, err := notice.Read(ctx, s.cfg.Web, u.ID, id, now)
		if err != nil {
			return err
		}
		if form.Action == "buka" {
			next = localOr(href, noticePath)
		}
	case "semua":
		if _, err := notice.Read(ctx, s.cfg.Web, u.ID, 0, now); err != nil {
			return err
		}
		next += "?pesan=semua"
	case "kabar":
		if err := notice.SetNews(ctx, s.cfg.Web, u.ID, form.News == "ya", now); err != nil {
			return err
		}
		next += "?pesan=kabar#surat"
	default:
		return orInvalid(nil)
	}
	c.Redirect(http.StatusSeeOther, next)
	return nil
}

// orInvalid is err, or that a form says nothing we know: it was not sent from our page.
func orInvalid(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Invalid, "Isian ini tidak dapat dibaca. Buka halamannya lagi dan coba sekali lagi.")
}

// leaveNewsPage asks whether the news of the daily letter shall end.
type leaveNewsPage struct {
	workPage
	Done bool
}

func (s *Server) leaver(c *gin.Context) (int64, error) {
	user, ok := notice.LeaveUser(s.cfg.LeaveSecret, c.Param("tanda"))
	if !ok {
		return 0, fault.New(fault.NotFound, "Tautan ini tidak berlaku. Masuk, lalu atur surat harian di halaman Pemberitahuan.")
	}
	return user, nil
}

func (s *Server) askToLeave(c *gin.Context) error {
	if _, err := s.leaver(c); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "leave-news", leaveNewsPage{workPage: s.newWorkPage(c, "Berhenti menerima kabar")})
}

// leave ends the news: from the page, or by a mail program with one click (RFC 8058).
func (s *Server) leave(c *gin.Context) error {
	user, err := s.leaver(c)
	if err != nil {
		return err
	}
	if err := notice.SetNews(c.Request.Context(), s.cfg.Web, user, false, s.now()); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "leave-news", leaveNewsPage{workPage: s.newWorkPage(c, "Berhenti menerima kabar"), Done: true})
}

// webhooksPage lists the systems that are told every note.
type webhooksPage struct {
	workPage
	Trail  []crumb
	List   []notice.Webhook
	Form   webhookForm
	Secret string // of the one just made; shown once
	Name   string
}

// Fields are those of a new webhook.
func (p webhooksPage) Fields() []field {
	return []field{
		newField(p.Problems, "nama", "Nama", p.Form.Name, "Misalnya: Gerbang WhatsApp kota."),
		newField(p.Problems, "alamat", "Alamat", p.Form.URL, "Dimulai dengan https://.").As("url", "off"),
	}
}

// webhookForm adds a webhook or switches one off.
type webhookForm struct {
	Action string `form:"aksi" label:"Tindakan" validate:"max=10"`
	ID     string `form:"id" label:"Nomor" validate:"max=19"`
	Name   string `form:"nama" label:"Nama" validate:"max=80"`
	URL    string `form:"alamat" label:"Alamat" validate:"max=500"`
}

func (s *Server) newWebhooksPage(c *gin.Context) (*webhooksPage, error) {
	list, err := notice.Webhooks(c.Request.Context(), s.cfg.Web)
	return &webhooksPage{workPage: s.newWorkPage(c, "Webhook"), Trail: []crumb{{"Pemberitahuan", noticePath}, {"Webhook", ""}}, List: list}, err
}

func (s *Server) showWebhooks(c *gin.Context) error {
	p, err := s.newWebhooksPage(c)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "webhooks", p)
}

func (s *Server) changeWebhooks(c *gin.Context) error {
	var form webhookForm
	found, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	u, now := s.user(c), s.now()
	note := func(ctx context.Context, tx bun.Tx, action, name string) error {
		return audit.Append(ctx, tx, audit.Entry{Stream: audit.Security, At: now, Actor: u.ID, Role: string(account.Admin), Action: action, Object: name})
	}
	secret := ""
	if len(found) == 0 {
		err = s.cfg.Web.RunInTx(c.Request.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			if form.Action == "matikan" {
				id, err := strconv.ParseInt(form.ID, 10, 64)
				if err != nil {
					return fault.New(fault.NotFound, "Webhook itu tidak ada.")
				}
				w, err := notice.DisableWebhook(ctx, tx, id, now)
				if err != nil {
					return err
				}
				return note(ctx, tx, "disable webhook", w.Name)
			}
			var err error
			if secret, err = notice.AddWebhook(ctx, tx, form.Name, form.URL, u.ID, now); err != nil {
				return err
			}
			return note(ctx, tx, "add webhook", form.Name)
		})
	}
	switch {
	case fault.KindOf(err) == fault.Invalid && err != nil:
		field := "alamat"
		if form.Name == "" {
			field = "nama"
		}
		found = problems{{field, fault.MessageOf(err)}}
	case err != nil:
		return err
	case len(found) == 0 && secret == "":
		c.Redirect(http.StatusSeeOther, webhookPath)
		return nil
	}
	p, err := s.newWebhooksPage(c)
	if err != nil {
		return err
	}
	p.Problems = found
	if len(found) > 0 {
		p.Form = form
		return s.renderProblems(c, http.StatusUnprocessableEntity, "webhooks", &p.Page, p)
	}
	// The secret is on this page alone, so the answer is no redirection.
	p.Secret, p.Name = secret, form.Name
	return s.render(c, http.StatusCreated, "webhooks", p)
}
