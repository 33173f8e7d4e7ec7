package server

import (
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/skip2/go-qrcode"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

type codeForm struct {
	Code string `form:"kode" label:"Kode" validate:"required,max=64"`
}

// codePage asks for the code of the second factor.
type codePage struct {
	workPage
	Next    string
	Carried *carried
}

// Fields are the inputs of the form.
func (p codePage) Fields() []field {
	return []field{codeField(p.Problems, "Enam angka dari aplikasi, atau satu kode cadangan.")}
}

func codeField(ps problems, hint string) field {
	f := newField(ps, "kode", "Kode", "", hint).As("text", "one-time-code")
	f.Required = true
	return f
}

func (s *Server) newCodePage(c *gin.Context, next string) codePage {
	return codePage{workPage: s.newWorkPage(c, "Langkah kedua"), Next: next, Carried: carriedOf(c)}
}

// begun is who has given a password and the token of that session. Without one it leads to
// sign-in and ok is false.
func (s *Server) begun(c *gin.Context) (u *account.User, token string, ok bool, err error) {
	u, err = s.lookup(c)
	if errors.Is(err, account.ErrNoSession) {
		c.Redirect(http.StatusSeeOther, withNext("/masuk", localOr(c.Query("next"), "")))
		return nil, "", false, nil
	}
	if err != nil {
		return nil, "", false, err
	}
	cookie, err := c.Request.Cookie(s.cookieName())
	if err != nil {
		return nil, "", false, err
	}
	return u, cookie.Value, true, nil
}

// showCode asks for the code, of whom there is one to ask.
func (s *Server) showCode(c *gin.Context) error {
	u, _, ok, err := s.begun(c)
	if err != nil || !ok {
		return err
	}
	next := localOr(c.Query("next"), "")
	switch u.Step {
	case account.StepDone:
		c.Redirect(http.StatusSeeOther, localOr(next, home))
		return nil
	case account.StepEnrol:
		c.Redirect(http.StatusSeeOther, stepPath(u.Step, next))
		return nil
	}
	return s.render(c, http.StatusOK, "signin-code", s.newCodePage(c, next))
}

// takeCode makes the session whole when the code is right.
func (s *Server) takeCode(c *gin.Context) error {
	u, token, ok, err := s.begun(c)
	if err != nil || !ok {
		return err
	}
	var form codeForm
	p := s.newCodePage(c, localOr(c.PostForm("next"), ""))
	if p.Problems, err = s.forms.read(c, &form); err != nil {
		return err
	}
	if len(p.Problems) > 0 {
		return s.renderProblems(c, http.StatusUnprocessableEntity, "signin-code", &p.Page, &p)
	}
	from, err := s.from(c)
	if err != nil {
		return err
	}
	raised, _, err := account.ShowCode(c.Request.Context(), s.cfg.Web, s.cfg.Keys, u, token, form.Code, from, s.now())
	if status := s.refused(c, &p.Problems, "kode", err); status != 0 {
		return s.renderProblems(c, status, "signin-code", &p.Page, &p)
	}
	if errors.Is(err, account.ErrSignInAgain) {
		s.setCookie(c, "", -1)
		again := s.newSignInPage(c)
		again.Form.Next, again.Carried = p.Next, p.Carried
		again.Problems = problems{{Message: "Kode salah lima kali. Demi keamanan, masuklah lagi dari awal."}}
		return s.renderProblems(c, http.StatusUnauthorized, "signin", &again.Page, &again)
	}
	if err != nil {
		return err
	}
	s.setCookie(c, raised, int(account.MaxSession/time.Second))
	return s.leadOn(c, raised, p.Next)
}

// refused turns a refusal of something secret that was typed into a problem at its field and
// a status; 0 when err is none of these.
func (s *Server) refused(c *gin.Context, ps *problems, field string, err error) int {
	if throttled, ok := errors.AsType[*account.ThrottledError](err); ok {
		c.Header("Retry-After", strconv.Itoa(int(throttled.RetryAfter/time.Second)+1))
		*ps = problems{{Message: "Terlalu banyak percobaan yang salah. Coba lagi dalam " + waitWords(throttled.RetryAfter) + "."}}
		return http.StatusTooManyRequests
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		*ps = problems{{Field: field, Message: fault.MessageOf(err)}}
		return http.StatusUnprocessableEntity
	case fault.Conflict:
		*ps = problems{{Message: fault.MessageOf(err)}}
		return http.StatusConflict
	}
	return 0
}

// enrolPage sets up a second factor.
type enrolPage struct {
	workPage
	Next      string
	Carried   *carried
	Forced    bool // a role asks for it
	Enrolment *account.Enrolment
	QR        template.URL // the link of Enrolment as a picture
	Groups    []string     // its secret in groups of four, to be typed
}

// Fields are the inputs of the form.
func (p enrolPage) Fields() []field {
	return []field{codeField(p.Problems, "Enam angka yang sedang tampil di aplikasi.")}
}

// showEnrolment shows what is being set up, or a button to begin.
func (s *Server) showEnrolment(c *gin.Context) error {
	u, token, ok, err := s.begun(c)
	if err != nil || !ok {
		return err
	}
	if u.Step == account.StepCode || u.SecondFactor {
		c.Redirect(http.StatusSeeOther, stepPath(account.StepCode, localOr(c.Query("next"), "")))
		return nil
	}
	return s.renderEnrolment(c, http.StatusOK, u, token, carriedOf(c), nil)
}

func (s *Server) renderEnrolment(c *gin.Context, status int, u *account.User, token string, f *carried, ps problems) error {
	p := enrolPage{workPage: s.newWorkPage(c, "Pasang langkah kedua"), Next: localOr(c.PostForm("next"), localOr(c.Query("next"), "")), Carried: f, Forced: u.Step == account.StepEnrol}
	p.Problems = ps
	var err error
	if p.Enrolment, err = account.Enrolling(c.Request.Context(), s.cfg.Web, s.cfg.Keys, u, token); err != nil {
		return err
	}
	if p.Enrolment != nil {
		png, err := qrcode.Encode(p.Enrolment.Link, qrcode.Medium, 240)
		if err != nil {
			return err
		}
		p.QR = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
		for i := 0; i < len(p.Enrolment.Secret); i += 4 {
			p.Groups = append(p.Groups, p.Enrolment.Secret[i:min(i+4, len(p.Enrolment.Secret))])
		}
	}
	if len(ps) > 0 {
		return s.renderProblems(c, status, "signin-enrol", &p.Page, &p)
	}
	return s.render(c, status, "signin-enrol", p)
}

// recoveryPage shows recovery codes, this once.
type recoveryPage struct {
	workPage
	Codes   []string
	Next    string
	Carried *carried
}

// enrol begins the second factor, or finishes it with a code.
func (s *Server) enrol(c *gin.Context) error {
	u, token, ok, err := s.begun(c)
	if err != nil || !ok {
		return err
	}
	ctx := c.Request.Context()
	if c.PostForm("aksi") == "mulai" {
		if err := account.BeginEnrolment(ctx, s.cfg.Web, s.cfg.Keys, u, token); err != nil {
			return err
		}
		c.Redirect(http.StatusSeeOther, withNext("/masuk/pasang", localOr(c.PostForm("next"), "")))
		return nil
	}
	var form codeForm
	ps, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	if len(ps) > 0 {
		return s.renderEnrolment(c, http.StatusUnprocessableEntity, u, token, carriedOf(c), ps)
	}
	raised, codes, err := account.FinishEnrolment(ctx, s.cfg.Web, s.cfg.Keys, u, token, form.Code, s.now())
	if status := s.refused(c, &ps, "kode", err); status != 0 {
		return s.renderEnrolment(c, status, u, token, carriedOf(c), ps)
	}
	if err != nil {
		return err
	}
	s.setCookie(c, raised, int(account.MaxSession/time.Second))
	if u, err = account.Lookup(ctx, s.cfg.Web, raised, s.now()); err != nil {
		return err
	}
	c.Set(userKey, u)
	p := recoveryPage{workPage: s.newWorkPage(c, "Kode cadangan"), Codes: codes, Next: localOr(c.PostForm("next"), home), Carried: carriedOf(c)}
	return s.render(c, http.StatusOK, "signin-recovery", p)
}

// carryOn shows the form that was carried through setting up a second factor.
func (s *Server) carryOn(c *gin.Context) error {
	_, token, ok, err := s.begun(c)
	if err != nil || !ok {
		return err
	}
	return s.leadOn(c, token, "")
}
