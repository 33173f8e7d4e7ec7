package browser_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
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
	see := func(site string, a address) {
		name := a.path
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
			p.lookAt(t, site, a, sessions[a.login], axe)
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
// being open.
func (p *tab) lookAt(t *testing.T, site string, a address, session *http.Cookie, axe string) {
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
	p.do(t, chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => { d.open = true })`, nil))
	if axe != "" {
		p.do(t, chromedp.Evaluate(axe+";0", nil))
	}

	light := p.colours(t)
	p.judge(t, phone, axe, wholeAxe)
	// The dark theme changes colours and nothing else.
	p.judge(t, look{390, true}, axe, axeColours)
	if dark := p.colours(t); dark == light {
		t.Errorf("dark looks like light: %s", dark)
	}
	p.judge(t, look{1280, false}, axe, wholeAxe)
	p.do(t, look{width: 320}.actions())
	p.checkWidth(t, 320)
	if a.main {
		p.judge(t, look{320, false}, axe, wholeAxe)
		p.judge(t, look{1280, true}, axe, wholeAxe)
	}

	for _, message := range p.take() {
		// Chromium itself notes that an address was answered with an error.
		if a.status != http.StatusOK && strings.Contains(message, fmt.Sprintf("status of %d", a.status)) {
			continue
		}
		t.Errorf("the console says %s", message)
	}
}

// colours are those of the paper and the ink.
func (p *tab) colours(t *testing.T) string {
	t.Helper()
	var colours string
	p.do(t, chromedp.Evaluate(`(s => s.backgroundColor + " " + s.color)(getComputedStyle(document.body))`, &colours))
	return colours
}

// checkWidth finds what is wider than the screen.
func (p *tab) checkWidth(t *testing.T, width int) {
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
		t.Errorf("at %d px the page is %d px wide: %s", width, found.Width, strings.Join(found.Wide, ", "))
	}
}

// What axe looks for.
const (
	wholeAxe   = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	axeColours = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`
)

// judge gives the page a form and lets axe look for what hinders people.
func (p *tab) judge(t *testing.T, l look, axe, rules string) {
	t.Helper()
	p.do(t, l.actions())
	if axe == "" {
		return
	}
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
		t.Errorf("%s: axe found %d rules kept, which cannot be all", l, found.Passes)
	}
	for _, v := range found.Violations {
		n := v.Nodes[0]
		t.Errorf("%s: %s: %s, %d times, first at %v: %s", l, v.ID, v.Help, len(v.Nodes), n.Target, words(n.Summary))
	}
}

// signIn returns the session of somebody of the demo.
func signIn(t *testing.T, site, login string) *http.Cookie {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"pengguna": {login}, "sandi": {demo.Password}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, site+"/masuk", io.NopCloser(strings.NewReader(form.Encode())))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
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
