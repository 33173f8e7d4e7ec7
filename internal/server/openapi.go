package server

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// openapiPath is where the description of the API for programs is.
const openapiPath = apiPrefix + "/openapi.json"

// schema is as much of JSON Schema as the records need.
type schema struct {
	Ref         string            `json:"$ref,omitempty"`
	Type        any               `json:"type,omitempty"` // a word, or a list of them
	Description string            `json:"description,omitempty"`
	Format      string            `json:"format,omitempty"`
	Pattern     string            `json:"pattern,omitempty"`
	Enum        []string          `json:"enum,omitempty"`
	Minimum     *int              `json:"minimum,omitempty"`
	Maximum     *int              `json:"maximum,omitempty"`
	Default     *int              `json:"default,omitempty"`
	Items       *schema           `json:"items,omitempty"`
	Properties  map[string]schema `json:"properties,omitempty"`
	Required    []string          `json:"required,omitempty"`
	Additional  *schema           `json:"additionalProperties,omitempty"`
	AnyOf       []schema          `json:"anyOf,omitempty"`
}

// The parts of an OpenAPI 3.1 document that are used here.
type (
	openapi struct {
		OpenAPI    string                                 `json:"openapi"`
		Info       openapiInfo                            `json:"info"`
		Servers    []openapiServer                        `json:"servers"`
		Paths      map[string]map[string]openapiOperation `json:"paths"`
		Components openapiComponents                      `json:"components"`
	}
	openapiInfo struct {
		Title       string `json:"title"`
		Version     string `json:"version"`
		Description string `json:"description"`
	}
	openapiServer struct {
		URL string `json:"url"`
	}
	openapiOperation struct {
		ID         string                     `json:"operationId"`
		Summary    string                     `json:"summary"`
		Parameters []openapiParameter         `json:"parameters,omitempty"`
		Responses  map[string]openapiResponse `json:"responses"`
	}
	openapiParameter struct {
		Name        string `json:"name"`
		In          string `json:"in"`
		Required    bool   `json:"required,omitempty"`
		Description string `json:"description"`
		Schema      schema `json:"schema"`
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
		Schema schema `json:"schema"`
	}
	openapiComponents struct {
		Schemas   map[string]schema          `json:"schemas"`
		Responses map[string]openapiResponse `json:"responses"`
	}
)

const openapiAbout = `Semua yang diterbitkan Rapor Layanan Kota Blitar, untuk dibaca program. Hanya membaca, tanpa kunci, tanpa cookie.

Bilangan desimal ditulis sebagai teks ("87.50") supaya tidak ada angka yang berubah; yang kosong adalah null; waktu dalam UTC. ` +
	`Tanpa saringan, sebuah daftar adalah seluruh terbitan menurut urutannya. Daftar dibagi per halaman: ulangi permintaan dengan after = nilai next sampai next null. ` +
	`Nilai next memuat nomor terbitan, jadi seluruh daftar berasal dari satu terbitan walaupun sementara itu ada yang baru. ` +
	`Seluruh isi sebuah terbitan juga dapat diunduh sekaligus dari url-nya; SHA-256 dari unduhan itu sama dengan sha256 terbitan.`

// openapiDocument describes routes and their records. It is made from the same tables that
// serve them, so it cannot say anything else.
func openapiDocument(routes []apiRoute) openapi {
	d := describer{schemas: map[string]schema{}}
	paths := map[string]map[string]openapiOperation{}
	for _, r := range routes {
		paths[openapiPattern(r.path)] = map[string]openapiOperation{"get": d.operation(r)}
	}
	problem := d.of(reflect.TypeFor[apiProblem]())
	responses := map[string]openapiResponse{"unchanged": {Description: "Tidak berubah sejak ETag yang disebut di If-None-Match."}}
	for name, about := range openapiProblems {
		responses[name] = openapiResponse{Description: about, Content: map[string]openapiMedia{"application/problem+json": {problem}}}
	}
	return openapi{
		OpenAPI:    "3.1.0",
		Info:       openapiInfo{Title: "Rapor Layanan Kota Blitar: API", Version: "1", Description: openapiAbout},
		Servers:    []openapiServer{{"/"}},
		Paths:      paths,
		Components: openapiComponents{Schemas: d.schemas, Responses: responses},
	}
}

// openapiProblems are the errors every address may answer with, by their name in the document.
var openapiProblems = map[string]string{
	"badRequest":  "Sebuah parameter tidak dapat dipahami; parameter menyebut yang mana.",
	"notFound":    "Yang diminta tidak ada di terbitan ini.",
	"tooMany":     fmt.Sprintf("Lebih dari %d permintaan dalam %d menit; Retry-After menyebut berapa detik lagi.", apiRequests, int(apiWindow.Minutes())),
	"unavailable": "Sedang tidak dapat dilayani; coba lagi sesudah Retry-After detik.",
}

// openapiPattern writes a pattern of gin as OpenAPI does: /agencies/{code}.
func openapiPattern(path string) string {
	parts := strings.Split(apiPrefix+path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// describer turns Go types into schemas. Each struct is described once, by its name.
type describer struct {
	schemas map[string]schema
}

func (d describer) operation(r apiRoute) openapiOperation {
	record := d.of(r.record)
	body := schema{Type: "object", Properties: map[string]schema{"data": record}, Required: []string{"data"}}
	if r.list {
		body.Properties = map[string]schema{
			"data": {Type: "array", Items: &record},
			"next": {Type: []string{"string", "null"}, Description: "Nilai after untuk halaman berikutnya; null di halaman terakhir."},
		}
		body.Required = []string{"data", "next"}
	}
	op := openapiOperation{
		ID:      r.id,
		Summary: r.summary,
		Responses: map[string]openapiResponse{
			"200": {
				Description: r.summary,
				Headers:     map[string]openapiHeader{"ETag": {"Sidik jawaban ini, untuk If-None-Match.", schema{Type: "string"}}},
				Content:     map[string]openapiMedia{contentJSON: {body}},
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
		op.Parameters = append(op.Parameters, openapiParameter{p.name, where, p.inPath, p.about, p.schema})
	}
	if r.list {
		op.Parameters = append(op.Parameters,
			openapiParameter{"after", "query", false, "Nilai next dari halaman sebelumnya.", schema{Type: "string"}},
			openapiParameter{"limit", "query", false, "Paling banyak berapa catatan dalam satu halaman.",
				schema{Type: "integer", Minimum: new(1), Maximum: new(apiLimitMax), Default: new(apiLimit)}})
	}
	if r.editions {
		op.Parameters = append(op.Parameters,
			openapiParameter{"publication", "query", false, "Nomor terbitan; tanpa ini yang terbaru.", schema{Type: "integer", Minimum: new(1)}})
	}
	return op
}

// openapiEnums are the types whose words are a closed list.
var openapiEnums = map[reflect.Type][]string{
	reflect.TypeFor[scoring.State]():         words(scoring.States[:]...),
	reflect.TypeFor[scoring.Level]():         levels,
	reflect.TypeFor[scoring.Direction]():     words(scoring.HigherIsBetter, scoring.LowerIsBetter, scoring.OnTarget, scoring.YesNo, scoring.Milestones, scoring.Predicate),
	reflect.TypeFor[scoring.Consolidation](): words(scoring.Sum, scoring.Last, scoring.Average),
	reflect.TypeFor[scoring.Frequency]():     words(scoring.Quarterly, scoring.HalfYearly, scoring.Yearly),
	reflect.TypeFor[scoring.Kind](): words(scoring.KindFraction, scoring.KindNumber, scoring.KindIndex, scoring.KindPredicate,
		scoring.KindMilestone, scoring.KindYesNo, scoring.KindRange),
}

func words[T ~string](values ...T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

// openapiNullLists are the lists that may be null: nobody has stated them.
var openapiNullLists = map[string]bool{"Target.steps": true, "Standard.requirements": true}

// of describes a type; a struct by a reference to its own schema.
func (d describer) of(t reflect.Type) schema {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return schema{Type: "string", Format: "date-time"}
	case t == reflect.TypeFor[scoring.Period]():
		return periodParam.schema
	case t.Kind() == reflect.Pointer:
		return nullable(d.of(t.Elem()))
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return schema{Type: "string"}
	}
	switch t.Kind() {
	case reflect.String:
		return schema{Type: "string", Enum: openapiEnums[t]}
	case reflect.Bool:
		return schema{Type: "boolean"}
	case reflect.Int, reflect.Int64:
		return schema{Type: "integer"}
	case reflect.Slice:
		items := d.of(t.Elem())
		return schema{Type: "array", Items: &items}
	case reflect.Map:
		values := d.of(t.Elem())
		return schema{Type: "object", Additional: &values}
	case reflect.Struct:
		return d.object(t)
	}
	panic(fmt.Sprintf("no schema for %s", t)) // when the program starts
}

func (d describer) object(t reflect.Type) schema {
	name := openapiName(t)
	ref := schema{Ref: "#/components/schemas/" + name}
	if _, ok := d.schemas[name]; ok {
		return ref
	}
	object := schema{Type: "object", Properties: map[string]schema{}}
	d.schemas[name] = object // so that a type may refer to itself
	for i := range t.NumField() {
		field, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		property := d.of(t.Field(i).Type)
		if openapiNullLists[name+"."+field] {
			property = nullable(property)
		}
		object.Properties[field] = property
		if options != "omitempty" {
			object.Required = append(object.Required, field)
		}
	}
	d.schemas[name] = object
	return ref
}

// openapiName is what a record is called in the document.
func openapiName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[publicationRecord]():
		return "Publication"
	case reflect.TypeFor[apiProblem]():
		return "Problem"
	case reflect.TypeFor[scorecard.Step]():
		return "ReportStep"
	}
	return t.Name()
}

// nullable lets a schema be null as well.
func nullable(s schema) schema {
	if word, ok := s.Type.(string); ok && s.Enum == nil {
		s.Type = []string{word, "null"}
		return s
	}
	return schema{AnyOf: []schema{s, {Type: "null"}}}
}

// showOpenAPI answers the description of the API.
func (s *site) showOpenAPI(c *gin.Context) error {
	setCORS(c.Writer.Header())
	a, err := s.openapi()
	if err != nil {
		return err
	}
	return a.serve(c.Writer, c.Request)
}

// newOpenAPIAnswer makes the answer of showOpenAPI.
func newOpenAPIAnswer() (*answer, error) {
	body, err := encodeJSON(openapiDocument(apiRoutes()))
	if err != nil {
		return nil, fmt.Errorf("encode the OpenAPI document: %w", err)
	}
	return newAnswer(newCompressor(), body, contentJSON, cachePage, "")
}
