package browser_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// mistyping searches for a kelurahan as somebody writes who is in a hurry.
func mistyping(j *journey) {
	j.open("/")
	j.leave(chromedp.SendKeys("#q", "Bendogrit"+kb.Enter, chromedp.ByQuery))
	j.wants(j.text("main"), "Maksud Anda")
	if path := j.tap("main", "Bendogerit"); path != "/kelurahan/bendogerit" {
		j.t.Errorf("what was meant is at %s", path)
	}
}

// downloading takes a table of the open data home.
func downloading(j *journey) {
	j.open("/")
	if path := j.tap("footer", "Data"); path != "/data" {
		j.t.Fatalf("the link to the data leads to %s", path)
	}
	dir := j.t.TempDir()
	j.do(j.t, chromedp.ActionFunc(func(ctx context.Context) error {
		return browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithBrowserContextID(j.cookies).
			WithDownloadPath(dir).Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser))
	}))
	j.do(j.t, chromedp.Click(`main a[href="/data/capaian.csv"]`, chromedp.ByQuery))
	var table []byte
	for start := time.Now(); table == nil; time.Sleep(50 * time.Millisecond) {
		if files, _ := filepath.Glob(filepath.Join(dir, "*.csv")); len(files) == 1 {
			var err error
			if table, err = os.ReadFile(files[0]); err != nil {
				j.t.Fatal(err)
			}
		}
		if time.Since(start) > patience {
			j.t.Fatal("no file came")
		}
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\ufeff")))).ReadAll()
	if err != nil {
		j.t.Fatalf("the file is no table: %v", err)
	}
	if len(rows) < 500 || !slices.Contains(rows[0], "indicator") {
		j.t.Errorf("the file has %d rows, the first is %v", len(rows), rows[0])
	}
}

// printing prints the sheet for the notice board of a kelurahan: one page of paper.
func printing(j *journey) {
	j.open("/kelurahan/bendogerit")
	if path := j.click(`main a[href="/cetak/kelurahan/bendogerit"]`); path != "/cetak/kelurahan/bendogerit" {
		j.t.Fatalf("the link to the sheet leads to %s", path)
	}
	j.wants(j.text("h1"), "Bendogerit")
	var paper []byte
	j.do(j.t, chromedp.ActionFunc(func(ctx context.Context) (err error) {
		paper, _, err = page.PrintToPDF().WithPreferCSSPageSize(true).WithPrintBackground(true).Do(ctx)
		return err
	}))
	if pages := regexp.MustCompile(`/Type /Pages\s[^>]*/Count (\d+)`).FindSubmatch(paper); len(pages) == 0 || string(pages[1]) != "1" {
		j.t.Errorf("the sheet takes %q pages, want 1", pages)
	}
	if box := regexp.MustCompile(`/MediaBox \[0 0 (\d+)[.\d]* (\d+)`).FindSubmatch(paper); len(box) == 0 || string(box[1]) != "594" && string(box[1]) != "595" {
		j.t.Errorf("the paper is %q, want the 595 points of A4", box)
	}
	a := get(j.t, j.site+"/cetak/kelurahan/bendogerit.pdf")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(a.body, []byte("%PDF-")) {
		j.t.Errorf("the file to print: status %d, %s, %.8q", a.status, a.header.Get("Content-Type"), a.body)
	}
}

// onAnotherSite puts a badge, the picture of a preview, a page to embed and an ordinary
// page on a page of another site. All but the last are meant for that.
func onAnotherSite(t *testing.T, c *city, b *chromium) {
	t.Parallel()
	const place = "bendogerit"
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, fmt.Sprintf(`<!doctype html><html lang="id"><title>Situs lain</title><link rel="icon" href="data:,">
			<img src="%[1]s/lencana/%[2]s.svg" alt="lencana"><img src="%[1]s/kartu/%[2]s.png" alt="kartu">
			<iframe src="%[1]s/sematan/%[2]s" title="rapor"></iframe><iframe src="%[1]s/kelurahan/%[2]s" title="halaman"></iframe>`, c.site, place))
	}))
	t.Cleanup(other.Close)
	p := b.open(t)
	p.do(t, look{width: 1280}.actions())
	// By its name the other site is not even of the same machine.
	p.follow(t, chromedp.Navigate(strings.Replace(other.URL, "127.0.0.1", "localhost", 1)))
	var widths []int
	p.do(t, chromedp.Evaluate(`[...document.images].map(i => i.complete ? i.naturalWidth : -1)`, &widths))
	if len(widths) != 2 || widths[0] < 100 || widths[1] != 1200 {
		t.Errorf("the badge and the picture are %v px wide, want at least 100 and 1200", widths)
	}
	var frames []*target.Info
	p.do(t, chromedp.ActionFunc(func(ctx context.Context) (err error) {
		frames, err = target.GetTargets().Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser))
		return err
	}))
	embedded := ""
	for _, f := range frames {
		if f.URL != c.site+"/sematan/"+place || f.Type != "iframe" {
			continue
		}
		ctx, leave := chromedp.NewContext(p.ctx, chromedp.WithTargetID(f.TargetID))
		if err := chromedp.Run(ctx, chromedp.Evaluate(`document.querySelector("h1").textContent`, &embedded)); err != nil {
			t.Fatal(err)
		}
		leave()
	}
	if words(embedded) != "Kelurahan Bendogerit" {
		t.Errorf("the page that is meant for it is embedded as “%s”", embedded)
	}
	refused := false
	for _, message := range p.take() {
		if strings.Contains(message, "frame-ancestors 'none'") && strings.Contains(message, c.site) {
			refused = true
		} else {
			t.Errorf("the console says %s", message)
		}
	}
	if !refused {
		t.Error("the ordinary page was not refused because of who frames it")
	}
}
