package server

import (
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"petajalan/internal/fault"
)

// shown answers an address of the site from an edition, as a reader would get it.
func shown(t testing.TB, e *edition, address string) (view, error) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	for _, route := range publicRoutes() {
		if names, ok := matchPattern(route.pattern, u.Path); ok {
			return route.page(e, params{path: names, query: u.Query()})
		}
	}
	t.Fatalf("no route for %s", address)
	return view{}, nil
}

// body is a public answer as text.
func body(t testing.TB, e *edition, address string) string {
	t.Helper()
	v, err := shown(t, e, address)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	if v.file != nil {
		return string(v.file.body)
	}
	r, _ := newTestRenderer(t)
	var b strings.Builder
	if err := r.render(&b, v.template, v.data); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return b.String()
}

// abroad is an edition of the fixture on a site of its own.
func abroad(t testing.TB) *edition {
	e := blitar(t)
	e.Base = "https://rapor.example.go.id"
	e.SHA256 = "a31136460d50c7ae0a31136460d50c7ae0a31136460d50c7ae0a31136460d50c"
	e.Others[0].SHA256, e.Others[0].Status, e.Others[0].Reason, e.Others[0].Size = e.SHA256, e.Status, "terbitan triwulanan", 1234
	return e
}

func TestUnknownNamesOfSharedThingsAreToldInASentence(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	for _, address := range []string{
		"/kartu/tidak-ada.png", "/kartu/kota", "/kartu/.png", "/kartu/kota.PNG", "/kartu/" + strings.Repeat("x", 5000) + ".png",
		"/lencana/tidak-ada.svg", "/lencana/kota", "/lencana/kota.svg.svg", "/sematan/tidak-ada", "/sematan/kota.svg", "/sematan/Kota",
		"/cetak/kelurahan/tidak-ada", "/cetak/kelurahan/tidak-ada.pdf", "/cetak/kelurahan/dlh", "/cetak/kelurahan/.pdf",
		"/cetak/layanan/tidak-ada", "/cetak/layanan/tidak-ada.pdf", "/cetak/layanan/kel-0/tidak-ada", "/cetak/layanan/kel-0/dlh",
		"/cetak/layanan/kel-0/dlh.pdf", "/cetak/layanan/tidak-ada/bendogerit", "/cetak/layanan/kel-0.pdf/bendogerit",
		"/cetak/layanan/kel-0/" + e.AgencyBySlug("bendogerit").Code, // a kelurahan goes by its name
	} {
		_, err := shown(t, e, address)
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.NotFound || !strings.HasSuffix(f.Message, ".") && !strings.HasSuffix(f.Message, cityCardPath+".") {
			t.Errorf("%.60s: %v, want not found, in a sentence", address, err)
		}
	}
}

func TestOnlyWhatIsMeantForOtherSitesIsOpenToThem(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	want := map[string]opening{"/kartu/:nama": openShow, "/lencana/:nama": openShow, "/sematan/:nama": openFrame, feedPath: openRead}
	sample := map[string]string{
		"/kartu/:nama": "/kartu/kota.png", "/lencana/:nama": "/lencana/kota.svg", "/sematan/:nama": "/sematan/kota",
		"/cetak/kelurahan/:nama": "/cetak/kelurahan/bendogerit.pdf", "/cetak/layanan/:kode": "/cetak/layanan/kel-0", "/cetak/layanan/:kode/:instansi": "/cetak/layanan/kel-0/bendogerit",
	}
	seen := 0
	for _, route := range publicRoutes() {
		if strings.HasPrefix(route.pattern, "/data") {
			continue // open data has a test of its own
		}
		address := sample[route.pattern]
		switch {
		case address != "":
		case route.paths != nil && len(route.paths(e)) > 0:
			address = route.paths(e)[0]
		case !strings.Contains(route.pattern, ":"):
			address = route.pattern
		default:
			continue // made on demand; asked for below the addresses that are built ahead
		}
		v, err := shown(t, e, address)
		if err != nil || v.redirect != "" {
			continue
		}
		seen++
		if v.open != want[route.pattern] {
			t.Errorf("%s is open as %d, want %d", address, v.open, want[route.pattern])
		}
	}
	if seen < len(want)+10 {
		t.Errorf("only %d addresses were looked at", seen)
	}
}

func TestFeedIsAtomAndNamesItsPublicationsForEver(t *testing.T) {
	t.Parallel()
	e := abroad(t)
	type link struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	var feed struct {
		XMLName xml.Name
		ID      string `xml:"http://www.w3.org/2005/Atom id"`
		Title   string `xml:"http://www.w3.org/2005/Atom title"`
		Updated string `xml:"http://www.w3.org/2005/Atom updated"`
		Author  string `xml:"http://www.w3.org/2005/Atom author>name"`
		Links   []link `xml:"http://www.w3.org/2005/Atom link"`
		Entries []struct {
			ID      string `xml:"http://www.w3.org/2005/Atom id"`
			Title   string `xml:"http://www.w3.org/2005/Atom title"`
			Updated string `xml:"http://www.w3.org/2005/Atom updated"`
			Summary string `xml:"http://www.w3.org/2005/Atom summary"`
			Links   []link `xml:"http://www.w3.org/2005/Atom link"`
		} `xml:"http://www.w3.org/2005/Atom entry"`
	}
	text := body(t, e, feedPath)
	if err := xml.Unmarshal([]byte(text), &feed); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	name := regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if feed.XMLName.Local != "feed" || feed.XMLName.Space != "http://www.w3.org/2005/Atom" || !name.MatchString(feed.ID) || feed.Title == "" || feed.Author == "" {
		t.Errorf("feed %+v", feed)
	}
	if _, err := time.Parse(time.RFC3339, feed.Updated); err != nil {
		t.Error(err)
	}
	if len(feed.Entries) != 1 {
		t.Fatalf("%d entries", len(feed.Entries))
	}
	entry := feed.Entries[0]
	if !name.MatchString(entry.ID) || entry.ID == feed.ID || entry.Title != "Terbitan 8: Triwulan III 2026" || entry.Updated != "2026-10-30T02:00:00Z" {
		t.Errorf("entry %+v", entry)
	}
	for _, part := range []string{"Kota Blitar mencapai rata-rata", "Terbitan triwulanan.", "rekaan"} {
		if !strings.Contains(entry.Summary, part) {
			t.Errorf("the summary does not say %q: %s", part, entry.Summary)
		}
	}
	self := false
	for _, l := range append(feed.Links, entry.Links...) {
		if !strings.HasPrefix(l.Href, e.Base+"/") {
			t.Errorf("link %+v is not absolute", l)
		}
		self = self || l.Rel == "self" && l.Href == e.Base+feedPath
	}
	if !self {
		t.Error("the feed does not say where it is")
	}
	moved := abroad(t)
	moved.Base = "https://lain.example.go.id"
	if !strings.Contains(body(t, moved, feedPath), entry.ID) {
		t.Error("a publication has another name when the site is moved")
	}
}

func TestFeedTellsWhatAPublicationChanged(t *testing.T) {
	t.Parallel()
	before, now := abroad(t), abroad(t)
	before.Content.Number, before.SHA256 = 7, "b"
	now.Content.Achievements[0].Reported = new("1.23")
	now.Others = []editionInfo{{Number: 7, Period: before.Content.Period, SHA256: "b"}, now.Others[0]}
	opened := 0
	now.other = func(int) (*edition, error) { opened++; return before, nil }
	f := &feed{told: map[string]string{}}
	for range 2 {
		v, err := f.show(now, params{})
		if err != nil {
			t.Fatal(err)
		}
		if text := string(v.file.body); strings.Count(text, "<entry>") != 2 || !strings.Contains(text, "1 nilai laporan berubah.") ||
			strings.Index(text, "Terbitan 8:") > strings.Index(text, "Terbitan 7:") {
			t.Errorf("feed:\n%s", text)
		}
	}
	if opened != 2 {
		t.Errorf("publications were opened %d times, want 2: they never change", opened)
	}
}

func TestBadgesAreSoundPicturesThatNeedNothing(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	for _, name := range sharedNames(e) {
		u, err := findUnit(e, name)
		if err != nil {
			t.Fatal(err)
		}
		svg := body(t, e, "/lencana/"+name+".svg")
		decoder := xml.NewDecoder(strings.NewReader(svg))
		title, root := "", xml.StartElement{}
		for {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, svg)
			}
			start, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			if root.Name.Local == "" {
				root = start.Copy()
			}
			if start.Name.Local == "title" {
				if err := decoder.DecodeElement(&title, &start); err != nil {
					t.Fatal(err)
				}
			}
			if start.Name.Local == "text" && !slices.ContainsFunc(start.Attr, func(a xml.Attr) bool { return a.Name.Local == "textLength" }) {
				t.Errorf("%s has a text without its width", name)
			}
			for _, a := range start.Attr {
				if slices.Contains([]string{"href", "style", "src", "class"}, a.Name.Local) || strings.Contains(a.Value, "url(") {
					t.Errorf("%s needs %s=%q", name, a.Name.Local, a.Value)
				}
			}
		}
		attrs := map[string]string{}
		for _, a := range root.Attr {
			attrs[a.Name.Local] = a.Value
		}
		if attrs["role"] != "img" || attrs["aria-labelledby"] != "t" || attrs["width"] == "" {
			t.Errorf("%s: root %v", name, attrs)
		}
		for _, part := range []string{u.Short, strings.ToLower(u.Score.Rating.Word), "Triwulan III 2026", "DATA PERAGAAN", u.Figure()} {
			if !strings.Contains(title, part) {
				t.Errorf("%s says %q, not %q", name, title, part)
			}
		}
	}
}

func TestEmbeddedPagesStandAlone(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	for _, name := range []string{cityName, "bendogerit", "klampok", "dp3ap2kb"} {
		u, err := findUnit(e, name)
		if err != nil {
			t.Fatal(err)
		}
		page := body(t, e, "/sematan/"+name)
		for _, part := range []string{`<base target="_top">`, u.Name, u.Score.Rating.Word, "Triwulan III 2026", "DATA PERAGAAN", `href="` + u.Path + `"`} {
			if !strings.Contains(page, part) {
				t.Errorf("%s lacks %q", name, part)
			}
		}
		if strings.Contains(page, "<script") || strings.Contains(page, "style=") || strings.Contains(page, "gaya.css") {
			t.Errorf("%s is more than it needs to be:\n%s", name, page)
		}
	}
	past := *e
	past.Latest = false
	if page := body(t, &past, "/sematan/kota"); !strings.Contains(page, `href="/?terbitan=8"`) {
		t.Errorf("an embedded page of a past publication leads elsewhere:\n%s", page)
	}
}

func TestTheCodesToCopyLeadToWhatTheyShow(t *testing.T) {
	t.Parallel()
	e := abroad(t)
	doc := parse(t, body(t, e, embedListPath))
	codes := doc.Find("pre code")
	if want := 2 * len(sharedNames(e)); codes.Length() != want {
		t.Fatalf("%d codes, want %d", codes.Length(), want)
	}
	for i := range codes.Length() {
		code := parse(t, "<body>"+codes.Eq(i).Text())
		target := code.Find("img, iframe")
		address, _ := target.Attr("src")
		path, ok := strings.CutPrefix(address, e.Base)
		if !ok {
			t.Fatalf("the code shows %q", address)
		}
		if v, err := shown(t, e, path); err != nil || v.open == openNot {
			t.Errorf("%s: %v, open %d", path, err, v.open)
		}
		if href, ok := code.Find("a").Attr("href"); ok {
			if _, err := shown(t, e, strings.TrimPrefix(href, e.Base)); err != nil {
				t.Errorf("%s: %v", href, err)
			}
		}
		if title, alt := target.AttrOr("title", ""), target.AttrOr("alt", ""); title+alt == "" {
			t.Errorf("%s has no text", address)
		}
	}
}
