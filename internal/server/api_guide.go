package server

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"petajalan/internal/machine"
	"petajalan/internal/opendata"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// apiGuidePath is the page for people about the APIs.
const apiGuidePath = "/data/api"

// apiPageRoutes are the pages about the APIs.
func apiPageRoutes() []publicRoute {
	return []publicRoute{{pattern: apiGuidePath, page: showAPIGuide, paths: onlyPath(apiGuidePath)}}
}

// apiGuidePage explains the APIs to the people who write programs. Addresses, parameters and
// limits come from the tables that serve them.
type apiGuidePage struct {
	Page
	Trail     []crumb
	First     string // absolute address of the first call
	Answer    string // what it answers
	Next      string // absolute address of the second part of a list; empty: the list is short
	Past      string // absolute address in a past publication
	Routes    []apiGuideRow
	Delivery  []apiGuideRow
	Requests  int // in Minutes
	Programs  int // the same, for a token
	Minutes   int
	Most      int // records on a page
	Usual     int // records on a page unless asked
	Items     int // reports in one request
	Days      int // a token holds
	Document  string
	WorkDoc   string
	WorkBase  string // absolute address of the write API
	Licence   string
	Errors    []apiGuideError
	WorkItem  string // what a program sends
	WorkSaved string // what it is answered
}

// apiGuideRow is an address of an API.
type apiGuideRow struct {
	Method, Path, About string
	Filters             []string
	Example             string // address, with what it needs; empty: none
}

// apiGuideError is a status that a program may meet.
type apiGuideError struct {
	Status int
	About  string
}

func showAPIGuide(e *edition, _ params) (view, error) {
	page := apiGuidePage{
		Page: newPage(e, apiGuidePath, "/data", "Data untuk program (API)",
			"Cara mengambil data Rapor Layanan Kota Blitar dengan program: alamat, saringan, halaman, batas, dan contoh yang langsung jalan."),
		Trail:    trail(e, crumb{Name: "Data terbuka", Href: "/data"}, crumb{Name: "Untuk program"}),
		Requests: apiRequests, Programs: machineRequests, Minutes: int(apiWindow.Minutes()), Most: apiLimitMax, Usual: apiLimit,
		Items: machine.MaxItems, Days: machine.DefaultDays,
		Document: openapiPath, WorkDoc: machineDocPath, WorkBase: e.Base + machinePrefix, Licence: opendata.LicenceURL,
		First: e.Base + apiLink(e, "/scores", "level", "city", "period", e.Period.String()),
		Past:  e.Base + apiPrefix + "/scores?publication=1",
	}
	for _, r := range apiRoutes() {
		page.Routes = append(page.Routes, apiGuideRowOf(e, r))
		if err := page.addAnswer(e, r); err != nil {
			return view{}, err
		}
	}
	for _, r := range machineRoutes() {
		page.Delivery = append(page.Delivery, apiGuideRow{Method: r.method, Path: openapiPattern("", r.path), About: r.summary})
	}
	for _, status := range []int{400, 404, 429, 503} {
		page.Errors = append(page.Errors, apiGuideError{status, openapiProblems[map[int]string{400: "badRequest", 404: "notFound", 429: "tooMany", 503: "unavailable"}[status]].about})
	}
	if ex := newMachineExample(e); ex != nil {
		page.WorkItem, page.WorkSaved = string(ex.body(machineRoute{})), string(ex.answer(false))
	}
	return view{template: "api", data: page}, nil
}

// addAnswer puts the answer of the first call on the page, and the call that follows on the
// first part of a long list.
func (p *apiGuidePage) addAnswer(e *edition, r apiRoute) error {
	q := apiQuery{edition: e, values: map[string]string{}, limit: guideLimit}
	switch r.id {
	case "listScores":
		q.values["level"], q.values["period"] = string(scoring.LevelCity), e.Period.String()
	case "listAchievements":
	default:
		return nil
	}
	data, err := r.answer(context.Background(), q)
	if err != nil {
		return err
	}
	if list, ok := data.(apiList); ok && list.Next != nil {
		p.Next = e.Base + apiLink(e, r.path, "limit", strconv.Itoa(guideLimit), "after", *list.Next)
		return nil
	}
	if r.id != "listScores" {
		return nil
	}
	body, err := scorecard.Canonical(data)
	p.Answer = string(body)
	return err
}

// guideLimit is the part of a list that the page takes for its examples.
const guideLimit = 200

// apiLink is an address of the API within the edition, with parameters by name and value.
func apiLink(e *edition, path string, query ...string) string {
	values := make([]string, 0, len(query)/2+1)
	for i := 0; i < len(query); i += 2 {
		values = append(values, query[i]+"="+url.QueryEscape(query[i+1]))
	}
	if !e.Latest {
		values = append(values, "publication="+strconv.Itoa(e.Number))
	}
	if len(values) == 0 {
		return apiPrefix + path
	}
	return apiPrefix + path + "?" + strings.Join(values, "&")
}

// apiGuideRowOf is a route with an example that the edition answers.
func apiGuideRowOf(e *edition, r apiRoute) apiGuideRow {
	row := apiGuideRow{Method: "GET", Path: openapiPattern("", r.path), About: r.summary}
	path := r.path
	var query []string
	for _, p := range r.params {
		value := exampleOf(e, r.id, p.name)
		if p.inPath {
			path = strings.ReplaceAll(path, ":"+p.name, url.PathEscape(value))
			continue
		}
		row.Filters = append(row.Filters, p.name)
		if value = filterExample(e, p.name); value != "" {
			query = append(query, p.name, value)
		}
	}
	if len(query) > 4 { // two are enough to show how
		query = query[:4]
	}
	if !r.editions { // lists of publications and one of them are the same in every edition
		row.Example = apiPrefix + path
		return row
	}
	row.Example = apiLink(e, path, query...)
	return row
}

// filterExample is a value of a parameter for which the edition has records; empty: show none.
func filterExample(e *edition, name string) string {
	switch name {
	case "period":
		return e.Period.String()
	case "level":
		return levels[len(levels)-1]
	case "agency":
		if len(e.Achievements) > 0 {
			return e.Achievements[len(e.Achievements)-1].Agency
		}
	}
	return ""
}
