package server

import "strings"

// newUnlistedPage is newPage for a page that search engines are asked to leave out.
func newUnlistedPage(e *edition, path, nav, title, description string) Page {
	p := newPage(e, path, nav, title, description)
	p.NoIndex = true
	return p
}

// preview is what search engines and previews are told of a page.
type preview struct {
	Canonical string // the one absolute address of the page in its edition; empty: it has none
	Title     string // without the name of the site, which previews show apart
	Site      string
	Locale    string
	Picture   string // absolute address, 1200 × 630
	Other     string // absolute address of the page in the other language, or empty
	OtherLang string
	NoIndex   bool
}

// HeadPreview is what the head of the page says to search engines and previews. Internal pages,
// refusals and those shown while nothing is published have no address there. A past
// publication is left out of search engines, so that nobody finds old figures first.
func (p Page) HeadPreview() preview {
	v := preview{NoIndex: p.NoIndex || p.IsPast()}
	if p.Edition == nil || p.Path == "" || p.Work {
		return v
	}
	v.Canonical = p.Edition.Absolute(p.Path)
	v.Title = strings.TrimSuffix(p.Title, " · "+siteName)
	if p.Path == "/" {
		v.Title = siteName
	}
	v.Site, v.Locale, v.OtherLang = siteName, "id_ID", "en"
	if p.Lang == "en" {
		v.Locale, v.OtherLang = "en_GB", "id"
	}
	card := p.Card
	if card == "" {
		card = cityCardPath
	}
	v.Picture = p.Edition.Absolute(card)
	if p.Translation != "" {
		v.Other = p.Edition.Absolute(p.Translation)
	}
	return v
}

// Language is the language of the page, for its first tag.
func (p Page) Language() string {
	if p.Lang != "" {
		return p.Lang
	}
	return "id"
}

// Beside are the publications before and after the one shown, at which the same page can be
// seen. None on pages about publications themselves.
func (p Page) Beside() []besideLink {
	if p.Edition == nil || p.Path == "" || p.Timeless {
		return nil
	}
	var links []besideLink
	for _, number := range []int{p.Edition.Number - 1, p.Edition.Number + 1} {
		if _, ok := findInfo(p.Edition.Others, number); ok {
			links = append(links, besideLink{number, p.at(number)})
		}
	}
	return links
}

// besideLink leads to the same page at another publication.
type besideLink struct {
	Number int
	Href   string
}

// at is the address of the page at another publication that there is.
func (p Page) at(number int) string {
	if number == p.Edition.Others[len(p.Edition.Others)-1].Number {
		return p.Path
	}
	return p.Path + "?terbitan=" + formatPlain(number)
}

// Position is the place of a crumb in its trail, from 1, for search engines.
func (crumb) Position(index int) int { return index + 1 }
