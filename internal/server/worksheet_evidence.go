package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/report"
)

// receiveSheetEvidence keeps the files and links that came inside the form. One that is
// refused is told at its row; the others, and all texts, stay.
func (s *Server) receiveSheetEvidence(c *gin.Context, w *report.Worksheet, form *sheetForm, st sheetState) error {
	for i := range w.Rows {
		r := &w.Rows[i]
		f := form.Rows[r.Indicator]
		if f == nil || (f.File == nil && f.Link == "") {
			continue
		}
		if f.File != nil {
			if err := st.refuse(r, f, inputFile, s.receiveEvidence(c, r.Key, f.File, f.Statement)); err != nil {
				return err
			}
		}
		if f.Link != "" {
			if err := st.refuse(r, f, inputLink, s.receiveAddress(c, r.Key, f.Link, f.LinkTitle)); err != nil {
				return err
			}
		}
	}
	return nil
}

// refuse puts the sentence of an error at an input of the row; an error that the user can do
// nothing about is given back.
func (st sheetState) refuse(r *report.WorksheetRow, f *rowForm, input string, err error) error {
	if err == nil {
		return nil
	}
	status, message := httpStatus(err)
	if status == http.StatusInternalServerError || errors.Is(err, context.Canceled) {
		return err
	}
	x := st.of(r.Indicator)
	x.form = &rowForm{Texts: f.Texts, Version: f.Version, Shown: f.Shown, Link: f.Link, LinkTitle: f.LinkTitle, Statement: f.Statement}
	x.problems = append(x.problems, problem{r.Indicator + "." + input, sentence(message)})
	return nil
}

// removeEvidence takes a piece of evidence away; which says "INDICATOR:id".
func (s *Server) removeEvidence(c *gin.Context, w *report.Worksheet, which string) error {
	code, id, _ := strings.Cut(which, ":")
	if w.Row(code) == nil {
		return fault.New(fault.NotFound, "Bukti itu tidak ditemukan.")
	}
	err := s.cfg.Web.RunInTx(c.Request.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		return report.RemoveEvidence(ctx, tx, s.user(c), s.keyOf(c, code), id, s.now())
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil // it is gone already: the button was pressed twice
	}
	return err
}
