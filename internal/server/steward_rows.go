package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"petajalan/internal/roadmap"
	"petajalan/internal/steward"
	"petajalan/seeds"
)

// rowPath is the address at which a row of a draft is changed; with an empty key, one is added.
func rowPath(id int64, t seeds.Table, key string) string {
	path := draftPath(id) + "/" + string(t) + "/ubah"
	if key != "" {
		path += "?kunci=" + url.QueryEscape(key)
	}
	return path
}

// tableOf is the table of the address.
func tableOf(c *gin.Context) (seeds.Table, error) {
	t := seeds.Table(c.Param("tabel"))
	if !slices.Contains(seeds.Tables, t) {
		return "", noSuchPage(c)
	}
	return t, nil
}

// listedColumns are the columns that a list of a table shows; the first is the name that leads to the row.
var listedColumns = map[seeds.Table][]string{
	seeds.VersionTable:    {"title", "first_year", "last_year", "status", "regulation_number"},
	seeds.GoalsTable:      {"code", "name", "weight"},
	seeds.ObjectivesTable: {"code", "name", "goal"},
	seeds.IndicatorsTable: {"code", "name", "objective", "kind", "direction", "frequency", "applies_to"},
	seeds.TargetsTable:    {"indicator", "agency", "year", "target", "weight", "status"},
	seeds.ServicesTable:   {"code", "name", "duration_value", "duration_unit", "fee_kind", "decree_number"},
}

// showDraftTable lists the rows of a table of a draft.
func (s *Server) showDraftTable(c *gin.Context) error {
	d, err := s.draftOf(c)
	if err != nil {
		return err
	}
	t, err := tableOf(c)
	if err != nil {
		return err
	}
	page, err := strconv.Atoi(c.DefaultQuery("halaman", "1"))
	if err != nil || page < 1 || page > 100_000 || !isText(c.Query("cari")) {
		return noSuchPage(c)
	}
	p := s.newStewardPage(c, steward.SheetName(t), "", crumb{"Versi dan rancangan", stewardHome + "/versi"}, crumb{fmt.Sprintf("Rancangan %d", d.ID), draftPath(d.ID)})
	p.Lead = fmt.Sprintf("Rancangan %d, %s.", d.ID, draftStateWord(d))
	labels := map[string]string{}
	for _, col := range seeds.Columns(t) {
		labels[col.Key] = col.Label
	}
	table := &stewardTable{Caption: steward.SheetName(t), Empty: "Tidak ada baris yang cocok."}
	for _, key := range listedColumns[t] {
		table.Head = append(table.Head, labels[key])
	}
	wanted := strings.ToLower(strings.TrimSpace(c.Query("cari")))
	total := 0
	editable := d.State == steward.Open && p.isSteward()
	for _, r := range d.Document.Rows(t) {
		if wanted != "" && !strings.Contains(strings.ToLower(t.Key(r)+" "+r["name"]), wanted) {
			continue
		}
		total++
		if total <= (page-1)*targetsOnAPage || total > page*targetsOnAPage {
			continue
		}
		var cells []stewardCell
		for i, key := range listedColumns[t] {
			cell := stewardCell{Text: steward.CommaNumbers(r[key])}
			if key == "code" || key == "agency" || key == "name" || key == "title" || key == "applies_to" || key == "decree_number" || key == "objective" {
				cell.Text = r[key]
			}
			if i == 0 {
				cell.Text = r[key]
				if editable {
					cell.Href = rowPath(d.ID, t, t.Key(r))
				}
			}
			cells = append(cells, cell)
		}
		table.Rows = append(table.Rows, cells)
	}
	link := func(n int, name string) menuItem {
		return menuItem{Name: name, Href: draftPath(d.ID) + "/" + string(t) + "?cari=" + url.QueryEscape(wanted) + "&halaman=" + strconv.Itoa(n)}
	}
	if page > 1 {
		table.Pages = append(table.Pages, link(page-1, "Sebelumnya"))
	}
	if page*targetsOnAPage < total {
		table.Pages = append(table.Pages, link(page+1, "Berikutnya"))
	}
	block := stewardBlock{Heading: formatCount(total) + " baris", Table: table}
	if editable && t != seeds.VersionTable {
		block.Links = []menuItem{{Name: "Tambah " + t.Name(), Href: rowPath(d.ID, t, "")}}
	}
	search := &stewardForm{Method: http.MethodGet, Action: draftPath(d.ID) + "/" + string(t), Groups: []stewardGroup{{Fields: []stewardField{p.input("cari", "Cari kode atau nama", c.Query("cari"), "")}}}, Buttons: []stewardButton{{Label: "Cari", Second: true}}}
	p.Blocks = []stewardBlock{{Form: search}, block}
	return s.render(c, http.StatusOK, "steward", p)
}

// hints say how the less obvious columns are filled in.
var columnHints = map[string]string{
	"applies_to": "Kode perangkat daerah, atau publik, perangkat_daerah, kelurahan.", "steps": "", "evidence": "Misalnya: surat hasil, laporan SKM.",
	"scale": "Kode skala, hanya untuk predikat.", "announced_month": "1 sampai 12; hanya untuk hasil tahunan dari luar.", "offered_by": "Kode perangkat daerah, dipisah titik koma.",
	"requirements": "Satu baris satu syarat.", "provenance": "Satu baris satu komponen, misalnya: requirements: regulasi.", "sources": "Satu baris satu alamat.",
	"regulation_date": "Seperti 2026-12-31.", "decided_on": "Seperti 2026-12-31.", "reviewed_on": "Seperti 2026-12-31.",
}

// addRowForm asks for a row of a table. It shows numbers with a comma.
func (p *stewardPage) addRowForm(d *steward.Draft, t seeds.Table, key string, row seeds.Row, version int) {
	var fields []stewardField
	for _, col := range seeds.Columns(t) {
		if t == seeds.VersionTable && col.Key == "version" {
			continue
		}
		value, hint := row[col.Key], columnHints[col.Key]
		if t == seeds.IndicatorsTable && col.Key == "steps" {
			hint = "Hanya untuk milestone, satu baris satu tahap: persen lalu namanya, misalnya 25 Rencana."
		}
		if t == seeds.TargetsTable && col.Key == "steps" {
			hint = "Boleh kosong; satu angka per periode, dipisah titik koma."
		}
		if t == seeds.TargetsTable && col.Key == "target" {
			hint = "Angka, rentang seperti 60-85, predikat, ya atau tidak, atau dicabut."
		}
		if isNumeric(t, col) {
			value = steward.CommaNumbers(value)
		}
		f := p.input(col.Key, col.Label, value, hint)
		switch {
		case col.Choices != nil:
			choices := sameWords(col.Choices...)
			if !slices.Contains(col.Choices, value) {
				choices = append([][2]string{{value, valueOrEmpty(value)}}, choices...)
			}
			f = f.choose(choices...)
		case col.Long:
			f = f.of("area")
		}
		fields = append(fields, f)
	}
	groups := []stewardGroup{{Fields: fields}}
	if t == seeds.IndicatorsTable {
		groups = append(groups, stewardGroup{Legend: "Isi target yang belum ada", Text: "Untuk semua instansi yang terkena dan semua tahun versi ini. Kosongkan bila targetnya diisi satu per satu. Bobot lain menyesuaikan sampai jumlahnya 100.", Fields: []stewardField{
			p.input("isi_target", "Target", "", ""), p.input("isi_bobot", "Bobot", "", "Dibanding bobot target lain, misalnya 5."),
		}})
	}
	buttons := []stewardButton{{Label: "Simpan dalam rancangan", Name: "aksi", Value: "simpan"}}
	if key != "" && t != seeds.VersionTable {
		buttons = append(buttons, stewardButton{Label: "Hapus dari rancangan", Name: "aksi", Value: "hapus", Second: true})
	}
	form := post(rowPath(d.ID, t, key), groups, buttons...)
	form.Hidden = []stewardValue{{"versi", strconv.Itoa(version)}}
	p.Blocks = append(p.Blocks, stewardBlock{Form: form})
}

func valueOrEmpty(s string) string {
	if s == "" {
		return "Pilih…"
	}
	return s
}

// isNumeric says that a column holds numbers that people write with a comma.
func isNumeric(t seeds.Table, c seeds.Column) bool {
	return c.Number || t == seeds.TargetsTable && (c.Key == "target" || c.Key == "steps")
}

func (s *Server) newRowPage(c *gin.Context, d *steward.Draft, t seeds.Table, key string) *stewardPage {
	heading := "Ubah " + t.Name() + " " + key
	switch {
	case t == seeds.VersionTable:
		heading = "Ubah data versi"
	case key == "":
		heading = "Tambah " + t.Name()
	}
	return s.newStewardPage(c, heading, "", crumb{"Versi dan rancangan", stewardHome + "/versi"}, crumb{fmt.Sprintf("Rancangan %d", d.ID), draftPath(d.ID)}, crumb{steward.SheetName(t), draftPath(d.ID) + "/" + string(t)})
}

func (s *Server) showDraftRow(c *gin.Context) error {
	d, err := s.draftOf(c)
	if err != nil {
		return err
	}
	t, err := tableOf(c)
	if err != nil {
		return err
	}
	key, row := c.Query("kunci"), seeds.Row{}
	if t == seeds.VersionTable {
		key = t.Key(nil)
	}
	if key != "" {
		at := d.Document.Find(t, key)
		if at < 0 {
			return noSuchPage(c)
		}
		row = d.Document.Rows(t)[at]
	}
	p := s.newRowPage(c, d, t, key)
	p.addRowForm(d, t, key, row, d.Version)
	return s.render(c, http.StatusOK, "steward", p)
}

// editDraftRow changes, adds or removes a row. What the checks say of this very row is told at its
// fields; a row is kept only when they say nothing.
func (s *Server) editDraftRow(c *gin.Context) error {
	ctx, now := c.Request.Context(), s.now()
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	d, err := s.draftOf(c)
	if err != nil {
		return err
	}
	t, err := tableOf(c)
	if err != nil {
		return err
	}
	key := c.Query("kunci")
	if t == seeds.VersionTable {
		key = t.Key(nil)
	}
	version, _ := strconv.Atoi(v.Get("versi")) // 0 is no version: it has changed
	row := seeds.Row{}
	for _, col := range seeds.Columns(t) {
		value := v.Get(col.Key)
		if isNumeric(t, col) {
			value = steward.PlainNumbers(value)
		}
		if t != seeds.VersionTable || col.Key != "version" {
			row[col.Key] = value
		}
	}
	agencies, err := roadmap.Agencies(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	edit := func(ctx context.Context, tx bun.Tx, doc *seeds.Document) error {
		if v.Get("aksi") == "hapus" {
			return steward.DropRow(doc, t, key)
		}
		before := doc.Version["first_year"]
		if err := steward.PutRow(doc, t, key, row); err != nil {
			return err
		}
		if t == seeds.VersionTable && doc.Version["first_year"] != before {
			if err := steward.SetFirstYear(ctx, tx, doc, doc.Version["first_year"]); err != nil {
				return err
			}
		}
		if t == seeds.IndicatorsTable && v.Get("isi_target") != "" {
			weight := steward.PlainNumbers(v.Get("isi_bobot"))
			if _, bad := roadmap.ReadDecimal(weight, 4); bad != nil || weight == "0" {
				return steward.Problems{{Field: "isi_bobot", Message: "Isi bobot target yang baru, lebih dari 0."}}
			}
			doc.FillTargets(row["code"], agencies, steward.PlainNumbers(v.Get("isi_target")), weight, "Rancangan versi "+doc.Version["version"])
		}
		return draftRowProblems(ctx, tx, doc, t, row, now)
	}
	done := map[string]string{"hapus": "hapus"}[v.Get("aksi")]
	if done == "" {
		done = "simpan"
	}
	err = steward.EditDraft(ctx, s.cfg.Web, s.user(c), d.ID, version, string(t)+" "+t.Key(row), now, edit)
	if err == nil {
		return seeOther(c, draftPath(d.ID)+"/"+string(t), done)
	}
	p := s.newRowPage(c, d, t, key)
	return s.take(c, p, err, func(p *stewardPage) { p.addRowForm(d, t, key, row, version) })
}

// draftRowProblems are the remarks at one row of a draft, as problems at its fields.
func draftRowProblems(ctx context.Context, tx bun.Tx, doc *seeds.Document, t seeds.Table, row seeds.Row, now time.Time) error {
	remarks, err := seeds.Check(ctx, tx, doc, now)
	if err != nil {
		return err
	}
	at := doc.Find(t, t.Key(row))
	var ps steward.Problems
	for _, remark := range remarks {
		if remark.Table == t && remark.Row == at && remark.Key != "" {
			ps = append(ps, steward.Problem{Field: remark.Key, Message: remark.String()})
		}
	}
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// downloadRoadmap sends the roadmap in force, or a draft, as a workbook.
func (s *Server) downloadRoadmap(c *gin.Context) error {
	ctx := c.Request.Context()
	var doc *seeds.Document
	name := "peta-jalan.xlsx"
	if text := c.Query("rancangan"); text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return noSuchPage(c)
		}
		d, err := steward.LoadDraft(ctx, s.cfg.Web, id)
		if err != nil {
			return err
		}
		doc, name = d.Document, "peta-jalan-rancangan-"+text+".xlsx"
	} else {
		var err error
		if doc, err = seeds.Export(ctx, s.cfg.Web, 0); err != nil {
			return err
		}
	}
	content, err := steward.WriteWorkbook(doc)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Data(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", content)
	return nil
}

// uploadRoadmap reads a workbook into a draft, or says cell by cell why it cannot.
func (s *Server) uploadRoadmap(c *gin.Context) error {
	p := s.newStewardPage(c, "Unggah peta jalan", "", crumb{"Versi dan rancangan", stewardHome + "/versi"})
	refuse := func(err error) error {
		return s.take(c, p, err, func(p *stewardPage) {
			p.Blocks = append(p.Blocks, stewardBlock{Links: []menuItem{{Name: "Unggah lagi", Href: stewardHome + "/versi"}}})
		})
	}
	if err := parseUpload(c); err != nil {
		return err
	}
	file, err := c.FormFile("berkas")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return refuse(steward.Problems{{Message: "Pilih berkas .xlsx yang akan diunggah."}})
	}
	if err != nil {
		return err
	}
	data, err := readUpload(file)
	if err != nil {
		return err
	}
	doc, cells, err := steward.ReadWorkbook(data)
	if err != nil {
		return refuse(err)
	}
	if len(cells) > 0 {
		p.Problems = problems{{Message: fmt.Sprintf("%d sel tidak dapat dibaca, jadi tidak ada yang disimpan.", len(cells))}}
		p.Blocks = append(p.Blocks, cellsBlock("Perbaiki di berkas, lalu unggah lagi", cells))
		return s.renderProblems(c, http.StatusUnprocessableEntity, "steward", &p.Page, p)
	}
	doc.Normalize()
	id, err := steward.UploadDraft(c.Request.Context(), s.cfg.Web, s.user(c), doc, cutName(file.Filename), s.now())
	if err != nil {
		return refuse(err)
	}
	return seeOther(c, draftPath(id), "unggah")
}

// cellsBlock lists what is wrong in the cells of a workbook.
func cellsBlock(heading string, cells []steward.CellRemark) stewardBlock {
	b := stewardBlock{Heading: heading}
	for i, r := range cells {
		if i == shownChanges {
			b.Items = append(b.Items, note{Text: fmt.Sprintf("dan %d sel lain", len(cells)-shownChanges)})
			break
		}
		place := r.Sheet
		if r.Cell != "" {
			place += ", sel " + r.Cell
		}
		b.Items = append(b.Items, note{Text: place + ": " + r.Message})
	}
	return b
}
