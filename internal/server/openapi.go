package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/scorecard"
)

// openapiPath is where the description of the API for programs is.
const openapiPath = apiPrefix + "/openapi.json"

// The parts of an OpenAPI 3.1 document that are used here.
type (
	openapi struct {
		OpenAPI    string                                 `json:"openapi"`
		Info       openapiInfo                            `json:"info"`
		Docs       openapiDocs                            `json:"externalDocs"`
		Servers    []openapiServer                        `json:"servers"`
		Security   []map[string][]string                  `json:"security,omitempty"`
		Paths      map[string]map[string]openapiOperation `json:"paths"`
		Components openapiComponents                      `json:"components"`
	}
	openapiInfo struct {
		Title       string         `json:"title"`
		Version     string         `json:"version"`
		Description string         `json:"description"`
		License     openapiLicence `json:"license"`
	}
	openapiLicence struct {
		Name       string `json:"name"`
		Identifier string `json:"identifier"`
	}
	openapiDocs struct {
		Description string `json:"description"`
		URL         string `json:"url"`
	}
	openapiServer struct {
		URL string `json:"url"`
	}
	openapiOperation struct {
		ID         string                     `json:"operationId"`
		Summary    string                     `json:"summary"`
		Parameters []openapiParameter         `json:"parameters,omitempty"`
		Body       *openapiBody               `json:"requestBody,omitempty"`
		Responses  map[string]openapiResponse `json:"responses"`
	}
	openapiParameter struct {
		Name        string `json:"name"`
		In          string `json:"in"`
		Required    bool   `json:"required,omitempty"`
		Description string `json:"description"`
		Schema      schema `json:"schema"`
		Example     any    `json:"example,omitempty"`
	}
	openapiBody struct {
		Required bool                    `json:"required"`
		Content  map[string]openapiMedia `json:"content"`
	}
	openapiResponse struct {
		Ref         string                   `json:"$ref,omitempty"`
		Description string                   `json:"description,omitempty"`
		Headers     map[string]openapiHeader `json:"headers,omitempty"`
		Content     map[string]openapiMedia  `json:"content,omitempty"`
	}
	openapiHeader struct {
		Description string `json:"description"`
		Schema      schema `json:"schema"`
	}
	openapiMedia struct {
		Schema   schema                    `json:"schema"`
		Example  json.RawMessage           `json:"example,omitempty"`
		Examples map[string]openapiExample `json:"examples,omitempty"`
	}
	openapiExample struct {
		Summary string          `json:"summary"`
		Value   json.RawMessage `json:"value"`
	}
	openapiComponents struct {
		Schemas   map[string]schema          `json:"schemas"`
		Responses map[string]openapiResponse `json:"responses,omitempty"`
		Security  map[string]openapiSecurity `json:"securitySchemes,omitempty"`
	}
	openapiSecurity struct {
		Type        string `json:"type"`
		Scheme      string `json:"scheme"`
		Description string `json:"description"`
	}
)

const openapiAbout = `Semua yang diterbitkan Rapor Layanan Kota Blitar, untuk dibaca program. Hanya membaca, tanpa kunci, tanpa cookie.

Bilangan desimal ditulis sebagai teks ("87.50") supaya tidak ada angka yang berubah; yang kosong adalah null; waktu dalam UTC. ` +
	`Tanpa saringan, sebuah daftar adalah seluruh terbitan menurut urutannya. Daftar dibagi per halaman: ulangi permintaan dengan after = nilai next sampai next null. ` +
	`Nilai next memuat nomor terbitan, jadi seluruh daftar berasal dari satu terbitan walaupun sementara itu ada yang baru. ` +
	`Seluruh isi sebuah terbitan juga dapat diunduh sekaligus dari url-nya; SHA-256 dari unduhan itu sama dengan sha256 terbitan.

Contoh di dokumen ini adalah jawaban sebenarnya dari terbitan terbaru. Arti alamat dan kolom di versi 1 tidak berubah; yang baru hanya ditambahkan.`

// openapiGuide says where people read about the APIs.
func openapiGuide(site string) openapiDocs {
	return openapiDocs{"Panduan untuk orang", site + apiGuidePath}
}

// openapiOpen is the licence of what is published.
var openapiOpen = openapiLicence{"CC BY 4.0", "CC-BY-4.0"}

// openapiDocument describes routes and their records. It is made from the same tables that
// serve them, so it cannot say anything else; its examples are answers of the edition.
func openapiDocument(ctx context.Context, s *site, sh *shelf) (openapi, error) {
	d := newDescriber()
	paths := map[string]map[string]openapiOperation{}
	for _, r := range apiRoutes() {
		op := d.operation(r)
		if sh.latest != nil {
			if err := s.addExamples(ctx, sh, r, &op); err != nil {
				return openapi{}, fmt.Errorf("make the example of %s: %w", r.path, err)
			}
		}
		paths[openapiPattern(apiPrefix, r.path)] = map[string]openapiOperation{"get": op}
	}
	responses := map[string]openapiResponse{"unchanged": {Description: "Tidak berubah sejak ETag yang disebut di If-None-Match.", Headers: map[string]openapiHeader{"ETag": headerETag}}}
	problem := d.of(reflect.TypeFor[apiProblem]())
	for name, p := range openapiProblems {
		media := openapiMedia{Schema: problem}
		if sh.latest != nil && p.example != nil {
			request, err := p.example(ctx, s, sh)
			value, bad := problemExample(err)
			if bad != nil {
				return openapi{}, bad
			}
			media.Examples = map[string]openapiExample{"contoh": {"GET " + request, value}}
		}
		responses[name] = openapiResponse{Description: p.about, Headers: p.headers, Content: map[string]openapiMedia{problemType: media}}
	}
	return openapi{
		OpenAPI:    "3.1.0",
		Info:       openapiInfo{"Rapor Layanan Kota Blitar: API", "1", openapiAbout, openapiOpen},
		Docs:       openapiGuide(s.base),
		Servers:    []openapiServer{{"/"}},
		Paths:      paths,
		Components: openapiComponents{Schemas: d.schemas, Responses: responses},
	}, nil
}

// Headers of answers.
var (
	headerETag  = openapiHeader{"Sidik jawaban ini, untuk If-None-Match.", schema{Type: "string"}}
	headerRetry = openapiHeader{"Berapa detik lagi boleh mencoba.", schema{Type: "integer", Minimum: new(0)}}
	headerCache = openapiHeader{"Berapa lama jawaban ini boleh disimpan.", schema{Type: "string"}}
	headerCORS  = openapiHeader{"Selalu *: halaman situs mana pun boleh membacanya.", schema{Type: "string"}}
)

// openapiProblem is an error that every address may answer with.
type openapiProblem struct {
	about   string
	headers map[string]openapiHeader
	// example is a request with its error; nil: none can be shown.
	example func(context.Context, *site, *shelf) (request string, err error)
}

// openapiProblems are the errors by their name in the document.
var openapiProblems = map[string]openapiProblem{
	"badRequest": {about: "Sebuah parameter tidak dapat dipahami; parameter menyebut yang mana.", example: func(_ context.Context, _ *site, sh *shelf) (string, error) {
		q := apiQuery{shelf: sh}
		_, err := q.page(apiRoute{list: true}, map[string]string{"limit": "0"})
		return apiPrefix + "/publications?limit=0", err
	}},
	"notFound": {about: "Yang diminta tidak ada di terbitan ini.", example: func(_ context.Context, _ *site, sh *shelf) (string, error) {
		_, err := getPublication(apiQuery{shelf: sh, values: map[string]string{"number": "0"}})
		return apiPrefix + "/publications/0", err
	}},
	"tooMany": {about: fmt.Sprintf("Lebih dari %d permintaan dalam %d menit; Retry-After menyebut berapa detik lagi.", apiRequests, int(apiWindow.Minutes())),
		headers: map[string]openapiHeader{"Retry-After": headerRetry}},
	"unavailable": {about: "Sedang tidak dapat dilayani; coba lagi sesudah Retry-After detik.", headers: map[string]openapiHeader{"Retry-After": headerRetry}},
}

// problemExample is an error as it would be answered.
func problemExample(err error) (json.RawMessage, error) {
	p, ok := errors.AsType[*apiProblem](err)
	if !ok {
		return nil, fmt.Errorf("the example of an error is none: %w", err)
	}
	return encodeJSON(p.whole())
}

// addExamples gives an operation an example: the parameters of a request, and its answer.
func (s *site) addExamples(ctx context.Context, sh *shelf, r apiRoute, op *openapiOperation) error {
	q := apiQuery{site: s, shelf: sh, edition: sh.latest, values: map[string]string{}, limit: apiLimit}
	for i := range op.Parameters {
		p := &op.Parameters[i]
		switch value := exampleOf(sh.latest, r.id, p.Name); {
		case p.In == "path":
			p.Example, q.values[p.Name] = value, value
			if p.Name == "number" {
				p.Example = sh.latest.Number
			}
		case p.Name == "limit":
			p.Example, q.limit = 1, 1
		}
	}
	data, err := r.answer(ctx, q)
	if err != nil {
		return err
	}
	body, err := scorecard.Canonical(data)
	if err != nil {
		return err
	}
	media := op.Responses["200"].Content[contentJSON]
	media.Example = body
	op.Responses["200"].Content[contentJSON] = media
	return nil
}

// exampleOf is a value of a part of an address that the edition has.
func exampleOf(e *edition, id, name string) string {
	switch {
	case name == "number":
		return fmt.Sprint(e.Number)
	case name == "id":
		return e.Method.ID
	case id == "getAgency" && len(e.Agencies) > 0:
		return e.Agencies[0].Code
	case id == "getIndicator" && len(e.Indicators) > 0:
		return e.Indicators[0].Code
	}
	return ""
}

// openapiPattern writes a pattern of gin as OpenAPI does: /agencies/{code}.
func openapiPattern(prefix, path string) string {
	parts := strings.Split(prefix+path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

func (d *describer) operation(r apiRoute) openapiOperation {
	op := openapiOperation{
		ID:      r.id,
		Summary: r.summary,
		Responses: map[string]openapiResponse{
			"200": {
				Description: r.summary,
				Headers:     map[string]openapiHeader{"ETag": headerETag, "Cache-Control": headerCache, "Access-Control-Allow-Origin": headerCORS},
				Content:     map[string]openapiMedia{contentJSON: {Schema: d.answer(r.record, r.list, r.list)}},
			},
			"304": {Ref: "#/components/responses/unchanged"},
			"400": {Ref: "#/components/responses/badRequest"},
			"404": {Ref: "#/components/responses/notFound"},
			"429": {Ref: "#/components/responses/tooMany"},
			"503": {Ref: "#/components/responses/unavailable"},
		},
	}
	for _, p := range r.params {
		where := "query"
		if p.inPath {
			where = "path"
		}
		op.Parameters = append(op.Parameters, openapiParameter{Name: p.name, In: where, Required: p.inPath, Description: p.about, Schema: p.schema})
	}
	if r.list {
		op.Parameters = append(op.Parameters,
			openapiParameter{Name: "after", In: "query", Description: "Nilai next dari halaman sebelumnya.", Schema: schema{Type: "string"}},
			openapiParameter{Name: "limit", In: "query", Description: "Paling banyak berapa catatan dalam satu halaman.",
				Schema: schema{Type: "integer", Minimum: new(1), Maximum: new(apiLimitMax), Default: new(apiLimit)}})
	}
	if r.editions {
		op.Parameters = append(op.Parameters,
			openapiParameter{Name: "publication", In: "query", Description: "Nomor terbitan; tanpa ini yang terbaru.", Schema: schema{Type: "integer", Minimum: new(1)}})
	}
	op.Parameters = append(op.Parameters,
		openapiParameter{Name: "If-None-Match", In: "header", Description: "ETag dari jawaban sebelumnya: bila belum berubah, jawabannya 304 tanpa isi.", Schema: schema{Type: "string"}})
	return op
}

// showOpenAPI answers the description of the API.
func (s *site) showOpenAPI(c *gin.Context) error {
	setCORS(c.Writer.Header())
	return s.showDocument(c, "openapi", func(ctx context.Context, sh *shelf) (any, error) { return openapiDocument(ctx, s, sh) })
}

// showMachineOpenAPI answers the description of the API for programs that hand figures in.
func (s *site) showMachineOpenAPI(c *gin.Context) error {
	return s.showDocument(c, "openapi kerja", func(_ context.Context, sh *shelf) (any, error) { return machineDocument(s.base, sh.latest), nil })
}

// showDocument answers a document that is made once for each publication.
func (s *site) showDocument(c *gin.Context, key string, document func(context.Context, *shelf) (any, error)) error {
	sh := s.current.Load()
	if sh == nil {
		return notLoaded()
	}
	a, err := s.onDemand(c.Request.Context(), sh.onDemand, sh.hash()+key, nil, func(ctx context.Context) (*answer, error) {
		doc, err := document(ctx, sh)
		if err != nil {
			return nil, err
		}
		body, err := encodeJSON(doc)
		if err != nil {
			return nil, fmt.Errorf("encode the OpenAPI document: %w", err)
		}
		return newQuickAnswer(body, contentJSON, cachePage, "")
	})
	if err != nil {
		return err
	}
	return a.serve(c.Writer, c.Request)
}
