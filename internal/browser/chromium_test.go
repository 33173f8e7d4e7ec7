package browser_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// required says whether browser tests may be skipped here.
func required() bool { return os.Getenv("PETAJALAN_BROWSER") == "required" }

// skip leaves a test out, or fails it where browser tests are required.
func skip(t *testing.T, why string) {
	t.Helper()
	if required() {
		t.Fatal(why + " PETAJALAN_BROWSER=required does not let this test be skipped.")
	}
	t.Skip(why)
}

// chromiumPath finds the browser.
func chromiumPath(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	skip(t, "No Chromium was found, so no page was opened in a browser. Install it (Debian: apt-get install chromium).")
	return ""
}

// axeSource is axe-core, empty where it is not installed.
func axeSource(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("there is no go.mod above the tests")
		}
		dir = filepath.Dir(dir)
	}
	source, err := os.ReadFile(filepath.Join(dir, ".ci", "node_modules", "axe-core", "axe.min.js"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(source)
}

// tabsOpen is how many pages are looked at side by side; go test -parallel may make it fewer.
const tabsOpen = 3

// patience is how long one page may take on a very busy machine.
const patience = 2 * time.Minute

// chromium is one browser with a few tabs, each with cookies of its own.
type chromium struct {
	ctx  context.Context
	tabs chan *tab
}

// tab is one page of the browser. It notes what the console says.
type tab struct {
	ctx      context.Context
	cookies  cdp.BrowserContextID // whose cookies are its own
	mu       sync.Mutex
	messages []string
}

// newChromium starts the browser.
func newChromium(t *testing.T) *chromium {
	t.Helper()
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(chromiumPath(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	// The context of the test ends before its cleanup, which must still talk to the browser.
	ctx, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, leave := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until nothing is written any more, so that the folder can go
		leave()
		stop()
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	c := &chromium{ctx: ctx, tabs: make(chan *tab, tabsOpen)}
	for range tabsOpen {
		c.tabs <- c.open(t)
	}
	return c
}

// open opens a tab with cookies of its own, which stays until the browser ends.
func (c *chromium) open(t *testing.T) *tab {
	t.Helper()
	// A tab with cookies of its own needs a window of its own, which chromedp does not ask for.
	browser := cdp.WithExecutor(c.ctx, chromedp.FromContext(c.ctx).Browser)
	cookies, err := target.CreateBrowserContext().Do(browser)
	if err != nil {
		t.Fatalf("make room for cookies: %v", err)
	}
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(cookies).WithNewWindow(true).Do(browser)
	if err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	ctx, closeTab := chromedp.NewContext(c.ctx, chromedp.WithTargetID(id))
	t.Cleanup(closeTab)
	p := &tab{ctx: ctx, cookies: cookies}
	chromedp.ListenTarget(ctx, func(event any) {
		switch e := event.(type) {
		case *log.EventEntryAdded:
			p.note(string(e.Entry.Level) + ": " + e.Entry.Text + " " + e.Entry.URL)
		case *runtime.EventConsoleAPICalled:
			text := string(e.Type) + ":"
			for _, a := range e.Args {
				text += " " + string(a.Value) + a.Description
			}
			p.note(text)
		case *runtime.EventExceptionThrown:
			p.note("exception: " + e.ExceptionDetails.Text)
		}
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("attach to a tab: %v", err)
	}
	return p
}

func (p *tab) note(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.messages = append(p.messages, message)
}

// take returns what the console said since the last time.
func (p *tab) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	said := p.messages
	p.messages = nil
	return said
}

// do carries out actions in the tab.
func (p *tab) do(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatalf("%v, at %s", err, p.where())
	}
}

// where is the address of the page and the beginning of what it says, for a failure.
func (p *tab) where() string {
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	var location, text string
	if err := chromedp.Run(ctx, chromedp.Location(&location), chromedp.Text("main", &text, chromedp.ByQuery)); err != nil {
		return location + " (" + err.Error() + ")"
	}
	return fmt.Sprintf("%s: %.500s", location, words(text))
}

// follow carries out actions that lead to another page, waits for it and returns its
// address and status.
func (p *tab) follow(t *testing.T, actions ...chromedp.Action) (location string, status int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, actions...)
	if err != nil {
		t.Fatalf("%v, at %s", err, p.where())
	}
	if err := chromedp.Run(ctx, chromedp.Location(&location)); err != nil {
		t.Fatal(err)
	}
	return location, response.Status
}

// look is a form in which a page is seen.
type look struct {
	width  int64
	dark   bool
	forced bool // the reader's system sets all colours: a high-contrast theme
}

func (l look) String() string {
	colours := "light"
	switch {
	case l.forced:
		colours = "forced colours"
	case l.dark:
		colours = "dark"
	}
	return fmt.Sprintf("%d px, %s", l.width, colours)
}

// actions give the page that form. A phone is not emulated: its browser would zoom out
// instead of overflowing.
func (l look) actions() chromedp.Tasks {
	scheme, forced := "light", "none"
	if l.dark {
		scheme = "dark"
	}
	if l.forced {
		forced = "active"
	}
	return chromedp.Tasks{
		emulation.SetDeviceMetricsOverride(l.width, 900, 1, false),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme},
			{Name: "forced-colors", Value: forced},
			{Name: "prefers-reduced-motion", Value: "reduce"}, // what glides cannot be clicked
		}),
	}
}
