package server

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"petajalan/internal/exchange"
)

// How many lines of a dry run stand on the page; the rest is in the workbook with the messages.
const (
	maxShownMessages = 200
	maxShownChanges  = 100
)

// filePage is the dry run of a file, or what was kept of it.
type filePage struct {
	workPage
	Trail    []crumb
	File     *exchange.File
	Heading  string
	Self     string // address of the page
	Back     string // where another file is handed in
	Wait     string
	Run      *exchange.DryRun // nil once it is confirmed, and when it can no longer be read
	Print    string           // fingerprint of what would be kept
	Tally    []fact
	Asked    []exchange.ColumnNote // to be decided
	Decided  []exchange.ColumnNote
	Groups   []messageGroup
	Changes  []exchange.Change
	More     int // changes not shown
	MayKeep  bool
	Button   string
	Why      string // why it can not be kept; empty when it can
	Drafts   bool   // a worksheet: drafts are kept
	Sheet    string // address of the worksheet; empty: of many agencies
	Result   []string
	Mapped   bool // a file of another system, with columns to choose
	Notation exchange.Notation
}

// messageGroup are the messages of a level.
type messageGroup struct {
	ID, Heading, Mark string
	Lines             []exchange.Message
	More              int
}

func (s *Server) showFile(c *gin.Context) error { return s.renderFile(c, http.StatusOK, nil) }

func (s *Server) renderFile(c *gin.Context, status int, ps problems) error {
	f, err := exchange.Find(c.Request.Context(), s.cfg.Web, s.user(c), c.Param("id"), s.now())
	if err != nil {
		return err
	}
	p := &filePage{workPage: s.newWorkPage(c, "Hasil baca "+f.Name), File: f, Self: exchangeFilePath + f.ID, Wait: waitText(f, s.cfg.Zone), Drafts: f.Kind == exchange.KindWorksheet}
	p.Problems = ps
	switch {
	case f.Kind == exchange.KindFeed:
		p.Back = exchangeFeedPath
	case f.Kind == exchange.KindHistory:
		p.Back = exchangePastPath
	case f.Agency != "":
		p.Back, p.Sheet = exchangeImportPath(f.Agency, f.Period), home+"laporan/"+f.Agency+"/"+f.Period.String()
	default:
		p.Back = exchangePath
	}
	p.Trail = []crumb{{"Impor dan unduh", exchangePath}, {f.Name, ""}}
	if f.ConfirmedAt != nil {
		p.Heading = f.Name + " tersimpan"
		p.showResult()
		return s.render(c, status, "exchange-file", p)
	}
	if _, p.Run, err = s.tryFile(c); err != nil {
		return err
	}
	if p.Print, err = p.Run.Fingerprint(); err != nil {
		return err
	}
	p.showRun()
	if len(ps) > 0 {
		return s.renderProblems(c, status, "exchange-file", &p.Page, p)
	}
	return s.render(c, status, "exchange-file", p)
}

// showResult says what was kept.
func (p *filePage) showResult() {
	r := p.File.Result
	what := map[exchange.Kind]string{exchange.KindWorksheet: "baris tersimpan sebagai draf", exchange.KindHistory: "laporan lampau dimuat", exchange.KindFeed: "angka diterima"}[p.File.Kind]
	p.Result = append(p.Result, fmt.Sprintf("%s %s.", formatCount(r.Saved), what))
	if n := len(r.Skipped); n > 0 {
		p.Result = append(p.Result, fmt.Sprintf("%s baris tidak tersimpan; lihat di bawah.", formatCount(n)))
	}
	if r.Refused > 0 {
		p.Result = append(p.Result, fmt.Sprintf("%s baris bergalat tidak ikut disimpan.", formatCount(r.Refused)))
	}
}

// showRun says what would become of the file.
func (p *filePage) showRun() {
	d := p.Run
	mistakes := d.CountOf(exchange.Mistake)
	p.Mapped = len(d.Fields) > 0
	if m := p.File.Choices.Mapping; m != nil {
		p.Notation = m.Notation
	}
	for _, n := range d.Columns {
		if n.Ask {
			p.Asked = append(p.Asked, n)
		} else {
			p.Decided = append(p.Decided, n)
		}
	}
	for _, g := range []messageGroup{
		{ID: "galat", Heading: "Galat: barisnya tidak disimpan", Mark: "miss"},
		{ID: "peringatan", Heading: "Peringatan: perlu dilihat", Mark: "near"},
		{ID: "catatan", Heading: "Catatan: begini cara membacanya", Mark: "ok"},
	} {
		for _, m := range d.Messages {
			if string(m.Level) != g.ID {
				continue
			}
			if len(g.Lines) < maxShownMessages {
				g.Lines = append(g.Lines, m)
			} else {
				g.More++
			}
		}
		if len(g.Lines) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	p.Changes = d.Changes[:min(len(d.Changes), maxShownChanges)]
	p.More = len(d.Changes) - len(p.Changes)
	n := formatCount(len(d.Changes))
	p.Heading = n + " baris siap disimpan"
	p.Button = map[exchange.Kind]string{exchange.KindWorksheet: "Simpan " + n + " baris sebagai draf", exchange.KindHistory: "Muat " + n + " laporan lampau", exchange.KindFeed: "Terima " + n + " angka"}[p.File.Kind]
	p.Tally = []fact{{Name: "Baris dibaca", Text: formatCount(d.Read)}, {Name: "Akan disimpan", Text: n}}
	for _, x := range []struct {
		name string
		n    int
	}{{"Sama dengan di program", d.Unchanged}, {"Menunggu pilihan Anda", d.Pending}, {"Masih isian awal", d.Offered}, {"Diubah orang lain", d.Conflicts}, {"Bergalat", d.Refused}, {"Bukan milik Anda", d.Foreign}} {
		if x.n > 0 {
			p.Tally = append(p.Tally, fact{Name: x.name, Text: formatCount(x.n)})
		}
	}
	switch {
	case d.Ask:
		p.Heading = "Ada kolom yang harus Anda tentukan"
		p.Why = "Tentukan dahulu cara membaca kolomnya di atas, lalu pilih Baca ulang."
	case p.File.Kind == exchange.KindHistory && mistakes > 0:
		p.Heading = "Ada galat, jadi belum dapat dimuat"
		p.Why = "Triwulan lampau dimuat seluruhnya atau tidak sama sekali. Betulkan dahulu semua galat, lalu unggah lagi."
	case len(d.Changes) == 0 && mistakes == 0:
		p.Heading = "Tidak ada yang berubah"
		p.Why = "Isi berkas sama dengan isi program, jadi tidak ada yang perlu disimpan."
	case len(d.Changes) == 0:
		p.Heading = "Belum ada yang dapat disimpan"
		p.Why = "Semua baris yang berubah bergalat. Betulkan, lalu unggah lagi."
	default:
		p.MayKeep = true
	}
}
