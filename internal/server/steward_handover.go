package server

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/roadmap"
	"petajalan/internal/steward"
)

// stewardHandoverRoutes are the packs: of everybody, or of oneself, which the query sees to.
func (s *Server) stewardHandoverRoutes() []workRoute {
	return []workRoute{
		stewardGet("/serah-terima", s.showHandovers),
		stewardGet("/serah-terima/:petugas", s.showHandover),
	}
}

const handoverPath = stewardHome + "/serah-terima"

// showHandovers lists the officers whose pack the reader may see.
func (s *Server) showHandovers(c *gin.Context) error {
	u := s.user(c)
	users := []*account.User{u}
	if u.Holds(account.Reviewer) || u.Holds(account.Admin) {
		var err error
		if users, err = account.List(c.Request.Context(), s.cfg.Web); err != nil {
			return err
		}
	}
	p := s.newStewardPage(c, "Serah terima", "Saat petugas pindah: apa yang dipegangnya, apa yang masih terbuka, dan keputusan terakhirnya, untuk dicetak atau diunduh bagi penggantinya.")
	table := &stewardTable{Caption: "Petugas", Head: []string{"Petugas", "Peran", "Instansi"}, Empty: "Belum ada petugas."}
	plan, err := roadmap.Agencies(c.Request.Context(), s.cfg.Web)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, a := range plan {
		names[a.Code] = shortAgency(a.Name)
	}
	for _, x := range users {
		roles, agencies := "", ""
		for i, a := range x.Appointments {
			if i > 0 {
				roles += ", "
			}
			roles += a.Role.Label()
			if a.Agency != "" {
				if agencies != "" {
					agencies += ", "
				}
				agencies += names[a.Agency]
			}
		}
		table.Rows = append(table.Rows, []stewardCell{{Text: x.Name, Small: x.Login, Href: handoverPath + "/" + url.PathEscape(x.Login)}, {Text: roles}, {Text: agencies}})
	}
	p.Blocks = []stewardBlock{{Table: table}}
	return s.render(c, http.StatusOK, "steward", p)
}

// showHandover shows the pack of an officer, or sends it as a workbook.
func (s *Server) showHandover(c *gin.Context) error {
	login := c.Param("petugas")
	if !isText(login) {
		return noSuchPage(c)
	}
	u, now := s.user(c), s.now()
	h, err := steward.LoadHandover(c.Request.Context(), s.cfg.Web, u, login, now)
	if err != nil {
		return err
	}
	if c.Query("bentuk") == "xlsx" {
		content, err := steward.WriteHandover(h)
		if err != nil {
			return err
		}
		c.Header("Content-Disposition", `attachment; filename="serah-terima.xlsx"`)
		c.Data(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", content)
		return nil
	}
	p := s.newStewardPage(c, "Serah terima "+h.User.Name, "Keadaan "+formatDate(now, s.cfg.Zone)+", "+formatClock(now, s.cfg.Zone)+".", crumb{"Serah terima", handoverPath})
	links := stewardBlock{Links: []menuItem{{Name: "Unduh (xlsx)", Href: handoverPath + "/" + url.PathEscape(login) + "?bentuk=xlsx"}}}
	if u.Holds(account.Admin) {
		links.Links = append(links.Links, menuItem{Name: "Akhiri peran di halaman Pengguna", Href: home + "pengguna"})
	}
	p.Blocks = append(p.Blocks, links)
	for _, part := range h.Parts {
		b := stewardBlock{Heading: part.Name, Table: &stewardTable{Caption: part.Name, Head: part.Head, Empty: part.Empty}}
		for _, row := range part.Rows {
			var cells []stewardCell
			for _, text := range row {
				cells = append(cells, stewardCell{Text: text})
			}
			b.Table.Rows = append(b.Table.Rows, cells)
		}
		p.Blocks = append(p.Blocks, b)
	}
	return s.render(c, http.StatusOK, "steward", p)
}
