package server

import (
	"net/http"
	"slices"
)

// workRoutes are all addresses of the workspace; each file of pages has its own list.
func (s *Server) workRoutes() []workRoute {
	return slices.Concat(
		s.dashboardRoutes(),
		s.approvalRoutes(),
		s.deskRoutes(),
		s.publishingRoutes(),
		s.spotCheckRoutes(),
		s.worksheetRoutes(),
		s.exchangeRoutes(),
		s.evidenceRoutes(),
		s.followUpRoutes(),
		s.guideRoutes(),
		s.quarterSheetRoutes(),
		s.stewardRoutes(),
		s.calendarRoutes(),
		s.noticeRoutes(),
		s.oversightRoutes(),
		s.ownAccountRoutes(),
		s.userAdminRoutes(),
		s.tokenRoutes(),
	)
}

func (s *Server) dashboardRoutes() []workRoute {
	return []workRoute{
		{rule{method: http.MethodGet, pattern: "/kerja/", who: anyRole}, s.showDashboard},
		{rule{method: http.MethodGet, pattern: "/kerja/instansi/:kode", who: workers, scope: scopeRead}, s.showAgencyWork},
		{rule{method: http.MethodPost, pattern: remindPath, who: inspection}, s.remind},
	}
}
