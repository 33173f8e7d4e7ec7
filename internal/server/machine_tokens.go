package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/machine"
)

// tokensPath is the page with the tokens of programs.
const tokensPath = home + "token"

func (s *Server) tokenRoutes() []workRoute {
	return []workRoute{
		{rule{method: http.MethodGet, pattern: tokensPath, who: overseers}, s.showTokens},
		{rule{method: http.MethodPost, pattern: tokensPath, who: admins}, s.changeTokens},
	}
}

// tokensPage lists the tokens of programs, and makes and revokes them for an administrator.
type tokensPage struct {
	workPage
	Trail    []crumb
	Message  string
	Secret   string // of the one just made; shown once
	Name     string
	Holding  []tokenRow
	Ended    []tokenRow
	Form     tokenForm
	Agencies []tokenChoice
	Picks    []tokenChoice // indicators
	Manages  bool
}

// tokenRow is a token as the list shows it.
type tokenRow struct {
	machine.Token
	For  string // what it is for, in words
	Ends string // "berlaku sampai", "berakhir", "dicabut"
	At   time.Time
	// Holds says that it lets its program in; Revocable that the reader can end that.
	Holds, Revocable bool
}

// tokenChoice is an agency or an indicator that a token can be for.
type tokenChoice struct {
	machine.Named
	Chosen bool
}

// tokenForm makes a token or revokes one.
type tokenForm struct {
	Action string `form:"aksi" label:"Tindakan" validate:"max=10"`
	ID     string `form:"id" label:"Nomor" validate:"max=40"`
	Name   string `form:"nama" label:"Nama token" validate:"max=80"`
	Source string `form:"sumber" label:"Sistem sumber" validate:"max=60"`
	Days   string `form:"hari" label:"Masa berlaku" validate:"max=4"`
}

// Fields are those of a new token.
func (p tokensPage) Fields() []field {
	days := newField(p.Problems, "hari", "Masa berlaku (hari)", p.Form.Days, fmt.Sprintf("Paling lama %d hari.", machine.MaxDays)).As("number", "off")
	return []field{
		newField(p.Problems, "nama", "Nama token", p.Form.Name, "Siapa yang memegangnya, misalnya: Server SIAK.").As("text", "off"),
		newField(p.Problems, "sumber", "Sistem sumber", p.Form.Source, "Tampil pada bukti, misalnya: SIAK.").As("text", "off"),
		days,
	}
}

// tokenFields are the inputs by the fields that machine names.
var tokenFields = map[string]string{"name": "nama", "source": "sumber", "agencies": "instansi", "indicators": "indikator", "days": "hari"}

func (s *Server) newTokensPage(c *gin.Context) (*tokensPage, error) {
	ctx, u, now := c.Request.Context(), s.user(c), s.now()
	p := &tokensPage{
		workPage: s.newWorkPage(c, "Token sumber otomatis"), Trail: []crumb{{"Pekerjaan", jobsPath}, {"Token", ""}},
		Form: tokenForm{Days: strconv.Itoa(machine.DefaultDays)}, Manages: u.MayManageUsers(),
	}
	tokens, err := machine.List(ctx, s.cfg.Web, u)
	if err != nil {
		return nil, err
	}
	for _, t := range tokens {
		row := p.tokenRow(t, now)
		if row.Holds {
			p.Holding = append(p.Holding, row)
		} else {
			p.Ended = append(p.Ended, row)
		}
	}
	if !p.Manages {
		return p, nil
	}
	agencies, indicators, err := machine.Choices(ctx, s.cfg.Web)
	if err != nil {
		return nil, err
	}
	p.Agencies, p.Picks = chosenOf(agencies, c.PostFormArray("instansi")), chosenOf(indicators, c.PostFormArray("indikator"))
	return p, nil
}

func chosenOf(all []machine.Named, chosen []string) []tokenChoice {
	choices := make([]tokenChoice, len(all))
	for i, n := range all {
		choices[i] = tokenChoice{n, slices.Contains(chosen, n.Code)}
	}
	return choices
}

func (p *tokensPage) tokenRow(t machine.Token, now time.Time) tokenRow {
	row := tokenRow{Token: t, Holds: t.Holds(now), Revocable: t.Holds(now) && p.Manages, Ends: "Berlaku sampai", At: t.ExpiresAt}
	switch {
	case t.RevokedAt != nil:
		row.Ends, row.At = "Dicabut "+t.RevokedBy+",", *t.RevokedAt
	case !row.Holds:
		row.Ends = "Berakhir"
	}
	row.For = "Semua instansi"
	if len(t.Agencies) > 0 {
		names := make([]string, len(t.Agencies))
		for i, code := range t.Agencies {
			names[i] = p.agencyWord(code)
		}
		row.For = strings.Join(names, ", ")
	}
	if len(t.Indicators) > 0 {
		row.For += "; indikator " + strings.Join(t.Indicators, ", ")
	} else {
		row.For += "; semua indikatornya"
	}
	return row
}

func (s *Server) showTokens(c *gin.Context) error {
	p, err := s.newTokensPage(c)
	if err != nil {
		return err
	}
	if c.Query("pesan") == "cabut" {
		p.Message = "Token sudah dicabut. Program yang memakainya langsung ditolak."
	}
	return s.render(c, http.StatusOK, "tokens", p)
}

func (s *Server) changeTokens(c *gin.Context) error {
	var form tokenForm
	found, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	ctx, u, now := c.Request.Context(), s.user(c), s.now()
	switch form.Action {
	case "cabut":
		if err := machine.Revoke(ctx, s.cfg.Web, u, form.ID, now); err != nil {
			return err
		}
		c.Redirect(http.StatusSeeOther, tokensPath+"?pesan=cabut")
		return nil
	case "buat":
	default:
		return orInvalid(nil)
	}
	n := machine.NewToken{Name: form.Name, Source: form.Source, Agencies: c.PostFormArray("instansi"), Indicators: c.PostFormArray("indikator")}
	if n.Days, err = strconv.Atoi(strings.TrimSpace(form.Days)); err != nil || n.Days == 0 {
		n.Days = -1 // is told at the field
	}
	var t *machine.Token
	var secret string
	if len(found) == 0 {
		t, secret, err = machine.Create(ctx, s.cfg.Web, u, n, now)
		if e, ok := errors.AsType[*machine.FieldError](err); ok {
			found = problems{{Field: tokenFields[e.Field], Message: e.Text}}
		} else if err != nil {
			return err
		}
	}
	p, err := s.newTokensPage(c)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		p.Problems, p.Form = found, form
		return s.renderProblems(c, http.StatusUnprocessableEntity, "tokens", &p.Page, p)
	}
	for i := range p.Agencies {
		p.Agencies[i].Chosen = false
	}
	for i := range p.Picks {
		p.Picks[i].Chosen = false
	}
	p.Secret, p.Name = secret, t.Name
	return s.render(c, http.StatusCreated, "tokens", p)
}
