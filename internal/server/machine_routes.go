package server

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/gin-gonic/gin"

	"petajalan/internal/machine"
)

// machineRoute is one address for programs. Like apiRoute, the table of them makes the routes
// and writes the document.
type machineRoute struct {
	method, path string // below machinePrefix, as gin writes it
	id           string // operationId
	summary      string // one Indonesian sentence
	params       []apiParam
	body         reflect.Type // of what is sent; nil: nothing
	many         bool         // {"reports": [body, …]} is sent
	record       reflect.Type // of one record of the answer
	list         bool         // {"data": [record, …]} is answered; else {"data": record}
	problems     []int        // statuses of the errors of its own
	answer       func(*Server, *gin.Context) error
}

// Parameters of addresses for programs.
var (
	machinePeriod    = apiParam{name: "period", about: "Periode yang diisi, misalnya 2026-TW3; tanpa ini periode terbaru yang sudah dibuka.", schema: periodParam.schema}
	machineAgency    = apiParam{name: "agency", about: "Kode instansi; untuk kelurahan kode Kemendagri.", inPath: true, schema: schema{Type: "string"}}
	machineIndicator = apiParam{name: "indicator", about: "Kode indikator.", inPath: true, schema: schema{Type: "string"}}
	machineInPath    = apiParam{name: "period", about: "Periode, misalnya 2026-TW3.", inPath: true, schema: periodParam.schema}
)

// machineRoutes are all addresses for programs, in the order of their document.
func machineRoutes() []machineRoute {
	one := []apiParam{machineAgency, machineIndicator, machineInPath}
	return []machineRoute{
		{
			method: http.MethodGet, path: "/due", id: "listDue", list: true, params: []apiParam{machinePeriod}, record: reflect.TypeFor[machine.Due](),
			summary:  "Laporan yang boleh diisi token ini pada satu periode, dengan keadaan dan versinya.",
			problems: []int{http.StatusBadRequest, http.StatusNotFound},
			answer:   (*Server).machineDue,
		},
		{
			method: http.MethodGet, path: "/reports/:agency/:indicator/:period", id: "getReport", params: one, record: reflect.TypeFor[machine.Due](),
			summary:  "Satu laporan, dengan versinya sebagai ETag.",
			problems: []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound},
			answer:   (*Server).machineReport,
		},
		{
			method: http.MethodPut, path: "/reports/:agency/:indicator/:period", id: "putReport", params: one, body: reflect.TypeFor[machineFigures](), record: reflect.TypeFor[machine.Saved](),
			summary: "Menyimpan satu laporan sebagai draf. If-Match menyebut versi yang Anda lihat.",
			problems: []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge,
				http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusPreconditionRequired},
			answer: (*Server).machinePut,
		},
		{
			method: http.MethodPost, path: "/reports", id: "postReport", body: reflect.TypeFor[machineItem](), record: reflect.TypeFor[machine.Saved](),
			summary:  "Menyimpan satu laporan sebagai draf. Aman dikirim ulang dengan Idempotency-Key yang sama.",
			problems: machinePostProblems, answer: (*Server).machinePost,
		},
		{
			method: http.MethodPost, path: "/reports/batch", id: "postReports", body: reflect.TypeFor[machineItem](), many: true, record: reflect.TypeFor[machine.Saved](), list: true,
			summary:  "Menyimpan sampai 500 laporan sebagai draf: semuanya, atau tidak satu pun.",
			problems: machinePostProblems, answer: (*Server).machineBatch,
		},
	}
}

var machinePostProblems = []int{
	http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
	http.StatusUnprocessableEntity, http.StatusPreconditionRequired,
}

// machineRoutes are the addresses for programs as the router has them.
func (s *Server) machineRoutes() []workRoute {
	routes := make([]workRoute, 0, len(machineRoutes()))
	for _, r := range machineRoutes() {
		routes = append(routes, workRoute{rule{method: r.method, pattern: machinePrefix + r.path, who: machines}, func(c *gin.Context) error { return r.answer(s, c) }})
	}
	return slices.Clip(routes)
}

// machineFigures is what a program sends of a report whose key stands in the address, for the
// document. What is read is read by machine.ReadValue, which takes these members and no other.
type machineFigures struct {
	Value       *machineNumber `json:"value,omitempty"`
	Numerator   *machineNumber `json:"numerator,omitempty"`
	Denominator *machineNumber `json:"denominator,omitempty"`
	Predicate   *string        `json:"predicate,omitempty"`
	Step        *machineNumber `json:"step,omitempty"`
	Yes         *bool          `json:"yes,omitempty"`
	Note        *string        `json:"note,omitempty"`
	Reference   *string        `json:"reference,omitempty"`
}

// machineItem is a report as a program sends it, for the document: see machine.ReadItem.
type machineItem struct {
	Agency    string `json:"agency"`
	Indicator string `json:"indicator"`
	Period    string `json:"period"`
	Version   *int   `json:"version,omitempty"`
	machineFigures
}

// machineNumber is a number of JSON or a text with one.
type machineNumber string

// machineProblem is an error of an address for programs that says more than one sentence.
type machineProblem struct {
	Type   string           `json:"type"`
	Title  string           `json:"title"`
	Status int              `json:"status"`
	Detail string           `json:"detail"`
	Errors []machineRefusal `json:"errors"`
}

// machineRefusal is what is wrong at one place of a request.
type machineRefusal struct {
	Pointer string        `json:"pointer"`
	Detail  string        `json:"detail"`
	Status  int           `json:"status"`
	State   machine.State `json:"state,omitempty"`
	Version *int          `json:"version,omitempty"`
}
