package browser_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"petajalan/internal/demo"
)

// journey is somebody on the way through the site, whose browser runs no scripts unless it
// says so.
type journey struct {
	*tab
	t       *testing.T
	site    string
	proof   string // path of a file to hand in as evidence
	scripts bool
}

// journeys are ways through the site, each without a script.
func journeys(t *testing.T, c *city, b *chromium) {
	for name, walk := range map[string]func(*journey){
		"FromAFigureOnTheFrontPageToItsEvidence":   toEvidence,
		"ThreeTapsToEvidenceAndOnePublicationBack": threeTaps,
		"SearchLeadsToWhatIsMeant":                 searching,
		"AMistypedNameIsUnderstood":                mistyping,
		"ATableIsDownloaded":                       downloading,
		"ASheetIsPrinted":                          printing,
		"TheMenuOpensByKeyboard":                   openingTheMenu,
		"AnOfficerSignsInAndOut":                   signingInAndOut,
		"DarkAndBack":                              changingTheTheme,
		"KeyboardSkipsToTheContent":                skipping,
		"HalfOfTheFieldsAreFilledAlready":          prefilled,
		"APeriodIsApprovedInThreeTaps":             approving,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := &journey{tab: b.open(t), t: t, site: c.site}
			j.do(t, look{width: 390}.actions(), emulation.SetScriptExecutionDisabled(true), emulation.SetFocusEmulationEnabled(true))
			walk(j)
			for _, message := range j.take() {
				t.Errorf("the console says %s", message)
			}
		})
	}
}

// open goes to an address of the site.
func (j *journey) open(path string) {
	j.t.Helper()
	j.arrive(path, chromedp.Navigate(j.site+path))
}

// click clicks what the selector finds first, and returns where that leads.
func (j *journey) click(selector string) (path string) {
	j.t.Helper()
	return j.leave(chromedp.Click(selector, chromedp.ByQuery))
}

// leave does what leads to another page, and returns its path.
func (j *journey) leave(actions ...chromedp.Action) (path string) {
	j.t.Helper()
	location, status := j.follow(j.t, actions...)
	if status != 200 {
		said := j.text("main")
		j.t.Fatalf("%s answers %d: %.600s", location, status, said)
	}
	path, ours := strings.CutPrefix(location, j.site)
	if !ours {
		j.t.Fatalf("the way leads out of the site, to %s", location)
	}
	return path
}

// arrive does what leads to another page, which must be the one of this path.
func (j *journey) arrive(path string, actions ...chromedp.Action) {
	j.t.Helper()
	if got := j.leave(actions...); got != path {
		j.t.Fatalf("arrived at %s, want %s", got, path)
	}
}

// text is what stands in the first thing that the selector finds.
func (j *journey) text(selector string) string {
	j.t.Helper()
	var s string
	j.do(j.t, chromedp.Text(selector, &s, chromedp.ByQuery))
	return words(s)
}

// all are the things that the selector finds; none is an answer too.
func (j *journey) all(selector string) []*cdp.Node {
	j.t.Helper()
	var nodes []*cdp.Node
	j.do(j.t, chromedp.Nodes(selector, &nodes, chromedp.ByQueryAll, chromedp.AtLeast(0)))
	return nodes
}

// wants fails the test when a text lacks a part.
func (j *journey) wants(text, part string) {
	j.t.Helper()
	if !strings.Contains(text, part) {
		j.t.Errorf("“%.800s” does not say “%s”", text, part)
	}
}

func toEvidence(j *journey) {
	j.open("/")
	tile := `#kelurahan .tiles a[href="/kelurahan/bendogerit"]`
	figure := j.text(tile + " .chip")
	if path := j.click(tile); path != "/kelurahan/bendogerit" {
		j.t.Fatalf("the tile leads to %s", path)
	}
	j.wants(j.text(".headline__figure"), figure)
	if !strings.ContainsAny(figure, "0123456789") {
		j.t.Errorf("the tile says “%s”, which is no figure", figure)
	}

	value := j.text("#indikator .indicator__value b")
	path := j.click("#indikator .indicator h3 a")
	if !strings.HasPrefix(path, "/hitung/") {
		j.t.Fatalf("the indicator leads to %s", path)
	}
	j.wants(j.text("main"), value)
	label := j.text("#bukti")
	known := false
	for _, grade := range []string{"Umpan sistem", "Dokumen diperiksa", "Pernyataan unit", "Tanpa bukti"} {
		known = known || strings.Contains(label, grade)
	}
	if !known {
		j.t.Errorf("“%s” is no label of evidence", label)
	}
}

func searching(j *journey) {
	ask := func(query string) (path string) {
		j.t.Helper()
		j.open("/")
		return j.leave(chromedp.SendKeys("#q", query+kb.Enter, chromedp.ByQuery))
	}
	if path := ask("Bendogerit"); path != "/kelurahan/bendogerit" {
		j.t.Errorf("Bendogerit is found at %s", path)
	}
	if path := ask("KTP"); path != "/cari?q=KTP" {
		j.t.Errorf("KTP is found at %s", path)
	}
	if n := len(j.all("main .notes a")); n < 2 {
		j.t.Errorf("KTP finds %d things", n)
	}
	ask("zzqx tidak ada")
	j.wants(j.text("h1"), "Tidak ada yang cocok dengan “zzqx tidak ada”")
	j.wants(j.text("main"), "Coba nama kelurahan")
	var typed string
	j.do(j.t, chromedp.AttributeValue("#q", "value", &typed, nil, chromedp.ByQuery))
	if typed != "zzqx tidak ada" {
		j.t.Errorf("what was typed is now %q", typed)
	}
	if n := len(j.all("main .notes a")); n == 0 {
		j.t.Error("nothing is offered instead")
	}
}

func signingInAndOut(j *journey) {
	j.open("/")
	if path := j.click(`footer a[href="/masuk"]`); path != "/masuk" {
		j.t.Fatalf("the sign-in link leads to %s", path)
	}
	j.arrive("/kerja/",
		chromedp.SendKeys("#pengguna", "organisasi", chromedp.ByQuery),
		chromedp.SendKeys("#sandi", demo.Password+kb.Enter, chromedp.ByQuery))
	j.wants(j.text("h1"), "Pelaporan Triwulan")
	counted := j.text(".due .keys li:has(a) b")
	path := j.click(".due .keys a")
	if !strings.HasPrefix(path, "/kerja/?status=") {
		j.t.Fatalf("the count leads to %s", path)
	}
	j.wants(j.text("#daftar h2"), counted)
	j.arrive("/masuk?keluar=1", chromedp.Click("form.who button", chromedp.ByQuery))
	j.wants(j.text("main"), "Anda sudah keluar.")

	asked := "/masuk?next=" + url.QueryEscape("/kerja/")
	j.arrive(asked, chromedp.Navigate(j.site+"/kerja/"))
	if len(j.all(".due")) != 0 {
		j.t.Error("the dashboard is shown to nobody in particular")
	}
	if h1 := j.goBackTo("/kerja/?status="); h1 != "Masuk untuk petugas" {
		j.t.Errorf("going back brings up “%s”", h1)
	}
}

// goBackTo goes back in the history to an address that begins so, and returns the heading
// of what is then shown: the page may come anew or from the memory of the browser.
func (j *journey) goBackTo(prefix string) (h1 string) {
	j.t.Helper()
	history := func(ctx context.Context) (at int64, entries []*page.NavigationEntry, err error) {
		return page.GetNavigationHistory().Do(ctx)
	}
	j.do(j.t, chromedp.ActionFunc(func(ctx context.Context) error {
		_, entries, err := history(ctx)
		if err != nil {
			return err
		}
		want := slices.IndexFunc(entries, func(e *page.NavigationEntry) bool { return strings.HasPrefix(e.URL, j.site+prefix) })
		if want < 0 {
			return fmt.Errorf("%s is not in the history", prefix)
		}
		if err := page.NavigateToHistoryEntry(entries[want].ID).Do(ctx); err != nil {
			return err
		}
		for h1 == "" {
			if err := chromedp.Sleep(50 * time.Millisecond).Do(ctx); err != nil {
				return err
			}
			// Between two pages there is for a moment none to ask.
			if at, _, err := history(ctx); err == nil && at == int64(want) {
				_ = chromedp.Evaluate(`document.readyState == "complete" && document.querySelector("h1")?.textContent || ""`, &h1).Do(ctx)
			}
		}
		return nil
	}))
	return words(h1)
}

func changingTheTheme(j *journey) {
	j.open("/kelurahan/bendogerit")
	light := j.paper()
	change := func(to string) string {
		j.t.Helper()
		if path := j.click(`footer a[href="/tema?ke=` + to + `"]`); path != "/kelurahan/bendogerit" {
			j.t.Fatalf("changing to %s leads to %s", to, path)
		}
		return j.paper()
	}
	dark := change("gelap")
	if dark == light {
		j.t.Errorf("dark has the paper of light, %s", light)
	}
	j.open("/metode")
	if got := j.paper(); got != dark {
		j.t.Errorf("the next page has the paper %s, want %s", got, dark)
	}
	j.open("/kelurahan/bendogerit")
	if got := change("terang"); got != light {
		j.t.Errorf("terang gives the paper %s, want %s", got, light)
	}
	change("gelap")
	if got := change("sistem"); got != light {
		j.t.Errorf("sistem gives the paper %s, want %s", got, light)
	}
}

// paper is the colour behind the page.
func (j *journey) paper() string {
	j.t.Helper()
	var style []*css.ComputedStyleProperty
	j.do(j.t, chromedp.ComputedStyle("body", &style, chromedp.ByQuery))
	for _, property := range style {
		if property.Name == "background-color" {
			return property.Value
		}
	}
	j.t.Fatal("the page has no paper")
	return ""
}

func skipping(j *journey) {
	j.open("/")
	j.do(j.t, chromedp.KeyEvent(kb.Tab))
	focused := j.all(":focus")
	if len(focused) != 1 || focused[0].AttributeValue("class") != "skip" {
		j.t.Fatalf("the first Tab leads to %v", focused)
	}
	var box []*cdp.Node
	j.do(j.t, chromedp.Nodes(".skip", &box, chromedp.ByQuery, chromedp.NodeVisible))
	j.do(j.t, chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab))
	if len(j.all("main :focus")) != 1 {
		j.t.Error("after the skip link the next Tab is not in the content")
	}
}

// prefilled counts, on the worksheet of an operator, the fields for figures and those of
// them that hold something before anything is typed.
func prefilled(j *journey) {
	j.signIn("operator.dispendukcapil")
	j.click(`main a[href^="/kerja/laporan/dispendukcapil/"]`)
	figures, filled, offered := 0, 0, 0
	j.do(j.t, chromedp.Evaluate(`document.querySelectorAll("fieldset[data-row] .unit input, fieldset[data-row] .options, fieldset[data-row] .figures select").length`, &figures),
		chromedp.Evaluate(`[...document.querySelectorAll("fieldset[data-row] .unit input, fieldset[data-row] .figures select")].filter(e => e.value).length +
			document.querySelectorAll("fieldset[data-row] .options:has(:checked)").length`, &filled),
		chromedp.Evaluate(`document.querySelectorAll("fieldset[data-row] .source-mark").length`, &offered))
	if figures < 10 || 2*filled < figures || offered < 5 {
		j.t.Errorf("%d of %d fields hold something, %d rows say from where; want at least half of 10 or more, and 5", filled, figures, offered)
	}
}

// approving counts what a lurah taps after signing in, with nothing to object to.
func approving(j *journey) {
	j.signIn("lurah.bendogerit")
	taps := 0
	for _, selector := range []string{`main a[href^="/kerja/setujui/"]`, "#setujui button"} {
		j.click(selector)
		taps++
	}
	j.wants(j.text("main"), "Tidak ada laporan yang menunggu persetujuan")
	if taps > 3 {
		j.t.Errorf("%d taps, want at most 3", taps)
	}
}

// signIn signs in as somebody of the demo.
func (j *journey) signIn(login string) {
	j.t.Helper()
	j.open("/masuk")
	j.arrive("/kerja/",
		chromedp.SendKeys("#pengguna", login, chromedp.ByQuery),
		chromedp.SendKeys("#sandi", demo.Password+kb.Enter, chromedp.ByQuery))
}
