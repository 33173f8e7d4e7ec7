package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/evidence"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
)

// retryAfter is how many seconds to wait when the database is away.
const retryAfter = "10"

// Sentences for errors that have none of their own.
const (
	sayBroken     = "Terjadi gangguan di pihak kami. Silakan coba lagi."
	sayAway       = "Data sedang tidak dapat dibaca. Tidak ada yang hilang. Silakan coba lagi sebentar lagi."
	sayTooLarge   = "Kiriman ini terlalu besar. Paling besar %d MB. Kembali ke halaman sebelumnya: isian Anda masih ada di sana."
	sayUnkeepable = "Isian memuat tanggal, angka, atau karakter yang tidak dapat disimpan. Kembali ke halaman sebelumnya, lalu betulkan."
	sayNoRoom     = "Penyimpanan berkas sedang penuh, jadi berkas ini belum tersimpan. Angka dan keterangan yang sudah tersimpan tetap ada. Pengelola perlu menambah ruang; coba lagi nanti."
)

// errMethod says that an address exists, but not for this method.
var errMethod = errors.New("method not allowed")

func noSuchPage(*gin.Context) error {
	return fault.New(fault.NotFound, "Halaman ini tidak ada. Mungkin alamatnya salah ketik atau sudah berubah.")
}

func noSuchMethod(*gin.Context) error { return errMethod }

// page adapts a handler that may fail. It is the one place where an error becomes a
// response and, if it is ours, a line in the log.
func (s *Server) page(h handle) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			s.fail(c, err)
		}
	}
}

// fail answers the request with the page of the error.
func (s *Server) fail(c *gin.Context, err error) {
	r := c.Request
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // whoever asked has gone
	}
	status, message := httpStatus(err)
	if status == http.StatusUnprocessableEntity && isReading(r) && !isWork(r.URL.Path) {
		status = http.StatusBadRequest // nothing was sent, so it is the address that is wrong
	}
	if status >= http.StatusInternalServerError {
		s.cfg.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "route", c.FullPath(), "status", status, "err", err)
	}
	if c.Writer.Written() {
		return
	}
	if status == http.StatusNotFound && s.redirectLost(c.Writer, r) {
		return
	}
	s.writeError(c.Writer, r, status, message)
}

// httpStatus is the HTTP status of an error and what the user is told.
func httpStatus(err error) (status int, message string) {
	message = fault.MessageOf(err)
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge, fmt.Sprintf(sayTooLarge, e.Limit>>20)
	}
	if errors.Is(err, evidence.ErrNoRoom) {
		return http.StatusInsufficientStorage, sayNoRoom
	}
	if errors.Is(err, errMethod) {
		return http.StatusMethodNotAllowed, "Alamat ini ada, tetapi tidak dapat dipakai dengan cara itu."
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return http.StatusUnprocessableEntity, message
	case fault.NotFound:
		return http.StatusNotFound, message
	case fault.Conflict:
		return http.StatusConflict, message
	case fault.Forbidden:
		return http.StatusForbidden, message
	case fault.Unavailable:
		return http.StatusServiceUnavailable, message
	}
	if isAway(err) {
		return http.StatusServiceUnavailable, sayAway
	}
	if slices.Contains(unkeepable, postgres.SQLState(err)) {
		return http.StatusUnprocessableEntity, sayUnkeepable
	}
	return http.StatusInternalServerError, sayBroken
}

// queryCancelled is what PostgreSQL says of a query that took longer than allowed.
const queryCancelled = "57014"

// unkeepable are what PostgreSQL says of a value that no column can hold: a number or a day
// beyond its range, a day that is none, a character that is none. It was typed, since we make none.
var unkeepable = []string{"22003", "22007", "22008", "22021", "22P05"}

// isAway reports whether the same request may work later.
func isAway(err error) bool {
	return postgres.IsUnavailable(err) || postgres.SQLState(err) == queryCancelled
}

// render answers with a page of the workspace.
func (s *Server) render(c *gin.Context, status int, template string, data any) error {
	return s.write(c.Writer, c.Request, status, template, data)
}

// write renders the page in memory and then sends it.
func (s *Server) write(w http.ResponseWriter, r *http.Request, status int, template string, data any) error {
	var body bytes.Buffer
	if err := s.renderer.render(&body, template, data); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.Bytes()) // a reader who has gone away is no mistake of ours
	}
	return nil
}

// errorPage is what is shown instead of the page that was asked for.
type errorPage struct {
	Page
	Status  int
	Heading string
	Message string
	Work    bool // in the workspace: the way back leads there
	Search  searchBox
	Near    []suggestion // what may have been meant
	There   *besideLink  // the publication that has the page; nil: none, or not known
}

// writeError answers with a page that says what happened and where to go, or with a
// problem document under /api. An empty message means that we do not know more.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, status int, message string) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Del("Etag")
	if status == http.StatusServiceUnavailable {
		h.Set("Retry-After", retryAfter)
	}
	if message == "" {
		message = sayBroken
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		writeProblem(w, r, status, message)
		return
	}
	e := s.asked(r)
	p := errorPage{
		Page:    newUnlistedPage(e, "", "", errorHeading(status), ""),
		Status:  status,
		Heading: errorHeading(status),
		Message: message,
		Work:    isWork(r.URL.Path),
		Search:  newSearch(e, "Cari di sini", ""),
	}
	if status == http.StatusNotFound && e != nil && !p.Work {
		p.There = s.elsewhere(r, e)
		if p.There == nil {
			p.Near = suggestFor(e, r.URL.Path)
		}
	}
	if err := s.write(w, r, status, "error", p); err != nil {
		s.cfg.Log.ErrorContext(r.Context(), "error page failed", "err", err)
		http.Error(w, message, status)
	}
}

func errorHeading(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "Alamat ini tidak dapat dibaca"
	case http.StatusNotFound:
		return "Halaman tidak ditemukan"
	case http.StatusForbidden:
		return "Anda tidak dapat membuka halaman ini"
	case http.StatusMethodNotAllowed:
		return "Tidak dapat dilakukan di sini"
	case http.StatusUnprocessableEntity:
		return "Ada yang perlu diperbaiki"
	case http.StatusConflict:
		return "Keadaannya sudah berubah"
	case http.StatusRequestEntityTooLarge:
		return "Kiriman terlalu besar"
	case http.StatusTooManyRequests:
		return "Terlalu sering"
	case http.StatusServiceUnavailable:
		return "Sedang tidak dapat dibuka"
	case http.StatusInsufficientStorage:
		return "Penyimpanan penuh"
	}
	return "Terjadi gangguan"
}
