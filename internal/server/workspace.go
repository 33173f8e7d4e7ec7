package server

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
)

// workPage is what every page of the workspace has. User is nil on the page of sign-in.
type workPage struct {
	Page
	User   *account.User
	Unread int // notes that the user has not read
}

// newWorkPage starts the page struct of a page of the workspace.
func (s *Server) newWorkPage(c *gin.Context, title string) workPage {
	p := workPage{
		Page: Page{Title: title + " · Ruang kerja Peta Jalan", Path: c.Request.URL.Path, Work: true},
		User: s.user(c),
	}
	p.Unread = s.unread(c.Request.Context(), p.User)
	if e := s.edition(); e != nil {
		p.Demo = e.Demo
		p.Example = e.Status == statusExample
	}
	return p
}

// WorkMenu is the menu of the workspace: what there is for this user, and the way out to
// the public pages.
func (p workPage) WorkMenu() []menuItem {
	u := p.User
	items := []menuItem{{Name: "Ringkasan", Href: home}}
	add := func(shown bool, name, path string) {
		if shown {
			items = append(items, menuItem{Name: name, Href: path})
		}
	}
	if codes := u.Agencies(); len(codes) > 1 { // of the first, Ringkasan tells already
		for _, code := range codes {
			add(true, "Instansi "+code, workAgencyPath(code))
		}
	}
	add(u.MayVerify(), "Verifikasi", deskPath)
	add(sampleReaders.admits(u), "Uji petik", spotCheckPath)
	add(u.MayPublish(), "Terbitkan", publishingPath)
	add(u.MayVerify(), "Bukti", evidenceListPath)
	add(u.Holds(account.Council) && !u.MaySeeCity() && len(u.Agencies()) == 0, "Riwayat terbitan", "/terbitan")
	add(workers.admits(u), "Impor dan unduh", exchangePath)
	add(workers.admits(u), "Kalender", calendarPath)
	add(workers.admits(u), "Tindak lanjut", followUpPath)
	add(workers.admits(u), "Peta jalan", stewardHome)
	add(len(u.Appointments) > 0, "Panduan", guidePath)
	add(overseers.admits(u), "Pekerjaan", jobsPath)
	add(auditReaders.admits(u), "Jejak audit", trailPath)
	add(u.MayManageUsers(), "Pengguna", usersPath)
	add(len(u.Appointments) > 0, "Pemberitahuan"+p.unreadWord(), noticePath)
	add(true, "Akun saya", ownPath)
	items = append(items, menuItem{Name: "Lihat halaman publik", Href: "/"})
	for i := range items {
		if items[i].Href == p.Path {
			items[i].Current = "page"
		}
	}
	return items
}

// unreadWord is " (3)" behind an entry of the menu; empty when all was read.
func (p workPage) unreadWord() string {
	switch {
	case p.Unread == 0:
		return ""
	case p.Unread >= 100:
		return " (99+)"
	}
	return " (" + strconv.Itoa(p.Unread) + ")"
}

// Offices are the roles of the user in words, "Kepala (Plt), Operator"; empty when the
// name says it already.
func (p workPage) Offices() string {
	var words []string
	for _, a := range p.User.Appointments {
		w := a.Role.Label()
		if a.Acting {
			w += " (Plt)"
		}
		if !slices.Contains(words, w) && !strings.HasPrefix(p.User.Name, w) {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

// workAgencyPath is the address of the work in progress of an agency.
func workAgencyPath(code string) string { return home + "instansi/" + code }
