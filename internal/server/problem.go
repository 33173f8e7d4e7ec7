package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"petajalan/internal/fault"
)

// problemType is the content type of an error of the API.
const problemType = "application/problem+json"

// apiProblem is an error of the API as RFC 9457 writes it. Title and Detail are Indonesian
// sentences; programs go by Status and Parameter.
type apiProblem struct {
	Type      string   `json:"type"` // always about:blank: the status says it all
	Title     string   `json:"title"`
	Status    int      `json:"status"`
	Detail    string   `json:"detail"`
	Parameter string   `json:"parameter,omitempty"` // of the address or the query, when it is at fault
	Allowed   []string `json:"allowed,omitempty"`   // what may stand there, when that is a short list
}

// Error makes a problem usable as an error of the functions below it.
func (p *apiProblem) Error() string { return p.Title + ": " + p.Detail }

// badParameter is the problem of a parameter that cannot be understood.
func badParameter(name, detail string, allowed ...string) error {
	return &apiProblem{Status: http.StatusBadRequest, Detail: detail, Parameter: name, Allowed: allowed}
}

// unknownValue is the problem of a parameter that is well written but names nothing.
func unknownValue(name, detail string) error {
	return &apiProblem{Status: http.StatusNotFound, Detail: detail, Parameter: name}
}

// problemTitles are the first sentences of problems, by status.
var problemTitles = map[int]string{
	http.StatusBadRequest:            "Permintaan tidak dapat dipahami",
	http.StatusUnauthorized:          "Token tidak berlaku",
	http.StatusForbidden:             "Tidak diizinkan",
	http.StatusNotFound:              "Tidak ada",
	http.StatusMethodNotAllowed:      "Cara meminta tidak dilayani",
	http.StatusConflict:              "Bertentangan dengan keadaan sekarang",
	http.StatusPreconditionFailed:    "Versinya sudah berubah",
	http.StatusRequestEntityTooLarge: "Kiriman terlalu besar",
	http.StatusUnsupportedMediaType:  "Jenis isi tidak dilayani",
	http.StatusUnprocessableEntity:   "Ada yang perlu diperbaiki",
	http.StatusPreconditionRequired:  "Versi harus disebut",
	http.StatusTooManyRequests:       "Terlalu banyak permintaan",
	http.StatusInternalServerError:   "Ada kesalahan di pihak kami",
	http.StatusServiceUnavailable:    "Sedang tidak dapat dilayani",
}

// problemOf turns an error into the problem that tells the reader about it, without the
// cause, which is for the log.
func problemOf(err error) *apiProblem {
	if p, ok := errors.AsType[*apiProblem](err); ok {
		return p
	}
	status := map[fault.Kind]int{
		fault.Invalid:     http.StatusBadRequest,
		fault.NotFound:    http.StatusNotFound,
		fault.Conflict:    http.StatusConflict,
		fault.Forbidden:   http.StatusForbidden,
		fault.Unavailable: http.StatusServiceUnavailable,
	}[fault.KindOf(err)]
	switch {
	case status == 0 && isAway(err):
		return &apiProblem{Status: http.StatusServiceUnavailable, Detail: sayAway}
	case status == 0:
		return &apiProblem{Status: http.StatusInternalServerError, Detail: sayBroken}
	}
	return &apiProblem{Status: status, Detail: fault.MessageOf(err)}
}

// writeProblem answers a request to the API with an error that is not the API's own: an
// address that nobody serves, a handler that panicked.
func writeProblem(w http.ResponseWriter, r *http.Request, status int, message string) {
	p := &apiProblem{Status: status, Detail: message}
	if strings.HasPrefix(r.URL.Path, machinePrefix) {
		p.writeClosed(w)
		return
	}
	p.write(w)
}

// write answers with the problem, for programs of every site.
func (p *apiProblem) write(w http.ResponseWriter) {
	setCORS(w.Header())
	p.writeClosed(w)
}

// writeClosed answers with the problem, which other sites cannot read.
func (p *apiProblem) writeClosed(w http.ResponseWriter) {
	sendProblem(w, p.Status, p.whole())
}

// whole is the problem with what follows from its status.
func (p *apiProblem) whole() apiProblem {
	whole := *p
	whole.Type, whole.Title = "about:blank", problemTitles[p.Status]
	return whole
}

// sendProblem sends a problem document. No cache keeps it.
func sendProblem(w http.ResponseWriter, status int, problem any) {
	body, err := encodeJSON(problem)
	if err != nil {
		panic(err) // texts and numbers only
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", problemType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", retryAfter)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a reader who has gone away is no mistake of ours
}

// encodeJSON writes a document of ours, the characters of HTML as they are.
func encodeJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
