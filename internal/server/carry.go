package server

import (
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
)

// maxCarried bounds the text of a form that is carried on through sign-in, as a browser
// would send it. A quarter of an agency has a few thousand characters.
const maxCarried = 300 << 10

// carried is a form that somebody sent whose session had ended. The pages of sign-in carry
// it along in hidden inputs, so that nothing of it is kept on the server, and at the end it
// is shown with a button that sends it to where it was meant for. The guard of that address
// then decides as always.
type carried struct {
	To        string // path and query
	Fields    url.Values
	Multipart bool
	Files     bool   // there were files, which a browser cannot send again by itself
	TooLong   bool   // the text was too long to be carried; Fields is empty
	Owner     string // login of the session that ended; empty: unknown
}

// mayCarry reports whether forms to this address are carried on: those of the workspace,
// but for the ones with passwords and of other people's accounts.
func mayCarry(path string) bool {
	return strings.HasPrefix(path, home) && !strings.HasPrefix(path, ownPath) && !strings.HasPrefix(path, usersPath)
}

// carry reads the form of a request that was not let in; nil when there is none to carry.
func (s *Server) carry(c *gin.Context) *carried {
	r := c.Request
	if r.Method != http.MethodPost || !mayCarry(r.URL.Path) || len(r.URL.RequestURI()) > 2000 {
		return nil
	}
	f := &carried{To: r.URL.RequestURI(), Fields: url.Values{}}
	if cookie, err := r.Cookie(s.cookieName()); err == nil {
		f.Owner = account.OwnerOfEnded(r.Context(), s.cfg.Web, cookie.Value)
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && kind == "multipart/form-data" {
		f.Multipart = true
		f.readParts(r)
	} else if err := r.ParseForm(); err != nil {
		f.TooLong = true
	} else {
		f.Fields = r.PostForm
	}
	if len(f.Fields.Encode()) > maxCarried {
		f.Fields, f.TooLong = url.Values{}, true
	}
	if len(f.Fields) == 0 && !f.TooLong {
		return nil
	}
	return f
}

// readParts reads the text of a form with files, and notes that there were some.
func (f *carried) readParts(r *http.Request) {
	parts, err := r.MultipartReader()
	if err != nil {
		f.TooLong = true
		return
	}
	room := int64(maxCarried)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil { // the files are larger than what is read of a request
			f.Files = true
			return
		}
		if part.FileName() != "" {
			f.Files = true
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, room+1))
		if room -= int64(len(b)); err != nil || room < 0 {
			f.Fields, f.TooLong = url.Values{}, true
			return
		}
		f.Fields.Add(part.FormName(), string(b))
	}
}

// Pack writes the form for a hidden input.
func (f *carried) Pack() string {
	v := url.Values{"isi": {f.Fields.Encode()}, "ke": {f.To}, "akun": {f.Owner}}
	for name, set := range map[string]bool{"bagian": f.Multipart, "berkas": f.Files, "panjang": f.TooLong} {
		if set {
			v.Set(name, "1")
		}
	}
	return base64.RawURLEncoding.EncodeToString([]byte(v.Encode()))
}

// carriedOf unpacks what a page of sign-in carries; nil when it carries nothing, or
// something that does not belong here.
func carriedOf(c *gin.Context) *carried {
	packed := c.PostForm("lanjut")
	if packed == "" || len(packed) > 3*maxCarried {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(packed)
	if err != nil {
		return nil
	}
	v, err := url.ParseQuery(string(b))
	if err != nil {
		return nil
	}
	fields, err := url.ParseQuery(v.Get("isi"))
	to := v.Get("ke")
	path, _, _ := strings.Cut(to, "?")
	if err != nil || !isLocalPath(to) || !mayCarry(path) {
		return nil
	}
	return &carried{
		To: to, Fields: fields, Owner: v.Get("akun"),
		Multipart: v.Get("bagian") != "", Files: v.Get("berkas") != "", TooLong: v.Get("panjang") != "",
	}
}

// carriedField is an input of a carried form.
type carriedField struct{ Name, Value string }

// Inputs are the inputs in the order of their names.
func (f *carried) Inputs() []carriedField {
	var all []carriedField
	for _, name := range slices.Sorted(maps.Keys(f.Fields)) {
		for _, v := range f.Fields[name] {
			all = append(all, carriedField{name, v})
		}
	}
	return all
}

// Texts are the inputs that a person typed something longer into, for reading.
func (f *carried) Texts() []carriedField {
	var all []carriedField
	for _, in := range f.Inputs() {
		if strings.TrimSpace(in.Value) != "" {
			all = append(all, in)
		}
	}
	return all
}

// Enctype is how the form is sent.
func (f *carried) Enctype() string {
	if f.Multipart {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

// continuePage shows the form that was carried, with a button that sends it on.
type continuePage struct {
	workPage
	Carried *carried
	Foreign bool // it was begun by another account, so it is not shown
	Back    string
}

// leadOn leads somebody whose session is token to where they go: the step that is left, the
// form that was carried, or next.
func (s *Server) leadOn(c *gin.Context, token, next string) error {
	u, err := account.Lookup(c.Request.Context(), s.cfg.Web, token, s.now())
	if err != nil {
		return err
	}
	next = localOr(next, "")
	f := carriedOf(c)
	switch {
	case u.Step == account.StepCode && f != nil:
		return s.render(c, http.StatusOK, "signin-code", s.newCodePage(c, next))
	case u.Step == account.StepEnrol:
		if err := account.BeginEnrolment(c.Request.Context(), s.cfg.Web, s.cfg.Keys, u, token); err != nil {
			return err
		}
		if f != nil {
			return s.renderEnrolment(c, http.StatusOK, u, token, f, nil)
		}
		c.Redirect(http.StatusSeeOther, stepPath(u.Step, next))
		return nil
	case u.Step != account.StepDone:
		c.Redirect(http.StatusSeeOther, stepPath(u.Step, next))
		return nil
	case f != nil:
		return s.showCarried(c, u, f)
	}
	c.Redirect(http.StatusSeeOther, localOr(next, home))
	return nil
}

// showCarried shows a carried form to the one who is in now.
func (s *Server) showCarried(c *gin.Context, u *account.User, f *carried) error {
	c.Set(userKey, u)
	p := continuePage{workPage: s.newWorkPage(c, "Lanjutkan isian"), Carried: f, Foreign: f.Owner != "" && f.Owner != u.Login}
	p.Back, _, _ = strings.Cut(f.To, "?")
	return s.render(c, http.StatusOK, "signin-continue", p)
}
