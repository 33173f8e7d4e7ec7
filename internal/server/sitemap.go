package server

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// contentXML is the type of a sitemap.
const contentXML = "application/xml; charset=utf-8"

// unlistedPages begin the addresses of what is no page to be found: sheets to print, frames for
// other sites, results of searches.
var unlistedPages = []string{"/cari", "/cetak/", "/sematan/", "/kartu/", "/lencana/"}

// unlistedFiles end the addresses of files.
var unlistedFiles = []string{".xml", ".atom", ".json", ".jsonld", ".csv", ".xlsx", ".zip", ".pdf", ".png", ".svg", ".txt"}

// isListed reports whether search engines are told of an address.
func isListed(address string) bool {
	for _, prefix := range unlistedPages {
		if strings.HasPrefix(address, prefix) {
			return false
		}
	}
	return !slices.Contains(unlistedFiles, path.Ext(address))
}

// listedPages are the addresses of the public pages of an edition that search engines are
// told of: all but the thousands that show how one figure came about.
func listedPages(e *edition) []string {
	var all []string
	for _, route := range publicRoutes() {
		switch {
		case route.paths != nil:
			for _, address := range route.paths(e) {
				if isListed(address) {
					all = append(all, address)
				}
			}
		case !strings.Contains(route.pattern, ":") && isListed(route.pattern):
			all = append(all, route.pattern)
		}
	}
	return all
}

// siteURL is a page in a sitemap, as sitemaps.org writes it.
type siteURL struct {
	Location string `xml:"loc"`
	Modified string `xml:"lastmod"` // 2026-10-31
}

// showSitemap lists the public pages for search engines.
func showSitemap(e *edition, _ params) (view, error) {
	set := struct {
		XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []siteURL `xml:"url"`
	}{}
	modified := e.PublishedAt.UTC().Format(time.DateOnly)
	for _, address := range listedPages(e) {
		set.URLs = append(set.URLs, siteURL{e.Absolute(address), modified})
	}
	var body bytes.Buffer
	body.WriteString(xml.Header)
	if err := xml.NewEncoder(&body).Encode(set); err != nil {
		return view{}, err
	}
	return view{file: &file{contentType: contentXML, body: body.Bytes()}}, nil
}

// robots keeps search engines out of what is no page for the public, and tells them where
// the list of pages is.
func (s *Server) robots(c *gin.Context) error {
	c.Header("Cache-Control", "public, max-age=86400")
	c.Data(http.StatusOK, "text/plain; charset=utf-8",
		[]byte("User-agent: *\nDisallow: /kerja/\nDisallow: /masuk\nDisallow: /cari\nDisallow: /tema\n\nSitemap: "+s.site.base+"/sitemap.xml\n"))
	return nil
}
