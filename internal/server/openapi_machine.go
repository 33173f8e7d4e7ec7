package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"petajalan/internal/machine"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// machineDocPath is where the description of the API for programs that hand figures in is. It
// is for everybody; what it describes asks for a token.
const machineDocPath = machinePrefix + "/openapi.json"

const machineAbout = `Untuk sistem sumber yang mengisi capaian sendiri, misalnya SIAK. Isinya selalu draf: operator memeriksa, lalu mengirim kepada kepala instansi.

Setiap permintaan membawa token dari administrator. POST wajib membawa Idempotency-Key: permintaan yang sama dengan tanda yang sama dijawab sama selama 72 jam dan tidak disimpan dua kali. ` +
	`Permintaan yang ditolak tidak menyimpan apa pun, jadi tandanya boleh dipakai lagi.

Laporan yang sudah berisi hanya diganti bila Anda menyebut versinya. Bila orang mengubahnya sesudah Anda melihat, jawabannya 409 atau 412 dengan versi yang baru. Penjelasan yang ditulis orang tidak pernah ditimpa.`

// machineDocument describes the addresses for programs. Examples are of the edition; nil: none.
func machineDocument(site string, e *edition) openapi {
	d := newDescriber()
	paths := map[string]map[string]openapiOperation{}
	ex := newMachineExample(e)
	for _, r := range machineRoutes() {
		pattern := openapiPattern(machinePrefix, r.path)
		if paths[pattern] == nil {
			paths[pattern] = map[string]openapiOperation{}
		}
		paths[pattern][strings.ToLower(r.method)] = d.machineOperation(r, ex)
	}
	responses := map[string]openapiResponse{}
	for status, about := range machineProblems {
		name := machineProblemName(status)
		problem := schema{AnyOf: []schema{d.of(reflect.TypeFor[apiProblem]()), d.of(reflect.TypeFor[machineProblem]())}}
		response := openapiResponse{Description: about, Content: map[string]openapiMedia{problemType: {Schema: problem}}}
		switch status {
		case http.StatusUnauthorized:
			response.Headers = map[string]openapiHeader{"WWW-Authenticate": {"Cara menunjukkan token.", schema{Type: "string"}}}
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			response.Headers = map[string]openapiHeader{"Retry-After": headerRetry}
		}
		responses[name] = response
	}
	return openapi{
		OpenAPI:  "3.1.0",
		Info:     openapiInfo{"Rapor Layanan Kota Blitar: API untuk sistem sumber", "1", machineAbout, openapiOpen},
		Docs:     openapiGuide(site),
		Servers:  []openapiServer{{"/"}},
		Security: []map[string][]string{{"token": {}}},
		Paths:    paths,
		Components: openapiComponents{Schemas: d.schemas, Responses: responses, Security: map[string]openapiSecurity{
			"token": {"http", "bearer", "Token dari administrator, dimulai dengan pjk_. Ditampilkan sekali saat dibuat."},
		}},
	}
}

// machineProblems are the errors by their status.
var machineProblems = map[int]string{
	http.StatusBadRequest:            "Permintaan atau JSON-nya tidak tertulis dengan benar, atau Idempotency-Key tidak ada.",
	http.StatusUnauthorized:          "Token tidak ada, tidak dikenal, kedaluwarsa, atau dicabut.",
	http.StatusForbidden:             "Token bukan untuk indikator itu.",
	http.StatusNotFound:              "Instansi, indikator, atau periode itu tidak ada, atau bukan untuk token ini.",
	http.StatusConflict:              "Laporan sudah dikirim, periode tidak menerima laporan, versinya berubah, atau permintaan yang sama masih dikerjakan.",
	http.StatusPreconditionFailed:    "Versi pada If-Match sudah berubah.",
	http.StatusRequestEntityTooLarge: "Isi lebih dari 1 MiB.",
	http.StatusUnsupportedMediaType:  "Isi bukan application/json.",
	http.StatusUnprocessableEntity:   "Ada isian yang keliru, atau Idempotency-Key sudah dipakai untuk permintaan lain.",
	http.StatusPreconditionRequired:  "Laporan sudah berisi: sebut versi yang Anda lihat.",
	http.StatusTooManyRequests:       fmt.Sprintf("Lebih dari %d permintaan dalam %d menit.", machineRequests, int(apiWindow.Minutes())),
	http.StatusServiceUnavailable:    "Sedang tidak dapat dilayani. Coba lagi; dengan Idempotency-Key yang sama tidak ada yang tersimpan dua kali.",
}

func machineProblemName(status int) string { return "status" + strconv.Itoa(status) }

func (d *describer) machineOperation(r machineRoute, ex *machineExample) openapiOperation {
	ok := openapiResponse{Description: r.summary, Content: map[string]openapiMedia{contentJSON: {Schema: d.answer(r.record, r.list, false)}}}
	if slices.ContainsFunc(r.params, func(p apiParam) bool { return p.inPath }) {
		ok.Headers = map[string]openapiHeader{"ETag": {"Versi laporan, untuk If-Match.", schema{Type: "string"}}}
	}
	op := openapiOperation{ID: r.id, Summary: r.summary, Responses: map[string]openapiResponse{"200": ok}}
	for _, p := range r.params {
		where := "query"
		if p.inPath {
			where = "path"
		}
		op.Parameters = append(op.Parameters, openapiParameter{Name: p.name, In: where, Required: p.inPath, Description: p.about, Schema: p.schema, Example: ex.param(p)})
	}
	switch r.method {
	case http.MethodPost:
		op.Responses["200"].Content[contentJSON] = openapiMedia{Schema: ok.Content[contentJSON].Schema, Example: ex.answer(r.many)}
		ok.Headers = map[string]openapiHeader{"Idempotency-Replayed": {"true: ini jawaban yang dahulu; tidak ada yang disimpan lagi.", schema{Type: "string", Enum: []string{"true"}}}}
		op.Responses["200"] = openapiResponse{Description: ok.Description, Headers: ok.Headers, Content: op.Responses["200"].Content}
		op.Parameters = append(op.Parameters, openapiParameter{Name: "Idempotency-Key", In: "header", Required: true, Description: "Tanda unik kiriman ini, misalnya UUID.",
			Schema: schema{Type: "string", MinLength: new(1), MaxLength: new(machine.MaxKey)}, Example: "7f0c1c52-4f0e-4f0a-9d0f-3f6d6d1b2a10"})
	case http.MethodPut:
		op.Parameters = append(op.Parameters,
			openapiParameter{Name: "If-Match", In: "header", Description: "ETag dari GET laporan ini; wajib bila laporan sudah berisi.", Schema: schema{Type: "string"}, Example: `"3"`},
			openapiParameter{Name: "If-None-Match", In: "header", Description: "*: hanya simpan bila laporan belum berisi.", Schema: schema{Type: "string", Enum: []string{"*"}}})
	}
	if r.body != nil {
		body := d.of(r.body)
		if r.many {
			item := body
			body = schema{Type: "object", Required: []string{"reports"}, Additional: false,
				Properties: map[string]schema{"reports": {Type: "array", Items: &item, MinItems: new(1), MaxItems: new(machine.MaxItems), Description: "Laporan, masing-masing sekali."}}}
		}
		op.Body = &openapiBody{Required: true, Content: map[string]openapiMedia{"application/json": {Schema: body, Example: ex.body(r)}}}
	}
	for _, status := range append(r.problems, http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable) {
		op.Responses[strconv.Itoa(status)] = openapiResponse{Ref: "#/components/responses/" + machineProblemName(status)}
	}
	return op
}

// machineExample is a report of the latest edition as a program would bring that of the quarter
// after it.
type machineExample struct {
	of     *scorecard.Achievement
	period scoring.Period
}

// newMachineExample chooses a fraction; nil where the edition has none.
func newMachineExample(e *edition) *machineExample {
	if e == nil {
		return nil
	}
	for i := range e.Achievements {
		if a := &e.Achievements[i]; a.Period == e.Period && a.Kind == scoring.KindFraction && a.Frequency == scoring.Quarterly && a.Numerator != nil && a.Denominator != nil {
			return &machineExample{a, e.Period.Next()}
		}
	}
	return nil
}

func (x *machineExample) param(p apiParam) any {
	switch {
	case x == nil:
		return nil
	case p.name == "period":
		return x.period.String()
	case p.name == "agency":
		return x.of.Agency
	}
	return x.of.Indicator
}

// exampleReference is how the source of the example names its delivery.
const exampleReference = "SIAK-0042"

// body is what the program of the example sends to the address.
func (x *machineExample) body(r machineRoute) json.RawMessage {
	if x == nil {
		return nil
	}
	figures := fmt.Sprintf(`"numerator":%s,"denominator":%q,"reference":%q}`, *x.of.Numerator, *x.of.Denominator, exampleReference)
	item := fmt.Sprintf(`{"agency":%q,"indicator":%q,"period":%q,`, x.of.Agency, x.of.Indicator, x.period) + figures
	switch {
	case r.many:
		return json.RawMessage(`{"reports":[` + item + `]}`)
	case r.method == http.MethodPut:
		return json.RawMessage("{" + figures)
	}
	return json.RawMessage(item)
}

// answer is what the first delivery of the example is answered.
func (x *machineExample) answer(many bool) json.RawMessage {
	if x == nil {
		return nil
	}
	saved := machine.Saved{Agency: x.of.Agency, Indicator: x.of.Indicator, Period: x.period, State: "draft", Version: 1, Reference: exampleReference}
	var data any = saved
	if many {
		data = []machine.Saved{saved}
	}
	text, err := json.Marshal(apiOne{data})
	if err != nil {
		panic(err) // texts and numbers only
	}
	return text
}
