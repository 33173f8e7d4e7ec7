package browser_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"petajalan/internal/demo"
)

// lookAt opens every page in the browser.
func lookAt(t *testing.T, c *city, b *chromium) {
	axe := axeSource(t)
	t.Run("AxeIsThere", func(t *testing.T) {
		if axe == "" {
			skip(t, "axe-core was not found, so accessibility was not checked. Run `npm ci` in .ci.")
		}
	})
	unpublished := newUnpublished(t)
	sessions := map[string]*http.Cookie{}
	for _, a := range workAddresses() {
		if a.login != "" && sessions[a.login] == nil {
			sessions[a.login] = signIn(t, c.site, a.login)
		}
	}
	drawSample(t, c.site, sessions["organisasi"])
	see := func(site string, a address, looks []look) {
		name := a.path
		if a.press != "" {
			name += " after " + a.press
		}
		if a.login != "" {
			name += " as " + a.login
		}
		if site == unpublished {
			name += " before the first publication"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := <-b.tabs
			defer func() { b.tabs <- p }()
			for _, problem := range p.lookAt(t, site, a, looks, sessions[a.login], axe) {
				t.Error(problem)
			}
		})
	}
	public := publicAddresses(c.content)
	for i, looks := range publicLooks(public) {
		see(c.site, public[i], looks)
	}
	for _, a := range workAddresses() {
		looks := []look{{width: 390}, {width: 390, dark: true}, {width: 1280}}
		if a.main {
			looks = append(looks, look{width: 1280, dark: true}, look{width: 320}, look{width: 390, forced: true})
		}
		see(c.site, a, looks)
	}
	for _, path := range []string{"/", "/kelurahan/bendogerit", "/terbitan", "/tentang"} {
		see(unpublished, address{path: path, status: http.StatusOK}, []look{{width: 390}, {width: 1280, dark: true}})
	}
}

// publicLooks says in which forms each page is seen. Of the pages of one kind each has a
// part of the nine forms, in turn, so that the kind has all of them; a page that is the only
// one has all. From the fourth page on a page has one form in light and one in dark.
// In light all rules hold. Dark and forced colours change colours and nothing else, so there
// only those are judged.
func publicLooks(all []address) [][]look {
	widths := []int64{390, 1280, 320}
	kinds := map[string][]int{}
	for i, a := range all {
		kind := fmt.Sprint(shape(a.path), a.status)
		kinds[kind] = append(kinds[kind], i)
	}
	looks := make([][]look, len(all))
	for _, pages := range kinds {
		for n, page := range pages {
			for i, width := range widths {
				if i%len(pages) == n || i == n%len(widths) || all[page].main {
					looks[page] = append(looks[page], look{width: width}, look{width: width, dark: true})
				}
				if i%len(pages) == n {
					looks[page] = append(looks[page], look{width: width, forced: true})
				}
			}
		}
	}
	return looks
}

// lookAt opens one page and looks at it in these forms, everything that can be unfolded
// being open, and with text of twice the size. It returns what is wrong with it.
func (p *tab) lookAt(t *testing.T, site string, a address, looks []look, session *http.Cookie, axe string) (problems []string) {
	t.Helper()
	p.do(t, looks[0].actions(), network.ClearBrowserCookies())
	if session != nil {
		p.do(t, network.SetCookie(session.Name, session.Value).WithURL(site))
	}
	p.take()
	if _, status := p.follow(t, chromedp.Navigate(site+a.path)); status != int64(a.status) {
		t.Fatalf("status %d, want %d", status, a.status)
	}
	if a.press != "" {
		if _, status := p.follow(t, chromedp.Click(a.press, chromedp.ByQuery)); status != http.StatusOK && status != http.StatusUnprocessableEntity {
			t.Fatalf("status %d after a click on %s", status, a.press)
		}
	}
	p.do(t, chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => { d.open = true })`, nil))
	if axe != "" {
		p.do(t, chromedp.Evaluate(axe+";0", nil))
	}
	seen := map[string]look{} // by colours
	for _, l := range looks {
		p.do(t, l.actions())
		colours := p.colours(t, l)
		for same, other := range seen {
			// A sheet of paper is white in any case.
			if same == colours && !strings.HasPrefix(a.path, "/cetak/") && (other.dark != l.dark || other.forced != l.forced) {
				problems = append(problems, fmt.Sprintf("%s looks like %s: %s", l, other, colours))
			}
		}
		seen[colours] = l
		if axe == "" {
			continue
		}
		rules := wholeAxe
		if l.dark || l.forced {
			rules = axeColours
		}
		problems = append(problems, p.judge(t, l, rules)...)
	}
	p.do(t, look{width: 320}.actions())
	problems = append(problems, p.checkWidth(t, "at 320 px")...)
	p.do(t, look{width: 390}.actions())
	if a.login == "" {
		problems = append(problems, p.checkTargets(t)...)
		p.do(t, chromedp.Evaluate(largeText, nil))
		problems = append(problems, p.checkWidth(t, "at 390 px with large text")...)
	}

	for _, message := range p.take() {
		// Chromium itself notes that an address was answered with an error.
		if a.status != http.StatusOK && strings.Contains(message, fmt.Sprintf("status of %d", a.status)) ||
			a.press != "" && strings.Contains(message, "status of 422") {
			continue
		}
		problems = append(problems, "the console says "+message)
	}
	return problems
}

// colours are those of the paper and of the ink.
func (p *tab) colours(t *testing.T, l look) string {
	t.Helper()
	var colours string
	p.do(t, chromedp.Evaluate(`(s => s.backgroundColor + " " + s.color + " " + matchMedia("(forced-colors: active)").matches)(getComputedStyle(document.body))`, &colours))
	if strings.HasSuffix(colours, "true") != l.forced {
		t.Fatalf("%s was asked for, and the browser says %s", l, colours)
	}
	return strings.TrimRight(colours, "truefals ")
}

// largeText doubles the size of all text and spaces it as WCAG 1.4.12 has it.
const largeText = `(() => {
	document.documentElement.style.fontSize = "200%"
	const sheet = new CSSStyleSheet()
	sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }")
	document.adoptedStyleSheets = [sheet]
})()`

// checkWidth finds what is wider than the screen, what scrolls sideways without being a
// region that a keyboard reaches and a screen reader names, and what is cut off.
func (p *tab) checkWidth(t *testing.T, when string) (problems []string) {
	t.Helper()
	var found struct {
		Width   int      `json:"width"`
		Screen  int      `json:"screen"`
		Wide    []string `json:"wide"`
		Unnamed []string `json:"unnamed"`
		Cut     []string `json:"cut"`
	}
	p.do(t, chromedp.Evaluate(`(() => {
		const name = e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + [...e.classList].map(c => "." + c).join("")
		const flow = e => getComputedStyle(e).overflowX
		const scrolls = e => { for (; e; e = e.parentElement) if (/auto|scroll|hidden|clip/.test(flow(e))) return true }
		const all = [...document.body.querySelectorAll("*")], few = found => found.map(name).slice(0, 8)
		const over = all.filter(e => !e.closest(".vh") && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1)
		return {
			width: document.scrollingElement.scrollWidth, screen: innerWidth,
			wide: few(all.filter(e => !scrolls(e.parentElement) && (e.getBoundingClientRect().right > innerWidth + 1 || over.includes(e) && flow(e) == "visible" && e.getBoundingClientRect().left + e.scrollWidth > innerWidth + 1)).reverse()),
			unnamed: few(over.filter(e => /auto|scroll/.test(flow(e)) && !(e.tabIndex == 0 && e.getAttribute("role") == "region" && e.ariaLabel) && !/^(TEXTAREA|PRE)$/.test(e.tagName))),
			cut: few(over.filter(e => /hidden|clip/.test(flow(e)) && !(e instanceof SVGElement) && !/^(INPUT|SELECT)$/.test(e.tagName))),
		}
	})()`, &found))
	if found.Width > found.Screen {
		problems = append(problems, fmt.Sprintf("%s the page is %d px wide: %s", when, found.Width, strings.Join(found.Wide, ", ")))
	}
	if len(found.Unnamed) > 0 {
		problems = append(problems, fmt.Sprintf("%s these scroll without being a region with a name: %s", when, strings.Join(found.Unnamed, ", ")))
	}
	if len(found.Cut) > 0 {
		problems = append(problems, fmt.Sprintf("%s these are cut off: %s", when, strings.Join(found.Cut, ", ")))
	}
	return problems
}

// checkTargets finds what is too small to be hit, WCAG 2.5.8. A link within a sentence may
// be as small as its line, and an area of a map may be small, since a list has the same links.
func (p *tab) checkTargets(t *testing.T) (problems []string) {
	t.Helper()
	var small []string
	p.do(t, chromedp.Evaluate(`[...document.querySelectorAll("a[href], button, select, summary, input:not([type=hidden])")].filter(e => {
		if (e.closest(".map") || e.matches(".skip")) return false
		const target = e.matches("[type=checkbox], [type=radio]") && e.closest("label") || e
		const box = target.getBoundingClientRect()
		if (!box.width || box.width >= 24 && box.height >= 23.5) return false
		const inLine = getComputedStyle(e).display == "inline" && [...e.parentElement.childNodes].some(n => n != e && n.textContent.trim() && !n.matches?.("a, button"))
		return !inLine
	}).map(e => e.tagName.toLowerCase() + " “" + e.textContent.trim().slice(0, 30) + "” in " + e.parentElement.tagName.toLowerCase() + "." + e.parentElement.className + " " + Math.round(e.getBoundingClientRect().width) + "×" + Math.round(e.getBoundingClientRect().height)).slice(0, 8)`, &small))
	if len(small) > 0 {
		problems = append(problems, "too small to be hit: "+strings.Join(small, ", "))
	}
	return problems
}

// What axe looks for.
const (
	wholeAxe   = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	axeColours = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`
)

// judge lets axe look for what hinders people, in the form that the page has now.
func (p *tab) judge(t *testing.T, l look, rules string) (problems []string) {
	t.Helper()
	var raw string
	p.do(t, chromedp.Evaluate(`axe.run(document, {
			runOnly: `+rules+`,
			resultTypes: ["violations"], preload: false, iframes: false, // there is nothing to fetch, and no frame
		}).then(r => JSON.stringify({passes: r.passes.length, violations: r.violations}))`,
		&raw, func(e *runtime.EvaluateParams) *runtime.EvaluateParams { return e.WithAwaitPromise(true) }))
	var found struct {
		Passes     int `json:"passes"`
		Violations []struct {
			ID    string `json:"id"`
			Help  string `json:"help"`
			Nodes []struct {
				Target  []any  `json:"target"`
				Summary string `json:"failureSummary"`
			} `json:"nodes"`
		} `json:"violations"`
	}
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		t.Fatal(err)
	}
	if least := map[string]int{wholeAxe: 10, axeColours: 1}[rules]; found.Passes < least {
		problems = append(problems, fmt.Sprintf("%s: axe found %d rules kept, which cannot be all", l, found.Passes))
	}
	for _, v := range found.Violations {
		n := v.Nodes[0]
		problems = append(problems, fmt.Sprintf("%s: %s: %s, %d times, first at %v: %s", l, v.ID, v.Help, len(v.Nodes), n.Target, words(n.Summary)))
	}
	return problems
}

// formRequest is a form on its way.
func formRequest(t *testing.T, address string, form url.Values) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, io.NopCloser(strings.NewReader(form.Encode())))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// signIn returns the session of somebody of the demo.
func signIn(t *testing.T, site, login string) *http.Cookie {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"pengguna": {login}, "sandi": {demo.Password}}
	r := formRequest(t, site+"/masuk", form)
	if a := send(t, &http.Client{Jar: jar}, r); a.status != http.StatusOK {
		t.Fatalf("sign in as %s: status %d", login, a.status)
	}
	u, err := url.Parse(site)
	if err != nil {
		t.Fatal(err)
	}
	cookies := jar.Cookies(u)
	if len(cookies) == 0 {
		t.Fatalf("%s got no session", login)
	}
	return cookies[0]
}

// seeProblems shows a page that does everything wrong, to know that it would be noticed.
func seeProblems(t *testing.T, b *chromium) {
	axe := axeSource(t)
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", publicPolicy)
		_, _ = io.WriteString(w, `<!doctype html><title>Buruk</title><svg style="color:red"></svg><script>var x</script>
			<table border="1" width="700"><tr><td><font color="#eeeeee">pudar</font></table><button>x</button>`)
	}))
	t.Cleanup(bad.Close)
	p := <-b.tabs
	defer func() { b.tabs <- p }()
	looks := []look{{width: 390}, {width: 390, dark: true}, {width: 1280}, {width: 1280, forced: true}}
	problems := strings.Join(p.lookAt(t, bad.URL, address{path: "/", status: http.StatusOK}, looks, nil, axe), "\n")
	want := []string{"the console says", "style-src", "script-src", "dark looks like", "at 320 px the page is 7", "with large text the page is 7", "too small to be hit: button “x”"}
	if axe != "" {
		want = append(want, "390 px, light: html-has-lang", "390 px, dark: color-contrast", "1280 px, light: page-has-heading-one")
	}
	for _, w := range want {
		if !strings.Contains(problems, w) {
			t.Errorf("nobody noticed %q among\n%s", w, problems)
		}
	}
}
