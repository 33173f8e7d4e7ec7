package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/internal/scorecard"
	"petajalan/internal/steward"
)

func (s *Server) stewardTargetRoutes() []workRoute {
	return []workRoute{
		stewardGet("/target", s.showTargets),
		stewardGet("/target/:kode/:tahun", s.showAgencyTargets),
		stewardOnly(http.MethodPost, "/target/:kode/:tahun", s.amendTargets),
	}
}

// targetPage is the address of the targets of an agency and year.
func targetPath(agency string, year int) string {
	return stewardHome + "/target/" + url.PathEscape(agency) + "/" + strconv.Itoa(year)
}

const targetsOnAPage = 100

// showTargets lists the targets in force, filtered by agency, indicator and year.
func (s *Server) showTargets(c *gin.Context) error {
	ctx := c.Request.Context()
	year, err := strconv.Atoi(c.DefaultQuery("tahun", strconv.Itoa(s.now().Year())))
	if err != nil {
		return noSuchPage(c)
	}
	page, err := strconv.Atoi(c.DefaultQuery("halaman", "1"))
	if err != nil || page < 1 || page > 10_000 || !isText(c.Query("instansi")+c.Query("indikator")) {
		return noSuchPage(c)
	}
	f := steward.TargetFilter{Agency: c.Query("instansi"), Indicator: c.Query("indikator"), Year: year, Amended: c.Query("diubah") == "ya"}
	list, total, err := steward.ListTargets(ctx, s.cfg.Web, f, (page-1)*targetsOnAPage, targetsOnAPage)
	if err != nil {
		return err
	}
	agencies, err := roadmap.Agencies(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	p := s.newStewardPage(c, "Target", "Yang dijanjikan tiap instansi per tahun. Pilih instansi untuk melihat atau mengubah semua targetnya dalam satu tahun; jumlah bobotnya selalu 100.")
	pairs := [][2]string{{"", "Semua instansi"}}
	for _, a := range agencies {
		if a.Reports {
			pairs = append(pairs, [2]string{a.Code, a.Name})
		}
	}
	amended := p.input("diubah", "Hanya yang pernah diubah", "", "").of("check")
	if f.Amended {
		amended.Value = "ya"
	}
	filter := &stewardForm{Method: http.MethodGet, Action: stewardHome + "/target", Buttons: []stewardButton{{Label: "Tampilkan", Second: true}}, Groups: []stewardGroup{{Fields: []stewardField{
		p.input("tahun", "Tahun", strconv.Itoa(year), ""), p.input("instansi", "Instansi", f.Agency, "").choose(pairs...),
		p.input("indikator", "Kode atau nama indikator", f.Indicator, ""), amended,
	}}}}
	table := &stewardTable{
		Caption: "Target tahun " + strconv.Itoa(year), Head: []string{"Indikator", "Instansi", "Target", "Semula", "Bobot", "Status"},
		Empty: "Tidak ada target yang cocok. Ubah pilihan di atas.",
	}
	for _, t := range list {
		first := ""
		if t.FirstText != t.Text {
			first = formatPromise(t.FirstText)
		}
		changed := ""
		if t.Revision > 1 {
			changed = fmt.Sprintf("revisi %d, %s", t.Revision, formatDate(t.RecordedAt, s.cfg.Zone))
		}
		table.Rows = append(table.Rows, []stewardCell{
			{Text: t.IndicatorName, Href: targetPath(t.Agency, t.Year) + "#" + t.Indicator, Small: t.Indicator}, {Text: t.AgencyName},
			{Text: formatPromise(t.Text), Small: t.Unit}, {Text: first, Small: changed}, {Text: formatExact(t.Weight)}, {Text: t.Status},
		})
	}
	link := func(n int, name string) menuItem {
		q := c.Request.URL.Query()
		q.Set("halaman", strconv.Itoa(n))
		return menuItem{Name: name, Href: stewardHome + "/target?" + q.Encode()}
	}
	if page > 1 {
		table.Pages = append(table.Pages, link(page-1, "Sebelumnya"))
	}
	if page*targetsOnAPage < total {
		table.Pages = append(table.Pages, link(page+1, "Berikutnya"))
	}
	p.Blocks = []stewardBlock{{Heading: "Cari", Form: filter}, {Heading: fmt.Sprintf("%s target", formatCount(total)), Table: table}}
	return s.render(c, http.StatusOK, "steward", p)
}

// formatPromise writes a promise as it is read: decimals with a comma.
func formatPromise(text string) string {
	if text == roadmap.Withdrawn {
		return "dicabut"
	}
	return steward.CommaNumbers(text)
}

// agencyYear reads the targets of the address.
func (s *Server) agencyYear(c *gin.Context) (*steward.AgencyYear, error) {
	year, err := strconv.Atoi(c.Param("tahun"))
	if err != nil || !isText(c.Param("kode")) {
		return nil, noSuchPage(c)
	}
	return steward.LoadAgencyYear(c.Request.Context(), s.cfg.Web, c.Param("kode"), year)
}

func (s *Server) showAgencyTargets(c *gin.Context) error {
	y, err := s.agencyYear(c)
	if err != nil {
		return err
	}
	p := s.newTargetsPage(c, y)
	now, err := scorecard.AmendedTargets(c.Request.Context(), s.cfg.Web, s.cfg.Zone, y.Agency.Code, y.Year, nil, s.now())
	if err != nil {
		return err
	}
	a := steward.Amendment{Agency: y.Agency.Code, Year: y.Year}
	for i := range y.Lines {
		a.Lines = append(a.Lines, typedLine(&y.Lines[i]))
	}
	p.addTargets(y, now, s.cfg.Zone)
	if p.isSteward() {
		p.addAmendForm(y, a)
	}
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) newTargetsPage(c *gin.Context, y *steward.AgencyYear) *stewardPage {
	return s.newStewardPage(c, fmt.Sprintf("Target %s %d", y.Agency.ShortName, y.Year),
		y.Agency.Name+". Target yang diubah menjadi revisi baru; yang semula dijanjikan tetap terlihat, dan capaian ditunjukkan terhadap keduanya.",
		crumb{"Target", stewardHome + "/target?tahun=" + strconv.Itoa(y.Year)})
}

// typedLine is a target in force as it would be typed.
func typedLine(l *steward.TargetLine) steward.AmendedLine {
	current := l.Current()
	target, steps := l.Text(current)
	return steward.AmendedLine{
		Indicator: l.Indicator.Code, Revision: current.Revision, Target: steward.CommaNumbers(target), Steps: steward.CommaNumbers(steps),
		Weight: steward.CommaNumbers(current.Weight.Trim(0).String()), Clause: current.Clause,
	}
}

// addTargets shows what is promised with both scores.
func (p *stewardPage) addTargets(y *steward.AgencyYear, w *scorecard.WhatIf, zone *time.Location) {
	table := &stewardTable{Caption: "Target yang berlaku", Head: []string{"Indikator", "Target kini", "Target semula", "Bobot", "Capaian terhadap target kini", "Terhadap target semula", "Status"}}
	for i := range y.Lines {
		l := &y.Lines[i]
		current, first := l.Current(), l.First()
		now, _ := l.Text(current)
		was, _ := l.Text(first)
		original, changed := "sama", ""
		if was != now {
			original = formatPromise(was)
		}
		if current.Revision > 1 {
			changed = fmt.Sprintf("diubah %s. %s (%s)", formatDate(current.RecordedAt, zone), sentence(current.Reason), current.LegalBasis)
		}
		score, beside, when := noFigure, noFigure, ""
		if w != nil {
			if t := w.Targets[l.Indicator.Code]; t.After != nil {
				score, when = formatNumber(*t.After, 2), formatPeriod(t.Period)
				if t.First != nil {
					beside = formatNumber(*t.First, 2)
				}
			}
		}
		table.Rows = append(table.Rows, []stewardCell{
			{Text: l.Indicator.Name, Small: l.Indicator.Code + ", " + l.Indicator.Unit}, {Text: formatPromise(now), Small: steward.CommaNumbers(stepsOf(l, current))},
			{Text: original, Small: changed}, {Text: formatExact(current.Weight.String())}, {Text: score, Small: when}, {Text: beside}, {Text: string(current.Status), Small: current.Clause},
		})
	}
	p.Blocks = append(p.Blocks, stewardBlock{ID: "berlaku", Heading: "Yang berlaku sekarang", Table: table})
}

func stepsOf(l *steward.TargetLine, t *roadmap.Target) string {
	if _, steps := l.Text(t); steps != "" {
		return "per periode: " + steps
	}
	return ""
}

// addAmendForm asks for the new targets of the whole agency and year at once.
func (p *stewardPage) addAmendForm(y *steward.AgencyYear, a steward.Amendment) {
	groups := []stewardGroup{}
	for _, l := range a.Lines {
		var line *steward.TargetLine
		for i := range y.Lines {
			if y.Lines[i].Indicator.Code == l.Indicator {
				line = &y.Lines[i]
			}
		}
		hint := "Angka, rentang seperti 60-85, atau dicabut."
		switch {
		case line.Scale != nil:
			hint = "Salah satu dari " + line.Scale.Grades() + ", atau dicabut."
		case line.Indicator.Kind == "yesno":
			hint = "ya, tidak, atau dicabut."
		case line.Indicator.Kind == "milestone":
			hint = "Persen salah satu tahap, atau dicabut."
		}
		fields := []stewardField{
			p.input(l.Field("target"), "Target ("+line.Indicator.Unit+")", l.Target, hint),
			p.input(l.Field("bobot"), "Bobot", l.Weight, ""),
		}
		if line.Indicator.Frequency.DuePerYear() > 1 || l.Steps != "" {
			fields = append(fields, p.input(l.Field("langkah"), "Target per periode", l.Steps, "Boleh kosong; dipisah titik koma."))
		}
		fields = append(fields, p.input(l.Field("klausul"), "Letak dalam lampiran", l.Clause, ""))
		groups = append(groups, stewardGroup{ID: l.Indicator, Legend: line.Indicator.Name, Fields: fields})
	}
	groups = append(groups, stewardGroup{Legend: "Alasan dan dasar hukum", Text: "Berlaku untuk semua target yang berubah pada halaman ini. Keduanya tampil di halaman publik.", Fields: []stewardField{
		p.input("alasan", "Alasan perubahan", a.Reason, "").of("area").must(),
		p.input("dasar", "Dasar hukum", a.LegalBasis, "Misalnya Keputusan Wali Kota nomor dan tahun.").must(),
		p.input("status", "Status target yang berubah", string(a.Status), "").choose([2]string{"", "Tetap seperti sekarang"}, [2]string{"contoh", "contoh"}, [2]string{"rancangan", "rancangan"}, [2]string{"resmi", "resmi"}),
	}})
	form := post(targetPath(y.Agency.Code, y.Year), groups, stewardButton{Label: "Pratinjau perubahan", Name: "aksi", Value: "pratinjau"}, stewardButton{Label: "Simpan perubahan", Name: "aksi", Value: "simpan", Second: true})
	for _, l := range a.Lines {
		form.Hidden = append(form.Hidden, stewardValue{l.Field("revisi"), strconv.Itoa(l.Revision)})
	}
	p.Blocks = append(p.Blocks, stewardBlock{ID: "ubah", Heading: "Ubah target", Text: "Ubah yang perlu saja; yang dibiarkan tidak berubah. Bobot semua target instansi ini dalam setahun berjumlah tepat 100.", Form: form})
}

// readAmendment reads the form of addAmendForm.
func readAmendment(y *steward.AgencyYear, v url.Values) steward.Amendment {
	a := steward.Amendment{Agency: y.Agency.Code, Year: y.Year, Status: roadmap.Status(v.Get("status")), Reason: v.Get("alasan"), LegalBasis: v.Get("dasar")}
	for i := range y.Lines {
		l := steward.AmendedLine{Indicator: y.Lines[i].Indicator.Code}
		if !v.Has(l.Field("target")) {
			a.Lines = append(a.Lines, typedLine(&y.Lines[i]))
			continue
		}
		l.Target, l.Steps, l.Weight, l.Clause = v.Get(l.Field("target")), v.Get(l.Field("langkah")), v.Get(l.Field("bobot")), v.Get(l.Field("klausul"))
		l.Revision, _ = strconv.Atoi(v.Get(l.Field("revisi"))) // 0 is no revision: somebody else has changed it
		a.Lines = append(a.Lines, l)
	}
	return a
}

// amendTargets shows what an amendment would do, or does it.
func (s *Server) amendTargets(c *gin.Context) error {
	ctx, now := c.Request.Context(), s.now()
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	y, err := s.agencyYear(c)
	if err != nil {
		return err
	}
	a := readAmendment(y, v)
	switch a.Status {
	case "", roadmap.Example, roadmap.Draft, roadmap.Official:
	default:
		return fault.New(fault.Invalid, "Status target itu tidak dikenal.")
	}
	p := s.newTargetsPage(c, y)
	again := func(p *stewardPage) { p.addAmendForm(y, a) }
	revisions, err := y.Revise(a, now)
	if err != nil {
		return s.take(c, p, err, again)
	}
	if v.Get("aksi") == "simpan" {
		if err := steward.Amend(ctx, s.cfg.Web, s.user(c), a, now); err != nil {
			return s.take(c, p, err, again)
		}
		return seeOther(c, targetPath(y.Agency.Code, y.Year), "simpan")
	}
	w, err := scorecard.AmendedTargets(ctx, s.cfg.Web, s.cfg.Zone, y.Agency.Code, y.Year, revisions, now)
	if err != nil {
		return err
	}
	p.Title = "Pratinjau: " + p.Title
	p.addPreview(y, revisions, w)
	again(p)
	return s.render(c, http.StatusOK, "steward", p)
}

// addPreview shows what the revisions would change.
func (p *stewardPage) addPreview(y *steward.AgencyYear, revisions []roadmap.Target, w *scorecard.WhatIf) {
	table := &stewardTable{Caption: "Yang akan berubah", Head: []string{"Indikator", "Dari", "Menjadi", "Capaian sekarang", "Capaian menurut target baru", "Terhadap target semula"}}
	for i := range revisions {
		r := &revisions[i]
		for k := range y.Lines {
			l := &y.Lines[k]
			if l.Indicator.Code != r.IndicatorCode {
				continue
			}
			was, _ := l.Text(l.Current())
			is, _ := l.Text(r)
			before, after, first := noFigure, noFigure, noFigure
			if w != nil {
				t := w.Targets[r.IndicatorCode]
				before, after, first = figureOr(t.Before), figureOr(t.After), figureOr(t.First)
			}
			table.Rows = append(table.Rows, []stewardCell{
				{Text: l.Indicator.Name, Small: r.IndicatorCode},
				{Text: formatPromise(was), Small: "bobot " + formatExact(l.Current().Weight.String())}, {Text: formatPromise(is), Small: "bobot " + formatExact(r.Weight.String())},
				{Text: before}, {Text: after}, {Text: first},
			})
		}
	}
	text := "Belum ada laporan terverifikasi tahun itu, jadi belum ada nilai yang berubah."
	if w != nil && w.After != nil {
		text = fmt.Sprintf("Nilai %s %s: sekarang %s, menurut target baru %s, terhadap target semula %s. Nilai publik baru berubah pada terbitan berikutnya.",
			y.Agency.ShortName, formatPeriod(w.Period), figureOr(w.Before), figureOr(w.After), figureOr(w.First))
	}
	p.Blocks = append(p.Blocks, stewardBlock{ID: "pratinjau", Heading: "Pratinjau, belum disimpan", Text: text, Table: table})
}

func figureOr(s *string) string {
	if s == nil {
		return noFigure
	}
	return formatNumber(*s, 2)
}
