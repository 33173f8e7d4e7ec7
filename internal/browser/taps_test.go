package browser_test

import (
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

// tap taps the link that shows these words, within what the selector finds, and returns
// where it leads. Only what a reader sees counts.
func (j *journey) tap(within, says string) (path string) {
	j.t.Helper()
	const mark = "data-tapped"
	var found bool
	j.do(j.t, chromedp.Evaluate(fmt.Sprintf(`(() => {
		const link = [...document.querySelectorAll(%q)].flatMap(e => [...e.querySelectorAll("a[href]")]).find(a => a.innerText && a.checkVisibility() && a.innerText.replace(/\s+/g, " ").includes(%q))
		link?.setAttribute(%q, "")
		return !!link
	})()`, within, says, mark), &found))
	if !found {
		j.t.Fatalf("no link in %s says “%s”, at %s", within, says, j.where())
	}
	return j.click("[" + mark + "]")
}

// threeTaps is the promise of the public site: from the front page to the evidence behind
// one figure of one kelurahan, then the same page one publication earlier, and back.
func threeTaps(j *journey) {
	j.open("/")
	path := j.tap("main", "Bendogerit")
	if path != "/kelurahan/bendogerit" {
		j.t.Fatalf("the first tap leads to %s", path)
	}
	name, value := j.text("#indikator .indicator h3 a"), j.text("#indikator .indicator__value b")
	figure := j.tap("#indikator .indicator h3", name)
	if !strings.HasPrefix(figure, "/hitung/") {
		j.t.Fatalf("the second tap leads to %s", figure)
	}
	j.wants(j.text("main"), value)
	j.do(j.t, chromedp.Evaluate(`scrollTo(0, 0)`, nil), chromedp.Click(`main nav a[href="#bukti"]`, chromedp.ByQuery))
	var shown bool
	j.do(j.t, chromedp.Poll(`location.hash == "#bukti" && (b => b.top >= -1 && b.top < innerHeight)(document.querySelector("#bukti").getBoundingClientRect())`, &shown))
	evidence := j.text("#bukti")
	known := false
	for _, grade := range []string{"Umpan sistem", "Dokumen diperiksa", "Pernyataan unit", "Tanpa bukti"} {
		known = known || strings.Contains(strings.ToLower(evidence), strings.ToLower(grade))
	}
	if !known {
		j.t.Errorf("the evidence “%s” has no label", evidence)
	}

	earlier := j.tap("footer", "di terbitan 7")
	if earlier != figure+"?terbitan=7" {
		j.t.Fatalf("one publication earlier is %s, want %s", earlier, figure+"?terbitan=7")
	}
	j.wants(j.text("footer"), "Terbitan 7")
	if h1 := j.text("h1"); h1 == "" {
		j.t.Error("the page of the publication before has no heading")
	}
	if back := j.tap("footer", "di terbitan 8"); back != figure && back != figure+"?terbitan=8" {
		j.t.Errorf("back leads to %s, want %s", back, figure)
	}
	j.wants(j.text("main"), value)
	// Back is also what a browser's button does.
	if h1 := j.goBackTo("/kelurahan/bendogerit"); h1 != "Kelurahan Bendogerit" {
		j.t.Errorf("going back brings up “%s”", h1)
	}
}
