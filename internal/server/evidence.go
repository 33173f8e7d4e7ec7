package server

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"petajalan/internal/evidence"
	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

func (s *Server) evidenceRoutes() []workRoute {
	const value = home + "laporan/:kode/:periode/:indikator"
	return []workRoute{
		{rule{method: http.MethodPost, pattern: value + "/bukti", who: operators, scope: scopeOperate}, s.postEvidence},
		{rule{method: http.MethodPost, pattern: value + "/bukti/hapus", who: operators, scope: scopeOperate}, s.deleteEvidence},
		{rule{method: http.MethodGet, pattern: home + "bukti/:id", who: workers}, s.showEvidence},
		{rule{method: http.MethodPost, pattern: home + "bukti/:id/umum", who: reviewers}, s.openEvidence},
		{rule{method: http.MethodGet, pattern: evidenceListPath, who: reviewers}, s.showEvidenceList},
		{rule{method: http.MethodGet, pattern: evidenceRulePath, who: workers}, s.showEvidenceRules},
		{rule{method: http.MethodGet, pattern: evidenceRulePath + "/:indikator", who: reviewers}, s.showEvidenceRule},
		{rule{method: http.MethodPost, pattern: evidenceRulePath + "/:indikator", who: reviewers}, s.changeEvidenceRule},
	}
}

// evidenceKey reads the report out of the address.
func evidenceKey(c *gin.Context) (report.Key, error) {
	period, err := scoring.ParsePeriod(c.Param("periode"))
	if err != nil || !isText(c.Param("kode")) || !isText(c.Param("indikator")) {
		return report.Key{}, noSuchPage(c)
	}
	return report.Key{Agency: c.Param("kode"), Indicator: c.Param("indikator"), Period: period}, nil
}

// sheetAnchor is where a row of the worksheet is shown.
func sheetAnchor(k report.Key) string {
	return fmt.Sprintf("%slaporan/%s/%s#%s", home, k.Agency, k.Period, k.Indicator)
}

// uploadMemory is how much of an upload is held in memory; the rest waits in a temporary file.
const uploadMemory = 64 << 10

// postEvidence takes one file, or one link, for a report.
func (s *Server) postEvidence(c *gin.Context) error {
	key, err := evidenceKey(c)
	if err != nil {
		return err
	}
	if err := c.Request.ParseMultipartForm(uploadMemory); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return fault.Wrap(err, fault.Invalid, "Unggahan terputus sebelum selesai, jadi tidak ada yang disimpan. Kirim sekali lagi.")
	}
	form := c.Request.PostForm
	for _, texts := range form {
		for _, text := range texts {
			if !isText(text) {
				return fault.New(fault.Invalid, "Isian memuat karakter yang tidak dapat dibaca. Ketik ulang.")
			}
		}
	}
	var files []*multipart.FileHeader
	if m := c.Request.MultipartForm; m != nil {
		files = m.File["berkas"]
	}
	link := strings.TrimSpace(form.Get("tautan"))
	switch {
	case len(files) > 0 && files[0].Filename != "":
		err = s.receiveEvidence(c, key, files[0], form.Get("pernyataan") == "ya")
	case link != "":
		err = s.receiveAddress(c, key, link, form.Get("judul"))
	default:
		err = fault.New(fault.Invalid, "Pilih berkas atau tulis tautannya dulu.")
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, sheetAnchor(key))
	return nil
}

// receiveEvidence looks into a file that came in a form, keeps it, and adds it to the report
// as evidence of its working copy. statement says that it is a signed statement. What is
// wrong with the file, or with adding it, is a fault with a sentence for the user; nothing is
// kept then. When the store is full the error is evidence.ErrNoRoom.
func (s *Server) receiveEvidence(c *gin.Context, key report.Key, header *multipart.FileHeader, statement bool) (err error) {
	ctx := c.Request.Context()
	if header.Size > evidence.MaxSize {
		return evidence.TooLarge()
	}
	leave, err := s.inspecting.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	f, err := header.Open()
	if err != nil {
		return fmt.Errorf("open an upload: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	checked, err := evidence.Inspect(ctx, header.Filename, f, header.Size)
	if err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, checked.Content()); err != nil {
		return fmt.Errorf("read an upload: %w", err)
	}
	e := report.DraftEvidence{
		Kind: report.EvidenceFile, Statement: statement, Title: checked.Title,
		SHA256: hex.EncodeToString(sum.Sum(nil)), MediaType: checked.MediaType, Size: checked.Size(),
	}
	// First for show, so that a file that may not be added is not kept either.
	if err := s.addEvidence(c, key, e, errRehearsal); !errors.Is(err, errRehearsal) {
		return err
	}
	stored, err := s.cfg.Evidence.Put(ctx, checked.Content())
	if err != nil {
		return err
	}
	if stored.SHA256 != e.SHA256 {
		return fmt.Errorf("keep an upload: the store tells %s of what is %s", stored.SHA256, e.SHA256)
	}
	return s.addEvidence(c, key, e, nil)
}

// errRehearsal rolls back what worked.
var errRehearsal = errors.New("only tried")

// addEvidence adds evidence to the working copy within the limits, unless outcome is an error.
func (s *Server) addEvidence(c *gin.Context, key report.Key, e report.DraftEvidence, outcome error) error {
	return s.cfg.Web.RunInTx(c.Request.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		id, err := report.AddEvidence(ctx, tx, s.user(c), key, e, s.now())
		if err != nil {
			return err
		}
		if err := evidence.CheckLimits(ctx, tx, id); err != nil {
			return err
		}
		return outcome
	})
}

// receiveAddress adds the address of a document to the report as evidence of its working
// copy. The document itself is never fetched.
func (s *Server) receiveAddress(c *gin.Context, key report.Key, address, title string) error {
	link, err := evidence.CheckLink(address, title)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(link.URL))
	return s.addEvidence(c, key, report.DraftEvidence{
		Kind: report.EvidenceLink, Title: link.Title, SHA256: hex.EncodeToString(sum[:]), URL: link.URL,
	}, nil)
}

type deleteEvidenceForm struct {
	ID string `form:"id" label:"Bukti" validate:"required,max=40"`
}

// deleteEvidence takes a piece of evidence from the working copy. Once it is gone, it is gone:
// a second press is no mistake.
func (s *Server) deleteEvidence(c *gin.Context) error {
	key, err := evidenceKey(c)
	if err != nil {
		return err
	}
	var form deleteEvidenceForm
	switch problems, err := s.forms.read(c, &form); {
	case err != nil:
		return err
	case len(problems) > 0:
		return fault.New(fault.Invalid, "%s", problems[0].Message)
	}
	err = s.cfg.Web.RunInTx(c.Request.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		return report.RemoveEvidence(ctx, tx, s.user(c), key, form.ID, s.now())
	})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	c.Redirect(http.StatusSeeOther, sheetAnchor(key))
	return nil
}

// What a browser may do with a file. A download runs nowhere; a picture or PDF that is shown
// may load nothing. A PDF cannot be shown in a sandbox, but nothing that runs was let in, and
// it is opened in a tab of its own: no page of ours may frame it.
const (
	downloadCSP = "sandbox; default-src 'none'; frame-ancestors 'none'"
	pictureCSP  = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
	pdfCSP      = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
)

// showEvidence gives a file to somebody who may see the work of its agency; with ?tampil=1 a
// picture or a PDF is shown instead of saved.
func (s *Server) showEvidence(c *gin.Context) error {
	ctx := c.Request.Context()
	it, err := evidence.Find(ctx, s.cfg.Web, s.user(c), c.Param("id"))
	if err != nil {
		return err
	}
	if it.Kind != evidence.File {
		return fault.New(fault.NotFound, "Bukti ini bukan berkas, jadi tidak dapat diunduh.")
	}
	f, err := s.cfg.Evidence.Open(ctx, it.SHA256)
	if e := s.edition(); fault.KindOf(err) == fault.NotFound && e != nil && e.Demo {
		return fault.Wrap(err, fault.NotFound, "Berkas tidak tersimpan (data peragaan): bukti triwulan yang lalu hanya ada namanya.")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	body := bufio.NewReaderSize(f, 512)
	if _, err := body.Peek(1); err != nil && !errors.Is(err, io.EOF) {
		return err // before anything was said, so that it can be said
	}
	ext := evidence.Ext(it.MediaType)
	kind, how, csp := it.MediaType, "attachment", downloadCSP
	if ext == "" {
		kind = "application/octet-stream" // of a history from elsewhere
	}
	if c.Query("tampil") == "1" {
		switch it.MediaType {
		case evidence.PNG, evidence.JPEG:
			how, csp = "inline", pictureCSP
		case evidence.PDF:
			how, csp = "inline", pdfCSP
		}
	}
	h := c.Writer.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", disposition(how, it.Title, ext))
	h.Set("Content-Security-Policy", csp)
	if it.Size > 0 {
		h.Set("Content-Length", strconv.FormatInt(it.Size, 10))
	}
	c.Status(http.StatusOK)
	if c.Request.Method == http.MethodHead {
		return nil
	}
	if _, err := io.Copy(c.Writer, body); err != nil {
		if errors.Is(err, evidence.ErrDamaged) {
			s.cfg.Log.ErrorContext(ctx, "evidence is damaged", "sha256", it.SHA256, "err", err)
		}
		panic(http.ErrAbortHandler) // the reader must not take a part for the whole
	}
	return nil
}

// disposition names a file for whoever saves it.
func disposition(how, title, ext string) string {
	name := evidence.CleanTitle(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, title))
	if ext != "" && !strings.HasSuffix(strings.ToLower(name), ext) {
		name += ext
	}
	return mime.FormatMediaType(how, map[string]string{"filename": name})
}

type openEvidenceForm struct {
	Public string `form:"umum" label:"Terbuka untuk umum" validate:"max=10"`
	Back   string `form:"kembali" label:"Alamat kembali" validate:"max=300"`
}

// openEvidence lets everybody read a file, or nobody any more.
func (s *Server) openEvidence(c *gin.Context) error {
	var form openEvidenceForm
	if _, err := s.forms.read(c, &form); err != nil {
		return err
	}
	if form.Public != "ya" && form.Public != "tidak" {
		return fault.New(fault.Invalid, "Pilih apakah bukti ini terbuka untuk umum.")
	}
	it, err := evidence.SetPublic(c.Request.Context(), s.cfg.Web, s.user(c), c.Param("id"), form.Public == "ya", s.now())
	if err != nil {
		return err
	}
	if strings.HasPrefix(form.Back, evidenceListPath+"?") || form.Back == evidenceListPath {
		c.Redirect(http.StatusSeeOther, form.Back)
		return nil
	}
	key := report.Key{Agency: it.Agency, Indicator: it.Indicator, Period: scoring.Period{Year: it.Year, Quarter: it.Quarter}}
	c.Redirect(http.StatusSeeOther, fmt.Sprintf("%slaporan/%s/%s/%s", home, key.Agency, key.Period, key.Indicator))
	return nil
}
