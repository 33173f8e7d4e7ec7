package server

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

// ownPath is the page of one's own account.
const ownPath = home + "akun"

func (s *Server) ownAccountRoutes() []workRoute {
	return []workRoute{
		{rule{method: http.MethodGet, pattern: ownPath, who: signedIn}, s.showOwnAccount},
		{rule{method: http.MethodPost, pattern: ownPath + "/sandi", who: signedIn}, s.changePassword},
		{rule{method: http.MethodPost, pattern: ownPath + "/surel", who: signedIn}, s.changeEmail},
		{rule{method: http.MethodPost, pattern: ownPath + "/langkah-kedua", who: signedIn}, s.changeSecondFactor},
		{rule{method: http.MethodPost, pattern: ownPath + "/sesi", who: signedIn}, s.endOwnSession},
		{rule{method: http.MethodPost, pattern: ownPath + "/taut", who: signedIn}, s.beginLink},
		{rule{method: http.MethodPost, pattern: ownPath + "/lepas", who: signedIn}, s.unlink},
	}
}

// ownPage shows the own account and lets its owner change it. Passwords and codes are never
// sent back.
type ownPage struct {
	workPage
	Message  string // what was just done
	Email    string
	Spare    int // recovery codes left
	Sessions []sessionLine
	SSO      bool
	Linked   []account.Identity
}

// sessionLine is a session as its owner reads it.
type sessionLine struct {
	account.Session
	Device string // "Chrome di Android"
	Here   bool   // the one this page was asked for with
}

// PasswordFields are the inputs to change the password.
func (p ownPage) PasswordFields() []field {
	old := newField(p.Problems, "lama", "Kata sandi sekarang", "", "").As("password", "current-password")
	old.Required = true
	return append([]field{old}, newPasswordFields(p.Problems)...)
}

// EmailFields are the inputs to change the address of mail.
func (p ownPage) EmailFields() []field {
	email := newField(p.Problems, "surel", "Surel", p.Email, "Untuk pengingat dan tautan kata sandi baru. Kosongkan jika tidak ada.").As("email", "email")
	password := newField(p.Problems, "kunci", "Kata sandi sekarang", "", "").As("password", "current-password")
	password.Required = true
	return []field{email, password}
}

// CodeFields are the inputs to change the second factor.
func (p ownPage) CodeFields() []field {
	return []field{codeField(p.Problems, "Enam angka dari aplikasi, untuk memastikan ini Anda.")}
}

// Roles are the roles of the own account in words.
func (p ownPage) Roles() []roleLine { return p.roleLines(p.User.Appointments, time.Time{}) }

// ownMessages are what a page says after something was done; the address has the key.
var ownMessages = map[string]string{
	"sandi":    "Kata sandi sudah diganti. Sesi Anda di perangkat lain sudah diakhiri.",
	"surel":    "Surel sudah disimpan.",
	"mati":     "Langkah kedua sudah dimatikan.",
	"sesi":     "Sesi itu sudah diakhiri.",
	"lain":     "Semua sesi lain sudah diakhiri.",
	"tertaut":  "Akun kota sudah tertaut. Anda dapat masuk dengannya.",
	"terlepas": "Akun kota sudah dilepas.",
}

func (s *Server) newOwnPage(c *gin.Context) (ownPage, error) {
	s.allowProvider(c)
	u, ctx := s.user(c), c.Request.Context()
	p := ownPage{workPage: s.newWorkPage(c, "Akun saya"), Email: u.Email, SSO: s.provider != nil}
	p.Path = ownPath
	sessions, err := account.Sessions(ctx, s.cfg.Web, u.ID, s.now())
	if err != nil {
		return p, err
	}
	for _, one := range sessions {
		p.Sessions = append(p.Sessions, sessionLine{one, deviceWords(one.UserAgent), one.ID == u.Session})
	}
	if u.SecondFactor {
		if p.Spare, err = account.SpareCodes(ctx, s.cfg.Web, u.ID); err != nil {
			return p, err
		}
	}
	p.Linked, err = account.Identities(ctx, s.cfg.Web, u.ID)
	return p, err
}

func (s *Server) showOwnAccount(c *gin.Context) error {
	p, err := s.newOwnPage(c)
	if err != nil {
		return err
	}
	p.Message = ownMessages[c.Query("pesan")]
	return s.render(c, http.StatusOK, "account", p)
}

// ownProblems shows the page again with what is wrong.
func (s *Server) ownProblems(c *gin.Context, status int, ps problems, change func(*ownPage)) error {
	p, err := s.newOwnPage(c)
	if err != nil {
		return err
	}
	p.Problems = ps
	if change != nil {
		change(&p)
	}
	return s.renderProblems(c, status, "account", &p.Page, &p)
}

func (s *Server) ownDone(c *gin.Context, message string) error {
	c.Redirect(http.StatusSeeOther, ownPath+"?pesan="+message)
	return nil
}

type passwordForm struct {
	Old   string `form:"lama" label:"Kata sandi sekarang" validate:"required"`
	New   string `form:"sandi" label:"Kata sandi baru" validate:"required"`
	Again string `form:"ulang" label:"Kata sandi baru sekali lagi" validate:"required"`
}

func (s *Server) changePassword(c *gin.Context) error {
	var form passwordForm
	ps, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	if len(ps) == 0 && form.New != form.Again {
		ps = problems{{Field: "ulang", Message: "Kedua kata sandi tidak sama."}}
	}
	if len(ps) > 0 {
		return s.ownProblems(c, http.StatusUnprocessableEntity, ps, nil)
	}
	from, token, err := s.here(c)
	if err != nil {
		return err
	}
	renewed, err := account.ChangePassword(c.Request.Context(), s.cfg.Web, s.hasher, s.user(c), token, form.Old, form.New, from, s.now())
	field := "sandi"
	if errors.Is(err, account.ErrWrongPassword) {
		field = "lama"
	}
	if status := s.refused(c, &ps, field, err); status != 0 {
		return s.ownProblems(c, status, ps, nil)
	}
	if err != nil {
		return err
	}
	s.setCookie(c, renewed, int(account.MaxSession/time.Second))
	return s.ownDone(c, "sandi")
}

// here is where the request comes from, and the token of its session.
func (s *Server) here(c *gin.Context) (account.From, string, error) {
	from, err := s.from(c)
	if err != nil {
		return from, "", err
	}
	cookie, err := c.Request.Cookie(s.cookieName())
	if err != nil {
		return from, "", err
	}
	return from, cookie.Value, nil
}

type emailForm struct {
	Email    string `form:"surel" label:"Surel" validate:"max=254"`
	Password string `form:"kunci" label:"Kata sandi sekarang" validate:"required"`
}

func (s *Server) changeEmail(c *gin.Context) error {
	var form emailForm
	ps, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	keep := func(p *ownPage) { p.Email = form.Email }
	if len(ps) > 0 {
		return s.ownProblems(c, http.StatusUnprocessableEntity, ps, keep)
	}
	from, err := s.from(c)
	if err != nil {
		return err
	}
	err = account.ChangeEmail(c.Request.Context(), s.cfg.Web, s.hasher, s.user(c), form.Password, form.Email, from, s.now())
	field := "surel"
	if errors.Is(err, account.ErrWrongPassword) {
		field = "kunci"
	}
	if status := s.refused(c, &ps, field, err); status != 0 {
		return s.ownProblems(c, status, ps, keep)
	}
	if err != nil {
		return err
	}
	return s.ownDone(c, "surel")
}

// changeSecondFactor turns the second factor off, or gives new recovery codes.
func (s *Server) changeSecondFactor(c *gin.Context) error {
	var form codeForm
	ps, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	if len(ps) > 0 {
		return s.ownProblems(c, http.StatusUnprocessableEntity, ps, nil)
	}
	from, err := s.from(c)
	if err != nil {
		return err
	}
	ctx, u := c.Request.Context(), s.user(c)
	var codes []string
	switch c.PostForm("aksi") {
	case "matikan":
		err = account.DropSecondFactor(ctx, s.cfg.Web, s.cfg.Keys, u, form.Code, from, s.now())
	case "cadangan":
		codes, err = account.RenewRecovery(ctx, s.cfg.Web, s.cfg.Keys, u, form.Code, from, s.now())
	default:
		return errNoSuchAct
	}
	if status := s.refused(c, &ps, "kode", err); status != 0 {
		return s.ownProblems(c, status, ps, nil)
	}
	if err != nil {
		return err
	}
	if codes == nil {
		return s.ownDone(c, "mati")
	}
	return s.render(c, http.StatusOK, "signin-recovery", recoveryPage{workPage: s.newWorkPage(c, "Kode cadangan"), Codes: codes, Next: ownPath})
}

// errNoSuchAct answers a form that no page of ours has.
var errNoSuchAct = fault.New(fault.Invalid, "Tindakan ini tidak dikenal. Buka halamannya lagi.")

// endOwnSession ends one session, or all but this one.
func (s *Server) endOwnSession(c *gin.Context) error {
	ctx, u := c.Request.Context(), s.user(c)
	id := c.PostForm("sesi")
	switch id {
	case "lain":
		if err := account.EndOtherSessions(ctx, s.cfg.Web, u, s.now()); err != nil {
			return err
		}
		return s.ownDone(c, "lain")
	case u.Session:
		return s.signOut(c)
	}
	if err := account.EndSession(ctx, s.cfg.Web, u, id, s.now()); err != nil {
		return err
	}
	return s.ownDone(c, "sesi")
}

func (s *Server) unlink(c *gin.Context) error {
	id := account.Identity{Issuer: c.PostForm("penyedia"), Subject: c.PostForm("subjek")}
	if err := account.Unlink(c.Request.Context(), s.cfg.Web, s.user(c), id, s.now()); err != nil {
		return err
	}
	return s.ownDone(c, "terlepas")
}

// deviceWords says which browser on which system a session is of.
func deviceWords(userAgent string) string {
	first := func(names ...[2]string) string {
		for _, n := range names {
			if strings.Contains(userAgent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	browser := first([2]string{"Edg", "Edge"}, [2]string{"OPR/", "Opera"}, [2]string{"SamsungBrowser", "Samsung Internet"}, [2]string{"Firefox", "Firefox"},
		[2]string{"Chrome", "Chrome"}, [2]string{"CriOS", "Chrome"}, [2]string{"Safari", "Safari"})
	system := first([2]string{"Android", "Android"}, [2]string{"iPhone", "iPhone"}, [2]string{"iPad", "iPad"}, [2]string{"Windows", "Windows"},
		[2]string{"Mac OS X", "Mac"}, [2]string{"CrOS", "ChromeOS"}, [2]string{"Linux", "Linux"})
	switch {
	case browser != "" && system != "":
		return browser + " di " + system
	case browser+system != "":
		return browser + system
	}
	return "Perangkat lain"
}
