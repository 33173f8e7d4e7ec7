package server

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/machine"
	"petajalan/internal/opendata"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

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
	MinLength   *int              `json:"minLength,omitempty"`
	MaxLength   *int              `json:"maxLength,omitempty"`
	MinItems    *int              `json:"minItems,omitempty"`
	MaxItems    *int              `json:"maxItems,omitempty"`
	Default     *int              `json:"default,omitempty"`
	Items       *schema           `json:"items,omitempty"`
	Properties  map[string]schema `json:"properties,omitempty"`
	Required    []string          `json:"required,omitempty"`
	Additional  any               `json:"additionalProperties,omitempty"` // a schema, or false
	AnyOf       []schema          `json:"anyOf,omitempty"`
}

// describer turns Go types into schemas. Each struct is described once, by its name.
type describer struct {
	schemas map[string]schema
	about   map[string]string // meanings of fields, by "Record.field"
}

func newDescriber() *describer {
	d := &describer{schemas: map[string]schema{}, about: map[string]string{}}
	for name, about := range openapiWords {
		d.about[name] = about
	}
	for field, about := range deliveryWords {
		d.about["NewReport."+field], d.about["NewFigures."+field] = about, about
	}
	for set, record := range openapiSets {
		for _, c := range opendata.Find(set).Columns {
			if name := fieldName(record, c.Path()); name != "" && d.about[name] == "" {
				d.about[name] = c.ID + unitWords(c.Unit) + "."
			}
		}
	}
	return d
}

// openapiSets are the tables of the open data whose rows are records of the API: what a column
// means is declared there.
var openapiSets = map[string]reflect.Type{
	"terbitan": reflect.TypeFor[publicationRecord](), "instansi": reflect.TypeFor[scorecard.Agency](), "indikator": reflect.TypeFor[scorecard.Indicator](),
	"target": reflect.TypeFor[scorecard.Target](), "capaian": reflect.TypeFor[scorecard.Achievement](), "nilai": reflect.TypeFor[scorecard.Score](),
	"layanan": reflect.TypeFor[scorecard.Service](),
}

func unitWords(unit string) string {
	if unit == "" {
		return ""
	}
	return " (" + unit + ")"
}

// fieldName is the field of a record at a path, by the struct that has it: "Step.role". Empty
// where the path leads out of structs.
func fieldName(t reflect.Type, path string) string {
	name, rest, more := strings.Cut(path, ".")
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return ""
	}
	for i := range t.NumField() {
		if field, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); field == name {
			if more {
				return fieldName(t.Field(i).Type, rest)
			}
			return openapiName(t) + "." + name
		}
	}
	return ""
}

// answer is the schema of an answer: one record, or a list of them, which may go on.
func (d *describer) answer(record reflect.Type, list, paged bool) schema {
	data := d.of(record)
	if list {
		items := data
		data = schema{Type: "array", Items: &items}
	}
	body := schema{Type: "object", Properties: map[string]schema{"data": data}, Required: []string{"data"}}
	if paged {
		body.Properties["next"] = schema{Type: []string{"string", "null"}, Description: "Nilai after untuk halaman berikutnya; null di halaman terakhir."}
		body.Required = append(body.Required, "next")
	}
	return body
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
	reflect.TypeFor[machine.State](): words(machine.States...),
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
func (d *describer) of(t reflect.Type) schema {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return schema{Type: "string", Format: "date-time"}
	case t == reflect.TypeFor[scoring.Period]():
		return periodParam.schema
	case t == reflect.TypeFor[decimal.Decimal]():
		return schema{Type: "string", Pattern: numberPattern}
	case t == reflect.TypeFor[machineNumber]():
		return schema{AnyOf: []schema{{Type: "string", Pattern: numberPattern}, {Type: "number"}}}
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
		return schema{Type: "object", Additional: d.of(t.Elem())}
	case reflect.Struct:
		return d.object(t)
	}
	panic(fmt.Sprintf("no schema for %s", t)) // every record is described in a test
}

// numberPattern is how numbers are written in texts.
const numberPattern = `^-?[0-9]+(\.[0-9]+)?$`

func (d *describer) object(t reflect.Type) schema {
	name := openapiName(t)
	ref := schema{Ref: "#/components/schemas/" + name}
	if _, ok := d.schemas[name]; ok {
		return ref
	}
	object := schema{Type: "object", Properties: map[string]schema{}}
	if strings.HasPrefix(name, "New") {
		object.Additional = false
	}
	d.schemas[name] = object // so that a type may refer to itself
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue
		}
		field, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		property := d.of(f.Type)
		if openapiNullLists[name+"."+field] {
			property = nullable(property)
		}
		property.Description = d.about[name+"."+field]
		bound(&property, name+"."+field)
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
	case reflect.TypeFor[machineProblem]():
		return "Refusals"
	case reflect.TypeFor[machineRefusal]():
		return "Refusal"
	case reflect.TypeFor[machineItem]():
		return "NewReport"
	case reflect.TypeFor[machineFigures]():
		return "NewFigures"
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
