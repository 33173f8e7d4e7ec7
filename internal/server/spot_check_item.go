package server

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	spot "petajalan/internal/inspection"
)

// spotItemPage is one value of a sample.
type spotItemPage struct {
	workPage
	Trail   []crumb
	Row     spotRow
	Size    int
	MayNote bool
	Form    spotForm
	Done    string
	Next    string // the next value that nobody has looked at; empty: none
}

// Corrects reports whether a result stands there already, which a new one corrects.
func (p spotItemPage) Corrects() bool { return len(p.Row.Results) > 0 }

// Known is how many results the viewer sees.
func (p spotItemPage) Known() int { return len(p.Row.Results) }

// spotForm is what an inspector found.
type spotForm struct {
	Result string `form:"hasil" label:"Hasil" validate:"required,oneof=benar salah"`
	Note   string `form:"catatan" label:"Catatan" validate:"max=2000"`
	Reason string `form:"alasan" label:"Alasan perubahan" validate:"max=2000"`
	Known  string `form:"diketahui" label:"Hasil sebelumnya" validate:"max=10"`
}

func (s *Server) loadSpotItem(c *gin.Context) (*spotItemPage, error) {
	period, err := addressPeriod(c)
	if err != nil {
		return nil, err
	}
	u := s.user(c)
	sample, items, err := spot.Load(c.Request.Context(), s.cfg.Web, u, period)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(c.Param("nomor"))
	if err != nil || n < 1 || n > len(items) {
		return nil, fault.New(fault.NotFound, "Sampel uji petik %s tidak punya nilai itu.", formatPeriod(period))
	}
	row := newSpotRow(items[n-1])
	p := &spotItemPage{
		workPage: s.newWorkPage(c, "Uji petik "+row.Name), Row: row, Size: sample.Size, MayNote: u.Holds(account.Inspector),
		Trail: []crumb{{"Uji petik", spotCheckPath}, {formatPeriod(period), samplePath(period)}, {"Nilai " + strconv.Itoa(n), ""}},
	}
	for i := range items { // those after this one first
		x := &items[(n+i)%len(items)]
		if x.Newest() == nil && x.Place != n {
			p.Next = samplePath(period) + "/" + strconv.Itoa(x.Place)
			break
		}
	}
	return p, nil
}

func (s *Server) showSpotItem(c *gin.Context) error {
	p, err := s.loadSpotItem(c)
	if err != nil {
		return err
	}
	if c.Query("sesudah") == "1" {
		p.Done = "Hasil sebelumnya tercatat. Ini nilai berikutnya."
	}
	return s.render(c, http.StatusOK, "spot-item", p)
}

// recordSpotItem keeps what the inspector found and opens the next value of the sample.
func (s *Server) recordSpotItem(c *gin.Context) error {
	p, err := s.loadSpotItem(c)
	if err != nil {
		return err
	}
	if p.Problems, err = s.forms.read(c, &p.Form); err != nil {
		return err
	}
	if p.Form.Result == "" {
		p.Problems = problems{{"hasil", "Pilih benar atau salah."}}
	}
	known, err := strconv.Atoi(p.Form.Known)
	if err != nil && len(p.Problems) == 0 {
		p.Problems = problems{{"", "Isian ini tidak lengkap. Muat ulang halaman, lalu coba lagi."}}
	}
	status := http.StatusUnprocessableEntity
	if len(p.Problems) == 0 {
		err = spot.Record(c.Request.Context(), s.cfg.Web, s.user(c), spot.Finding{
			Period: p.Row.Period, Place: p.Row.Place, Correct: p.Form.Result == "benar", Note: p.Form.Note, Reason: p.Form.Reason, LastKnown: known,
		}, s.now())
		switch fault.KindOf(err) {
		case fault.Invalid:
			field := "catatan"
			if p.Form.Note != "" || p.Form.Result == "benar" {
				field = "alasan"
			}
			p.Problems = problems{{field, fault.MessageOf(err)}}
		case fault.Conflict:
			p.Problems, status = problems{{"", fault.MessageOf(err)}}, http.StatusConflict
		default:
			if err != nil {
				return err
			}
		}
	}
	if len(p.Problems) > 0 {
		return s.renderProblems(c, status, "spot-item", &p.Page, p)
	}
	if p.Next == "" {
		c.Redirect(http.StatusSeeOther, samplePath(p.Row.Period)+"?selesai=1")
		return nil
	}
	c.Redirect(http.StatusSeeOther, p.Next+"?sesudah=1")
	return nil
}
