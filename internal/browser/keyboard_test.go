package browser_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// byKeyboard walks with the Tab key through one public page of each kind.
func byKeyboard(t *testing.T, c *city, b *chromium) {
	walked := map[string]bool{}
	for _, a := range publicAddresses(c.content) {
		kind := shape(a.path)
		if walked[kind] || a.status != http.StatusOK {
			continue
		}
		walked[kind] = true
		t.Run(a.path, func(t *testing.T) {
			t.Parallel()
			p := <-b.tabs
			defer func() { b.tabs <- p }()
			p.do(t, look{width: 390}.actions(), emulation.SetFocusEmulationEnabled(true))
			p.follow(t, chromedp.Navigate(c.site+a.path))
			for _, problem := range p.walk(t) {
				t.Error(problem)
			}
		})
	}
}

// prepareWalk lists the stops of the page: what a keyboard must reach, in the order of the page.
const prepareWalk = `(() => {
	window.stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(e => e.tabIndex >= 0 && !e.disabled && e.type != "hidden" && e.checkVisibility())
	window.onStop = () => {
		const e = document.activeElement, style = getComputedStyle(e)
		const box = [...e.getClientRects()].find(r => r.width) || e.getBoundingClientRect()
		// Of what is larger than the screen any part may be seen.
		const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1), y = Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 1)
		const hit = document.elementFromPoint(x, y)
		return {
			at: stops.indexOf(e), summary: e.tagName == "SUMMARY", open: !!e.parentElement?.open,
			name: e.tagName.toLowerCase() + " “" + e.textContent.trim().slice(0, 30) + "”",
			ringed: style.outlineStyle != "none" && parseFloat(style.outlineWidth) >= 2 && style.boxShadow != "none",
			covered: hit && (e.contains(hit) || hit.contains(e)) ? "" : hit ? hit.tagName.toLowerCase() + "." + hit.className : "nothing, it is off the screen",
		}
	}
	return stops.length
})()`

// stop is where the focus is.
type stop struct {
	At      int    `json:"at"` // in the order of the page; -1: nowhere
	Summary bool   `json:"summary"`
	Open    bool   `json:"open"` // what it folds and unfolds
	Name    string `json:"name"`
	Ringed  bool   `json:"ringed"`  // the focus is seen on any background
	Covered string `json:"covered"` // by what
}

// walk presses Tab from the top of the page to its end, and opens the first fold on the way
// with the keyboard. It returns what was not as it must be.
func (p *tab) walk(t *testing.T) (problems []string) {
	t.Helper()
	var stops int
	p.do(t, chromedp.Evaluate(prepareWalk, &stops))
	if stops < 2 { // an embedded page has two
		return []string{fmt.Sprintf("only %d things can be reached", stops)}
	}
	unfolded := false
	for want := range stops {
		var s stop
		p.do(t, chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(`onStop()`, &s))
		if s.At != want {
			return append(problems, fmt.Sprintf("Tab %d leads to stop %d, %s", want+1, s.At, s.Name))
		}
		if !s.Ringed {
			problems = append(problems, s.Name+" does not show that it has the focus")
		}
		if s.Covered != "" {
			problems = append(problems, fmt.Sprintf("%s is covered by %s", s.Name, s.Covered))
		}
		if s.Summary && !unfolded {
			unfolded = true
			for range 2 { // there and back, so that the stops stay as they were listed
				before := s.Open
				p.do(t, chromedp.KeyEvent(kb.Enter), chromedp.Evaluate(`onStop()`, &s))
				if s.Open == before {
					problems = append(problems, s.Name+" does not fold with Enter")
				}
			}
		}
	}
	var after stop
	p.do(t, chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(`onStop()`, &after))
	if after.At > 0 {
		problems = append(problems, "the last Tab does not leave the page, but leads to "+after.Name)
	}
	return problems
}

// openingTheMenu opens the menu of the workspace on a phone, walks into it and leaves it.
func openingTheMenu(j *journey) {
	j.signIn("organisasi")
	const button = `header .menu-button`
	shown := func() (open bool) {
		j.do(j.t, chromedp.Evaluate(`document.querySelector("#menu").matches(":popover-open")`, &open))
		return open
	}
	if shown() {
		j.t.Fatal("the menu is open before anybody asked for it")
	}
	j.do(j.t, chromedp.Focus(button, chromedp.ByQuery), chromedp.KeyEvent(kb.Enter))
	if !shown() {
		j.t.Fatal("Enter does not open the menu")
	}
	j.do(j.t, chromedp.KeyEvent(kb.Tab))
	if len(j.all("#menu :focus")) != 1 {
		j.t.Error("the next Tab is not in the menu")
	}
	j.do(j.t, chromedp.KeyEvent(kb.Escape))
	if shown() {
		j.t.Error("Escape does not close the menu")
	}
	if len(j.all(button+":focus")) != 1 {
		j.t.Error("after Escape the focus is not on the button again")
	}
}
