package server

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
)

// Sizes of the trail on a page and in a file.
const (
	trailLimit    = 50
	trailFilePart = 2_000  // records read at once
	trailFileMost = 50_000 // records in a file; more are asked for in parts
)

// trailPage lists entries of the trail, the newest first.
type trailPage struct {
	workPage
	Streams []choice
	Actions []choice
	Filter  trailFilter
	Rows    []trailRow
	More    string // address of the next page; empty: this is the last
	Exports []menuItem
	Checked *trailCheck // nil: it was not asked for
}

// trailFilter is what was asked for, as it was typed.
type trailFilter struct{ Stream, Login, Action, Object, From, To string }

// values are the filter as a query.
func (f trailFilter) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"aliran": f.Stream, "siapa": f.Login, "tindakan": f.Action, "objek": f.Object, "dari": f.From, "sampai": f.To} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// trailRow is an entry as it is read.
type trailRow struct {
	audit.Record
	Who    string
	Role   string
	Did    string // the action in words
	Detail string // what changed, in lines; empty: nothing
	Hash   string
}

// trailCheck is what came of looking at the whole trail.
type trailCheck struct {
	At     time.Time
	Took   string
	Breaks []audit.Break
	Heads  []audit.Head
}

func newTrailRow(r audit.Record) trailRow {
	row := trailRow{Record: r, Who: r.Login, Did: actionName(r.Action), Role: account.Role(r.Role).Label(), Hash: hex.EncodeToString(r.Hash)}
	switch {
	case r.ActorID == 0:
		row.Who = "Program"
	case row.Who == "":
		row.Who = "akun " + strconv.FormatInt(r.ActorID, 10)
	}
	var b bytes.Buffer
	if string(r.Detail) != "{}" && json.Indent(&b, r.Detail, "", "  ") == nil {
		row.Detail = b.String()
	}
	return row
}

// readTrailFilter reads the query of a request.
func (s *Server) readTrailFilter(c *gin.Context) (trailFilter, audit.Filter, problems) {
	typed := trailFilter{c.Query("aliran"), strings.TrimSpace(c.Query("siapa")), strings.TrimSpace(c.Query("tindakan")), strings.TrimSpace(c.Query("objek")), c.Query("dari"), c.Query("sampai")}
	var found problems
	for name, value := range map[string]string{"aliran": typed.Stream, "siapa": typed.Login, "tindakan": typed.Action, "objek": typed.Object} {
		if !isText(value) || len(value) > 200 {
			found = append(found, problem{name, "Isian saringan tidak dapat dibaca atau terlalu panjang."})
		}
	}
	if len(found) > 0 {
		return trailFilter{}, audit.Filter{}, found
	}
	f := audit.Filter{Stream: typed.Stream, Login: typed.Login, Action: typed.Action, Object: typed.Object}
	if typed.From != "" {
		f.From = needDay(&found, "dari", typed.From, s.cfg.Zone)
	}
	if typed.To != "" {
		if to := needDay(&found, "sampai", typed.To, s.cfg.Zone); !to.IsZero() {
			f.To = to.AddDate(0, 0, 1)
		}
	}
	return typed, f, found
}

// readPlace reads where the next page begins: microseconds, number and stream.
func readPlace(text string) (audit.Place, error) {
	if text == "" {
		return audit.Place{}, nil
	}
	at, rest, _ := strings.Cut(text, "_")
	number, stream, _ := strings.Cut(rest, "_")
	micros, err := strconv.ParseInt(at, 10, 64)
	if err == nil {
		var seq int64
		if seq, err = strconv.ParseInt(number, 10, 64); err == nil && isText(stream) {
			return audit.Place{At: time.UnixMicro(micros), Stream: stream, Seq: seq}, nil
		}
	}
	return audit.Place{}, fault.New(fault.NotFound, "Tidak ada halaman itu.")
}

func writePlace(p audit.Place) string {
	return fmt.Sprintf("%d_%d_%s", p.At.UnixMicro(), p.Seq, p.Stream)
}

func (s *Server) loadTrail(c *gin.Context) (*trailPage, error) {
	ctx := c.Request.Context()
	p := &trailPage{workPage: s.newWorkPage(c, "Jejak audit")}
	var f audit.Filter
	p.Filter, f, p.Problems = s.readTrailFilter(c)
	after, err := readPlace(c.Query("sesudah"))
	if err != nil {
		return nil, err
	}
	streams, err := audit.Streams(ctx, s.cfg.Web)
	if err != nil {
		return nil, err
	}
	p.Streams = []choice{{Value: "", Name: "Semua aliran"}}
	for _, name := range streams {
		p.Streams = append(p.Streams, choice{Value: name, Name: name, Chosen: name == p.Filter.Stream})
	}
	p.Actions = actionChoices(p.Filter.Action)
	query := p.Filter.values()
	for _, kind := range []string{"csv", "jsonl"} {
		q := p.Filter.values()
		q.Set("bentuk", kind)
		p.Exports = append(p.Exports, menuItem{Name: strings.ToUpper(kind), Href: trailPath + "/unduh?" + q.Encode()})
	}
	if len(p.Problems) > 0 {
		return p, nil
	}
	list, err := audit.List(ctx, s.cfg.Web, f, after, trailLimit+1)
	if err != nil {
		return nil, err
	}
	if len(list) > trailLimit {
		list = list[:trailLimit]
		query.Set("sesudah", writePlace(list[trailLimit-1].Place()))
		p.More = trailPath + "?" + query.Encode()
	}
	for _, r := range list {
		p.Rows = append(p.Rows, newTrailRow(r))
	}
	return p, nil
}

func (s *Server) showTrail(c *gin.Context) error {
	p, err := s.loadTrail(c)
	if err != nil {
		return err
	}
	if len(p.Problems) > 0 {
		return s.renderProblems(c, http.StatusUnprocessableEntity, "trail", &p.Page, p)
	}
	return s.render(c, http.StatusOK, "trail", p)
}

// checkTrail looks at the whole trail. It only reads, so it may be asked for by an address.
func (s *Server) checkTrail(c *gin.Context) error {
	ctx, start := c.Request.Context(), time.Now()
	breaks, err := audit.Broken(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	heads, err := audit.Heads(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	p, err := s.loadTrail(c)
	if err != nil {
		return err
	}
	p.Checked = &trailCheck{At: s.now(), Took: took(time.Since(start)), Breaks: breaks, Heads: heads}
	return s.render(c, http.StatusOK, "trail", p)
}

// downloadTrail sends the entries that the filter leaves, the newest first, as CSV for a
// spreadsheet or as JSON lines, at most trailFileMost of them.
func (s *Server) downloadTrail(c *gin.Context) error {
	ctx := c.Request.Context()
	_, f, found := s.readTrailFilter(c)
	if len(found) > 0 {
		return fault.New(fault.Invalid, "%s", found[0].Message)
	}
	after, err := readPlace(c.Query("sesudah"))
	if err != nil {
		return err
	}
	var write func([]audit.Record) error
	var flush func() error
	var b bytes.Buffer // so that a failure half-way is an error and not a file that looks whole
	kind := c.Query("bentuk")
	switch kind {
	case "csv":
		w := csv.NewWriter(&b)
		b.WriteString("\ufeff") // a spreadsheet then knows that it is UTF-8
		if err := w.Write([]string{"aliran", "nomor", "waktu", "akun", "nama", "peran", "instansi", "permintaan", "tindakan", "objek", "rincian", "hash"}); err != nil {
			return err
		}
		write = func(list []audit.Record) error {
			for _, r := range list {
				cells := []string{r.Stream, strconv.FormatInt(r.Seq, 10), r.At.In(s.cfg.Zone).Format(time.RFC3339Nano), r.Login, r.Name, r.Role, r.Agency, r.RequestID, r.Action, r.Object, string(r.Detail), hex.EncodeToString(r.Hash)}
				for i := range cells {
					cells[i] = plainCell(cells[i])
				}
				if err := w.Write(cells); err != nil {
					return err
				}
			}
			return nil
		}
		flush = func() error { w.Flush(); return w.Error() }
		c.Header("Content-Type", "text/csv; charset=utf-8")
	case "jsonl":
		lines := json.NewEncoder(&b)
		lines.SetEscapeHTML(false)
		write = func(list []audit.Record) error {
			for _, r := range list {
				err := lines.Encode(struct {
					Stream  string          `json:"stream"`
					Seq     int64           `json:"seq"`
					At      time.Time       `json:"at"`
					Login   string          `json:"login,omitempty"`
					Role    string          `json:"role,omitempty"`
					Agency  string          `json:"agency,omitempty"`
					Request string          `json:"request_id,omitempty"`
					Action  string          `json:"action"`
					Object  string          `json:"object"`
					Detail  json.RawMessage `json:"detail"`
					Hash    string          `json:"hash"`
				}{r.Stream, r.Seq, r.At.UTC(), r.Login, r.Role, r.Agency, r.RequestID, r.Action, r.Object, r.Detail, hex.EncodeToString(r.Hash)})
				if err != nil {
					return err
				}
			}
			return nil
		}
		flush = func() error { return nil }
		c.Header("Content-Type", "application/x-ndjson")
	default:
		return fault.New(fault.NotFound, "Bentuk unduhan hanya csv atau jsonl.")
	}
	total := 0
	for total < trailFileMost {
		list, err := audit.List(ctx, s.cfg.Web, f, after, trailFilePart)
		if err != nil {
			return err
		}
		if err := write(list); err != nil {
			return err
		}
		total += len(list)
		if len(list) < trailFilePart {
			break
		}
		after = list[len(list)-1].Place()
	}
	if err := flush(); err != nil {
		return err
	}
	if total >= trailFileMost {
		c.Header("Petajalan-Next", writePlace(after)) // the parameter sesudah of the next part
	}
	c.Header("Content-Disposition", `attachment; filename="jejak-`+s.now().Format(time.DateOnly)+"."+kind+`"`)
	c.Header("Content-Length", strconv.Itoa(b.Len()))
	c.Status(http.StatusOK)
	_, _ = c.Writer.Write(b.Bytes()) // a reader who has gone away is no mistake of ours
	return nil
}

// plainCell keeps a spreadsheet from taking a text for a formula.
func plainCell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}
