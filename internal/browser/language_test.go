package browser_test

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"petajalan/internal/scorecard"
)

// Words that a sentence may have: on a page for everybody, and on one that explains rules
// of law or arithmetic.
const (
	sentenceWords     = 20
	longSentenceWords = 28
)

// longerPages are the pages for which longSentenceWords holds.
var longerPages = []string{"/metode", "/en/method", "/privasi", "/data/hitung-sendiri", "/en/data-dictionary"}

// everydayAbbreviations need no explanation. Each has its reason.
var everydayAbbreviations = map[string]string{
	"KTP": "everybody has one", "KK": "every household has one", "RT": "on every address", "RW": "on every address",
	"WIB": "the hour on every clock here", "A4": "paper", "ID": "on every form",
	"PDF": "name of a kind of file", "CSV": "name of a kind of file", "JSON": "name of a kind of file", "XLSX": "name of a kind of file",
	"ZIP": "name of a kind of file", "PNG": "name of a kind of file", "SVG": "name of a kind of file", "JPG": "name of a kind of file",
	"QR": "kode QR is the everyday word", "GET": "a word of programs, on pages for their authors", "POST": "as GET", "URL": "as GET", "HTTP": "as GET", "HTTPS": "as GET",
	"DATA": "a word in capitals", "SEMUA": "a word in capitals, as in the workbook", "COCOK": "a word in capitals, as in the workbook", "MB": "the size of a file, as every phone writes it", "YYYY": "stands for digits", "CC": "part of the name of a licence", "BY": "part of the name of a licence",
	"AA": "a level, with its standard beside it", "ETAG": "as GET",
}

// blocks begin a text of their own: a sentence does not run on from one to the next.
var blocks = map[string]bool{
	"p": true, "li": true, "td": true, "th": true, "dt": true, "dd": true, "h1": true, "h2": true, "h3": true, "h4": true, "div": true, "section": true,
	"summary": true, "caption": true, "figcaption": true, "label": true, "legend": true, "button": true, "small": true, "br": true, "option": true,
	"main": true, "header": true, "footer": true, "nav": true, "aside": true, "form": true, "table": true, "tr": true, "ul": true, "ol": true, "dl": true, "body": true,
	"title": true, "figure": true, "details": true, "fieldset": true, "address": true, "article": true, "blockquote": true,
}

// silent are not read as sentences: drawings, code, lists of choices.
var silent = map[string]bool{"svg": true, "pre": true, "code": true, "kbd": true, "samp": true, "datalist": true, "template": true, "var": true}

// texts are the texts of a page, block by block.
func texts(page *goquery.Document) []string {
	var all []string
	var b strings.Builder
	flush := func() {
		if s := words(b.String()); s != "" {
			all = append(all, s)
		}
		b.Reset()
	}
	var walk func(n *html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			return
		}
		if silent[n.Data] || hasClass(n, "formula") {
			b.WriteString(" … ")
			return
		}
		parts := n.Parent != nil && n.Parent.Data == "li" && (n.Data == "b" || n.Data == "span") // a term and what it means
		own := blocks[n.Data] || parts
		if own {
			flush()
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if own {
			flush()
		}
	}
	for _, n := range page.Find("body").Nodes {
		walk(n)
	}
	flush()
	return all
}

// hasClass reports whether an element is of a class.
func hasClass(n *html.Node, class string) bool {
	for _, a := range n.Attr {
		if a.Key == "class" && slices.Contains(strings.Fields(a.Val), class) {
			return true
		}
	}
	return false
}

var sentenceEnd = regexp.MustCompile(`[.!?…:]["”’)]*\s+|\s[·›|]\s`)

// sentences splits a text. A colon ends one too: what follows it is a list or an example.
func sentences(text string) []string {
	var all []string
	for _, s := range sentenceEnd.Split(text, -1) {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// countWords counts what has a letter or a digit in it.
func countWords(s string) int {
	n := 0
	for w := range strings.FieldsSeq(s) {
		if strings.IndexFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0 {
			n++
		}
	}
	return n
}

// quoted are the official names and texts of a publication, which are data and are not ours
// to shorten: the longest first.
func quoted(c *scorecard.Content) []string {
	var all []string
	add := func(texts ...string) {
		for _, t := range texts {
			if t = strings.TrimRight(words(t), "."); t != "" {
				all = append(all, t)
			}
		}
	}
	for _, a := range c.Agencies {
		add(a.Name, strings.TrimSuffix(a.Name, " Kota Blitar"))
	}
	for _, g := range c.Goals {
		add(g.Code, g.Name)
		for _, o := range g.Objectives {
			add(o.Code, o.Name)
		}
	}
	for _, i := range c.Indicators {
		add(i.Code, i.Name, i.Definition, i.NumeratorLabel, i.DenominatorLabel, i.DataSource, i.EvidenceRule, i.BreakNote, i.BaselineSource, i.Unit)
		for _, s := range i.Steps {
			add(s.Name)
		}
	}
	for _, s := range c.Services {
		add(s.Code, s.Name)
		if d := s.Standard; d != nil {
			add(d.Requirements...)
			add(d.Sources...)
			add(d.Note)
			for _, p := range []*string{d.Procedure, d.FeeNote, d.Product, d.Complaints} {
				if p != nil {
					add(*p)
				}
			}
		}
	}
	for _, t := range c.Targets {
		add(t.Reason, t.LegalBasis)
	}
	for _, a := range c.Achievements {
		if a.Provenance != nil {
			add(a.Provenance.Note)
		}
		if a.StateReason != nil {
			add(*a.StateReason)
		}
	}
	for _, s := range c.Method.Scales {
		add(s.Name, s.Basis, s.Status)
		for _, step := range s.Steps {
			add(step.Code, step.Label)
		}
	}
	for _, r := range c.Method.Rollup {
		add(r.Rule)
	}
	add(c.Method.Basis, c.Roadmap.Title, c.Roadmap.RegulationNumber, c.Reason)
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(all)
}

// quotation stands for what is quoted.
const quotation = "Kutipan"

// withoutQuotations puts one word in place of each quoted name or text.
func withoutQuotations(quotes []string) func(string) string {
	pairs := make([]string, 0, 4*len(quotes))
	seen := map[string]bool{}
	for _, q := range quotes {
		lower := strings.ToLower(q[:1]) + q[1:]
		upper := strings.ToUpper(q[:1]) + q[1:]
		for _, form := range []string{q, upper, lower} {
			if len(form) > 3 && !seen[form] {
				seen[form] = true
				pairs = append(pairs, form, quotation)
			}
		}
	}
	return strings.NewReplacer(pairs...).Replace
}

var (
	abbreviation = regexp.MustCompile(`\b[A-Z][A-Z0-9]{1,5}\b`)
	roman        = regexp.MustCompile(`^(I{1,3}|IV|V|VI{1,3}|IX|X)$`)
	goalCode     = regexp.MustCompile(`^[A-Z][0-9]+$`)        // T1, of a goal: it stands for no words
	periodCode   = regexp.MustCompile(`\b20[0-9]{2}-TW[1-4]`) // 2026-TW3, as in addresses
)

// unexplained are the abbreviations of a text that its page does not explain.
func unexplained(text string, explained map[string]bool) []string {
	var all []string
	text = periodCode.ReplaceAllString(text, "")
	for _, at := range abbreviation.FindAllStringIndex(text, -1) {
		a := text[at[0]:at[1]]
		if explained[a] || everydayAbbreviations[a] != "" || roman.MatchString(a) || goalCode.MatchString(a) || slices.Contains(all, a) {
			continue
		}
		if at[0] > 0 && strings.ContainsRune("-/_", rune(text[at[0]-1])) && countWords(text[:at[0]]) == 1 {
			continue // the tail of a code
		}
		all = append(all, a)
	}
	return all
}

var (
	inFull   = regexp.MustCompile(`\b([A-Z][A-Z0-9]{1,5})[!]?(?:-[A-Z0-9a-z]+!?)? \([^()]*\pL+ [^()]*\)`) // SKM (survei kepuasan masyarakat)
	inShort  = regexp.MustCompile(`\pL{3,}(?: \pL+)* \(([A-Z][A-Z0-9]{1,5})\b[^()]*\)`)                   // survei kepuasan masyarakat (SKM)
	inApart  = regexp.MustCompile(`\b([A-Z][A-Z0-9]{1,5})(?:,? yaitu| adalah singkatan| berarti) \pL+`)   // SKM adalah singkatan survei kepuasan masyarakat
	abbrPart = regexp.MustCompile(`[A-Z][A-Z0-9]{1,5}`)
)

// explanations are the abbreviations that a page explains: in full beside it, as the title
// of an abbr, or in a list of abbreviations.
func explanations(page *goquery.Document) map[string]bool {
	known := map[string]bool{}
	for _, text := range texts(page) {
		for _, p := range []*regexp.Regexp{inFull, inShort, inApart} {
			for _, m := range p.FindAllStringSubmatch(text, -1) {
				known[m[1]] = true
			}
		}
	}
	body := words(page.Find("body").Text())
	if strings.Contains(body, "SP4N-LAPOR!, kanal aduan nasional") || strings.Contains(body, "SP4N-LAPOR! adalah kanal aduan nasional") {
		known["SP4N"], known["LAPOR"] = true, true // the name of the channel, and what it is
	}
	page.Find("abbr[title], dl.singkatan dt").Each(func(_ int, s *goquery.Selection) {
		if s.Is("abbr") && countWords(s.AttrOr("title", "")) < 2 {
			return
		}
		for _, a := range abbrPart.FindAllString(s.Text(), -1) {
			known[a] = true
		}
	})
	return known
}

// reading is how the texts of a publication are to be read.
type reading struct {
	clean   func(string) string // puts one word in place of what is quoted
	quoted  map[string]bool     // what is quoted, as a whole text: grades, steps, names of documents
	offices map[string]string   // short names of agencies, with their names
}

// newReading reads the official names of a publication.
func newReading(c *scorecard.Content) reading {
	quotes := quoted(c)
	r := reading{clean: withoutQuotations(quotes), quoted: map[string]bool{}, offices: map[string]string{}}
	for _, q := range quotes {
		r.quoted[q] = true
	}
	for _, a := range c.Agencies {
		if a.ShortName != a.Name {
			r.offices[a.ShortName] = strings.TrimSuffix(a.Name, " Kota Blitar")
		}
	}
	return r
}

// complaints are what is wrong with the language of a page: sentences of more words than
// most, and abbreviations that it does not explain. The short name of an agency is
// explained where its name stands on the page.
func (r reading) complaints(page *goquery.Document, most int) []string {
	var all []string
	known, told := explanations(page), map[string]bool{}
	whole := words(page.Find("body").Text())
	for short, name := range r.offices {
		if strings.Contains(whole, name) {
			for _, a := range abbrPart.FindAllString(short, -1) {
				known[a] = true
			}
		}
	}
	for _, text := range texts(page) {
		text = r.clean(text)
		for _, s := range sentences(text) {
			if n := countWords(s); n > most && !told[s] {
				told[s] = true
				all = append(all, fmt.Sprintf("%d words: %s", n, s))
			}
		}
		for _, a := range unexplained(text, known) {
			if !told[a] && !r.quoted[a] {
				told[a] = true
				all = append(all, fmt.Sprintf("%s is not explained: %.80s", a, text))
			}
		}
	}
	return all
}

// listedAddresses are the public pages that search engines are told of.
func listedAddresses(t *testing.T, c *city) []string {
	t.Helper()
	var all []string
	for _, loc := range location.FindAllStringSubmatch(string(get(t, c.site+"/sitemap.xml").body), -1) {
		u, err := url.Parse(loc[1])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, u.Path)
	}
	if len(all) < 100 {
		t.Fatalf("the list of pages has %d", len(all))
	}
	return all
}

var location = regexp.MustCompile(`<loc>([^<]+)</loc>`)

// language checks every public page as a reader gets it: all that are listed for search
// engines, and one of every other kind. What is quoted counts as one word; how long the
// quotations are, and which abbreviations they hold, is logged for whoever keeps the data.
func language(t *testing.T, c *city) {
	r := newReading(c.content)
	paths := []string{"/cetak/kelurahan/bendogerit", "/sematan/kota", "/cari?q=bendogrit", "/kelurahan/bendogrit", "/?terbitan=abc", "/perbaikan", "/data/api"}
	for _, a := range publicAddresses(c.content) {
		paths = append(paths, a.path)
	}
	told := map[string]bool{}
	for _, path := range slices.Concat(listedAddresses(t, c), paths) {
		answer := get(t, c.site+path)
		if told[path] || !strings.HasPrefix(answer.header.Get("Content-Type"), "text/html") {
			continue
		}
		told[path] = true
		most := sentenceWords
		if bare, _, _ := strings.Cut(path, "?"); slices.Contains(longerPages, bare) {
			most = longSentenceWords
		}
		for _, complaint := range r.complaints(answer.page(t), most) {
			if !told[complaint] {
				told[complaint] = true
				t.Errorf("%s: %s", path, complaint)
			}
		}
	}
	r.logQuotations(t)
}

// logQuotations tells what the data would be blamed for, were they ours to write.
func (r reading) logQuotations(t *testing.T) {
	long, short := 0, map[string]bool{}
	for q := range r.quoted {
		for _, s := range sentences(q) {
			if countWords(s) > sentenceWords {
				long++
			}
		}
		for _, a := range unexplained(q, nil) {
			short[a] = true
		}
	}
	t.Logf("of the data, %d sentences are longer than %d words, and these abbreviations are not explained: %s",
		long, sentenceWords, strings.Join(slices.Sorted(maps.Keys(short)), " "))
}

// TestPoorLanguageIsSeen shows that the check can fail.
func TestPoorLanguageIsSeen(t *testing.T) {
	t.Parallel()
	r := reading{
		clean:   withoutQuotations([]string{"Dinas Kependudukan dan Pencatatan Sipil Kota Blitar"}),
		offices: map[string]string{"DLH": "Dinas Lingkungan Hidup"},
	}
	long := strings.TrimSpace(strings.Repeat("kata ", sentenceWords+1))
	for _, tt := range []struct {
		name, html string
		want       int
	}{
		{"a long sentence", "<p>" + long + ".</p>", 1},
		{"two short ones", "<p>Ini kalimat pendek. Ini juga pendek.</p>", 0},
		{"a long one in two blocks", "<p>" + long[:40] + "</p><p>" + long[:40] + "</p>", 0},
		{"a long one over inline elements", "<p>" + long[:50] + " <b>" + long[:30] + "</b> <a href=x>" + long[:30] + "</a></p>", 1},
		{"a quoted name is one word", "<p>" + long[:80] + " Dinas Kependudukan dan Pencatatan Sipil Kota Blitar.</p>", 0},
		{"an abbreviation", "<p>Nilai SKM naik.</p>", 1},
		{"one explained beside it", "<p>Nilai survei kepuasan masyarakat (SKM) naik.</p><p>SKM turun.</p>", 0},
		{"one explained after it", "<p>SKM (survei kepuasan masyarakat) naik.</p>", 0},
		{"one explained by its element", `<p><abbr title="survei kepuasan masyarakat">SKM</abbr> naik.</p>`, 0},
		{"an empty explanation", `<p><abbr title="">SKM</abbr> naik.</p>`, 1},
		{"one in the list", `<p>SKM naik.</p><dl class="singkatan"><dt>SKM</dt><dd>survei kepuasan masyarakat</dd></dl>`, 0},
		{"an office by its short name", "<p>Nilai DLH naik.</p>", 1},
		{"an office named elsewhere", "<p>Nilai DLH naik.</p><h1>Dinas Lingkungan Hidup Kota Blitar</h1>", 0},
		{"codes of goals and periods", "<p>Tujuan T1, 2026-TW3.</p>", 0},
		{"everyday words", "<p>Bawa KTP dan KK. Triwulan III.</p>", 0},
		{"code is not read", "<p>Unduh <code>SHA APIKEY</code>.</p>", 0},
	} {
		page, err := goquery.NewDocumentFromReader(strings.NewReader("<body>" + tt.html))
		if err != nil {
			t.Fatal(err)
		}
		if got := r.complaints(page, sentenceWords); len(got) != tt.want {
			t.Errorf("%s: %q, want %d", tt.name, got, tt.want)
		}
	}
}
