package server

// textRoutes are the pages that explain, and what search engines read.
func textRoutes() []publicRoute {
	return []publicRoute{
		{pattern: "/privasi", page: showPrivacy, paths: onlyPath("/privasi")},
		{pattern: "/en/method", page: showEnglishMethod, paths: onlyPath("/en/method")},
		{pattern: "/perbaikan", page: (&corrections{told: map[[2]string]correctionGroup{}}).show, slow: always, prepared: true}, // opens every past publication, so not while one is published
		{pattern: "/sitemap.xml", page: showSitemap},
	}
}

// onlyPath are the addresses of a page that there is one of.
func onlyPath(path string) func(*edition) []string {
	return func(*edition) []string { return []string{path} }
}
