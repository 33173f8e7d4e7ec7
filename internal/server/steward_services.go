package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"petajalan/internal/roadmap"
	"petajalan/internal/steward"
	"petajalan/seeds"
)

func (s *Server) stewardServiceRoutes() []workRoute {
	return []workRoute{
		stewardGet("/layanan", s.showStewardServices),
		stewardOnly(http.MethodGet, "/layanan/tambah", s.showNewService),
		stewardOnly(http.MethodPost, "/layanan/tambah", s.putService),
		stewardGet("/layanan/ubah/:layanan", s.showStewardService),
		stewardOnly(http.MethodPost, "/layanan/ubah/:layanan", s.putService),
	}
}

func servicePath(code string) string { return stewardHome + "/layanan/ubah/" + url.PathEscape(code) }

// reviewOrder puts what has to be done first.
var reviewOrder = []steward.ReviewState{steward.NoStandard, steward.ReviewLate, steward.ReviewDue, steward.NeverSaid, steward.Reviewed}

// showStewardServices lists the services with the state of their standards.
func (s *Server) showStewardServices(c *gin.Context) error {
	services, err := roadmap.Services(c.Request.Context(), s.cfg.Web)
	if err != nil {
		return err
	}
	p := s.newStewardPage(c, "Layanan dan standar", "Standar pelayanan memuat 14 komponen. Perlu ditinjau 12 bulan sesudah ditetapkan atau terakhir ditinjau, dan terlambat sesudah 36 bulan.")
	counts := map[steward.ReviewState]int{}
	type line struct {
		service *roadmap.Service
		review  steward.Review
	}
	lines := make([]line, len(services))
	for i := range services {
		lines[i] = line{&services[i], steward.ReviewOf(services[i].Standard, s.now())}
		counts[lines[i].review.State]++
	}
	slices.SortStableFunc(lines, func(a, b line) int {
		return slices.Index(reviewOrder, a.review.State) - slices.Index(reviewOrder, b.review.State)
	})
	table := &stewardTable{Caption: "Layanan", Head: []string{"Layanan", "Tinjauan", "Terakhir", "Keputusan", "Penyelenggara"}, Empty: "Belum ada layanan."}
	for _, l := range lines {
		on, decree := "tidak dinyatakan", ""
		if l.review.On != nil {
			on = formatDate(*l.review.On, l.review.On.Location())
		}
		if l.service.Standard != nil {
			decree = l.service.Standard.DecreeNumber
		}
		table.Rows = append(table.Rows, []stewardCell{{Text: l.service.Name, Href: servicePath(l.service.Code), Small: l.service.Code}, {Text: string(l.review.State)}, {Text: on}, {Text: decree}, {Text: strconv.Itoa(len(l.service.Agencies)) + " instansi"}})
	}
	var items []note
	for _, state := range reviewOrder {
		if counts[state] > 0 {
			items = append(items, note{Text: fmt.Sprintf("%d %s", counts[state], state)})
		}
	}
	p.Blocks = []stewardBlock{{Heading: "Keadaan tinjauan", Items: items}, {Heading: "Semua layanan", Table: table}}
	if p.isSteward() {
		p.Blocks[1].Links = []menuItem{{Name: "Tambah layanan", Href: stewardHome + "/layanan/tambah"}}
	}
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) showNewService(c *gin.Context) error {
	p := s.newStewardPage(c, "Tambah layanan", "", crumb{"Layanan dan standar", stewardHome + "/layanan"})
	p.addServiceForm(stewardHome+"/layanan/tambah", seeds.Row{"standard_status": "rancangan"}, -1)
	return s.render(c, http.StatusOK, "steward", p)
}

// showStewardService shows the standard of a service with its versions.
func (s *Server) showStewardService(c *gin.Context) error {
	if !isText(c.Param("layanan")) {
		return noSuchPage(c)
	}
	service, standards, err := steward.LoadService(c.Request.Context(), s.cfg.Web, c.Param("layanan"))
	if err != nil {
		return err
	}
	p := s.newServicePage(c, service.Name)
	review := steward.ReviewOf(service.Standard, s.now())
	p.Lead = upperFirst(string(review.State)) + "."
	table := &stewardTable{Caption: "Versi standar", Head: []string{"Versi", "Keputusan", "Ditetapkan", "Ditinjau", "Komponen terisi", "Status"}, Empty: "Belum ada standar. Isi komponennya di bawah."}
	for i := len(standards) - 1; i >= 0; i-- {
		st := &standards[i]
		row := seeds.RowOfStandard(st)
		filled := 0
		for _, key := range []string{"requirements", "procedure", "duration_value", "fee_kind", "product", "complaints", "legal_basis", "facilities", "competence", "supervision", "staff_number", "service_guarantee", "safety_guarantee", "evaluation"} {
			if row[key] != "" {
				filled++
			}
		}
		table.Rows = append(table.Rows, []stewardCell{{Text: fmt.Sprintf("Versi %d", st.Version), Small: formatDate(st.RecordedAt, s.cfg.Zone)}, {Text: st.DecreeNumber}, {Text: row["decided_on"]}, {Text: row["reviewed_on"]}, {Text: fmt.Sprintf("%d dari 14", filled)}, {Text: string(st.Status)}})
	}
	p.Blocks = []stewardBlock{{Heading: "Versi standar", Table: table}}
	if p.isSteward() {
		p.addServiceForm(servicePath(service.Code), steward.ServiceRow(service), len(standards))
	}
	return s.render(c, http.StatusOK, "steward", p)
}

func (s *Server) newServicePage(c *gin.Context, name string) *stewardPage {
	return s.newStewardPage(c, name, "", crumb{"Layanan dan standar", stewardHome + "/layanan"})
}

// addServiceForm asks for a service and the next version of its standard.
func (p *stewardPage) addServiceForm(action string, row seeds.Row, seen int) {
	groups := []stewardGroup{{Legend: "Layanan"}, {Legend: "Enam komponen untuk masyarakat"}, {Legend: "Delapan komponen dalam instansi"}, {Legend: "Penetapan dan tinjauan", Text: "Bila hanya ditinjau tanpa perubahan, isi tanggal tinjauannya saja."}}
	for i, col := range seeds.Columns(seeds.ServicesTable) {
		value := row[col.Key]
		if col.Number {
			value = steward.CommaNumbers(value)
		}
		f := p.input(col.Key, col.Label, value, columnHints[col.Key])
		switch {
		case col.Key == "decided_on" || col.Key == "reviewed_on":
			f = p.input(col.Key, col.Label, value, "").of("date")
		case col.Choices != nil:
			f = f.choose(sameWords(col.Choices...)...)
		case col.Long:
			f = f.of("area")
		}
		group := 3
		switch {
		case i < 3:
			group = 0
		case i < 12:
			group = 1
		case i < 20:
			group = 2
		}
		if col.Key == "code" && seen >= 0 {
			continue
		}
		groups[group].Fields = append(groups[group].Fields, f)
	}
	form := post(action, groups, stewardButton{Label: "Simpan sebagai versi baru"})
	form.Hidden = []stewardValue{{"versi", strconv.Itoa(seen)}}
	if seen >= 0 {
		form.Hidden = append(form.Hidden, stewardValue{"code", row["code"]})
	}
	p.Blocks = append(p.Blocks, stewardBlock{ID: "ubah", Heading: "Standar berikutnya", Text: "Komponen yang tidak dinyatakan siapa pun dikosongkan. Versi lama tetap tersimpan.", Form: form})
}

func (s *Server) putService(c *gin.Context) error {
	v, err := stewardValues(c)
	if err != nil {
		return err
	}
	row := seeds.Row{}
	for _, col := range seeds.Columns(seeds.ServicesTable) {
		value := v.Get(col.Key)
		if col.Number {
			value = steward.PlainNumbers(value)
		}
		row[col.Key] = value
	}
	action, seen := stewardHome+"/layanan/tambah", -1
	if code := c.Param("layanan"); code != "" {
		if !isText(code) {
			return noSuchPage(c)
		}
		row["code"], action = code, servicePath(code)
		if seen, err = strconv.Atoi(v.Get("versi")); err != nil || seen < 0 {
			seen = 1 << 30 // no version: it has changed
		}
	}
	if err := steward.PutService(c.Request.Context(), s.cfg.Web, s.user(c), row, seen, s.now()); err != nil {
		p := s.newServicePage(c, "Standar layanan "+row["name"])
		return s.take(c, p, err, func(p *stewardPage) { p.addServiceForm(action, row, seen) })
	}
	return seeOther(c, servicePath(row["code"]), "simpan")
}
