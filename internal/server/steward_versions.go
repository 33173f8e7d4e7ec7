package server

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"petajalan/internal/roadmap"
	"petajalan/internal/steward"
	"petajalan/seeds"
)

func (s *Server) stewardVersionRoutes() []workRoute {
	return []workRoute{
		stewardGet("/versi", s.showVersions),
		stewardOnly(http.MethodPost, "/versi", s.startDraft),
		stewardGet("/versi/:id", s.showDraft),
		stewardOnly(http.MethodPost, "/versi/:id", s.endDraft),
		stewardGet("/versi/:id/:tabel", s.showDraftTable),
		stewardOnly(http.MethodGet, "/versi/:id/:tabel/ubah", s.showDraftRow),
		stewardOnly(http.MethodPost, "/versi/:id/:tabel/ubah", s.editDraftRow),
		stewardGet("/unduh", s.downloadRoadmap),
		stewardOnly(http.MethodPost, "/unggah", s.uploadRoadmap),
	}
}

func draftPath(id int64) string { return stewardHome + "/versi/" + strconv.FormatInt(id, 10) }

// showVersions lists the versions of the roadmap and the drafts.
func (s *Server) showVersions(c *gin.Context) error {
	p := s.newStewardPage(c, "Versi dan rancangan", "Tujuan, sasaran, indikator, dan bobot berubah lewat versi baru. Rancangan disusun tanpa mengubah yang berlaku, diperiksa seperti data awal, lalu diberlakukan mulai tahun tertentu.")
	if err := s.fillVersions(c, p, ""); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) fillVersions(c *gin.Context, p *stewardPage, year string) error {
	ctx := c.Request.Context()
	versions, err := roadmap.Versions(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	drafts, err := steward.Drafts(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	table := &stewardTable{Caption: "Versi peta jalan", Head: []string{"Versi", "Berlaku", "Status", "Peraturan"}, Empty: "Belum ada versi."}
	for _, v := range versions {
		rule := "belum ada"
		if v.RegulationNumber != "" {
			rule = v.RegulationNumber
		}
		table.Rows = append(table.Rows, []stewardCell{{Text: fmt.Sprintf("Versi %d", v.Number), Small: v.Title}, {Text: fmt.Sprintf("%d–%d", v.FirstYear, v.LastYear)}, {Text: string(v.Status)}, {Text: rule, Small: formatDate(v.RecordedAt, s.cfg.Zone)}})
	}
	list := &stewardTable{Caption: "Rancangan", Head: []string{"Rancangan", "Mulai tahun", "Keadaan", "Terakhir diubah"}, Empty: "Belum ada rancangan. Buat salinan dari versi yang berlaku, atau unggah berkas peta jalan."}
	for _, d := range drafts {
		origin := "disalin dari versi " + strconv.Itoa(d.BasedOn)
		if d.Origin != "" {
			origin = "dari berkas " + d.Origin
		}
		list.Rows = append(list.Rows, []stewardCell{{Text: fmt.Sprintf("Rancangan %d", d.ID), Small: origin, Href: draftPath(d.ID)}, {Text: d.FirstYear}, {Text: draftStateWord(&d)}, {Text: formatDate(d.UpdatedAt, s.cfg.Zone), Small: d.UpdatedBy}})
	}
	p.Blocks = append(p.Blocks, stewardBlock{Heading: "Versi", Table: table, Links: []menuItem{{Name: "Unduh seluruh peta jalan (xlsx)", Href: stewardHome + "/unduh"}}}, stewardBlock{Heading: "Rancangan", Table: list})
	if !p.isSteward() {
		return nil
	}
	if year == "" {
		year = strconv.Itoa(s.now().Year() + 1)
	}
	upload := post(stewardHome+"/unggah", []stewardGroup{{Fields: []stewardField{p.input("berkas", "Berkas peta jalan (.xlsx)", "", "Susunannya sama dengan berkas yang diunduh di atas.").of("file").must()}}}, stewardButton{Label: "Periksa dan jadikan rancangan"})
	upload.Upload = true
	p.Blocks = append(p.Blocks,
		stewardBlock{Heading: "Buat rancangan", Text: "Salinan versi yang berlaku, untuk diubah.", Form: post(stewardHome+"/versi", []stewardGroup{{Fields: []stewardField{
			p.input("tahun", "Berlaku mulai tahun", year, "Tahun berjalan hanya bila statusnya naik, misalnya dari contoh ke resmi.").must(),
		}}}, stewardButton{Label: "Buat rancangan"})},
		stewardBlock{Heading: "Unggah peta jalan", Text: "Berkas diperiksa sel demi sel. Bila semua terbaca, isinya menjadi rancangan; yang berlaku tidak berubah.", Form: upload})
	return nil
}

func draftStateWord(d *steward.Draft) string {
	switch d.State {
	case steward.Activated:
		return "menjadi versi " + strconv.Itoa(d.Became)
	case steward.Discarded:
		return "dibuang"
	}
	return "sedang disusun"
}

func (s *Server) startDraft(c *gin.Context) error {
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	p := s.newStewardPage(c, "Versi dan rancangan", "")
	year, err := strconv.Atoi(v.Get("tahun"))
	var id int64
	if err != nil {
		err = steward.Problems{{Field: "tahun", Message: "Isi tahun mulai berlaku, misalnya 2027."}}
	} else {
		id, err = steward.StartDraft(c.Request.Context(), s.cfg.Web, s.user(c), year, s.now())
	}
	if err != nil {
		if fill := s.fillVersions(c, p, v.Get("tahun")); fill != nil {
			return fill
		}
		blocks := p.Blocks
		return s.take(c, p, err, func(p *stewardPage) {
			p.Blocks = blocks
			for i := range p.Blocks {
				if f := p.Blocks[i].Form; f != nil && f.Action == stewardHome+"/versi" {
					f.Groups[0].Fields[0].Problem = p.Problems.On("tahun")
				}
			}
		})
	}
	return seeOther(c, draftPath(id), "tambah")
}

// draftOf reads the draft of the address.
func (s *Server) draftOf(c *gin.Context) (*steward.Draft, error) {
	id, err := pathNumber(c, "id")
	if err != nil {
		return nil, err
	}
	return steward.LoadDraft(c.Request.Context(), s.cfg.Web, id)
}

func (s *Server) newDraftPage(c *gin.Context, d *steward.Draft) *stewardPage {
	p := s.newStewardPage(c, fmt.Sprintf("Rancangan %d", d.ID), "", crumb{"Versi dan rancangan", stewardHome + "/versi"})
	p.Lead = fmt.Sprintf("%s. Versi %s, berlaku mulai %s, %s. Terakhir diubah %s%s.", d.Title, d.Document.Version["version"], d.FirstYear, draftStateWord(d), formatDate(d.UpdatedAt, s.cfg.Zone), byWhom(d.UpdatedBy))
	return p
}

func byWhom(name string) string {
	if name == "" {
		return ""
	}
	return " oleh " + name
}

// shownChanges is how many rows of a difference are listed.
const shownChanges = 200

// showDraft shows what a draft changes, what is wrong with it, and how it is put in force.
func (s *Server) showDraft(c *gin.Context) error {
	d, err := s.draftOf(c)
	if err != nil {
		return err
	}
	p := s.newDraftPage(c, d)
	if err := s.fillDraft(c, p, d, activationOf(d)); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "steward", p)
}

func activationOf(d *steward.Draft) steward.Activation {
	v := d.Document.Version
	return steward.Activation{Status: v["status"], FirstYear: v["first_year"], RegulationNumber: v["regulation_number"], RegulationDate: v["regulation_date"]}
}

func (s *Server) fillDraft(c *gin.Context, p *stewardPage, d *steward.Draft, a steward.Activation) error {
	parts := &stewardTable{Caption: "Isi rancangan", Head: []string{"Bagian", "Jumlah"}}
	for _, t := range seeds.Tables {
		parts.Rows = append(parts.Rows, []stewardCell{{Text: steward.SheetName(t), Href: draftPath(d.ID) + "/" + string(t)}, {Text: formatCount(len(d.Document.Rows(t)))}})
	}
	contents := stewardBlock{Heading: "Isi rancangan", Table: parts, Links: []menuItem{{Name: "Unduh rancangan (xlsx)", Href: stewardHome + "/unduh?rancangan=" + strconv.FormatInt(d.ID, 10)}}}
	if d.State != steward.Open {
		p.Blocks = append(p.Blocks, contents)
		return nil
	}
	r, err := steward.ReviewDraft(c.Request.Context(), s.cfg.Web, d.Document, s.now())
	if err != nil {
		return err
	}
	diff := stewardBlock{ID: "beda", Heading: "Yang berubah dari versi yang berlaku", Text: upperFirst(r.Difference.Sentence())}
	if len(r.Difference.Changes) > 0 {
		diff.Table = &stewardTable{Caption: "Perubahan satu per satu", Head: []string{"Bagian", "Apa", "Perubahan"}}
		for i, x := range r.Difference.Changes {
			if i == shownChanges {
				diff.Table.Rows = append(diff.Table.Rows, []stewardCell{{Text: fmt.Sprintf("dan %s perubahan lain", formatCount(len(r.Difference.Changes)-shownChanges))}, {}, {Text: "Unduh rancangan untuk melihat semuanya."}})
				break
			}
			diff.Table.Rows = append(diff.Table.Rows, []stewardCell{{Text: x.Table.Name() + " " + x.Key}, {Text: string(x.Kind)}, {Text: x.Text}})
		}
	}
	p.Blocks = append(p.Blocks, diff)
	if len(r.Remarks) > 0 {
		p.Blocks = append(p.Blocks, remarksBlock(d, r.Remarks))
	}
	p.Blocks = append(p.Blocks, contents)
	if !p.isSteward() {
		return nil
	}
	p.addActivation(d, a, len(r.Remarks))
	return nil
}

// remarksBlock lists what keeps a draft from being put in force, each leading to its row.
func remarksBlock(d *steward.Draft, remarks seeds.Remarks) stewardBlock {
	b := stewardBlock{ID: "periksa", Heading: fmt.Sprintf("%d hal perlu dibetulkan dulu", len(remarks))}
	for i, r := range remarks {
		if i == shownChanges {
			b.Items = append(b.Items, note{Text: fmt.Sprintf("dan %d hal lain", len(remarks)-shownChanges)})
			break
		}
		n := note{Text: r.String(), Detail: steward.SheetName(r.Table)}
		if r.Row >= 0 && r.Row < len(d.Document.Rows(r.Table)) {
			n.Href = rowPath(d.ID, r.Table, r.Table.Key(d.Document.Rows(r.Table)[r.Row]))
			n.Detail += fmt.Sprintf(", baris %d", r.Row+2)
		}
		b.Items = append(b.Items, n)
	}
	return b
}

func (p *stewardPage) addActivation(d *steward.Draft, a steward.Activation, wrong int) {
	version := stewardValue{"versi", strconv.Itoa(d.Version)}
	if wrong == 0 {
		form := post(draftPath(d.ID), []stewardGroup{{Fields: []stewardField{
			p.input("status", "Status", a.Status, "").choose(sameWords("contoh", "rancangan", "resmi")...),
			p.input("tahun", "Berlaku mulai tahun", a.FirstYear, "").must(),
			p.input("nomor", "Nomor peraturan", a.RegulationNumber, "Wajib bila statusnya resmi."),
			p.input("tanggal", "Tanggal peraturan", a.RegulationDate, "").of("date"),
			p.input("alasan", "Alasan perubahan target", a.Reason, "Ditulis pada setiap target yang berubah dan belum beralasan. Dasar hukumnya nomor peraturan di atas.").of("area").must(),
		}}}, stewardButton{Label: "Berlakukan versi ini", Name: "aksi", Value: "berlakukan"})
		form.Hidden = []stewardValue{version}
		p.Blocks = append(p.Blocks, stewardBlock{ID: "berlakukan", Heading: "Berlakukan", Text: "Versi yang sudah berlaku tidak dapat diubah lagi; perubahan berikutnya memakai versi berikutnya. Tahun-tahun sebelumnya tetap memakai versi lama.", Form: form})
	}
	discard := post(draftPath(d.ID), nil, stewardButton{Label: "Buang rancangan ini", Name: "aksi", Value: "buang", Second: true})
	discard.Hidden = []stewardValue{version}
	p.Blocks = append(p.Blocks, stewardBlock{Heading: "Buang", Text: "Yang berlaku tidak berubah. Rancangan tetap tercatat dalam daftar.", Form: discard})
}

// endDraft puts a draft in force or throws it away.
func (s *Server) endDraft(c *gin.Context) error {
	ctx, now := c.Request.Context(), s.now()
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	d, err := s.draftOf(c)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(v.Get("versi")) // 0 is no version: it has changed
	if v.Get("aksi") == "buang" {
		if err := steward.Discard(ctx, s.cfg.Web, s.user(c), d.ID, version, now); err != nil {
			return err
		}
		return seeOther(c, stewardHome+"/versi", "buang")
	}
	a := steward.Activation{Status: v.Get("status"), FirstYear: v.Get("tahun"), RegulationNumber: v.Get("nomor"), RegulationDate: v.Get("tanggal"), Reason: v.Get("alasan")}
	err = steward.Activate(ctx, s.cfg.Web, s.user(c), d.ID, version, a, now)
	if err == nil {
		return seeOther(c, draftPath(d.ID), "berlaku")
	}
	if remarks, ok := steward.IsRefused(err); ok {
		var ps steward.Problems
		for i, r := range remarks {
			field := map[string]string{"status": "status", "first_year": "tahun", "regulation_number": "nomor", "regulation_date": "tanggal"}[r.Key]
			if r.Table != seeds.VersionTable {
				field = ""
			}
			if i < 20 {
				ps = append(ps, steward.Problem{Field: field, Message: r.String()})
			}
		}
		err = ps
	}
	p := s.newDraftPage(c, d)
	return s.take(c, p, err, func(p *stewardPage) { p.addActivation(d, a, 0) })
}
