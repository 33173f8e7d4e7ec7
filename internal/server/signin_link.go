package server

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

type forgotForm struct {
	Who string `form:"pengguna" label:"Nama pengguna atau surel" validate:"required,max=254"`
}

// forgotPage asks whose password was forgotten, and answers the same to everybody.
type forgotPage struct {
	workPage
	Form forgotForm
	Sent bool
}

// Fields are the inputs of the form.
func (p forgotPage) Fields() []field {
	f := newField(p.Problems, "pengguna", "Nama pengguna atau surel", p.Form.Who, "").As("text", "username")
	f.Required = true
	return []field{f}
}

func (s *Server) showForgot(c *gin.Context) error {
	return s.render(c, http.StatusOK, "signin-forgot", forgotPage{workPage: s.newWorkPage(c, "Lupa kata sandi"), Sent: c.Query("terkirim") == "1"})
}

// forgot mails a link, where there is somebody to mail it to. The answer is the same anyway.
func (s *Server) forgot(c *gin.Context) error {
	p := forgotPage{workPage: s.newWorkPage(c, "Lupa kata sandi")}
	var err error
	if p.Problems, err = s.forms.read(c, &p.Form); err != nil {
		return err
	}
	if len(p.Problems) > 0 {
		return s.renderProblems(c, http.StatusUnprocessableEntity, "signin-forgot", &p.Page, &p)
	}
	from, err := s.from(c)
	if err != nil {
		return err
	}
	base := s.base(c)
	err = account.AskReset(c.Request.Context(), s.cfg.Web, p.Form.Who, from, s.now(), func(token string) string {
		return base + linkPath + "?kunci=" + url.QueryEscape(token)
	})
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/masuk/lupa?terkirim=1")
	return nil
}

// linkPath is where a link or a code of a one-time sign-in is used.
const linkPath = "/masuk/baru"

type linkForm struct {
	Token    string `form:"kunci" label:"Kode sekali pakai" validate:"required,max=200"`
	Password string `form:"sandi" label:"Kata sandi baru" validate:"required"`
	Again    string `form:"ulang" label:"Kata sandi baru sekali lagi" validate:"required"`
}

// linkPage lets the owner of a link or code choose a password.
type linkPage struct {
	workPage
	Form linkForm
	Link *account.Link // nil: the code is still to be typed
}

// Fields are the inputs of the form.
func (p linkPage) Fields() []field {
	var fields []field
	if p.Link == nil {
		f := newField(p.Problems, "kunci", "Kode sekali pakai", p.Form.Token, "Dari administrator, misalnya abcd-efgh-ijkl-mnop.").As("text", "off")
		f.Required = true
		fields = append(fields, f)
	}
	return append(fields, newPasswordFields(p.Problems)...)
}

func newPasswordFields(ps problems) []field {
	first := newField(ps, "sandi", "Kata sandi baru", "", "Paling sedikit 12 karakter. Beberapa kata yang tidak berkaitan mudah diingat.").As("password", "new-password")
	again := newField(ps, "ulang", "Kata sandi baru sekali lagi", "", "").As("password", "new-password")
	first.Required, again.Required = true, true
	return []field{first, again}
}

// showLink looks at a link and leaves it as it is: programs that scan mail open it too.
func (s *Server) showLink(c *gin.Context) error {
	p := linkPage{workPage: s.newWorkPage(c, "Pilih kata sandi baru")}
	p.Form.Token = c.Query("kunci")
	if p.Form.Token != "" {
		l, err := account.LookAtLink(c.Request.Context(), s.cfg.Web, p.Form.Token, s.now())
		switch {
		case fault.KindOf(err) == fault.NotFound:
			p.Problems = problems{{Field: "kunci", Message: fault.MessageOf(err)}}
			p.Form.Token = ""
			return s.renderProblems(c, http.StatusNotFound, "signin-link", &p.Page, &p)
		case err != nil:
			return err
		}
		p.Link = l
	}
	return s.render(c, http.StatusOK, "signin-link", p)
}

// useLink sets the password and begins a session.
func (s *Server) useLink(c *gin.Context) error {
	p := linkPage{workPage: s.newWorkPage(c, "Pilih kata sandi baru")}
	var err error
	if p.Problems, err = s.forms.read(c, &p.Form); err != nil {
		return err
	}
	password, again := p.Form.Password, p.Form.Again
	p.Form.Password, p.Form.Again = "", ""
	if len(p.Problems) == 0 && password != again {
		p.Problems = problems{{Field: "ulang", Message: "Kedua kata sandi tidak sama."}}
	}
	show := func(status int) error {
		if l, err := account.LookAtLink(c.Request.Context(), s.cfg.Web, p.Form.Token, s.now()); err == nil {
			p.Link = l
		}
		return s.renderProblems(c, status, "signin-link", &p.Page, &p)
	}
	if len(p.Problems) > 0 {
		return show(http.StatusUnprocessableEntity)
	}
	from, err := s.from(c)
	if err != nil {
		return err
	}
	token, err := account.UseLink(c.Request.Context(), s.cfg.Web, s.hasher, p.Form.Token, password, from, s.now())
	if errors.Is(err, account.ErrNoLink) {
		p.Problems = problems{{Field: "kunci", Message: fault.MessageOf(err)}}
		return show(http.StatusNotFound)
	}
	if status := s.refused(c, &p.Problems, "sandi", err); status != 0 {
		return show(status)
	}
	if err != nil {
		return err
	}
	if err := s.enter(c, token); err != nil {
		return err
	}
	return s.leadOn(c, token, "")
}
