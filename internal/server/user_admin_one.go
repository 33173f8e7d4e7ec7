package server

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
)

// userPage shows an account and what an administrator can do with it.
type userPage struct {
	workPage
	Message    string
	Account    *account.User
	Self       bool // it is the administrator's own
	Name       string
	Email      string
	Subject    string
	Held       []roleLine // today's and future ones
	Past       []roleLine
	Sessions   []sessionLine
	Input      roleInputs
	SSO        bool
	Identities []account.Identity
}

// Fields are the inputs of the account itself.
func (p userPage) Fields() []field {
	name := newField(p.Problems, "nama", "Nama orang atau jabatan", p.Name, "").As("text", "off")
	name.Required = true
	return []field{name, newField(p.Problems, "surel", "Surel", p.Email, "Boleh kosong.").As("email", "off")}
}

// SubjectFields are the inputs to link an identity.
func (p userPage) SubjectFields() []field {
	return []field{newField(p.Problems, "subjek", "Pengenal (subject) dari penyedia", p.Subject, "").As("text", "off")}
}

// userMessages are what a page says after something was done.
var userMessages = map[string]string{
	"faktor":        "Peran yang wajib langkah kedua sudah disimpan.",
	"profil":        "Nama dan surel sudah disimpan.",
	"peran":         "Peran sudah diberikan.",
	"akhiri":        "Peran sudah diakhiri.",
	"tutup":         "Akun sudah ditutup dan sesinya diakhiri.",
	"buka":          "Akun sudah dibuka lagi.",
	"sesi":          "Semua sesi akun ini sudah diakhiri.",
	"langkah-kedua": "Langkah kedua akun ini sudah dihapus. Pemiliknya memasang yang baru saat masuk.",
	"taut":          "Identitas masuk tunggal sudah ditautkan.",
}

func (s *Server) newUserAccountPage(c *gin.Context) (userPage, error) {
	ctx := c.Request.Context()
	u, err := account.Find(ctx, s.cfg.Web, c.Param("login"))
	if err != nil {
		return userPage{}, err
	}
	p := userPage{
		workPage: s.newWorkPage(c, "Akun "+u.Login), Account: u, Self: u.ID == s.user(c).ID,
		Name: u.Name, Email: u.Email, SSO: s.provider != nil,
	}
	p.Path = usersPath
	lines := p.roleLines(u.Appointments, s.now())
	for _, l := range lines {
		if l.Ended {
			p.Past = append(p.Past, l)
		} else {
			p.Held = append(p.Held, l)
		}
	}
	sessions, err := account.Sessions(ctx, s.cfg.Web, u.ID, s.now())
	if err != nil {
		return p, err
	}
	for _, one := range sessions {
		p.Sessions = append(p.Sessions, sessionLine{Session: one, Device: deviceWords(one.UserAgent)})
	}
	if p.Identities, err = account.Identities(ctx, s.cfg.Web, u.ID); err != nil {
		return p, err
	}
	p.Input, err = s.newRoleInputs(c, roleForm{}, nil)
	return p, err
}

func (s *Server) showUser(c *gin.Context) error {
	p, err := s.newUserAccountPage(c)
	if err != nil {
		return err
	}
	p.Message = userMessages[c.Query("pesan")]
	return s.render(c, http.StatusOK, "user", p)
}

// changeUser does one of the things that an administrator can do with an account.
func (s *Server) changeUser(c *gin.Context) error {
	ctx, by, now := c.Request.Context(), s.user(c), s.now()
	login := c.Param("login")
	act := c.PostForm("aksi")
	var role roleForm
	var ps problems
	var err error
	field := ""
	switch act {
	case "profil":
		field = "nama"
		err = account.SetProfile(ctx, s.cfg.Web, by, login, c.PostForm("nama"), c.PostForm("surel"), now)
	case "peran":
		field = "peran"
		if ps, err = s.forms.read(c, &role); err != nil {
			return err
		}
		var a account.Appointment
		if len(ps) == 0 {
			if a, ps = role.appointment(now); len(ps) == 0 {
				err = account.Appoint(ctx, s.cfg.Web, by, login, a, now)
			}
		}
	case "akhiri":
		var id int64
		if id, err = strconv.ParseInt(c.PostForm("peran"), 10, 64); err != nil {
			return errNoSuchAct
		}
		err = account.EndAppointment(ctx, s.cfg.Web, by, login, id, now)
	case "tutup":
		err = account.Close(ctx, s.cfg.Web, by, login, now)
	case "buka":
		err = account.Reopen(ctx, s.cfg.Web, by, login, now)
	case "sesi":
		err = account.EndSessionsOf(ctx, s.cfg.Web, by, login, now)
	case "langkah-kedua":
		err = account.RemoveSecondFactor(ctx, s.cfg.Web, by, login, now)
	case "taut":
		field = "subjek"
		err = account.LinkFor(ctx, s.cfg.Web, by, login, account.Identity{Issuer: s.cfg.SSO.Issuer, Subject: strings.TrimSpace(c.PostForm("subjek"))}, now)
	case "kode":
		var code string
		if code, err = account.SetOneTime(ctx, s.cfg.Web, by, login, now); err == nil {
			return s.render(c, http.StatusOK, "user-code", oneTimePage{s.newWorkPage(c, "Kode sekali pakai"), login, code, s.base(c) + linkPath, false})
		}
	default:
		return errNoSuchAct
	}
	status := s.refused(c, &ps, field, err)
	if status == 0 && err != nil {
		return err
	}
	if len(ps) > 0 {
		return s.showUserProblems(c, cmp.Or(status, http.StatusUnprocessableEntity), ps, role)
	}
	c.Redirect(http.StatusSeeOther, userPath(login)+"?pesan="+act)
	return nil
}

// showUserProblems shows the account again with what is wrong and what was typed.
func (s *Server) showUserProblems(c *gin.Context, status int, ps problems, role roleForm) error {
	p, err := s.newUserAccountPage(c)
	if err != nil {
		return err
	}
	p.Problems = ps
	if c.PostForm("aksi") == "profil" {
		p.Name, p.Email = c.PostForm("nama"), c.PostForm("surel")
	}
	p.Subject = c.PostForm("subjek")
	if p.Input, err = s.newRoleInputs(c, role, ps); err != nil {
		return err
	}
	return s.renderProblems(c, status, "user", &p.Page, &p)
}
