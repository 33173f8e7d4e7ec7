package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"petajalan/internal/roadmap"
	"petajalan/internal/steward"
)

func (s *Server) stewardAgencyRoutes() []workRoute {
	return []workRoute{
		stewardGet("/instansi", s.showStewardAgencies),
		stewardOnly(http.MethodPost, "/instansi", s.addAgency),
		stewardGet("/instansi/:instansi", s.showStewardAgency),
		stewardOnly(http.MethodPost, "/instansi/:instansi", s.changeAgency),
	}
}

func stewardAgencyPath(code string) string { return stewardHome + "/instansi/" + url.PathEscape(code) }

func (s *Server) showStewardAgencies(c *gin.Context) error {
	p := s.newStewardPage(c, "Instansi", "Instansi dapat berganti nama, digabung, dipecah, atau ditutup tanpa kehilangan riwayat: laporan lama tetap pada kode lamanya.")
	if err := s.fillAgencies(c, p, steward.AgencyText{Area: "35.72"}); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) fillAgencies(c *gin.Context, p *stewardPage, t steward.AgencyText) error {
	ctx := c.Request.Context()
	agencies, err := roadmap.Agencies(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	areas, err := roadmap.Areas(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	table := &stewardTable{Caption: "Instansi", Head: []string{"Instansi", "Jenis", "Induk", "Melapor", "Keadaan"}, Empty: "Belum ada instansi."}
	parents, places := [][2]string{{"", "(tanpa induk)"}}, [][2]string{}
	names := map[string]string{}
	for i := range agencies {
		names[agencies[i].Code] = agencies[i].Name
	}
	for i := range agencies {
		a := &agencies[i]
		reports, state := "tidak", "ada"
		if a.Reports {
			reports = "ya"
		}
		if a.ValidTo != nil {
			state = "berakhir " + formatDate(*a.ValidTo, a.ValidTo.Location())
		} else {
			parents = append(parents, [2]string{a.Code, a.Name})
		}
		table.Rows = append(table.Rows, []stewardCell{{Text: a.Name, Small: a.Code, Href: stewardAgencyPath(a.Code)}, {Text: string(a.Kind)}, {Text: names[a.ParentCode]}, {Text: reports}, {Text: state}})
	}
	for _, a := range areas {
		places = append(places, [2]string{a.Code, a.Name + " (" + string(a.Level) + ")"})
	}
	p.Blocks = append(p.Blocks, stewardBlock{Heading: formatCount(len(agencies)) + " instansi", Table: table})
	if !p.isSteward() {
		return nil
	}
	public, reports := p.input("publik", "Melayani masyarakat langsung", "", "").of("check"), p.input("melapor", "Punya target dan melapor", "", "Targetnya diisi lewat rancangan, atau diterima saat instansi lain digabung.").of("check")
	if t.PublicFacing {
		public.Value = "ya"
	}
	if t.Reports {
		reports.Value = "ya"
	}
	p.Blocks = append(p.Blocks, stewardBlock{ID: "tambah", Heading: "Tambah instansi", Form: post(stewardHome+"/instansi", []stewardGroup{{Fields: []stewardField{
		p.input("kode", "Kode", t.Code, "Huruf kecil; dipakai dalam alamat dan tidak pernah berubah.").must(), p.input("nama", "Nama", t.Name, "").must(), p.input("singkat", "Nama singkat", t.ShortName, "").must(),
		p.input("jenis", "Jenis", t.Kind, "").choose(append([][2]string{{"", "Pilih…"}}, sameWords(steward.AgencyKinds...)...)...), p.input("induk", "Induk", t.Parent, "").choose(parents...),
		p.input("wilayah", "Wilayah", t.Area, "").choose(places...), p.input("situs", "Situs", t.Website, ""), p.input("mulai", "Ada sejak", t.ValidFrom, "").of("date").must(),
		p.input("sumber", "Dasar hukum pembentukan", t.Source, "").must(), public, reports,
	}}}, stewardButton{Label: "Tambah instansi"})})
	return nil
}

func (s *Server) addAgency(c *gin.Context) error {
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	t := steward.AgencyText{Code: v.Get("kode"), Kind: v.Get("jenis"), Name: v.Get("nama"), ShortName: v.Get("singkat"), Parent: v.Get("induk"), Area: v.Get("wilayah"),
		PublicFacing: v.Get("publik") != "", Reports: v.Get("melapor") != "", Website: v.Get("situs"), ValidFrom: v.Get("mulai"), Source: v.Get("sumber")}
	if err := steward.AddAgency(c.Request.Context(), s.cfg.Web, s.user(c), t, s.now()); err != nil {
		return s.again(c, s.newStewardPage(c, "Instansi", ""), err, func(p *stewardPage) error { return s.fillAgencies(c, p, t) })
	}
	return seeOther(c, stewardAgencyPath(t.Code), "tambah")
}

func (s *Server) showStewardAgency(c *gin.Context) error {
	a, err := s.stewardAgency(c)
	if err != nil {
		return err
	}
	p := s.newStewardAgencyPage(c, a)
	if err := s.fillAgency(c, p, a, url.Values{"nama": {a.Name}, "singkat": {a.ShortName}, "induk": {a.ParentCode}}); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) stewardAgency(c *gin.Context) (*roadmap.Agency, error) {
	if !isText(c.Param("instansi")) {
		return nil, noSuchPage(c)
	}
	return roadmap.AgencyByCode(c.Request.Context(), s.cfg.Web, c.Param("instansi"))
}

func (s *Server) newStewardAgencyPage(c *gin.Context, a *roadmap.Agency) *stewardPage {
	return s.newStewardPage(c, a.Name, "", crumb{"Instansi", stewardHome + "/instansi"})
}

// fillAgency shows an agency with its names and successors, and asks what shall become of it.
func (s *Server) fillAgency(c *gin.Context, p *stewardPage, a *roadmap.Agency, v url.Values) error {
	ctx := c.Request.Context()
	names, err := steward.Names(ctx, s.cfg.Web, a.Code)
	if err != nil {
		return err
	}
	successions, err := steward.Successions(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	agencies, err := roadmap.Agencies(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	facts := stewardBlock{Heading: "Keterangan", Items: []note{{Text: fmt.Sprintf("Kode %s, %s, ada sejak %s", a.Code, a.Kind, formatDate(a.ValidFrom, a.ValidFrom.Location()))}}}
	if a.ValidTo != nil {
		facts.Items = append(facts.Items, note{Text: "Berakhir " + formatDate(*a.ValidTo, a.ValidTo.Location())})
	}
	if a.Reports {
		facts.Items = append(facts.Items, note{Text: "Target tahun ini", Href: targetPath(a.Code, s.now().Year())})
	}
	for _, n := range names {
		detail := "nama lain"
		if n.ValidTo != nil {
			detail = "nama sampai " + formatDate(*n.ValidTo, n.ValidTo.Location())
		}
		facts.Items = append(facts.Items, note{Text: n.Name, Detail: detail})
	}
	for _, x := range successions {
		switch {
		case x.From == a.Code && x.To == "":
			facts.Items = append(facts.Items, note{Text: "Ditutup mulai " + formatDate(x.OnDate, x.OnDate.Location()), Detail: x.LegalBasis})
		case x.From == a.Code:
			facts.Items = append(facts.Items, note{Text: "Dilanjutkan " + x.ToName + " mulai " + formatDate(x.OnDate, x.OnDate.Location()), Detail: x.LegalBasis, Href: stewardAgencyPath(x.To)})
		case x.To == a.Code:
			facts.Items = append(facts.Items, note{Text: "Melanjutkan " + x.FromName + " mulai " + formatDate(x.OnDate, x.OnDate.Location()), Detail: x.LegalBasis, Href: stewardAgencyPath(x.From)})
		}
	}
	p.Blocks = append(p.Blocks, facts)
	if !p.isSteward() || a.ValidTo != nil {
		return nil
	}
	action := stewardAgencyPath(a.Code)
	parents, others := [][2]string{{"", "(tanpa induk)"}}, [][2]string{{"", "(tidak ada)"}}
	for _, o := range agencies {
		if o.ValidTo != nil || o.Code == a.Code {
			continue
		}
		parents = append(parents, [2]string{o.Code, o.Name})
		if o.Reports {
			others = append(others, [2]string{o.Code, o.Name})
		}
	}
	p.Blocks = append(p.Blocks,
		stewardBlock{ID: "nama-baru", Heading: "Ganti nama", Text: "Nama lama disimpan dengan tanggalnya; terbitan lama tidak berubah.", Form: post(action, []stewardGroup{{Fields: []stewardField{
			p.input("nama", "Nama baru", v.Get("nama"), "").must(), p.input("singkat", "Nama singkat", v.Get("singkat"), "").must(),
			p.input("mulai_nama", "Berlaku mulai", v.Get("mulai_nama"), "").of("date").must(), p.input("dasar_nama", "Dasar hukum", v.Get("dasar_nama"), "").must(),
		}}}, stewardButton{Label: "Ganti nama", Name: "aksi", Value: "nama"})})
	if a.Kind != roadmap.AgencyKelurahan {
		p.Blocks = append(p.Blocks, stewardBlock{Heading: "Pindah induk", Form: post(action, []stewardGroup{{Fields: []stewardField{p.input("induk", "Induk", v.Get("induk"), "").choose(parents...)}}}, stewardButton{Label: "Pindahkan", Name: "aksi", Value: "induk", Second: true})})
	}
	if a.Reports {
		fields := []stewardField{
			p.input("jenis", "Apa yang terjadi", v.Get("jenis"), "").choose([2]string{"gabung", "Digabung ke instansi lain"}, [2]string{"pecah", "Dipecah menjadi beberapa"}, [2]string{"tutup", "Ditutup tanpa penerus"}),
			p.input("mulai", "Mulai tanggal", v.Get("mulai"), "Hari pertama triwulan.").of("date").must(), p.input("dasar", "Dasar hukum", v.Get("dasar"), "").must(),
		}
		for i := 1; i <= 4; i++ {
			name, label := "ke", "Penerus"
			if i > 1 {
				name, label = "ke"+strconv.Itoa(i), fmt.Sprintf("Penerus ke-%d", i)
			}
			fields = append(fields, p.input(name, label, v.Get(name), "").choose(others...))
		}
		p.Blocks = append(p.Blocks, stewardBlock{ID: "tata-ulang", Heading: "Gabung, pecah, atau tutup", Text: "Riwayat dan laporan lama tetap pada instansi ini. Target tahun berikutnya dicabut di sini dan dilanjutkan penerus; bobot penerus menyesuaikan sampai 100. Peran petugasnya diakhiri di halaman Pengguna.",
			Form: post(action, []stewardGroup{{Fields: fields}}, stewardButton{Label: "Tata ulang instansi", Name: "aksi", Value: "tata"})})
	}
	return nil
}

func (s *Server) changeAgency(c *gin.Context) error {
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	a, err := s.stewardAgency(c)
	if err != nil {
		return err
	}
	ctx, u, now := c.Request.Context(), s.user(c), s.now()
	rename := map[string]string{}
	switch v.Get("aksi") {
	case "nama":
		err = steward.RenameAgency(ctx, s.cfg.Web, u, steward.Rename{Agency: a.Code, Name: v.Get("nama"), ShortName: v.Get("singkat"), From: v.Get("mulai_nama"), LegalBasis: v.Get("dasar_nama")}, now)
		rename = map[string]string{"mulai": "mulai_nama", "dasar": "dasar_nama"}
	case "induk":
		err = steward.MoveBelow(ctx, s.cfg.Web, u, a.Code, v.Get("induk"), now)
	case "tata":
		r := steward.Reorganisation{From: a.Code, Kind: steward.SuccessionKind(v.Get("jenis")), On: v.Get("mulai"), LegalBasis: v.Get("dasar")}
		for _, name := range []string{"ke", "ke2", "ke3", "ke4"} {
			if code := v.Get(name); code != "" {
				r.To = append(r.To, code)
			}
		}
		err = steward.Reorganise(ctx, s.cfg.Web, u, r, now)
	default:
		return noSuchPage(c)
	}
	if err != nil {
		for name, value := range map[string]string{"nama": a.Name, "singkat": a.ShortName, "induk": a.ParentCode} {
			if !v.Has(name) {
				v.Set(name, value)
			}
		}
		return s.again(c, s.newStewardAgencyPage(c, a), err, func(p *stewardPage) error {
			for i := range p.Problems {
				if to, ok := rename[p.Problems[i].Field]; ok {
					p.Problems[i].Field = to
				}
			}
			return s.fillAgency(c, p, a, v)
		})
	}
	return seeOther(c, stewardAgencyPath(a.Code), "simpan")
}
