package server

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/steward"
)

func (s *Server) stewardClauseRoutes() []workRoute {
	return []workRoute{
		stewardGet("/klausul", s.showClauses),
		stewardOnly(http.MethodPost, "/klausul", s.importClauses),
		stewardOnly(http.MethodGet, "/klausul/ubah", s.showClauseForm),
		stewardOnly(http.MethodPost, "/klausul/ubah", s.putClause),
	}
}

const clausePath = stewardHome + "/klausul"

// showClauses shows what regulations ask for, what follows from it, and the gaps on both sides.
func (s *Server) showClauses(c *gin.Context) error {
	ctx := c.Request.Context()
	all, err := steward.Clauses(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	gaps, err := steward.Gaps(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	p := s.newStewardPage(c, "Klausul peraturan", "Apa yang diminta peraturan, dan tujuan, indikator, atau standar yang menjawabnya.")
	if n, err := strconv.Atoi(c.Query("masuk")); err == nil && n >= 0 {
		p.Done = fmt.Sprintf("%d klausul ditambahkan.", n)
	}
	href := func(id int64) string {
		if !p.isSteward() {
			return ""
		}
		return clausePath + "/ubah?id=" + strconv.FormatInt(id, 10)
	}
	missing := stewardBlock{ID: "belum", Heading: "Klausul belum dilacak"}
	for _, x := range gaps.Clauses {
		missing.Items = append(missing.Items, note{Text: x.Regulation + ", " + x.Reference, Detail: x.Summary, Href: href(x.ID)})
	}
	switch {
	case len(all) == 0:
		missing.Text = "Belum ada klausul. Di sini akan tampil klausul yang belum dijawab indikator atau standar mana pun."
	case len(missing.Items) == 0:
		missing.Text = "Semua klausul yang berlaku sudah dijawab."
	}
	bare := stewardBlock{ID: "tanpa", Heading: "Indikator tanpa klausul"}
	for _, i := range gaps.Indicators {
		bare.Items = append(bare.Items, note{Text: i.Name, Detail: i.Code})
	}
	if len(bare.Items) == 0 {
		bare.Text = "Semua indikator punya klausul."
	}
	table := &stewardTable{Caption: "Semua klausul", Head: []string{"Klausul", "Isi", "Dijawab oleh"}, Empty: "Belum ada klausul."}
	for _, x := range all {
		var links []string
		for _, l := range x.Links {
			links = append(links, l.Kind+" "+l.Code)
		}
		answer := strings.Join(links, ", ")
		if answer == "" {
			answer = "belum ada"
		}
		small := x.Regulation
		if x.Retired {
			small += ", tidak berlaku lagi"
		}
		table.Rows = append(table.Rows, []stewardCell{{Text: x.Reference, Small: small, Href: href(x.ID)}, {Text: x.Summary}, {Text: answer}})
	}
	p.Blocks = []stewardBlock{missing, bare, {Heading: fmt.Sprintf("Semua klausul (%d)", len(all)), Table: table}}
	if p.isSteward() {
		p.Blocks[2].Links = []menuItem{{Name: "Tambah klausul", Href: clausePath + "/ubah"}}
		p.Blocks = append(p.Blocks, stewardBlock{Heading: "Isi dari data", Text: "Menambahkan klausul yang disebut pada target dan kewajiban nasional yang dikenal. Tanda † berarti diingat penyusun dan perlu dibaca ulang. Yang sudah ada tidak berubah.", Form: post(clausePath, nil, stewardButton{Label: "Isi klausul dari data", Second: true})})
	}
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) importClauses(c *gin.Context) error {
	n, err := steward.ImportClauses(c.Request.Context(), s.cfg.Web, s.user(c), s.now())
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, clausePath+"?masuk="+strconv.Itoa(n))
	return nil
}

func (s *Server) newClausePage(c *gin.Context) *stewardPage {
	return s.newStewardPage(c, "Klausul", "", crumb{"Klausul peraturan", clausePath})
}

func (p *stewardPage) addClauseForm(id int64, x steward.Clause, links string) {
	fields := []stewardField{
		p.input("peraturan", "Peraturan", x.Regulation, "Misalnya Perwali 12/2026.").must(), p.input("letak", "Letak", x.Reference, "Misalnya Pasal 5 ayat (2).").must(),
		p.input("urutan", "Urutan dalam peraturan", strconv.Itoa(x.Ordinal), "").of("number"), p.input("ringkas", "Isi singkat", x.Summary, "").of("area").must(),
		withRows(p.input("kaitan", "Dijawab oleh", links, "Satu baris satu: tujuan T1, sasaran S1.1, indikator TEPAT-WAKTU, atau standar kel-domisili."), 5),
	}
	if id > 0 {
		retired := p.input("dicabut", "Tidak berlaku lagi", "", "").of("check")
		if x.Retired {
			retired.Value = "ya"
		}
		fields = append(fields, retired)
	}
	form := post(clausePath+"/ubah", []stewardGroup{{Fields: fields}}, stewardButton{Label: "Simpan klausul"})
	form.Hidden = []stewardValue{{"id", strconv.FormatInt(id, 10)}}
	p.Blocks = append(p.Blocks, stewardBlock{Form: form})
}

func (s *Server) showClauseForm(c *gin.Context) error {
	p := s.newClausePage(c)
	text := c.Query("id")
	if text == "" {
		p.addClauseForm(0, steward.Clause{}, "")
		return s.render(c, http.StatusOK, "steward", p)
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return noSuchPage(c)
	}
	x, err := steward.FindClause(c.Request.Context(), s.cfg.Web, id)
	if err != nil {
		return err
	}
	var links []string
	for _, l := range x.Links {
		links = append(links, l.Kind+" "+l.Code)
	}
	p.addClauseForm(id, *x, strings.Join(links, "\n"))
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) putClause(c *gin.Context) error {
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(v.Get("id"), 10, 64) // 0: a new one
	ordinal, _ := strconv.Atoi(v.Get("urutan"))    // 0 where it is none
	ordinal = min(max(ordinal, 0), 100_000)
	x := steward.Clause{ID: id, Regulation: v.Get("peraturan"), Reference: v.Get("letak"), Summary: v.Get("ringkas"), Ordinal: ordinal, Retired: v.Get("dicabut") != ""}
	if _, err := steward.PutClause(c.Request.Context(), s.cfg.Web, s.user(c), id, x, v.Get("kaitan"), x.Retired, s.now()); err != nil {
		return s.take(c, s.newClausePage(c), err, func(p *stewardPage) { p.addClauseForm(id, x, v.Get("kaitan")) })
	}
	return seeOther(c, clausePath, "simpan")
}
