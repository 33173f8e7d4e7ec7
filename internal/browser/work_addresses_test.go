package browser_test

import (
	"net/http"
	"net/url"
	"testing"
)

// The quarter under way in the demo, and one that was published.
const (
	openQuarter = "2026-TW4"
	pastQuarter = "2026-TW3"
)

// workAddresses are the pages of the workspace, each as those who see most of it, and as
// others where they see something else.
func workAddresses() []address {
	const sheet = "/kerja/laporan/dispendukcapil/" + openQuarter
	all := []address{
		{path: "/masuk"}, {path: "/masuk?keluar=1"}, {path: "/masuk/lupa"},
		{path: "/masuk/baru"}, {path: "/masuk/baru?kunci=tidak-ada", status: http.StatusNotFound},
		{path: "/kerja/pemberitahuan/berhenti/tidak-ada", status: http.StatusNotFound},
	}
	as := func(login string, pages ...address) {
		for _, a := range pages {
			a.login = login
			all = append(all, a)
		}
	}
	as("organisasi",
		address{path: "/kerja/", main: true}, address{path: "/kerja/?status=terverifikasi"},
		address{path: "/kerja/instansi/dispendukcapil"}, address{path: "/kerja/instansi/dispendukcapil?periode=" + pastQuarter},
		address{path: sheet + "/DUK-KTP"},
		address{path: "/kerja/verifikasi"}, address{path: "/kerja/verifikasi", press: `main a[href^="/kerja/verifikasi/"]`, main: true},
		address{path: "/kerja/terbitkan"}, address{path: "/kerja/bukti"}, address{path: "/kerja/aturan-bukti"}, address{path: "/kerja/aturan-bukti/TEPAT-WAKTU"},
		address{path: "/kerja/impor"}, address{path: "/kerja/impor/sumber"}, address{path: "/kerja/impor/lampau"},
		address{path: "/kerja/kalender"}, address{path: "/kerja/kalender/" + openQuarter}, address{path: "/kerja/kalender/izin"}, address{path: "/kerja/pengecualian"},
		address{path: "/kerja/pemberitahuan"}, address{path: "/kerja/pekerjaan"}, address{path: "/kerja/jejak"}, address{path: "/kerja/jejak/periksa"},
		address{path: "/kerja/peta-jalan"}, address{path: "/kerja/peta-jalan/target"}, address{path: "/kerja/peta-jalan/target/dispendukcapil/2026"},
		address{path: "/kerja/peta-jalan/versi"}, address{path: "/kerja/peta-jalan/layanan"}, address{path: "/kerja/peta-jalan/layanan/tambah"},
		address{path: "/kerja/peta-jalan/aturan"}, address{path: "/kerja/peta-jalan/aturan/skala?kode=akip"}, address{path: "/kerja/peta-jalan/libur"},
		address{path: "/kerja/peta-jalan/pemeriksaan"}, address{path: "/kerja/peta-jalan/pemeriksaan/ADUAN-HARI"},
		address{path: "/kerja/peta-jalan/klausul"}, address{path: "/kerja/peta-jalan/klausul/ubah"},
		address{path: "/kerja/peta-jalan/instansi"}, address{path: "/kerja/peta-jalan/instansi/dispendukcapil"},
		address{path: "/kerja/peta-jalan/serah-terima"}, address{path: "/kerja/peta-jalan/serah-terima/operator.dispendukcapil"},
		address{path: "/kerja/tindak-lanjut"}, address{path: "/kerja/tindak-lanjut", press: `main a[href^="/kerja/tindak-lanjut/"]`},
		address{path: "/kerja/uji-petik"}, address{path: "/kerja/uji-petik/" + pastQuarter},
		address{path: "/kerja/akun"}, address{path: "/kerja/panduan"},
		address{path: "/kerja/tidak-ada", status: http.StatusNotFound},
	)
	as("operator.dispendukcapil",
		address{path: "/kerja/"}, address{path: sheet, main: true},
		address{path: sheet, press: `button.button[value=pratinjau]`}, address{path: sheet, press: `button.button[value=kirim]`},
		address{path: sheet + "/DUK-KTP"}, address{path: "/kerja/laporan/dispendukcapil/" + pastQuarter},
		address{path: "/kerja/impor"}, address{path: "/kerja/impor/dispendukcapil/" + openQuarter}, address{path: "/kerja/lembar/dispendukcapil/" + openQuarter},
		address{path: "/kerja/kalender"}, address{path: "/kerja/panduan"},
	)
	as("kepala.dispendukcapil", address{path: "/kerja/"}, address{path: "/kerja/setujui/dispendukcapil/" + openQuarter})
	as("lurah.bendogerit", address{path: "/kerja/"}, address{path: "/kerja/setujui/35.72.03.1007/" + openQuarter})
	as("operator.bendogerit", address{path: "/kerja/laporan/35.72.03.1007/" + openQuarter})
	as("inspektorat", address{path: "/kerja/"}, address{path: "/kerja/uji-petik/" + pastQuarter + "/1"})
	as("pimpinan", address{path: "/kerja/"})
	as("dprd", address{path: "/kerja/"}, address{path: "/kerja/instansi/dlh", status: http.StatusForbidden})
	as("admin",
		address{path: "/kerja/"}, address{path: "/kerja/pengguna"}, address{path: "/kerja/pengguna-baru"}, address{path: "/kerja/pengguna/operator.dispendukcapil"},
		address{path: "/kerja/pemberitahuan/webhook"}, address{path: "/kerja/token"},
	)
	for i := range all {
		if all[i].status == 0 {
			all[i].status = http.StatusOK
		}
	}
	return all
}

// drawSample draws the spot checks of a quarter, which the demo has not done.
func drawSample(t *testing.T, site string, session *http.Cookie) {
	t.Helper()
	r := formRequest(t, site+"/kerja/uji-petik", url.Values{"periode": {pastQuarter}})
	r.AddCookie(session)
	if a := send(t, http.DefaultClient, r); a.status != http.StatusOK {
		t.Fatalf("drawing the sample of %s: status %d", pastQuarter, a.status)
	}
}
