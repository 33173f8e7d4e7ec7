package server

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

type dashboardPage struct{ workPage }

func (s *Server) showDashboard(c *gin.Context) error {
	return s.render(c, http.StatusOK, "dashboard", dashboardPage{s.newWorkPage(c, "Ringkasan")})
}

func (s *Server) showAgencyWork(c *gin.Context) error {
	return s.render(c, http.StatusOK, "dashboard", dashboardPage{s.newWorkPage(c, "Instansi")})
}
