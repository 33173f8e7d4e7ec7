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

	names *edition // knows agencies by name; nil while nothing is published
}

// agencyWord is the name of an agency, or its code while nothing is published.
func (p workPage) agencyWord(code string) string {
	if p.names != nil {
		if a := p.names.Agency(code); a != nil {
			return unitName(a)
		}
	}
	return code
}

// newWorkPage starts the page struct of a page of the workspace.
func (s *Server) newWorkPage(c *gin.Context, title string) workPage {
	p := workPage{
		Page: Page{Title: title + " · Ruang kerja Peta Jalan", Path: c.Request.URL.Path, Work: true},
		User: s.user(c),
	}
	p.Unread = s.unread(c.Request.Context(), p.User)
	if e := s.edition(); e != nil {
		p.names = e
		p.Demo = e.Demo
		p.Example = e.Status == statusExample
	}
	return p
}

// WorkMenu is what the user works on. What is rarer is led to from these pages.
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
			add(true, p.agencyWord(code), workAgencyPath(code))
		}
	}
	add(u.MayVerify(), "Verifikasi", deskPath)
	add(u.MayPublish(), "Terbitkan", publishingPath)
	add(u.MayManageUsers(), "Pengguna", usersPath)
	add(u.MayManageUsers(), "Token", tokensPath)
	add(overseers.admits(u) && !u.MayVerify(), "Pekerjaan", jobsPath) // Bagian Organisasi comes by the trail
	add(sampleReaders.admits(u), "Uji petik", spotCheckPath)
	add(workers.admits(u), "Tindak lanjut", followUpPath)
	add(workers.admits(u), "Impor dan unduh", exchangePath)
	add(workers.admits(u), "Kalender", calendarPath)
	add(workers.admits(u), "Peta jalan", stewardHome)
	add(auditReaders.admits(u), "Jejak audit", trailPath)
	add(u.Holds(account.Council) && !u.MaySeeCity() && len(u.Agencies()) == 0, "Riwayat terbitan", "/terbitan")
	return p.mark(items)
}

// OwnMenu is what everybody has: help, the own account, and the way out to the public pages.
func (p workPage) OwnMenu() []menuItem {
	var items []menuItem
	if len(p.User.Appointments) > 0 {
		items = append(items, menuItem{Name: "Pemberitahuan" + p.unreadWord(), Href: noticePath}, menuItem{Name: "Panduan", Href: guidePath})
	}
	return p.mark(append(items, menuItem{Name: "Akun saya", Href: ownPath}, menuItem{Name: "Lihat halaman publik", Href: "/"}))
}

// beside are pages that belong to an entry of the menu without being below its address.
var beside = map[string]string{
	evidenceListPath: deskPath, evidenceRulePath: deskPath, exceptionPath: calendarPath, jobsPath: trailPath, tokensPath: trailPath, newUserPath: usersPath,
}

// mark says which entry the page is, or belongs to.
func (p workPage) mark(items []menuItem) []menuItem {
	within := func(path string) bool { return p.Path == path || strings.HasPrefix(p.Path, path+"/") }
	current := p.Path
	for page, entry := range beside {
		if within(page) && !slices.ContainsFunc(items, func(i menuItem) bool { return i.Href == page }) {
			current = entry
		}
	}
	for i := range items {
		switch href := items[i].Href; {
		case href == p.Path:
			items[i].Current = "page"
		case href == current, strings.HasPrefix(p.Path, home) && href != home && href != "/" && within(href):
			items[i].Current = "true"
		}
	}
	return items
}

// Oversees reports whether the user sees the scheduled work.
func (p workPage) Oversees() bool { return overseers.admits(p.User) }

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
