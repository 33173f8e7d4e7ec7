package browser_test

import (
	"fmt"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// unsound finds what a screen reader, or somebody who sees no colours, could not make out of
// a page. Axe judges what single elements are; this is about what our pages promise:
// pictures are hidden and their numbers are text beside them, and no category is a colour alone.
func unsound(page *goquery.Document) (problems []string) {
	say := func(format string, values ...any) { problems = append(problems, fmt.Sprintf(format, values...)) }
	if page.Find("html").AttrOr("lang", "") == "" {
		say("no language")
	}
	if words(page.Find("head title").Text()) == "" {
		say("no title")
	}
	for selector, name := range map[string]string{"h1": "headings of the first level", "main": "main parts"} {
		if n := page.Find(selector).Length(); n != 1 {
			say("%d %s", n, name)
		}
	}
	level := 0
	page.Find("h1, h2, h3, h4, h5, h6").Each(func(_ int, h *goquery.Selection) {
		next := int(goquery.NodeName(h)[1] - '0')
		if next > level+1 && level > 0 {
			say("after a heading of level %d comes “%s” of level %d", level, words(h.Text()), next)
		}
		if words(h.Text()) == "" {
			say("an empty heading of level %d", next)
		}
		level = next
	})
	page.Find("svg").Each(func(_ int, s *goquery.Selection) {
		if s.Closest(`[aria-hidden="true"]`).Length() == 0 {
			say("a drawing in .%s is read aloud", s.Parent().AttrOr("class", goquery.NodeName(s.Parent())))
		}
	})
	page.Find("img").Each(func(_ int, s *goquery.Selection) {
		if _, described := s.Attr("alt"); !described {
			say("the picture %s has no text", s.AttrOr("src", ""))
		}
	})
	page.Find("figure:has(svg)").Each(func(_ int, f *goquery.Selection) {
		if !strings.ContainsAny(f.Find("table, ul, ol, dl").AddSelection(f.Closest("section, main").Find("table")).Text(), "0123456789") {
			say("the numbers of the figure “%.60s” are not text", words(f.Text()))
		}
	})
	page.Find("table").Each(func(_ int, s *goquery.Selection) {
		if words(s.Find("caption").Text()) == "" {
			say("a table without a caption")
		}
		if s.Find("th").Length() == 0 || s.Find("th:not([scope])").Length() > 0 {
			say("the table “%s” has no headings, or some without scope", words(s.Find("caption").Text()))
		}
	})
	// Beside each colour stands its word, or at least the figure that it stands for.
	page.Find(`[class*="band--"], [class*="status--"], [class*="change--"], .swatch`).Each(func(_ int, s *goquery.Selection) {
		// Areas of a map are hidden; its list says the same.
		if s.Closest("svg").Length() == 0 && words(s.Text()) == "" && words(s.Parent().Text()) == "" {
			say("“%s” is a colour alone", s.AttrOr("class", ""))
		}
	})
	return problems
}
