package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/machine"
	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

// refusedError rolls a delivery back.
type refusedError []machine.Refused

func (e refusedError) Error() string { return fmt.Sprintf("%d items were refused", len(e)) }

// machineDue answers GET /due.
func (s *Server) machineDue(c *gin.Context) error {
	given, err := queryOnce(c.Request.URL.RawQuery, []string{"period"})
	if err != nil {
		return s.machineError(c, err)
	}
	ctx := c.Request.Context()
	var period scoring.Period
	if text, named := given["period"]; named {
		if period, err = scoring.ParsePeriod(text); err != nil {
			return s.machineError(c, badParameter("period", "Parameter period ditulis seperti 2026-TW3: tahun, lalu triwulan 1 sampai 4."))
		}
	} else if period, err = machine.DuePeriod(ctx, s.cfg.Web); err != nil {
		return s.machineError(c, err)
	}
	due, err := machine.ListDue(ctx, s.cfg.Web, program(c), period, s.now())
	if err != nil {
		return s.machineError(c, err)
	}
	return sendJSON(c, http.StatusOK, apiOne{due})
}

// reportKey reads the key of a report in the address.
func reportKey(c *gin.Context) (report.Key, error) {
	period, err := scoring.ParsePeriod(c.Param("period"))
	if err != nil {
		return report.Key{}, badParameter("period", "Periode di alamat ditulis seperti 2026-TW3: tahun, lalu triwulan 1 sampai 4.")
	}
	return report.Key{Agency: c.Param("agency"), Indicator: c.Param("indicator"), Period: period}, nil
}

// machineReport answers GET of one report.
func (s *Server) machineReport(c *gin.Context) error {
	if _, err := queryOnce(c.Request.URL.RawQuery, nil); err != nil {
		return s.machineError(c, err)
	}
	k, err := reportKey(c)
	if err != nil {
		return s.machineError(c, err)
	}
	due, err := machine.FindDue(c.Request.Context(), s.cfg.Web, program(c), k, s.now())
	if err != nil {
		return s.machineError(c, err)
	}
	c.Header("ETag", versionTag(due.Version))
	return sendJSON(c, http.StatusOK, apiOne{due})
}

// versionTag is the version of a report as an ETag.
func versionTag(version int) string { return `"` + strconv.Itoa(version) + `"` }

// ifMatch is the version that a request is about; nil: it names none.
func ifMatch(h http.Header) (*int, error) {
	if none := strings.TrimSpace(h.Get("If-None-Match")); none == "*" {
		return new(0), nil
	}
	text := strings.TrimSpace(h.Get("If-Match"))
	if text == "" {
		return nil, nil //nolint:nilnil // as documented: none
	}
	digits, quoted := strings.CutPrefix(text, `"`)
	digits, closed := strings.CutSuffix(digits, `"`)
	n, err := strconv.Atoi(digits)
	if !quoted || !closed || err != nil || n < 0 {
		return nil, &apiProblem{Status: http.StatusBadRequest, Detail: `If-Match memuat satu ETag seperti pada jawaban GET, misalnya "3".`}
	}
	return &n, nil
}

// machinePut answers PUT of one report.
func (s *Server) machinePut(c *gin.Context) error {
	if _, err := queryOnce(c.Request.URL.RawQuery, nil); err != nil {
		return s.machineError(c, err)
	}
	k, err := reportKey(c)
	if err != nil {
		return s.machineError(c, err)
	}
	version, err := ifMatch(c.Request.Header)
	if err != nil {
		return s.machineError(c, err)
	}
	body, err := readJSON(c.Request)
	if err != nil {
		return s.machineError(c, err)
	}
	item, problems, err := machine.ReadValue(body, k)
	if err != nil {
		return s.machineError(c, err)
	}
	if len(problems) > 0 {
		return s.machineError(c, refusedFields(problems))
	}
	item.Version = version
	var saved []machine.Saved
	err = s.cfg.Web.RunInTx(c.Request.Context(), nil, func(ctx context.Context, tx bun.Tx) (err error) {
		var refused []machine.Refused
		if saved, refused, err = machine.Deliver(ctx, tx, program(c), []machine.Item{item}, s.now()); err == nil && refused != nil {
			err = refusedError(inHeaders(refused))
		}
		return err
	})
	if err != nil {
		return s.machineError(c, err)
	}
	c.Header("ETag", versionTag(saved[0].Version))
	return sendJSON(c, http.StatusOK, apiOne{saved[0]})
}

// inHeaders are refusals of a request whose key and version stand outside of its body.
func inHeaders(refused []machine.Refused) []machine.Refused {
	for i := range refused {
		r := &refused[i]
		switch {
		case r.Pointer == "/version":
			r.Pointer = ""
			if r.Status == http.StatusConflict {
				r.Status = http.StatusPreconditionFailed
			} else {
				r.Text = "Laporan ini sudah berisi. Sebut versi yang Anda lihat pada kepala If-Match."
			}
		case r.Status == http.StatusNotFound || r.Status == http.StatusForbidden:
			r.Pointer = ""
		}
	}
	return refused
}

// machinePost answers POST of one report.
func (s *Server) machinePost(c *gin.Context) error {
	return s.machineOnce(c, func(body []byte) ([]machine.Item, []machine.Problem, error) {
		item, problems, err := machine.ReadItem(body)
		return []machine.Item{item}, problems, err
	}, func(saved []machine.Saved) any { return apiOne{saved[0]} })
}

// machineBatch answers POST of many reports.
func (s *Server) machineBatch(c *gin.Context) error {
	return s.machineOnce(c, machine.ReadBatch, func(saved []machine.Saved) any { return apiOne{saved} })
}

// machineOnce carries a POST out, once for its key.
func (s *Server) machineOnce(c *gin.Context, read func([]byte) ([]machine.Item, []machine.Problem, error), shape func([]machine.Saved) any) error {
	if _, err := queryOnce(c.Request.URL.RawQuery, nil); err != nil {
		return s.machineError(c, err)
	}
	key, err := idempotencyKey(c.Request.Header)
	if err != nil {
		return s.machineError(c, err)
	}
	body, err := readJSON(c.Request)
	if err != nil {
		return s.machineError(c, err)
	}
	request := machine.Request{Key: key, Method: c.Request.Method, Path: c.Request.URL.Path, Body: body}
	answer, err := machine.Once(c.Request.Context(), s.cfg.Web, program(c), request, s.now(), func(ctx context.Context, tx bun.Tx) (*machine.Answer, error) {
		items, problems, err := read(body)
		if err != nil {
			return nil, err
		}
		if len(problems) > 0 {
			return nil, refusedFields(problems)
		}
		saved, refused, err := machine.Deliver(ctx, tx, program(c), items, s.now())
		switch {
		case err != nil:
			return nil, err
		case refused != nil:
			return nil, refusedError(refused)
		}
		text, err := encodeJSON(shape(saved))
		return &machine.Answer{Status: http.StatusOK, Body: text}, err
	})
	if err != nil {
		return s.machineError(c, err)
	}
	if answer.Replayed {
		c.Header("Idempotency-Replayed", "true")
	}
	c.Data(answer.Status, contentJSON, answer.Body)
	return nil
}

// idempotencyKey is the key of a request, with or without the quotes that the draft of the
// standard asks for.
func idempotencyKey(h http.Header) (string, error) {
	values := h.Values("Idempotency-Key")
	if len(values) == 1 {
		key := values[0]
		if n := len(key); n >= 2 && key[0] == '"' && key[n-1] == '"' {
			key = key[1 : n-1]
		}
		plain := !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
		if key != "" && len(key) <= machine.MaxKey && plain {
			return key, nil
		}
	}
	return "", &apiProblem{Status: http.StatusBadRequest, Detail: fmt.Sprintf("Sertakan satu kepala Idempotency-Key: tanda unik untuk kiriman ini, misalnya UUID, 1 sampai %d karakter tanpa spasi.", machine.MaxKey)}
}

// readJSON reads a body that says it is JSON.
func readJSON(r *http.Request) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		return nil, &apiProblem{Status: http.StatusUnsupportedMediaType, Detail: "Kirim isi sebagai JSON, dengan Content-Type: application/json."}
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, &apiProblem{Status: http.StatusUnsupportedMediaType, Detail: "Kirim isi tanpa dimampatkan."}
	}
	body, err := io.ReadAll(r.Body)
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &apiProblem{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("Isi permintaan paling besar %d MiB. Bagi menjadi beberapa kiriman.", e.Limit>>20)}
	}
	if err != nil {
		return nil, &apiProblem{Status: http.StatusBadRequest, Detail: "Isi permintaan terputus. Kirim ulang."}
	}
	return body, nil
}

// refusedFields are problems of the fields of a request.
func refusedFields(problems []machine.Problem) error {
	refused := make(refusedError, len(problems))
	for i, p := range problems {
		refused[i] = machine.Refused{Problem: p, Status: http.StatusUnprocessableEntity}
	}
	return refused
}

// machineError answers with the problem that an error is. That a program went beyond its token
// is for the trail.
func (s *Server) machineError(c *gin.Context, err error) error {
	beyond := func(r machine.Refused) bool { return r.Status == http.StatusForbidden }
	if e, ok := errors.AsType[refusedError](err); ok {
		if slices.ContainsFunc(e, beyond) {
			s.noteRefusal(c, program(c).User, c.FullPath())
		}
		newMachineProblem(e).write(c.Writer)
		return nil
	}
	if e, ok := errors.AsType[*machine.SyntaxError](err); ok {
		machineProblem{Status: http.StatusBadRequest, Detail: e.Text, Errors: []machineRefusal{{Pointer: e.Pointer, Detail: e.Text, Status: http.StatusBadRequest}}}.write(c.Writer)
		return nil
	}
	if errors.Is(err, machine.ErrOtherRequest) {
		err = &apiProblem{Status: http.StatusUnprocessableEntity, Detail: "Idempotency-Key ini sudah dipakai untuk permintaan lain. Pakai tanda baru."}
	}
	if p, ok := errors.AsType[*apiProblem](err); ok {
		p.writeClosed(c.Writer)
		return nil
	}
	switch fault.KindOf(err) {
	case fault.Forbidden:
		s.noteRefusal(c, program(c).User, c.FullPath())
	case fault.Conflict:
		c.Header("Retry-After", "2")
	}
	return err
}

// refusedStatus are the statuses of refusals, the one that decides about a request first.
var refusedStatus = []int{
	http.StatusUnprocessableEntity, http.StatusNotFound, http.StatusForbidden, http.StatusPreconditionRequired, http.StatusPreconditionFailed, http.StatusConflict,
}

// newMachineProblem sums refusals up.
func newMachineProblem(refused []machine.Refused) machineProblem {
	p := machineProblem{Status: http.StatusUnprocessableEntity}
	for _, status := range refusedStatus {
		if slices.ContainsFunc(refused, func(r machine.Refused) bool { return r.Status == status }) {
			p.Status = status
			break
		}
	}
	for _, r := range refused {
		one := machineRefusal{Pointer: r.Pointer, Detail: r.Text, Status: r.Status, State: r.State}
		if r.State != "" {
			one.Version = new(r.Version)
		}
		p.Errors = append(p.Errors, one)
	}
	p.Detail = refused[0].Text
	if len(refused) > 1 {
		p.Detail = fmt.Sprintf("Ada %d masalah, jadi tidak ada yang disimpan. Yang pertama: %s", len(refused), refused[0].Text)
	}
	return p
}

// write answers with the problem.
func (p machineProblem) write(w http.ResponseWriter) {
	p.Type, p.Title = "about:blank", problemTitles[p.Status]
	sendProblem(w, p.Status, p)
}

// sendJSON answers with a document.
func sendJSON(c *gin.Context, status int, v any) error {
	body, err := encodeJSON(v)
	if err != nil {
		return fmt.Errorf("encode an answer: %w", err)
	}
	c.Data(status, contentJSON, body)
	return nil
}
