package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/evidence"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/internal/steward"
	"petajalan/seeds"
)

func (s *Server) stewardRuleRoutes() []workRoute {
	return []workRoute{
		stewardGet("/aturan", s.showRules),
		stewardOnly(http.MethodPost, "/aturan", s.addRules),
		stewardOnly(http.MethodGet, "/aturan/skala", s.showScaleForm),
		stewardOnly(http.MethodPost, "/aturan/skala", s.addScale),
		stewardGet("/libur", s.showHolidays),
		stewardOnly(http.MethodPost, "/libur", s.putHoliday),
		stewardGet("/pemeriksaan", s.showChecks),
		stewardOnly(http.MethodPost, "/pemeriksaan", s.setChecks),
		stewardOnly(http.MethodGet, "/pemeriksaan/:indikator", s.showIndicatorRules),
		stewardOnly(http.MethodPost, "/pemeriksaan/:indikator", s.setIndicatorRules),
	}
}

// showRules shows the rule sets and scales with the dates they hold for.
func (s *Server) showRules(c *gin.Context) error {
	p := s.newStewardPage(c, "Aturan penilaian dan skala", "Aturan dan skala tidak diubah; yang baru menjadi versi berikutnya dan berlaku mulai tanggalnya, tidak surut ke triwulan yang sudah ditutup.")
	if err := s.fillRules(c, p, nil); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) fillRules(c *gin.Context, p *stewardPage, typed *steward.RuleText) error {
	ctx := c.Request.Context()
	sets, err := roadmap.RuleSets(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	scales, err := roadmap.AllScales(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	rules := &stewardTable{Caption: "Aturan penilaian", Head: []string{"Aturan", "Berlaku", "Batas atas", "Golongan nilai", "Sebutan target", "Dasar"}, Empty: "Belum ada aturan."}
	for _, r := range sets {
		rules.Rows = append(rules.Rows, []stewardCell{{Text: fmt.Sprintf("%s revisi %d", r.Code, r.Revision)}, {Text: validity(r.ValidFrom, r.ValidTo)}, {Text: formatExact(r.Cap.String())}, {Text: codeWords(steward.ScaleKey(r.Bands))}, {Text: codeWords(steward.ScaleKey(r.Words))}, {Text: r.Basis}})
	}
	list := &stewardTable{Caption: "Skala", Head: []string{"Skala", "Berlaku", "Tingkat, dari yang terendah", "Dasar"}, Empty: "Belum ada skala."}
	for i := range scales {
		sc := &scales[i]
		var steps []string
		for _, st := range sc.Steps {
			text := codeWords(st.Code)
			if st.MinValue != nil {
				sign := " ≥ "
				if st.Exclusive {
					sign = " > "
				}
				text += sign + formatExact(st.MinValue.String())
			}
			steps = append(steps, text)
		}
		cell := stewardCell{Text: codeWords(steward.ScaleKey(sc)), Small: sc.Name}
		if p.isSteward() {
			cell.Href = stewardHome + "/aturan/skala?kode=" + url.QueryEscape(sc.Code)
		}
		list.Rows = append(list.Rows, []stewardCell{cell, {Text: validity(sc.ValidFrom, sc.ValidTo)}, {Text: strings.Join(steps, "; ")}, {Text: sc.Basis, Small: sc.Status}})
	}
	p.Blocks = append(p.Blocks, stewardBlock{Heading: "Aturan penilaian", Table: rules}, stewardBlock{Heading: "Skala", Table: list})
	if !p.isSteward() || len(sets) == 0 {
		return nil
	}
	p.Blocks[len(p.Blocks)-1].Links = []menuItem{{Name: "Buat skala baru", Href: stewardHome + "/aturan/skala"}}
	newest := sets[len(sets)-1]
	t := steward.RuleText{Code: newest.Code, Cap: steward.CommaNumbers(newest.Cap.String()), Bands: steward.ScaleKey(newest.Bands), Words: steward.ScaleKey(newest.Words)}
	if typed != nil {
		t = *typed
	}
	var keys, codes []string
	for i := range scales {
		keys = append(keys, steward.ScaleKey(&scales[i]))
	}
	for _, r := range sets {
		if !slices.Contains(codes, r.Code) {
			codes = append(codes, r.Code)
		}
	}
	p.Blocks = append(p.Blocks, stewardBlock{ID: "revisi", Heading: "Revisi aturan penilaian", Text: "Revisi baru dipakai penilaian triwulan yang berakhir sesudah tanggal mulainya.", Form: post(stewardHome+"/aturan", []stewardGroup{{Fields: []stewardField{
		p.input("code", "Aturan", t.Code, "").choose(sameWords(codes...)...), p.input("cap", "Batas atas nilai satu target", t.Cap, "Persen, 100 sampai 1000."),
		p.input("bands", "Skala golongan nilai", t.Bands, "").choose(sameWords(keys...)...), p.input("words", "Skala sebutan target", t.Words, "").choose(sameWords(keys...)...),
		p.input("valid_from", "Berlaku mulai", t.ValidFrom, "").of("date").must(), p.input("basis", "Dasar aturan", t.Basis, "").must(),
	}}}, stewardButton{Label: "Tambah revisi"})})
	return nil
}

// validity says from which day on something holds, and up to which; nil: without an end.
func validity(from time.Time, to *time.Time) string {
	if to != nil {
		return formatDate(from, from.Location()) + " sampai " + formatDate(*to, to.Location())
	}
	return "mulai " + formatDate(from, from.Location())
}

func (s *Server) addRules(c *gin.Context) error {
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	t := steward.RuleText{Code: v.Get("code"), Cap: v.Get("cap"), Bands: v.Get("bands"), Words: v.Get("words"), ValidFrom: v.Get("valid_from"), Basis: v.Get("basis")}
	err = steward.AddRules(c.Request.Context(), s.cfg.Web, s.user(c), t, s.now())
	if err == nil {
		return seeOther(c, stewardHome+"/aturan", "tambah")
	}
	return s.again(c, s.newStewardPage(c, "Aturan penilaian dan skala", ""), err, func(p *stewardPage) error { return s.fillRules(c, p, &t) })
}

// again is take for a page whose parts are read from the database.
func (s *Server) again(c *gin.Context, p *stewardPage, err error, fill func(p *stewardPage) error) error {
	var failed error
	answer := s.take(c, p, err, func(p *stewardPage) { failed = fill(p) })
	if failed != nil {
		return failed
	}
	return answer
}

func (p *stewardPage) addScaleForm(t seeds.ScaleText) {
	p.Blocks = append(p.Blocks, stewardBlock{Form: post(stewardHome+"/aturan/skala", []stewardGroup{{Fields: []stewardField{
		p.input("code", "Kode skala", t.Code, "Kode yang sudah ada berarti versi baru; yang lama berakhir sehari sebelumnya.").must(),
		p.input("name", "Nama", t.Name, "").must(), p.input("basis", "Dasar", t.Basis, "").must(), p.input("status", "Kepastian", t.Status, "Misalnya: resmi, atau dari praktik†.").must(),
		p.input("valid_from", "Berlaku mulai", t.ValidFrom, "").of("date").must(),
		withRows(p.input("steps", "Tingkat, dari yang terendah", t.Steps, "Satu baris satu tingkat: kode | sebutan | batas bawah. Yang terendah tanpa batas; > berarti hanya di atasnya."), 8),
	}}}, stewardButton{Label: "Simpan skala"})})
}

func withRows(f stewardField, rows int) stewardField {
	f.Type, f.Rows = "area", rows
	return f
}

func (s *Server) showScaleForm(c *gin.Context) error {
	p := s.newStewardPage(c, "Skala", "", crumb{"Aturan penilaian dan skala", stewardHome + "/aturan"})
	var t seeds.ScaleText
	if code := c.Query("kode"); code != "" {
		scales, err := roadmap.AllScales(c.Request.Context(), s.cfg.Web)
		if err != nil {
			return err
		}
		for i := range scales {
			if sc := &scales[i]; sc.Code == code {
				t = seeds.ScaleText{Code: sc.Code, Name: sc.Name, Basis: sc.Basis, Status: sc.Status, Steps: steward.CommaNumbers(seeds.WriteSteps(sc))}
			}
		}
		if t.Code == "" {
			return noSuchPage(c)
		}
	}
	p.addScaleForm(t)
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) addScale(c *gin.Context) error {
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	t := seeds.ScaleText{Code: v.Get("code"), Name: v.Get("name"), Basis: v.Get("basis"), Status: v.Get("status"), ValidFrom: v.Get("valid_from"), Steps: v.Get("steps")}
	if err := steward.AddScale(c.Request.Context(), s.cfg.Web, s.user(c), t, s.now()); err != nil {
		return s.take(c, s.newStewardPage(c, "Skala", "", crumb{"Aturan penilaian dan skala", stewardHome + "/aturan"}), err, func(p *stewardPage) { p.addScaleForm(t) })
	}
	return seeOther(c, stewardHome+"/aturan", "tambah")
}

// holidayText is a holiday as it is typed.
type holidayText struct {
	day, name, source string
	check             bool
}

func (s *Server) showHolidays(c *gin.Context) error {
	p := s.newStewardPage(c, "Hari libur", "Hari kerja menentukan tenggat laporan. Perubahan hanya menggeser triwulan yang belum dibuka; tenggat yang sudah diumumkan tetap.")
	if err := s.fillHolidays(c, p, nil); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) fillHolidays(c *gin.Context, p *stewardPage, typed *holidayText) error {
	year, err := strconv.Atoi(c.DefaultQuery("tahun", strconv.Itoa(s.now().Year())))
	if err != nil || year < 2000 || year > 2100 {
		return noSuchPage(c)
	}
	days, unchecked, err := steward.Holidays(c.Request.Context(), s.cfg.Web, year)
	if err != nil {
		return err
	}
	table := &stewardTable{Caption: "Hari libur " + strconv.Itoa(year), Head: []string{"Tanggal", "Nama", "Keadaan", "Sumber"}, Empty: "Belum ada hari libur untuk tahun ini. Tambahkan di bawah."}
	t := holidayText{}
	for _, h := range days {
		state := "pasti"
		if h.NeedsCheck {
			state = "perlu dicek"
		}
		day := h.Day.Format("2006-01-02")
		cell := stewardCell{Text: formatDate(h.Day, h.Day.Location())}
		if p.isSteward() {
			cell.Href = stewardHome + "/libur?tahun=" + strconv.Itoa(year) + "&tanggal=" + day + "#ubah"
		}
		if day == c.Query("tanggal") {
			t = holidayText{day, h.Name, h.Source, h.NeedsCheck}
		}
		table.Rows = append(table.Rows, []stewardCell{cell, {Text: h.Name}, {Text: state}, {Text: h.Source}})
	}
	text := "Semua hari libur sudah pasti."
	if unchecked > 0 {
		text = fmt.Sprintf("%d hari libur dari semua tahun masih perlu dicek dengan SKB terbaru.", unchecked)
	}
	link := func(y int) menuItem {
		return menuItem{Name: strconv.Itoa(y), Href: stewardHome + "/libur?tahun=" + strconv.Itoa(y)}
	}
	p.Blocks = append(p.Blocks, stewardBlock{Heading: "Tahun " + strconv.Itoa(year), Text: text, Table: table, Links: []menuItem{link(year - 1), link(year + 1)}})
	if !p.isSteward() {
		return nil
	}
	if typed != nil {
		t = *typed
	}
	check := p.input("dicek", "Masih perlu dicek", "", "Tanggalnya bisa bergeser dan SKB-nya belum dibaca.").of("check")
	if t.check {
		check.Value = "ya"
	}
	p.Blocks = append(p.Blocks, stewardBlock{ID: "ubah", Heading: "Tambah atau betulkan", Form: post(stewardHome+"/libur?tahun="+strconv.Itoa(year), []stewardGroup{{Fields: []stewardField{
		p.input("tanggal", "Tanggal", t.day, "Tanggal yang sudah ada berarti membetulkan.").of("date").must(), p.input("nama", "Nama hari libur", t.name, "").must(),
		p.input("sumber", "Sumber", t.source, "Misalnya SKB 3 Menteri nomor dan tahun.").must(), check,
	}}}, stewardButton{Label: "Simpan hari libur", Name: "aksi", Value: "simpan"}, stewardButton{Label: "Hapus tanggal ini", Name: "aksi", Value: "hapus", Second: true})})
	return nil
}

func (s *Server) putHoliday(c *gin.Context) error {
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	ctx, u, now := c.Request.Context(), s.user(c), s.now()
	t := holidayText{v.Get("tanggal"), v.Get("nama"), v.Get("sumber"), v.Get("dicek") != ""}
	done := "simpan"
	if v.Get("aksi") == "hapus" {
		done = "hapus"
		_, err = steward.DropHoliday(ctx, s.cfg.Web, u, t.day, s.cfg.Zone, now)
		if fault.KindOf(err) == fault.NotFound {
			err = steward.Problems{{Field: "tanggal", Message: fault.MessageOf(err)}}
		}
	} else {
		_, err = steward.PutHoliday(ctx, s.cfg.Web, u, t.day, t.name, t.source, t.check, s.cfg.Zone, now)
	}
	if err != nil {
		return s.again(c, s.newStewardPage(c, "Hari libur", ""), err, func(p *stewardPage) error { return s.fillHolidays(c, p, &t) })
	}
	year := strconv.Itoa(now.Year())
	if len(t.day) >= 4 {
		year = t.day[:4]
	}
	return seeOther(c, stewardHome+"/libur?tahun="+url.QueryEscape(year), done)
}

func (s *Server) showChecks(c *gin.Context) error {
	p := s.newStewardPage(c, "Pemeriksaan dan bukti", "Pemeriksaan menandai laporan sebagai perlu ditinjau; tidak pernah menolak dan tidak memengaruhi nilai.")
	if err := s.fillChecks(c, p, nil); err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) fillChecks(c *gin.Context, p *stewardPage, typed url.Values) error {
	ctx := c.Request.Context()
	checks, err := steward.Checks(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	var fields []stewardField
	table := &stewardTable{Caption: "Pemeriksaan", Head: []string{"Pemeriksaan", "Batas", "Dipakai"}}
	for _, k := range checks {
		limit, on := "tanpa batas", "tidak"
		box := p.input("pakai."+k.Code, "Pakai: "+k.Name, "", "").of("check")
		if k.Enabled && typed == nil || typed.Has("pakai."+k.Code) {
			box.Value = "ya"
		}
		if k.Enabled {
			on = "ya"
		}
		fields = append(fields, box)
		if k.Threshold != nil {
			limit = formatExact(k.Threshold.String())
			value := limit
			if typed != nil {
				value = typed.Get("batas." + k.Code)
			}
			fields = append(fields, p.input("batas."+k.Code, "Batas: "+k.Name, value, map[string]string{"jump": "Persen dari nilai sebelumnya.", "same": "Banyaknya kelurahan.", "last_hour": "Jam sebelum tenggat."}[k.Code]))
		}
		table.Rows = append(table.Rows, []stewardCell{{Text: k.Name}, {Text: limit}, {Text: on}})
	}
	b := stewardBlock{Heading: "Pemeriksaan laporan", Table: table}
	if p.isSteward() {
		b.Table = nil
		b.Form = post(stewardHome+"/pemeriksaan", []stewardGroup{{Fields: fields}}, stewardButton{Label: "Simpan pemeriksaan"})
	}
	p.Blocks = append(p.Blocks, b)
	plan, err := roadmap.Load(ctx, s.cfg.Web, s.now().Year())
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	ranges, err := steward.PlausibleRanges(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	rules, err := evidence.Rules(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	list := &stewardTable{Caption: "Kisaran wajar dan bukti per indikator", Head: []string{"Indikator", "Kisaran wajar", "Bukti"}}
	for _, i := range plan.Indicators {
		words := "belum ditentukan"
		if r, ok := ranges[i.Code]; ok {
			low, high := "…", "…"
			if r.Low != nil {
				low = formatExact(r.Low.String())
			}
			if r.High != nil {
				high = formatExact(r.High.String())
			}
			words = low + " sampai " + high
		}
		proof := "tidak diwajibkan"
		if r, ok := rules[i.Code]; ok {
			proof = r.Words(i.EvidenceRule)
		}
		cell := stewardCell{Text: i.Name, Small: i.Code}
		if p.isSteward() {
			cell.Href = stewardHome + "/pemeriksaan/" + i.Code
		}
		list.Rows = append(list.Rows, []stewardCell{cell, {Text: words}, {Text: proof}})
	}
	p.Blocks = append(p.Blocks, stewardBlock{Heading: "Kisaran wajar dan bukti per indikator", Table: list})
	return nil
}

func (s *Server) setChecks(c *gin.Context) error {
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	limits, on := map[string]string{}, map[string]bool{}
	for name := range v {
		if code, ok := strings.CutPrefix(name, "batas."); ok {
			limits[code] = v.Get(name)
		}
		if code, ok := strings.CutPrefix(name, "pakai."); ok {
			on[code] = v.Get(name) != ""
		}
	}
	if err := steward.SetChecks(c.Request.Context(), s.cfg.Web, s.user(c), limits, on, s.now()); err != nil {
		return s.again(c, s.newStewardPage(c, "Pemeriksaan dan bukti", ""), err, func(p *stewardPage) error { return s.fillChecks(c, p, v) })
	}
	return seeOther(c, stewardHome+"/pemeriksaan", "simpan")
}

// showIndicatorRules asks for the plausible range and the evidence of an indicator.
func (s *Server) showIndicatorRules(c *gin.Context) error {
	ctx := c.Request.Context()
	ranges, err := steward.PlausibleRanges(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	code := c.Param("indikator")
	if !isText(code) {
		return noSuchPage(c)
	}
	rule, err := evidence.RuleOf(ctx, s.cfg.Web, code)
	if err != nil {
		return err
	}
	v := url.Values{"catatan": {rule.Note}}
	if r, ok := ranges[code]; ok {
		if r.Low != nil {
			v.Set("bawah", formatExact(r.Low.String()))
		}
		if r.High != nil {
			v.Set("atas", formatExact(r.High.String()))
		}
	}
	if rule.Required {
		v.Set("wajib", "ya")
	}
	for _, k := range rule.Kinds {
		v.Set("jenis."+k, "ya")
	}
	p := s.newIndicatorRulesPage(c, code)
	p.addIndicatorRules(code, v)
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) newIndicatorRulesPage(c *gin.Context, code string) *stewardPage {
	return s.newStewardPage(c, "Kisaran dan bukti "+code, "", crumb{"Pemeriksaan dan bukti", stewardHome + "/pemeriksaan"})
}

func (p *stewardPage) addIndicatorRules(code string, v url.Values) {
	box := func(name, label string) stewardField {
		f := p.input(name, label, "", "").of("check")
		if v.Get(name) != "" {
			f.Value = "ya"
		}
		return f
	}
	p.Blocks = append(p.Blocks, stewardBlock{Form: post(stewardHome+"/pemeriksaan/"+url.PathEscape(code), []stewardGroup{
		{Legend: "Kisaran wajar", Text: "Nilai di luarnya ditandai perlu ditinjau. Kosong berarti tidak dibatasi di sisi itu.", Fields: []stewardField{p.input("bawah", "Paling rendah", v.Get("bawah"), ""), p.input("atas", "Paling tinggi", v.Get("atas"), "")}},
		{Legend: "Bukti", Fields: []stewardField{box("wajib", "Bukti wajib ada saat dikirim"), box("jenis.berkas", "Berkas"), box("jenis.tautan", "Tautan"), box("jenis.umpan", "Angka dari sistem lain"), box("jenis.pernyataan", "Pernyataan yang ditandatangani"), p.input("catatan", "Catatan untuk operator", v.Get("catatan"), "Paling panjang 200 karakter.")}},
	}, stewardButton{Label: "Simpan"})})
}

func (s *Server) setIndicatorRules(c *gin.Context) error {
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	ctx, u, now, code := c.Request.Context(), s.user(c), s.now(), c.Param("indikator")
	if !isText(code) {
		return noSuchPage(c)
	}
	rule := evidence.Rule{Indicator: code, Required: v.Get("wajib") != "", Note: v.Get("catatan")}
	for _, k := range evidence.Kinds {
		if v.Get("jenis."+k) != "" {
			rule.Kinds = append(rule.Kinds, k)
		}
	}
	err = steward.SetPlausibleRange(ctx, s.cfg.Web, u, code, v.Get("bawah"), v.Get("atas"), now)
	if err == nil {
		err = evidence.SetRule(ctx, s.cfg.Web, u, rule, now)
	}
	if err != nil {
		return s.take(c, s.newIndicatorRulesPage(c, code), err, func(p *stewardPage) { p.addIndicatorRules(code, v) })
	}
	return seeOther(c, stewardHome+"/pemeriksaan", "simpan")
}
