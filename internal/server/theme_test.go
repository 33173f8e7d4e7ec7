package server

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"petajalan/web"
)

var testFiles = web.Files

// fileSite serves assets and theme alone.
func fileSite(t *testing.T) http.Handler {
	t.Helper()
	a, err := ownAssets()
	if err != nil {
		t.Fatal(err)
	}
	th, err := newTheme(true)
	if err != nil {
		t.Fatal(err)
	}
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	wrap := func(h func(*gin.Context) error) gin.HandlerFunc {
		return func(c *gin.Context) {
			if err := h(c); err != nil {
				c.AbortWithStatus(http.StatusNotFound)
			}
		}
	}
	e.GET(assetPrefix+"*berkas", wrap(a.serve))
	e.GET("/tema.css", wrap(th.colours))
	e.GET("/gaya.css", wrap(th.style))
	e.GET("/tema", wrap(th.choose))
	return e
}

func fetch(h http.Handler, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestThemeIsDecidedInOneSheet(t *testing.T) {
	t.Parallel()
	h := fileSite(t)
	for cookie, want := range map[string]struct{ prefix, lacks string }{
		"":             {"@media screen and (prefers-color-scheme:dark){", "nothing"},
		"tema=gelap":   {"@media screen{:root{color-scheme:dark}:root{--paper:#10181d", "prefers"},
		"tema=terang":  {":root{color-scheme:light}", "--paper"},
		"tema=</style": {"@media screen and (prefers-color-scheme:dark){", "nothing"},
	} {
		w := fetch(h, "/tema.css", "Cookie", cookie)
		if body := w.Body.String(); w.Code != 200 || !strings.HasPrefix(body, want.prefix) || strings.Contains(body, want.lacks) {
			t.Errorf("cookie %q: %d %s", cookie, w.Code, body)
		}
		if got := w.Header().Get("Cache-Control"); got != "private, no-cache" {
			t.Errorf("Cache-Control = %q", got)
		}
		again := fetch(h, "/tema.css", "Cookie", cookie, "If-None-Match", w.Header().Get("ETag"))
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("cookie %q: second answer %d", cookie, again.Code)
		}
	}
	dark, light := fetch(h, "/tema.css", "Cookie", "tema=gelap"), fetch(h, "/tema.css", "Cookie", "tema=terang")
	if dark.Header().Get("ETag") == light.Header().Get("ETag") {
		t.Error("two themes share an ETag")
	}
}

func TestOneSheetBringsStyleFontAndColours(t *testing.T) {
	t.Parallel()
	h := fileSite(t)
	whole := fetch(h, "/gaya.css", "Cookie", "tema=gelap")
	for _, part := range []string{":focus-visible{", "@font-face{", "color-scheme:dark}:root{--paper:#10181d"} {
		if !strings.Contains(whole.Body.String(), part) {
			t.Errorf("the sheet lacks %s", part)
		}
	}
	saving := fetch(h, "/gaya.css", "Cookie", "tema=gelap", "Save-Data", "on")
	if strings.Contains(saving.Body.String(), "@font-face") || !strings.Contains(saving.Body.String(), ":focus-visible{") {
		t.Error("a reader who saves data gets the font, or no style")
	}
	if saving.Header().Get("ETag") == whole.Header().Get("ETag") {
		t.Error("two sheets share an ETag")
	}
	for _, header := range []string{"Cookie", "Save-Data", "Accept-Encoding"} {
		if !strings.Contains(strings.Join(whole.Header().Values("Vary"), ","), header) {
			t.Errorf("caches are not told that the sheet varies by %s", header)
		}
	}
	if again := fetch(h, "/gaya.css", "If-None-Match", fetch(h, "/gaya.css").Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("what the reader has is answered with %d", again.Code)
	}
}

func TestChoosingAThemeGoesBackToWhereTheReaderWas(t *testing.T) {
	t.Parallel()
	h := fileSite(t)
	for _, tt := range []struct{ referer, want string }{
		{"", "/"},
		{"http://example.com/kelurahan/bendogerit?terbitan=3", "/kelurahan/bendogerit?terbitan=3"},
		{"https://jahat.example/masuk", "/"},
		{"http://example.com//jahat.example/", "/"},
		{`http://example.com/\jahat.example/`, "/"},
		{"http://example.com/%0d%0aSet-Cookie:x", "/"},
		{"http://example.com/tema?ke=terang", "/"},
		{"::", "/"},
	} {
		w := fetch(h, "http://example.com/tema?ke=gelap", "Referer", tt.referer)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != tt.want {
			t.Errorf("Referer %q: %d to %q, want %q", tt.referer, w.Code, w.Header().Get("Location"), tt.want)
		}
		if cookie := w.Header().Get("Set-Cookie"); !strings.HasPrefix(cookie, "tema=gelap;") || !strings.Contains(cookie, "Secure") || !strings.Contains(cookie, "SameSite=Lax") {
			t.Errorf("cookie %q", cookie)
		}
	}
	if w := fetch(h, "/tema?ke=sistem"); !strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("following the device keeps a cookie: %q", w.Header().Get("Set-Cookie"))
	}
	if w := fetch(h, "/tema?ke=merah"); w.Code != http.StatusNotFound || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("unknown theme: %d", w.Code)
	}
}

func TestAssetsAreKeptForEverAndCompressed(t *testing.T) {
	t.Parallel()
	h := fileSite(t)
	a, err := ownAssets()
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range a.byName {
		w := fetch(h, s.path)
		if w.Code != 200 || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Body.String() != string(s.plain) {
			t.Errorf("%s: %d, Cache-Control %q", name, w.Code, w.Header().Get("Cache-Control"))
		}
	}
	css := a.byName["work.css"].path
	if w := fetch(h, css, "Accept-Encoding", "gzip, br"); w.Header().Get("Content-Encoding") != "br" {
		t.Errorf("Content-Encoding = %q", w.Header().Get("Content-Encoding"))
	}
	if w := fetch(h, css, "Accept-Encoding", "gzip;q=1, br;q=0"); w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("Content-Encoding = %q where brotli is refused", w.Header().Get("Content-Encoding"))
	}
	font := a.byName["font.css"].path
	if w := fetch(h, font, "Save-Data", "on"); w.Body.Len() != 0 || !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Save-Data") {
		t.Errorf("a reader who saves data gets the font: %s", w.Body)
	}
	if w := fetch(h, font); !strings.Contains(w.Body.String(), a.byName["jakarta.woff2"].path) {
		t.Errorf("the sheet of the font does not name it: %s", w.Body)
	}
	if w := fetch(h, assetPrefix+"work.css"); w.Code != http.StatusNotFound {
		t.Errorf("an address without hash answers %d", w.Code)
	}
}

func TestEveryStyleSheetIsListed(t *testing.T) {
	t.Parallel()
	listed := strings.Join(slices.Concat([]string{web.DarkTokens, web.FontFace}, web.Styles, web.WorkStyles, web.PrintStyles, web.PosterStyles, web.EmbedStyles), " ")
	for _, folder := range []string{"styles", "components"} {
		files, err := testFiles.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f.Name(), ".css") && !strings.Contains(listed, folder+"/"+f.Name()) {
				t.Errorf("%s/%s is in no sheet", folder, f.Name())
			}
		}
	}
}

var token = regexp.MustCompile(`--([a-z0-9-]+): (#[0-9a-f]{3,6})\b`)

// tokens reads the colours of a sheet over those of another.
func tokens(t *testing.T, file string, base map[string]string) map[string]string {
	t.Helper()
	sheet, err := testFiles.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for name, value := range base {
		all[name] = value
	}
	for _, m := range token.FindAllStringSubmatch(string(sheet), -1) {
		all[m[1]] = m[2]
	}
	return all
}

// luminance after WCAG 2.2.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	h := strings.TrimPrefix(colour, "#")
	if len(h) == 3 {
		h = fmt.Sprintf("%c%c%c%c%c%c", h[0], h[0], h[1], h[1], h[2], h[2])
	}
	var sum float64
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(h[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatalf("colour %q: %v", colour, err)
		}
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func TestColoursHaveTheContrastTheyNeed(t *testing.T) {
	t.Parallel()
	light := tokens(t, "styles/tokens.css", nil)
	dark := tokens(t, web.DarkTokens, light)
	for name, colours := range map[string]map[string]string{"light": light, "dark": dark} {
		contrast := func(front, back string) float64 {
			if colours[front] == "" || colours[back] == "" {
				t.Errorf("%s: no token %s or %s", name, front, back)
				return 0
			}
			a, b := luminance(t, colours[front]), luminance(t, colours[back])
			return (math.Max(a, b) + .05) / (math.Min(a, b) + .05)
		}
		check := func(least float64, front string, backs ...string) {
			for _, back := range backs {
				if ratio := contrast(front, back); ratio < least {
					t.Errorf("%s: %s on %s has %.2f, needs %.1f", name, front, back, ratio, least)
				}
			}
		}
		check(7, "ink", "paper", "surface", "sunk")
		check(4.5, "ink2", "paper", "surface", "sunk")
		check(4.5, "link", "paper", "surface", "sunk")
		check(4.5, "bad", "paper", "surface", "sunk")
		check(4.5, "warn", "paper", "surface", "sunk")
		check(4.5, "brand", "paper", "sunk")
		check(4.5, "on-brand", "brand")
		for band := range 6 {
			n := strconv.Itoa(band)
			check(4.5, "t"+n, "b"+n)
		}
		check(4.5, "paper", "ink", "brand") // hovered buttons, the skip link
		// What is no text: borders of inputs and of empty cells, marks, swatches of parts.
		check(3, "ink2", "paper", "surface", "sunk")
		check(3, "line2", "paper", "surface")
		check(3, "brand", "paper", "surface", "sunk")
		check(3, "warn", "paper", "surface")
		check(3, "bad", "paper", "surface")
		// The focus ring stands off what it surrounds, so it lies on the page: one of its two tones is seen there.
		for _, back := range []string{"paper", "surface", "sunk"} {
			if ring := math.Max(contrast("ink", back), contrast("glow", back)); ring < 3 {
				t.Errorf("%s: the focus ring on %s has %.2f, needs 3", name, back, ring)
			}
		}
		check(3, "bar", "q1", "q2", "q3", "paper")
		check(3, "ink", "q1", "q2", "q3")
	}
}
