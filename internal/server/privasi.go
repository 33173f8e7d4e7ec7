package server

// privacyPage says what the site knows of its readers and of those who sign in.
type privacyPage struct {
	Page
	Trail []crumb
}

func showPrivacy(e *edition, _ params) (view, error) {
	return view{template: "privasi", data: privacyPage{
		Page: newPage(e, "/privasi", "/privasi", "Privasi",
			"Data pribadi apa yang dicatat Rapor Layanan Kota Blitar, untuk apa, berapa lama, dan apa hak Anda."),
		Trail: trail(e, crumb{Name: "Privasi"}),
	}}, nil
}
