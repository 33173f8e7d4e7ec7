package browser_test

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/roadmap"
)

// TestQuarter lives two quarters of the demo inside the program, from opening to
// publication: the first in browsers that run no script, the second on phones.
func TestQuarter(t *testing.T) {
	t.Parallel()
	d := invented.NewDatabase(t)
	q := &quarter{t: t, db: d, proof: picture(t)}
	q.set(time.Date(2027, time.April, 2, 8, 0, 0, 0, jakarta))
	q.site = serve(t, d, func() time.Time { return *q.clock.Load() })
	q.browser = newChromium(t)
	t.Run("WithoutScripts", func(t *testing.T) {
		q.live(t, story{
			period: roadmap.Period{Year: 2027, Quarter: 1}, look: look{width: 1280}, number: 9,
			excepted: "KES-TUNGGU", amended: "DLH-ANGKUT",
		})
	})
	t.Run("OnAPhone", func(t *testing.T) {
		q.live(t, story{
			period: roadmap.Period{Year: 2027, Quarter: 2}, look: look{width: 390}, scripts: true, number: 10,
			excepted: "ADUAN-TEPAT", amended: "TEPAT-WAKTU",
		})
	})
}

// picture makes a picture to be handed in as evidence, and returns its path.
func picture(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rekap.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, image.NewGray(image.Rect(0, 0, 80, 60))), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// quarter is the demo with a clock that the test sets.
type quarter struct {
	t       *testing.T
	db      *postgrestest.Database
	clock   atomic.Pointer[time.Time]
	site    string
	browser *chromium
	proof   string // path of a file that shows a figure
}

func (q *quarter) set(now time.Time) { q.clock.Store(&now) }

// story is what one quarter is lived with.
type story struct {
	period            roadmap.Period
	look              look
	scripts           bool
	number            int // of the publication at its end
	excepted, amended string
}

// reporting are the moments of a period.
func (q *quarter) reporting(t *testing.T, p roadmap.Period) roadmap.Reporting {
	t.Helper()
	all, err := roadmap.Periods(t.Context(), q.db.Owner)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(r roadmap.Reporting) bool { return r.Period == p })
	if i < 0 {
		t.Fatalf("there is no period %s", p)
	}
	return all[i]
}

// tick sets the clock and does the hourly work on periods.
func (q *quarter) tick(t *testing.T, now time.Time) {
	t.Helper()
	q.set(now)
	if _, err := roadmap.KeepPeriods(t.Context(), q.db.Web, jakarta, now); err != nil {
		t.Fatal(err)
	}
}

// person is somebody with a browser of their own, signed in.
func (q *quarter) person(t *testing.T, s story, login string) *journey {
	t.Helper()
	j := &journey{tab: q.browser.open(t), t: t, site: q.site, proof: q.proof, scripts: s.scripts}
	j.do(t, s.look.actions(), emulation.SetScriptExecutionDisabled(!s.scripts), emulation.SetFocusEmulationEnabled(true))
	j.signIn(login)
	return j
}

// live lives the quarter.
func (q *quarter) live(t *testing.T, s story) {
	r := q.reporting(t, s.period)
	q.tick(t, r.OpensAt.Add(9*time.Hour))
	before := q.front(t)

	operator := q.person(t, s, "operator.dispendukcapil")
	sheet := "/kerja/laporan/dispendukcapil/" + s.period.String()
	operator.fillIn(sheet)
	q.approve(t, s, "kepala.dispendukcapil", "dispendukcapil")

	reviewer := q.person(t, s, "organisasi")
	returned := reviewer.returnFirst("dispendukcapil", s.period, "Angka tidak sama dengan rekap; mohon dicocokkan.")
	reviewer.verifyAll("dispendukcapil", s.period)
	operator.open("/kerja/")
	operator.wants(operator.text("main"), "mohon dicocokkan")
	operator.fillIn(sheet)
	q.approve(t, s, "kepala.dispendukcapil", "dispendukcapil")
	reviewer.verifyAll("dispendukcapil", s.period)
	operator.open(sheet + "/" + returned)
	operator.wants(operator.text("main"), "mohon dicocokkan")

	// The deadline passes: a kelurahan is late, and is still taken. Sessions have ended meanwhile.
	q.tick(t, r.DueAt.Add(26*time.Hour))
	q.person(t, s, "operator.bendogerit").fillIn("/kerja/laporan/35.72.03.1007/" + s.period.String())
	q.approve(t, s, "lurah.bendogerit", "35.72.03.1007")
	reviewer = q.person(t, s, "organisasi")
	reviewer.verifyAll("35.72.03.1007", s.period)

	reviewer.except("dinkes", s.excepted, s.period)
	reviewer.amend("dlh", s.amended, s.period.Year)

	q.tick(t, r.ClosesAt.Add(time.Hour))
	operator = q.person(t, s, "operator.dispendukcapil")
	operator.open(sheet)
	if len(operator.all(`button[value="kirim"]`)) != 0 {
		t.Error("a closed period can still be handed in")
	}
	reviewer = q.person(t, s, "organisasi")
	reviewer.draw(s.period)
	q.person(t, s, "inspektorat").check(s.period)

	if after := q.front(t); after != before {
		t.Errorf("the public page changed before the publication: %q, then %q", before, after)
	}
	reviewer.publish(s)
	for end := time.Now().Add(patience); !strings.Contains(q.front(t), periodWords(s.period)); {
		if time.Now().After(end) {
			t.Fatalf("after the publication the front page says %q", q.front(t))
		}
		time.Sleep(100 * time.Millisecond)
	}
	public := &journey{tab: q.browser.open(t), t: t, site: q.site}
	public.do(t, s.look.actions(), emulation.SetScriptExecutionDisabled(true))
	public.open("/kelurahan/bendogerit")
	public.wants(public.text("main"), periodWords(s.period))
	public.open("/hitung/" + s.excepted + "/dinkes/" + s.period.String())
	public.wants(public.text("main"), "Sistem antrean belum terpasang")
	public.open("/hitung/" + s.amended + "/dlh/" + s.period.String())
	public.wants(public.text("main"), "penanganan banjir")
	public.open("/hitung/TANPA-KOREKSI/35.72.03.1007/" + s.period.String())
	public.wants(public.text("main"), "erlambat")
	public.open(fmt.Sprintf("/terbitan/%d", s.number))
	public.wants(public.text("main"), periodWords(s.period))
	for _, j := range []*journey{operator, reviewer, public} {
		for _, message := range j.take() {
			t.Errorf("the console says %s", message)
		}
	}
}

// front is what the front page says of itself, to somebody without an account.
func (q *quarter) front(t *testing.T) string {
	t.Helper()
	page := get(t, q.site+"/").page(t)
	return words(page.Find("main > *").First().Text())
}

func periodWords(p roadmap.Period) string {
	return fmt.Sprintf("Triwulan %s %d", [...]string{1: "I", 2: "II", 3: "III", 4: "IV"}[p.Quarter], p.Year)
}

// fillIn fills in what is empty on a worksheet, explains every row and hands all of it in.
func (j *journey) fillIn(sheet string) {
	j.t.Helper()
	j.open("/kerja/")
	if path := j.click(fmt.Sprintf(`main a[href^="%s"]`, sheet)); !strings.HasPrefix(path, sheet) {
		j.t.Fatalf("the way to the worksheet leads to %s", path)
	}
	var filled int
	j.do(j.t, chromedp.Evaluate(`(() => {
		let n = 0;
		const put = (row, name, value) => {
			for (const e of row.querySelectorAll('[name$=".' + name + '"]'))
				if (!e.value && e.type != 'radio') { e.value = value; n++ }
		};
		for (const row of document.querySelectorAll('fieldset[data-row]')) {
			put(row, 'pembilang', '90'); put(row, 'penyebut', '100'); put(row, 'realisasi', '80');
			for (const e of row.querySelectorAll('select')) if (!e.value) e.selectedIndex = 1;
			const radios = [...row.querySelectorAll('input[type=radio]')];
			if (radios.length && !radios.some(e => e.checked)) radios[0].checked = true;
			put(row, 'penyebab', 'Permohonan naik sesudah libur panjang.');
			put(row, 'kendala', 'Petugas loket berkurang.');
			put(row, 'langkah', 'Menambah loket pada jam sibuk.');
			put(row, 'pelaksana', 'Bidang Pelayanan');
			put(row, 'tenggat', '2027-12-31');
			put(row, 'tautan', 'https://arsip.example.go.id/rekap/' + row.id);
			put(row, 'judul', 'Rekap register');
		}
		return n;
	})()`, &filled))
	for _, row := range j.all("fieldset[data-row]:not(:has(.proofs li))") {
		code := row.AttributeValue("id")
		j.do(j.t, chromedp.SetUploadFiles(`[name="`+code+`.berkas"]`, []string{j.proof}, chromedp.ByQuery))
		if j.scripts { // which send it at once
			j.do(j.t, chromedp.WaitReady(`[id="`+code+`-bukti"] li`, chromedp.ByQuery))
		}
	}
	j.click(`button[value="kirim"]:not(.vh)`)
	j.wants(j.text("h1"), "Kirim ")
	if path := j.click(".sheet__send button"); !strings.HasPrefix(path, sheet) {
		j.t.Fatalf("handing in leads to %s", path)
	}
}

// approve lets the head approve everything that waits.
func (q *quarter) approve(t *testing.T, s story, login, agency string) {
	t.Helper()
	j := q.person(t, s, login)
	j.click(fmt.Sprintf(`main a[href^="/kerja/setujui/%s/%s"]`, agency, s.period))
	j.click("#setujui button")
	j.wants(j.text("main"), "Tidak ada laporan yang menunggu persetujuan")
}

// queue opens the desk with the reports of one agency.
func (j *journey) queue(agency string, p roadmap.Period) {
	j.t.Helper()
	j.open("/kerja/verifikasi?instansi=" + agency + "&periode=" + p.String() + "&temuan=")
}

// returnFirst sends the first report of the queue back and returns its indicator.
func (j *journey) returnFirst(agency string, p roadmap.Period, why string) (indicator string) {
	j.t.Helper()
	j.queue(agency, p)
	path := j.click("tbody th a")
	j.leave(chromedp.SendKeys("#catatan", why, chromedp.ByQuery), chromedp.Click(`button[value="kembalikan"]`, chromedp.ByQuery))
	path, _, _ = strings.Cut(path, "?")
	return path[strings.LastIndex(path, "/")+1:]
}

// verifyAll verifies everything that waits of one agency: at once what has no findings, the
// rest one by one.
func (j *journey) verifyAll(agency string, p roadmap.Period) {
	j.t.Helper()
	for range 60 {
		j.queue(agency, p)
		switch {
		case len(j.all(`button[value="verifikasi"]`)) > 0:
			j.click(`button[value="verifikasi"]`)
		case len(j.all("tbody th a")) > 0:
			j.click("tbody th a")
			j.click(`button[value="verifikasi"]`)
		default:
			return
		}
	}
	j.t.Fatalf("the queue of %s does not end", agency)
}

// draw draws the sample of a closed period.
func (j *journey) draw(p roadmap.Period) {
	j.t.Helper()
	j.open("/kerja/uji-petik")
	j.leave(chromedp.SetValue("#periode", p.String(), chromedp.ByQuery), chromedp.Click(`form[action="/kerja/uji-petik"] button`, chromedp.ByQuery))
}

// check says of one value of the sample that it is right.
func (j *journey) check(p roadmap.Period) {
	j.t.Helper()
	j.open("/kerja/uji-petik/" + p.String())
	j.click("tbody th a")
	j.leave(chromedp.Click(`input[name="hasil"][value="benar"]`, chromedp.ByQuery), chromedp.Click(".desk-form button", chromedp.ByQuery))
	j.open("/kerja/uji-petik/" + p.String())
	j.wants(j.text("tbody"), "Benar")
}

// publish publishes the period.
func (j *journey) publish(s story) {
	j.t.Helper()
	j.open("/kerja/terbitkan?periode=" + s.period.String())
	j.wants(j.text("main"), "Terbitkan "+periodWords(s.period))
	j.click(".desk-form button")
	j.wants(j.text("main"), fmt.Sprintf("Terbitan %d sudah terbit", s.number))
}

// except accepts an exception that covers the period.
func (j *journey) except(agency, indicator string, p roadmap.Period) {
	j.t.Helper()
	start := time.Date(p.Year, time.Month(p.Quarter*3-2), 1, 0, 0, 0, 0, jakarta)
	j.open("/kerja/pengecualian")
	j.leave(
		chromedp.SetValue("#instansi", agency, chromedp.ByQuery), chromedp.SetValue("#indikator", indicator, chromedp.ByQuery),
		chromedp.SetValue("#dari", start.Format(time.DateOnly), chromedp.ByQuery),
		chromedp.SetValue("#sampai", start.AddDate(0, 3, -1).Format(time.DateOnly), chromedp.ByQuery),
		chromedp.SetValue("#alasan", "Sistem antrean belum terpasang di gedung sementara.", chromedp.ByQuery),
		chromedp.Click(`form.steward-form button.button`, chromedp.ByQuery))
	j.wants(j.text("main"), "Sistem antrean belum terpasang")
}

// amend lowers a target in the open.
func (j *journey) amend(agency, indicator string, year int) {
	j.t.Helper()
	j.open(fmt.Sprintf("/kerja/peta-jalan/target/%s/%d", agency, year))
	j.leave(
		chromedp.SetValue(`[name="target.`+indicator+`"]`, "80", chromedp.ByQuery),
		chromedp.SetValue("#alasan", "Anggaran dialihkan untuk penanganan banjir.", chromedp.ByQuery),
		chromedp.SetValue("#dasar", "Perwali tentang Perubahan Penjabaran APBD (contoh)", chromedp.ByQuery),
		chromedp.Click(`button[value="pratinjau"]`, chromedp.ByQuery))
	j.wants(j.text("main"), "Pratinjau, belum disimpan")
	j.click(`button[value="simpan"]`)
	j.wants(j.text("main"), "penanganan banjir")
}
