package server

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

// guidePath is the address of the guide.
const guidePath = "/kerja/panduan"

func (s *Server) guideRoutes() []workRoute {
	return []workRoute{
		{rule{method: http.MethodGet, pattern: guidePath, who: anyRole}, s.showOwnGuide},
		{rule{method: http.MethodGet, pattern: guidePath + "/:peran", who: anyRole}, s.showGuide},
	}
}

// guidePage is the guide for one role, on one printed page or two.
type guidePage struct {
	workPage
	Role   account.Role
	Others []menuItem
}

// showOwnGuide shows the guide for the first of the user's roles.
func (s *Server) showOwnGuide(c *gin.Context) error {
	return s.renderGuide(c, s.user(c).Appointments[0].Role)
}

func (s *Server) showGuide(c *gin.Context) error {
	role := account.Role(c.Param("peran"))
	if !slices.Contains(account.Roles[:], role) {
		return fault.New(fault.NotFound, "Tidak ada panduan untuk peran itu. Pilih salah satu peran di halaman Panduan.")
	}
	return s.renderGuide(c, role)
}

func (s *Server) renderGuide(c *gin.Context, role account.Role) error {
	p := guidePage{workPage: s.newWorkPage(c, "Panduan "+role.Label()), Role: role}
	for _, r := range account.Roles {
		item := menuItem{Name: r.Label(), Href: guidePath + "/" + string(r)}
		if r == role {
			item.Current = "true"
		}
		p.Others = append(p.Others, item)
	}
	return s.render(c, http.StatusOK, "guide", p)
}
