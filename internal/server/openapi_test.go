package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"petajalan/internal/scorecard"
)

// described is a document with a way to find the operation of a request.
type described struct {
	t      testing.TB
	doc    *openapi3.T
	router routers.Router
	at     string // how the site is reached
}

// newDescribed reads a document and checks that it is valid, its examples against their schemas
// too.
func newDescribed(t testing.TB, text []byte, at string) *described {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the document is not valid: %v", err)
	}
	doc.Servers = openapi3.Servers{{URL: at}}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return &described{t, doc, router, at}
}

// check holds a request and its answer to the document.
func (d *described) check(q *http.Request, body []byte, status int, header http.Header, answer []byte) {
	d.t.Helper()
	route, params, err := d.router.FindRoute(q)
	if err != nil {
		d.t.Errorf("%s %s is not in the document: %v", q.Method, q.URL, err)
		return
	}
	q.Body = io.NopCloser(bytes.NewReader(body))
	in := &openapi3filter.RequestValidationInput{Request: q, PathParams: params, Route: route, Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}}
	if err := openapi3filter.ValidateRequest(d.t.Context(), in); err != nil && status < 400 {
		d.t.Errorf("%s %s was answered, but the document does not allow it: %v", q.Method, q.URL, err)
	}
	if route.Operation.Responses.Status(status) == nil {
		d.t.Errorf("%s %s: status %d is not in the document", q.Method, q.URL, status)
		return
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: status, Header: header, Body: io.NopCloser(bytes.NewReader(answer)), Options: &openapi3filter.Options{IncludeResponseStatus: true}}
	if err := openapi3filter.ValidateResponse(d.t.Context(), out); err != nil {
		d.t.Errorf("%s %s: the answer is not as the document says: %v\n%s", q.Method, q.URL, err, answer)
	}
}

// everyWordIsExplained checks that parameters and properties say what they mean.
func (d *described) everyWordIsExplained() {
	d.t.Helper()
	for name, s := range d.doc.Components.Schemas {
		for field, property := range s.Value.Properties {
			if property.Value.Description == "" && property.Extensions["description"] == nil {
				d.t.Errorf("%s.%s is not explained", name, field)
			}
		}
	}
}

// sameJSON reports whether two texts say the same.
func sameJSON(t testing.TB, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatalf("%v: %s", err, a)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return reflect.DeepEqual(x, y)
}

const testBase = "http://rapor.test"

func TestOpenAPI_IsValidAndItsExamplesAreLiveAnswers(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.refresh()
	newDescribed(t, p.get(openapiPath).Body.Bytes(), testBase) // before the first publication too
	c := testContent(1, 2, 1)
	c.Goals[0].Objectives = append(c.Goals[0].Objectives, scorecard.Objective{Code: "S2", Name: "Mudah"})
	p.publish(c)
	p.refresh()
	d := newDescribed(t, p.get(openapiPath).Body.Bytes(), testBase)
	d.everyWordIsExplained()
	visit := func(path string, status int) []byte {
		t.Helper()
		w := p.get(path)
		if w.Code != status {
			t.Fatalf("GET %s: status %d, want %d: %s", path, w.Code, status, w.Body)
		}
		d.check(httptest.NewRequest(http.MethodGet, testBase+path, nil), nil, w.Code, w.Header(), w.Body.Bytes())
		return w.Body.Bytes()
	}
	for pattern, item := range d.doc.Paths.Map() {
		path, query := pattern, url.Values{}
		for _, param := range item.Get.Parameters {
			switch v := param.Value; {
			case v.Description == "" || v.Schema == nil:
				t.Errorf("%s: %s is not described", pattern, v.Name)
			case v.In == "path":
				path = strings.ReplaceAll(path, "{"+v.Name+"}", fmt.Sprint(v.Example))
			case v.In == "query" && v.Example != nil:
				query.Set(v.Name, fmt.Sprint(v.Example))
			}
		}
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
		live := visit(path, http.StatusOK)
		example, err := json.Marshal(item.Get.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Example)
		if err != nil {
			t.Fatal(err)
		}
		if !sameJSON(t, live, example) {
			t.Errorf("%s: the example is\n%s\nand the answer\n%s", path, example, live)
		}
		if !strings.Contains(pattern, "{") {
			visit(pattern+"?limit=0", http.StatusBadRequest)
			visit(pattern, http.StatusOK)
		}
	}
	for name, response := range d.doc.Components.Responses {
		for _, media := range response.Value.Content {
			for _, e := range media.Examples {
				live := visit(strings.TrimPrefix(e.Value.Summary, "GET "), map[string]int{"badRequest": 400, "notFound": 404}[name])
				example, err := json.Marshal(e.Value.Value)
				if err != nil {
					t.Fatal(err)
				}
				if !sameJSON(t, live, example) {
					t.Errorf("%s: the example is\n%s\nand the answer\n%s", name, example, live)
				}
			}
		}
	}
	first := p.get(apiPrefix + "/goals")
	unchanged := p.ask(http.MethodGet, apiPrefix+"/goals", "If-None-Match", first.Header().Get("ETag"))
	if unchanged.Code != http.StatusNotModified || unchanged.Body.Len() != 0 {
		t.Errorf("with its ETag: %d, %d bytes", unchanged.Code, unchanged.Body.Len())
	}
	for range apiRequests {
		_, _ = p.site.limit.allow(clientOf("192.0.2.1"))
	}
	visit(apiPrefix+"/goals", http.StatusTooManyRequests)
}

// TestOpenAPI_HasEveryAddressAndNoOther compares both documents with the routing table.
func TestOpenAPI_HasEveryAddressAndNoOther(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	for prefix, path := range map[string]string{apiPrefix: openapiPath, machinePrefix: machineDocPath} {
		d := newDescribed(t, []byte(s.visitor().get(path).want(http.StatusOK).Body), s.http.URL)
		d.everyWordIsExplained()
		var told, served []string
		for pattern, item := range d.doc.Paths.Map() {
			for method := range item.Operations() {
				told = append(told, method+" "+pattern)
			}
		}
		for _, r := range s.server.engine.Routes() {
			if r.Method != http.MethodHead && r.Method != http.MethodOptions && strings.HasPrefix(r.Path, prefix+"/") && r.Path != path {
				served = append(served, r.Method+" "+openapiPattern("", r.Path))
			}
		}
		slices.Sort(told)
		slices.Sort(served)
		if !slices.Equal(told, served) {
			t.Errorf("%s: the document has\n%q\nand the routing table\n%q", path, told, served)
		}
	}
}
