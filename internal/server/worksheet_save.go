package server

import (
	"bytes"
	"net/http"

	"github.com/gin-gonic/gin"
)

// savedRow tells the script what became of a row.
type savedRow struct {
	Version  int               `json:"version"`
	Shown    string            `json:"shown"`              // fingerprint, for the next time
	Result   string            `json:"result"`             // what stands under the inputs, as HTML of ours
	Why      string            `json:"why,omitempty"`      // an explanation is needed
	Problems map[string]string `json:"problems,omitempty"` // by the id of the input
	Stopped  string            `json:"stopped,omitempty"`  // why the row is not saved any more
}

// savedSheet answers the script.
type savedSheet struct {
	Status string              `json:"status"` // "Draf tersimpan 14.02"
	Filled string              `json:"filled"`
	Rows   map[string]savedRow `json:"rows"`
}

// resultPart is what stands under the inputs of a row, alone.
type resultPart struct{ sheetRow }

// autosave keeps the rows that came, for the script of the page. It does what "Simpan draf"
// does and answers in data.
func (s *Server) autosave(c *gin.Context) error {
	w, form, done, err := s.readSheet(c)
	if err != nil {
		return err
	}
	defer done()
	st, err := s.saveSheet(c, w, form)
	if err != nil {
		return err
	}
	if w, err = s.loadSheet(c); err != nil {
		return err
	}
	p := s.newWorksheetPage(c, w, st)
	answer := savedSheet{Status: "Draf tersimpan " + formatClock(s.now(), s.cfg.Zone) + ".", Filled: p.Filled, Rows: map[string]savedRow{}}
	for _, row := range p.Rows {
		f := form.Rows[row.Indicator]
		if f == nil {
			continue
		}
		var html bytes.Buffer
		if err := s.renderer.render(&html, "worksheet-result", resultPart{row}); err != nil {
			return err
		}
		out := savedRow{Version: row.Version, Shown: row.Shown, Result: html.String(), Why: row.Why}
		if row.Clash != nil {
			out.Stopped = row.Clash.Who + " mengubah indikator ini pada " + formatMoment(row.Clash.At, s.cfg.Zone) + ". Tekan Simpan draf untuk membandingkan kedua isian."
			answer.Status = "Sebagian belum tersimpan."
		} else if row.Refused != "" {
			out.Stopped = row.Refused
			answer.Status = "Sebagian belum tersimpan."
		}
		for _, q := range row.Problems {
			if out.Problems == nil {
				out.Problems = map[string]string{}
			}
			out.Problems[q.Field] = q.Message
		}
		answer.Rows[row.Indicator] = out
	}
	c.JSON(http.StatusOK, answer)
	return nil
}
