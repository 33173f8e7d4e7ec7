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
	see := func(site string, a address) {
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
			for _, problem := range p.lookAt(t, site, a, sessions[a.login], axe) {
				t.Error(problem)
			}
		})
	}
	for _, a := range append(publicAddresses(c.content), workAddresses()...) {
		see(c.site, a)
	}
	for _, path := range []string{"/", "/kelurahan/bendogerit", "/terbitan", "/tentang"} {
		see(unpublished, address{path: path, status: http.StatusOK})
	}
}

// lookAt opens one page and looks at it in all its forms, everything that can be unfolded
// being open. It returns what is wrong with it.
func (p *tab) lookAt(t *testing.T, site string, a address, session *http.Cookie, axe string) (problems []string) {
	t.Helper()
	phone := look{width: 390}
	p.do(t, phone.actions(), network.ClearBrowserCookies())
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

	see := func(l look, rules string) {
		p.do(t, l.actions())
		if axe != "" {
			problems = append(problems, p.judge(t, l, rules)...)
		}
	}
	see(phone, wholeAxe)
	light := p.colours(t)
	see(look{390, true}, axeColours) // the dark theme changes colours and nothing else
	if dark := p.colours(t); dark == light {
		problems = append(problems, "dark looks like light: "+dark)
	}
	see(look{1280, false}, wholeAxe)
	if a.main {
		see(look{1280, true}, wholeAxe)
		see(look{320, false}, wholeAxe)
	}
	p.do(t, look{320, false}.actions())
	problems = append(problems, p.checkWidth(t, 320)...)

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

// colours are those of the paper and the ink.
func (p *tab) colours(t *testing.T) string {
	t.Helper()
	var colours string
	p.do(t, chromedp.Evaluate(`(s => s.backgroundColor + " " + s.color)(getComputedStyle(document.body))`, &colours))
	return colours
}

// checkWidth finds what is wider than the screen.
func (p *tab) checkWidth(t *testing.T, width int) (problems []string) {
	t.Helper()
	var found struct {
		Width int      `json:"width"`
		Wide  []string `json:"wide"`
	}
	p.do(t, chromedp.Evaluate(`(() => {
		const name = e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + [...e.classList].map(c => "." + c).join("")
		const scrolls = e => { for (; e; e = e.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX)) return true }
		return {
			width: document.scrollingElement.scrollWidth,
			wide: [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement)).map(name).slice(0, 8),
		}
	})()`, &found))
	if found.Width > width {
		problems = append(problems, fmt.Sprintf("at %d px the page is %d px wide: %s", width, found.Width, strings.Join(found.Wide, ", ")))
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
			resultTypes: ["violations"],
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
			<table border="1" width="700"><tr><td><font color="#eeeeee">pudar</font></table>`)
	}))
	t.Cleanup(bad.Close)
	p := <-b.tabs
	defer func() { b.tabs <- p }()
	problems := strings.Join(p.lookAt(t, bad.URL, address{path: "/", status: http.StatusOK}, nil, axe), "\n")
	want := []string{"the console says", "style-src", "script-src", "dark looks like light", "at 320 px the page is 7"}
	if axe != "" {
		want = append(want, "390 px, light: html-has-lang", "390 px, dark: color-contrast", "1280 px, light: page-has-heading-one")
	}
	for _, w := range want {
		if !strings.Contains(problems, w) {
			t.Errorf("nobody noticed %q among\n%s", w, problems)
		}
	}
}
