package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/internal/steward"
)

// stewardHome is where the roadmap is kept.
const stewardHome = home + "peta-jalan"

// stewardPage is any page on which the roadmap is kept: what it says and asks stands in its blocks.
type stewardPage struct {
	workPage
	Trail   []crumb
	Heading string
	Lead    string
	Done    string // what was just done; empty: nothing
	Blocks  []stewardBlock
}

// stewardBlock is a section of a page. What is empty is left out.
type stewardBlock struct {
	ID, Heading, Text string
	Items             []note
	Table             *stewardTable
	Links             []menuItem
	Form              *stewardForm
}

// stewardTable are rows of facts; the first cell of each names it.
type stewardTable struct {
	Caption string
	Head    []string
	Rows    [][]stewardCell
	Empty   string // said when there are none
	Pages   []menuItem
}

type stewardCell struct{ Text, Href, Small string }

// stewardForm is a form of groups of fields.
type stewardForm struct {
	Method, Action string
	Upload         bool
	Hidden         []stewardValue
	Groups         []stewardGroup
	Buttons        []stewardButton
}

type stewardValue struct{ Name, Value string }

// stewardGroup are fields that belong together; without a legend they have no frame.
type stewardGroup struct {
	ID, Legend, Text string
	Fields           []stewardField
}

type stewardButton struct {
	Label, Name, Value string
	Second             bool
}

// stewardField is a labelled input. Type is text, date, number, area, select, check or file.
type stewardField struct {
	field
	Rows    int
	Options []stewardOption
}

type stewardOption struct {
	Value, Label string
	Chosen       bool
}

// input makes a text field with what was typed and what is wrong with it.
func (p *stewardPage) input(name, label, value, hint string) stewardField {
	return stewardField{field: newField(p.Problems, name, label, value, hint), Rows: 3}
}

// of returns the field as one of another type.
func (f stewardField) of(kind string) stewardField {
	f.Type = kind
	return f
}

// must marks the field as one that has to be filled in.
func (f stewardField) must() stewardField {
	f.Required = true
	return f
}

// choose returns the field as a choice between pairs of a value and its label.
func (f stewardField) choose(pairs ...[2]string) stewardField {
	f.Type = "select"
	for _, p := range pairs {
		f.Options = append(f.Options, stewardOption{p[0], p[1], p[0] == f.Value})
	}
	return f
}

// codeWords reads a code as words: "hari_kerja" is "hari kerja".
func codeWords(code string) string { return strings.ReplaceAll(code, "_", " ") }

// sameWords makes pairs of values that are their own labels.
func sameWords(values ...string) [][2]string {
	pairs := make([][2]string, len(values))
	for i, v := range values {
		pairs[i] = [2]string{v, codeWords(v)}
		if v == "" {
			pairs[i][1] = "(kosong)"
		}
	}
	return pairs
}

// post makes a form that is sent to path; its first button is the one that Enter presses.
func post(path string, groups []stewardGroup, buttons ...stewardButton) *stewardForm {
	return &stewardForm{Method: http.MethodPost, Action: path, Groups: groups, Buttons: buttons}
}

// newStewardPage starts a page below the hub. trail are the crumbs between the hub and the page.
func (s *Server) newStewardPage(c *gin.Context, heading, lead string, trail ...crumb) *stewardPage {
	p := &stewardPage{workPage: s.newWorkPage(c, heading), Heading: heading, Lead: lead}
	p.Trail = append([]crumb{{"Peta jalan", stewardHome}}, trail...)
	p.Trail = append(p.Trail, crumb{heading, ""})
	p.Done = doneWords[c.Query("sudah")]
	return p
}

// doneWords are what a page says after something was done; the address carries the key.
var doneWords = map[string]string{
	"simpan": "Perubahan tersimpan.", "tambah": "Sudah ditambahkan.", "hapus": "Sudah dihapus.", "buang": "Rancangan dibuang.",
	"berlaku": "Rancangan sekarang berlaku.", "unggah": "Berkas dibaca menjadi rancangan. Periksa dulu sebelum diberlakukan.",
	"cabut": "Sudah dinyatakan tidak berlaku lagi.", "isi": "Sudah diisi.",
}

// isSteward reports whether the reader keeps the roadmap; the others only read it.
func (p *stewardPage) isSteward() bool { return p.User.Holds(account.Reviewer) }

// take shows the page again with what is wrong, when err is something that the user can put right;
// any other error it gives back.
func (s *Server) take(c *gin.Context, p *stewardPage, err error, fill func(p *stewardPage)) error {
	status := http.StatusUnprocessableEntity
	if ps, ok := errors.AsType[steward.Problems](err); ok {
		for _, x := range ps {
			p.Problems = append(p.Problems, problem{x.Field, x.Message})
		}
	} else if kind := fault.KindOf(err); kind == fault.Conflict || kind == fault.Invalid {
		p.Problems = problems{{Message: fault.MessageOf(err)}}
		if kind == fault.Conflict {
			status = http.StatusConflict
		}
	} else {
		return err
	}
	fill(p)
	return s.renderProblems(c, status, "steward", &p.Page, p)
}

// stewardValues reads a form whose fields depend on what it is about. All values are text.
func stewardValues(c *gin.Context) (url.Values, error) {
	if err := c.Request.ParseForm(); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "Isian ini tidak dapat dibaca. Buka halamannya lagi dan isi sekali lagi.")
	}
	for name, values := range c.Request.PostForm {
		if !isText(name) || slices.ContainsFunc(values, func(v string) bool { return !isText(v) || len(v) > 20_000 }) {
			return nil, fault.New(fault.Invalid, "Isian memuat karakter yang tidak dapat dibaca, atau terlalu panjang. Ketik ulang.")
		}
		for i, v := range values {
			values[i] = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n"))
		}
	}
	return c.Request.PostForm, nil
}

// pathNumber reads a whole number out of the address; anything else is no such page.
func pathNumber(c *gin.Context, name string) (int64, error) {
	n, err := strconv.ParseInt(c.Param(name), 10, 64)
	if err != nil || n < 1 || n > 1<<40 {
		return 0, noSuchPage(c)
	}
	return n, nil
}

// seeOther sends the reader on with a word about what was done.
func seeOther(c *gin.Context, path, done string) error {
	if done != "" {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		path += separator + "sudah=" + done
	}
	c.Redirect(http.StatusSeeOther, path)
	return nil
}

// stewardRoutes are the addresses below stewardHome.
func (s *Server) stewardRoutes() []workRoute {
	return slices.Concat(
		[]workRoute{stewardGet("", s.showSteward)},
		s.stewardTargetRoutes(), s.stewardVersionRoutes(), s.stewardServiceRoutes(), s.stewardRuleRoutes(),
		s.stewardClauseRoutes(), s.stewardAgencyRoutes(), s.stewardHandoverRoutes(),
	)
}

// stewardGet is an address that all workers read.
func stewardGet(path string, h handle) workRoute {
	return workRoute{rule{method: http.MethodGet, pattern: stewardHome + path, who: workers}, h}
}

// stewardOnly is an address of Bagian Organisasi.
func stewardOnly(method, path string, h handle) workRoute {
	return workRoute{rule{method: method, pattern: stewardHome + path, who: reviewers}, h}
}

// showSteward shows the roadmap in force and leads to its parts.
func (s *Server) showSteward(c *gin.Context) error {
	ctx := c.Request.Context()
	versions, err := roadmap.Versions(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	p := s.newStewardPage(c, "Peta jalan", "")
	p.Trail = nil // it is an entry of the menu
	if len(versions) == 0 {
		p.Lead = "Belum ada peta jalan. Muat data awal dari baris perintah, lalu buka halaman ini lagi."
		return s.render(c, http.StatusOK, "steward", p)
	}
	v := versions[len(versions)-1]
	p.Lead = v.Title + ". Versi " + strconv.Itoa(v.Number) + ", status " + string(v.Status) + ", berlaku mulai " + strconv.Itoa(v.FirstYear) + " sampai " + strconv.Itoa(v.LastYear) + "."
	parts := []note{
		{"Target", "per instansi dan tahun; perubahan dengan alasan dan dasar hukum", stewardHome + "/target"},
		{"Versi dan rancangan", "tujuan, sasaran, indikator, bobot; unduh dan unggah seluruh peta jalan", stewardHome + "/versi"},
		{"Layanan dan standar", "14 komponen, keputusan, dan tinjauan berkala", stewardHome + "/layanan"},
		{"Aturan penilaian dan skala", "golongan nilai, sebutan, batas atas, dan masa berlakunya", stewardHome + "/aturan"},
		{"Hari libur", "yang menentukan hari kerja dan tenggat", stewardHome + "/libur"},
		{"Pemeriksaan dan bukti", "batas pemeriksaan, kisaran wajar, dan bukti per indikator", stewardHome + "/pemeriksaan"},
		{"Klausul peraturan", "yang sudah dan belum dilacak", stewardHome + "/klausul"},
		{"Instansi", "nama, induk, penggabungan, dan pemecahan", stewardHome + "/instansi"},
		{"Serah terima", "bila petugas pindah", stewardHome + "/serah-terima"},
	}
	p.Blocks = []stewardBlock{{Heading: "Bagian-bagiannya", Items: parts}}
	return s.render(c, http.StatusOK, "steward", p)
}
