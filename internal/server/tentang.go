package server

import "petajalan/internal/scorecard"

var aboutRoute = publicRoute{
	pattern: "/tentang",
	page:    showAbout,
	paths:   func(*edition) []string { return []string{"/tentang"} },
}

var accessibilityRoute = publicRoute{
	pattern: "/aksesibilitas",
	page:    showAccessibility,
	paths:   func(*edition) []string { return []string{"/aksesibilitas"} },
}

// accessibilityPage says what is done so that everybody can use the site.
type accessibilityPage struct {
	Page
	Trail []crumb
}

func showAccessibility(e *edition, _ params) (view, error) {
	return view{template: "aksesibilitas", data: accessibilityPage{
		Page: newPage(e, "/aksesibilitas", "/aksesibilitas", "Aksesibilitas",
			"Apa yang dipenuhi, diuji, dan masih kurang supaya semua orang dapat memakai Rapor Layanan Kota Blitar."),
		Trail: trail(e, crumb{Name: "Aksesibilitas"}),
	}}, nil
}

// aboutPage says whose site this is, what it measures and what it does not.
type aboutPage struct {
	Page
	Trail     []crumb
	Reporters int
	Kelurahan int
	Agencies  int
	Goals     []figureLink
	Plan      string // how firm the plan is
}

func showAbout(e *edition, _ params) (view, error) {
	page := aboutPage{
		Page: newPage(e, "/tentang", "/tentang", "Tentang situs ini",
			"Siapa yang mengelola Rapor Layanan Kota Blitar, apa yang diukur, dan apa yang tidak."),
		Trail:     trail(e, crumb{Name: "Tentang"}),
		Kelurahan: len(e.Reporters(scorecard.GroupKelurahan)),
		Agencies:  len(e.Reporters(scorecard.GroupAgencies)) + len(e.Reporters(scorecard.GroupKecamatan)),
		Plan:      planStatus(e.Content.Status),
	}
	page.Reporters = page.Kelurahan + page.Agencies
	for i := range e.Goals {
		page.Goals = append(page.Goals, figureLink{e.Goals[i].Name, e.Link("/tujuan/" + e.Goals[i].Code)})
	}
	return view{template: "tentang", data: page}, nil
}
