package server

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
)

// The pages with which an administrator looks after accounts.
const (
	usersPath   = home + "pengguna"
	newUserPath = usersPath + "-baru"
	usersLimit  = 50 // accounts on a page
)

func userPath(login string) string { return usersPath + "/" + url.PathEscape(login) }

func (s *Server) userAdminRoutes() []workRoute {
	return []workRoute{
		{rule{method: http.MethodGet, pattern: usersPath, who: admins}, s.showUsers},
		{rule{method: http.MethodPost, pattern: usersPath, who: admins}, s.setSecondFactorRoles},
		{rule{method: http.MethodGet, pattern: newUserPath, who: admins}, s.showNewUser},
		{rule{method: http.MethodPost, pattern: newUserPath, who: admins}, s.addUser},
		{rule{method: http.MethodGet, pattern: usersPath + "/:login", who: admins}, s.showUser},
		{rule{method: http.MethodPost, pattern: usersPath + "/:login", who: admins}, s.changeUser},
	}
}

// roleLine is a role as it is read.
type roleLine struct {
	ID     int64
	Text   string // "Kepala (Plt), Dinas Lingkungan Hidup"
	From   time.Time
	Until  *time.Time
	Ended  bool
	Future bool
}

// roleLines says roles as of the day of now; a zero now leaves open which have ended.
func (p workPage) roleLines(as []account.Appointment, now time.Time) []roleLine {
	lines := make([]roleLine, len(as))
	for i, a := range as {
		l := roleLine{ID: a.ID, Text: a.Role.Label(), From: a.From}
		if a.Acting {
			l.Text += " (Plt)"
		}
		if a.Agency != "" {
			l.Text += ", " + p.agencyWord(a.Agency)
		}
		if !a.To.IsZero() {
			until := a.To
			l.Until = &until
		}
		if !now.IsZero() {
			today := now.Format(time.DateOnly)
			l.Ended = !a.To.IsZero() && a.To.Format(time.DateOnly) < today
			l.Future = a.From.Format(time.DateOnly) > today
		}
		lines[i] = l
	}
	return lines
}

// usersPage lists accounts.
type usersPage struct {
	workPage
	Message string
	Query   string
	Rows    []userRow
	More    string // address of the next page; empty: this is the last
	Before  string
	Factors []factorChoice
}

type userRow struct {
	account.Entry
	Href  string
	Roles []roleLine
}

// factorChoice is a role that needs a second factor, or could.
type factorChoice struct {
	Role    account.Role
	Label   string
	Always  bool
	Checked bool
}

func (s *Server) showUsers(c *gin.Context) error {
	ctx := c.Request.Context()
	p := usersPage{workPage: s.newWorkPage(c, "Pengguna"), Query: strings.TrimSpace(c.Query("q")), Message: userMessages[c.Query("pesan")]}
	offset, err := strconv.Atoi(c.DefaultQuery("mulai", "0"))
	if err != nil || offset < 0 || offset > 1_000_000 {
		return fault.New(fault.NotFound, "Tidak ada halaman itu.")
	}
	entries, more, err := account.Directory(ctx, s.cfg.Web, p.Query, offset, usersLimit)
	if err != nil {
		return err
	}
	for _, e := range entries {
		p.Rows = append(p.Rows, userRow{Entry: e, Href: userPath(e.Login), Roles: slices.DeleteFunc(p.roleLines(e.Appointments, s.now()), func(l roleLine) bool { return l.Ended })})
	}
	at := func(offset int) string {
		return usersPath + "?" + url.Values{"q": {p.Query}, "mulai": {strconv.Itoa(offset)}}.Encode()
	}
	if more {
		p.More = at(offset + usersLimit)
	}
	if offset > 0 {
		p.Before = at(max(0, offset-usersLimit))
	}
	chosen, err := account.SecondFactorRoles(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	for _, r := range account.Roles {
		p.Factors = append(p.Factors, factorChoice{r, r.Label(), r.AlwaysSecond(), r.AlwaysSecond() || slices.Contains(chosen, r)})
	}
	return s.render(c, http.StatusOK, "users", p)
}

func (s *Server) setSecondFactorRoles(c *gin.Context) error {
	var roles []account.Role
	for _, r := range c.PostFormArray("peran") {
		roles = append(roles, account.Role(r))
	}
	if err := account.SetSecondFactorRoles(c.Request.Context(), s.cfg.Web, s.user(c), roles, s.now()); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, usersPath+"?pesan=faktor#langkah-kedua")
	return nil
}

// roleForm is a role to be given.
type roleForm struct {
	Role   string `form:"peran" label:"Peran" validate:"max=20"`
	Agency string `form:"instansi" label:"Instansi" validate:"max=40"`
	Acting string `form:"plt" label:"Pelaksana tugas" validate:"max=1"`
	From   string `form:"dari" label:"Mulai" validate:"max=10"`
	To     string `form:"sampai" label:"Sampai" validate:"max=10"`
}

// appointment reads the role; what is wrong with the days is told at the field.
func (f roleForm) appointment(now time.Time) (account.Appointment, problems) {
	a := account.Appointment{Role: account.Role(f.Role), Agency: f.Agency, Acting: f.Acting != "", From: now}
	var ps problems
	if !a.Role.IsLocal() {
		a.Agency = ""
	}
	for _, d := range []struct {
		text, field, label string
		to                 *time.Time
	}{{f.From, "dari", "Mulai", &a.From}, {f.To, "sampai", "Sampai", &a.To}} {
		if d.text == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, d.text)
		if err != nil || t.Year() < 2000 || t.Year() > 2100 {
			ps = append(ps, problem{d.field, d.label + " harus berupa tanggal, misalnya 2026-10-01."})
			continue
		}
		*d.to = t
	}
	if a.Role == "" {
		ps = append(problems{{"peran", "Pilih Peran."}}, ps...)
	}
	return a, ps
}

// roleInputs are what the part of a form needs that gives a role.
type roleInputs struct {
	Form     roleForm
	Roles    []option
	Agencies []option
	Problems problems
}

type option struct {
	Value, Label string
	Selected     bool
}

func (s *Server) newRoleInputs(c *gin.Context, f roleForm, ps problems) (roleInputs, error) {
	in := roleInputs{Form: f, Problems: ps}
	for _, r := range account.Roles {
		in.Roles = append(in.Roles, option{string(r), r.Label(), f.Role == string(r)})
	}
	agencies, err := roadmap.Agencies(c.Request.Context(), s.cfg.Web)
	if err != nil {
		return in, err
	}
	for _, a := range agencies {
		if a.Reports {
			in.Agencies = append(in.Agencies, option{a.Code, a.Name, f.Agency == a.Code})
		}
	}
	return in, nil
}

// Fields are the days of the role.
func (in roleInputs) Fields() []field {
	return []field{
		newField(in.Problems, "dari", "Mulai", in.Form.From, "Kosong: hari ini.").As("date", ""),
		newField(in.Problems, "sampai", "Sampai", in.Form.To, "Hari terakhir. Kosong: tanpa batas.").As("date", ""),
	}
}

// On is what is wrong with a field.
func (in roleInputs) On(name string) string { return in.Problems.On(name) }

type newUserForm struct {
	Login string `form:"pengguna" label:"Nama pengguna" validate:"required,max=120"`
	Name  string `form:"nama" label:"Nama" validate:"required,max=200"`
	Email string `form:"surel" label:"Surel" validate:"max=254"`
}

// newUserPage makes an account.
type newUserPage struct {
	workPage
	Form  newUserForm
	Input roleInputs
}

// Fields are the inputs of the account itself.
func (p newUserPage) Fields() []field {
	login := newField(p.Problems, "pengguna", "Nama pengguna", p.Form.Login, "Huruf kecil, angka, titik, garis, atau @, misalnya operator.dlh.").As("text", "off")
	name := newField(p.Problems, "nama", "Nama orang atau jabatan", p.Form.Name, "").As("text", "off")
	login.Required, name.Required = true, true
	return []field{login, name, newField(p.Problems, "surel", "Surel", p.Form.Email, "Boleh kosong.").As("email", "off")}
}

func (s *Server) showNewUser(c *gin.Context) error {
	p := newUserPage{workPage: s.newWorkPage(c, "Akun baru")}
	var err error
	if p.Input, err = s.newRoleInputs(c, roleForm{}, nil); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "user-new", p)
}

// oneTimePage shows a one-time code, this once.
type oneTimePage struct {
	workPage
	Login, Code, Address string
	Created              bool // the account was just made
}

func (s *Server) addUser(c *gin.Context) error {
	p := newUserPage{workPage: s.newWorkPage(c, "Akun baru")}
	var err error
	if p.Problems, err = s.forms.read(c, &p.Form); err != nil {
		return err
	}
	var rf roleForm
	rps, err := s.forms.read(c, &rf)
	if err != nil {
		return err
	}
	a, aps := rf.appointment(s.now())
	p.Problems = append(append(p.Problems, rps...), aps...)
	show := func(status int) error {
		if p.Input, err = s.newRoleInputs(c, rf, p.Problems); err != nil {
			return err
		}
		return s.renderProblems(c, status, "user-new", &p.Page, &p)
	}
	if len(p.Problems) > 0 {
		return show(http.StatusUnprocessableEntity)
	}
	n := account.NewUser{Login: p.Form.Login, Name: p.Form.Name, Email: p.Form.Email, Appointments: []account.Appointment{a}}
	u, code, err := account.Invite(c.Request.Context(), s.cfg.Web, s.hasher, s.user(c), n, s.now())
	if status := s.refused(c, &p.Problems, "pengguna", err); status != 0 {
		return show(status)
	}
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "user-code", oneTimePage{s.newWorkPage(c, "Kode sekali pakai"), u.Login, code, s.base(c) + linkPath, true})
}
