package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"petajalan/internal/account"
)

// This table says who gets in where. It is written by hand from product and domain, not
// from the rows of the policy, so that a slip in a row shows here.
//
// HOW TO ADD YOUR ADDRESSES: one line per method and pattern, named like "POST /kerja/x/:kode".
//   in      the principals who get in: any answer but a refusal (401, 403, or the way to sign-in).
//           For what they get depends on the form; an empty one is 422 mostly, which is "in".
//   hidden  the principals to whom the thing does not exist (404), since it is of an agency they
//           must not see. Everybody else who is signed in gets 403: also one of another agency
//           whose role is not the one for this act, for then the agency is not looked at.
//   path    the address to visit, where the placeholders below do not give one that exists.
//   form    what is sent, as in a query; leave it empty unless an empty form would be let in wrongly.
//   exists  the thing at path is there in the demo, so whoever is in must not get 404.
//   token   the address is for programs; put only them into in.
// A visitor without a session, one whose account was closed and one who still has to show a
// second factor are sent to sign in everywhere in /kerja; do not list them.
// Placeholders: :kode dispendukcapil, :periode 2026-TW4, :indikator DUK-KTP, :id and :nomor 1,
// :login operator.dispendukcapil, :peran operator, :tahun 2026, :tabel indikator.

// The principals, by the names that the table uses.
const (
	opOwn     = "operator"      // of the agency in the address
	opOther   = "operator-lain" // of another agency
	headOwn   = "kepala"
	headOther = "kepala-lain" // a lurah
	expired   = "plt-habis"   // acting head of the agency until yesterday
	noRole    = "tanpa-peran"
	orgRole   = "organisasi"
	inspector = "inspektorat"
	council   = "dprd"
	leader    = "pimpinan"
	adminRole = "admin"
	nobody    = "tanpa-sesi" // these three are sent to sign in
	closed    = "ditutup"
	halfway   = "setengah" // has given the password, not yet the code
	machineP  = "program"  // holds a token, and no session
)

// Groups of principals.
const (
	own       = opOwn + " " + headOwn
	other     = opOther + " " + headOther
	noAgency  = other + " " + expired + " " + noRole
	city      = orgRole + " " + inspector + " " + leader + " " + adminRole
	working   = own + " " + other + " " + city // who sees work in progress, of some agency
	withRole  = working + " " + council
	signedInP = withRole + " " + expired + " " + noRole
	public    = signedInP + " " + nobody + " " + closed + " " + halfway + " " + machineP
)

type access struct {
	in, hidden, path, form string
	exists                 bool
	token                  bool // of programs: without a token everybody is told to show one
}

// matrix is the table; addresses of the published site are in publicAddress.
var matrix = map[string]access{
	"GET /kerja/":               {in: withRole, exists: true},
	"GET /kerja/instansi/:kode": {in: own + " " + city, hidden: other, exists: true},

	"GET /kerja/laporan/:kode/:periode":                          {in: own + " " + city, hidden: other, exists: true},
	"POST /kerja/laporan/:kode/:periode":                         {in: opOwn, hidden: opOther},
	"POST /kerja/laporan/:kode/:periode/simpan":                  {in: opOwn, hidden: opOther},
	"GET /kerja/laporan/:kode/:periode/:indikator":               {in: own + " " + city, hidden: other, exists: true},
	"POST /kerja/laporan/:kode/:periode/:indikator/komentar":     {in: own + " " + orgRole + " " + inspector + " " + adminRole, hidden: other, exists: true},
	"POST /kerja/laporan/:kode/:periode/:indikator/tarik":        {in: opOwn, hidden: opOther},
	"POST /kerja/laporan/:kode/:periode/:indikator/buka-kembali": {in: orgRole},
	"POST /kerja/laporan/:kode/:periode/:indikator/bukti":        {in: opOwn, hidden: opOther},
	"POST /kerja/laporan/:kode/:periode/:indikator/bukti/hapus":  {in: opOwn, hidden: opOther},
	"GET /kerja/bukti/:id":                                       {in: working},
	"POST /kerja/bukti/:id/umum":                                 {in: orgRole},
	"GET /kerja/bukti":                                           {in: orgRole, exists: true},
	"GET /kerja/aturan-bukti":                                    {in: working, exists: true},
	"GET /kerja/aturan-bukti/:indikator":                         {in: orgRole, exists: true},
	"POST /kerja/aturan-bukti/:indikator":                        {in: orgRole, exists: true},

	"GET /kerja/setujui/:kode/:periode":                {in: own + " " + city, hidden: other, exists: true},
	"POST /kerja/setujui/:kode/:periode":               {in: headOwn, hidden: headOther},
	"GET /kerja/verifikasi":                            {in: orgRole, exists: true},
	"POST /kerja/verifikasi":                           {in: orgRole},
	"GET /kerja/verifikasi/:kode/:periode/:indikator":  {in: orgRole},
	"POST /kerja/verifikasi/:kode/:periode/:indikator": {in: orgRole},
	"GET /kerja/terbitkan":                             {in: orgRole, exists: true},
	"POST /kerja/terbitkan":                            {in: orgRole},
	"POST /kerja/pengingat":                            {in: orgRole + " " + inspector},

	"GET /kerja/uji-petik":                     {in: orgRole + " " + inspector + " " + leader + " " + adminRole, exists: true},
	"POST /kerja/uji-petik":                    {in: orgRole + " " + inspector},
	"GET /kerja/uji-petik/:periode":            {in: orgRole + " " + inspector + " " + leader + " " + adminRole},
	"GET /kerja/uji-petik/:periode/daftar.csv": {in: orgRole + " " + inspector + " " + leader + " " + adminRole},
	"GET /kerja/uji-petik/:periode/:nomor":     {in: orgRole + " " + inspector + " " + leader + " " + adminRole},
	"POST /kerja/uji-petik/:periode/:nomor":    {in: inspector},

	"GET /kerja/tindak-lanjut":      {in: working, exists: true},
	"GET /kerja/tindak-lanjut/:id":  {in: working},
	"POST /kerja/tindak-lanjut/:id": {in: own + " " + other + " " + orgRole},

	"GET /kerja/panduan":                    {in: withRole, exists: true},
	"GET /kerja/panduan/:peran":             {in: withRole, exists: true},
	"GET /kerja/lembar/:kode/:periode":      {in: own + " " + city, hidden: other, exists: true},
	"GET /kerja/lembar/:kode/:periode/pdf":  {in: own + " " + city, hidden: other, exists: true},
	"GET /kerja/lembar/:kode/:periode/xlsx": {in: own + " " + city, hidden: other, exists: true},

	"GET /kerja/peta-jalan":                         {in: working, exists: true},
	"GET /kerja/peta-jalan/unduh":                   {in: working, exists: true},
	"GET /kerja/peta-jalan/versi":                   {in: working, exists: true},
	"GET /kerja/peta-jalan/versi/:id":               {in: working},
	"GET /kerja/peta-jalan/versi/:id/:tabel":        {in: working},
	"GET /kerja/peta-jalan/versi/:id/:tabel/ubah":   {in: orgRole},
	"GET /kerja/peta-jalan/target":                  {in: working, exists: true},
	"GET /kerja/peta-jalan/target/:kode/:tahun":     {in: working},
	"GET /kerja/peta-jalan/klausul":                 {in: working},
	"POST /kerja/peta-jalan/klausul":                {in: orgRole},
	"GET /kerja/peta-jalan/klausul/ubah":            {in: orgRole},
	"POST /kerja/peta-jalan/klausul/ubah":           {in: orgRole},
	"GET /kerja/peta-jalan/layanan":                 {in: working},
	"GET /kerja/peta-jalan/layanan/ubah/:layanan":   {in: working},
	"GET /kerja/peta-jalan/layanan/tambah":          {in: orgRole},
	"POST /kerja/peta-jalan/layanan/tambah":         {in: orgRole},
	"POST /kerja/peta-jalan/layanan/ubah/:layanan":  {in: orgRole},
	"GET /kerja/peta-jalan/instansi":                {in: working},
	"GET /kerja/peta-jalan/instansi/:instansi":      {in: working},
	"POST /kerja/peta-jalan/instansi":               {in: orgRole},
	"POST /kerja/peta-jalan/instansi/:instansi":     {in: orgRole},
	"GET /kerja/peta-jalan/serah-terima":            {in: working},
	"GET /kerja/peta-jalan/serah-terima/:petugas":   {in: working},
	"GET /kerja/peta-jalan/aturan":                  {in: working},
	"GET /kerja/peta-jalan/libur":                   {in: working},
	"GET /kerja/peta-jalan/pemeriksaan":             {in: working},
	"POST /kerja/peta-jalan/aturan":                 {in: orgRole},
	"GET /kerja/peta-jalan/aturan/skala":            {in: orgRole},
	"POST /kerja/peta-jalan/aturan/skala":           {in: orgRole},
	"POST /kerja/peta-jalan/libur":                  {in: orgRole},
	"POST /kerja/peta-jalan/pemeriksaan":            {in: orgRole},
	"GET /kerja/peta-jalan/pemeriksaan/:indikator":  {in: orgRole},
	"POST /kerja/peta-jalan/pemeriksaan/:indikator": {in: orgRole},
	"POST /kerja/peta-jalan/versi":                  {in: orgRole},
	"POST /kerja/peta-jalan/versi/:id":              {in: orgRole},
	"POST /kerja/peta-jalan/versi/:id/:tabel/ubah":  {in: orgRole},
	"POST /kerja/peta-jalan/target/:kode/:tahun":    {in: orgRole},
	"POST /kerja/peta-jalan/unggah":                 {in: orgRole},

	"GET /kerja/impor":                       {in: working, exists: true},
	"POST /kerja/impor":                      {in: opOwn + " " + opOther + " " + orgRole},
	"GET /kerja/unduh/laporan/:kode/:berkas": {in: own + " " + city, hidden: other, path: "/kerja/unduh/laporan/dispendukcapil/2026-TW4.xlsx", exists: true},
	"GET /kerja/unduh/semua/:berkas":         {in: working, path: "/kerja/unduh/semua/2026-TW4.xlsx", exists: true},
	"GET /kerja/impor/:kode/:periode":        {in: opOwn, hidden: opOther, exists: true},
	"POST /kerja/impor/:kode/:periode":       {in: opOwn, hidden: opOther},
	"GET /kerja/impor/sumber":                {in: orgRole, exists: true},
	"POST /kerja/impor/sumber":               {in: orgRole},
	"GET /kerja/impor/lampau":                {in: orgRole, exists: true},
	"POST /kerja/impor/lampau":               {in: orgRole},
	"GET /kerja/impor/berkas/:id":            {in: opOwn + " " + opOther + " " + orgRole},
	"POST /kerja/impor/berkas/:id":           {in: opOwn + " " + opOther + " " + orgRole},
	"POST /kerja/impor/berkas/:id/simpan":    {in: opOwn + " " + opOther + " " + orgRole},
	"GET /kerja/impor/berkas/:id/pesan.xlsx": {in: opOwn + " " + opOther + " " + orgRole},

	"GET /kerja/kalender":                       {in: working, exists: true},
	"GET /kerja/kalender/izin":                  {in: working, exists: true},
	"POST /kerja/kalender/izin":                 {in: orgRole},
	"GET /kerja/kalender/:periode":              {in: orgRole, exists: true},
	"POST /kerja/kalender/:periode":             {in: orgRole},
	"GET /kerja/pengecualian":                   {in: working, exists: true},
	"POST /kerja/pengecualian":                  {in: orgRole},
	"GET /kerja/pemberitahuan":                  {in: withRole, exists: true},
	"POST /kerja/pemberitahuan":                 {in: withRole},
	"GET /kerja/pemberitahuan/webhook":          {in: adminRole, exists: true},
	"POST /kerja/pemberitahuan/webhook":         {in: adminRole},
	"GET /kerja/pemberitahuan/berhenti/:tanda":  {in: public}, // out of a letter; the token says whose
	"POST /kerja/pemberitahuan/berhenti/:tanda": {in: public},
	"GET /kerja/pekerjaan":                      {in: orgRole + " " + adminRole, exists: true},
	"POST /kerja/pekerjaan":                     {in: orgRole + " " + adminRole},
	"GET /kerja/jejak":                          {in: orgRole + " " + inspector + " " + adminRole, exists: true},
	"GET /kerja/jejak/periksa":                  {in: orgRole + " " + inspector + " " + adminRole, exists: true},
	"GET /kerja/jejak/unduh":                    {in: orgRole + " " + inspector + " " + adminRole},

	"GET /kerja/token":      {in: orgRole + " " + adminRole, exists: true},
	"POST /kerja/token":     {in: adminRole},
	"GET /api/kerja/v1/due": {in: machineP, token: true, exists: true},
	"GET /api/kerja/v1/reports/:agency/:indicator/:period": {in: machineP, token: true, path: "/api/kerja/v1/reports/dispendukcapil/DUK-KTP/2026-TW3", exists: true},
	"PUT /api/kerja/v1/reports/:agency/:indicator/:period": {in: machineP, token: true, path: "/api/kerja/v1/reports/dispendukcapil/DUK-KTP/2026-TW3", exists: true},
	"POST /api/kerja/v1/reports":                           {in: machineP, token: true},
	"POST /api/kerja/v1/reports/batch":                     {in: machineP, token: true},
	"GET /kerja/akun":                                      {in: signedInP, exists: true},
	"POST /kerja/akun/sandi":                               {in: signedInP},
	"POST /kerja/akun/surel":                               {in: signedInP},
	"POST /kerja/akun/langkah-kedua":                       {in: signedInP},
	"POST /kerja/akun/sesi":                                {in: signedInP},
	"POST /kerja/akun/taut":                                {in: signedInP},
	"POST /kerja/akun/lepas":                               {in: signedInP},
	"GET /kerja/pengguna":                                  {in: adminRole, exists: true},
	"POST /kerja/pengguna":                                 {in: adminRole},
	"GET /kerja/pengguna-baru":                             {in: adminRole, exists: true},
	"POST /kerja/pengguna-baru":                            {in: adminRole},
	"GET /kerja/pengguna/:login":                           {in: adminRole, exists: true},
	"POST /kerja/pengguna/:login":                          {in: adminRole},
}

// publicAddress reports whether the address is outside of the workspace: those are for everybody.
func publicAddress(pattern string) bool { return !strings.HasPrefix(pattern, home) }

// principals signs everybody in on the site of the demo.
func principals(t *testing.T, s *testSite) map[string]*visitor {
	t.Helper()
	day := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, wib) }
	for login, as := range map[string][]account.Appointment{
		opOther:   {{Role: account.Operator, Agency: "dlh", From: day(2025)}},
		headOther: {{Role: account.Head, Agency: "35.72.01.1001", From: day(2025)}},
		expired:   {{Role: account.Head, Agency: "dispendukcapil", Acting: true, From: day(2025), To: november.AddDate(0, 0, -1)}},
		noRole:    nil,
		closed:    {{Role: account.Admin, From: day(2025)}},
		halfway:   {{Role: account.Admin, From: day(2025)}},
	} {
		s.add(login, as...)
	}
	vs := map[string]*visitor{nobody: s.visitor()}
	for who, login := range map[string]string{
		opOwn: "operator.dispendukcapil", headOwn: "kepala.dispendukcapil", opOther: opOther, headOther: headOther, expired: expired, noRole: noRole,
		orgRole: orgRole, inspector: inspector, council: council, leader: leader, adminRole: adminRole, closed: closed, halfway: halfway,
	} {
		vs[who] = s.as(login)
	}
	vs[machineP] = s.visitor()
	vs[machineP].header.Set("Authorization", "Bearer "+s.robot([]string{"dispendukcapil"}, nil).secret)
	if err := account.Disable(t.Context(), s.Owner, closed, november); err != nil {
		t.Fatal(err)
	}
	exec(t, s.Owner, `INSERT INTO second_factors (user_id, secret, confirmed_at, last_step) SELECT id, '\x00', created_at, 0 FROM users WHERE login = '`+halfway+`'`)
	exec(t, s.Owner, `UPDATE sessions SET auth_level = 1 WHERE user_id = (SELECT id FROM users WHERE login = '`+halfway+`')`)
	return vs
}

// Outcomes of a visit.
const (
	gotIn        = "in"
	toSignIn     = "sign in"
	forbidden403 = "403"
	hidden404    = "404"
)

// visitOutcome says how a visit went. Whoever gets in may still find that a thing is not there.
func visitOutcome(a *answered) string {
	to := a.Header.Get("Location")
	switch {
	case a.Status == http.StatusForbidden:
		return forbidden403
	case a.Status == http.StatusNotFound:
		return hidden404
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusSeeOther && (to == "/masuk" || strings.HasPrefix(to, "/masuk?") || strings.HasPrefix(to, "/masuk/kode")):
		return toSignIn
	}
	return gotIn
}

func has(list, who string) bool { return slices.Contains(strings.Fields(list), who) }

// wanted is what the table expects.
func (a access) wanted(who string) string {
	switch {
	case has(a.in, who):
		return gotIn
	case who == nobody || who == closed || who == halfway || who == machineP || a.token:
		return toSignIn
	case has(a.hidden, who):
		return hidden404
	}
	return forbidden403
}

var placeholders = strings.NewReplacer(":kode", "dispendukcapil", ":periode", "2026-TW4", ":indikator", "DUK-KTP", ":id", "1", ":nomor", "1",
	":login", "operator.dispendukcapil", ":peran", "operator", ":tahun", "2026", ":tabel", "indikator", ":nama", "tidak-ada", "*berkas", "tidak-ada")

// TestPolicy_EveryAddressForEveryPrincipal visits each address as each kind of person.
func TestPolicy_EveryAddressForEveryPrincipal(t *testing.T) {
	t.Parallel()
	s := newDemoSite(t)
	visitors := principals(t, s)
	cells := 0
	for _, route := range s.server.engine.Routes() {
		name := strings.Replace(route.Method, "HEAD", "GET", 1) + " " + route.Path
		want, ok := matrix[name]
		switch {
		case publicAddress(route.Path) && !ok:
			want = access{in: public}
		case !ok:
			t.Errorf("%s is not in the matrix: say in policy_matrix_test.go who gets in", name)
			continue
		}
		if route.Path == "/keluar" || publicAddress(route.Path) && strings.HasPrefix(route.Path, "/masuk") {
			continue // they begin and end the sessions of the others; TestSignIn, TestSignOut
		}
		path := want.path
		if path == "" {
			path = placeholders.Replace(route.Path)
		}
		// Who is refused comes first, so that nothing has changed for them.
		who := slices.Sorted(func(yield func(string) bool) {
			for p := range visitors {
				if !yield(p) {
					return
				}
			}
		})
		slices.SortStableFunc(who, func(a, b string) int { return strings.Compare(want.wanted(b), want.wanted(a)) })
		for _, p := range who {
			cells++
			var a *answered
			if route.Method == http.MethodPost {
				a = visitors[p].do(route.Method, path, strings.NewReader(want.form))
			} else {
				a = visitors[p].do(route.Method, path, nil)
			}
			got, expected := visitOutcome(a), want.wanted(p)
			if expected == gotIn && got == hidden404 && !want.exists {
				got = gotIn // nobody promised that there is something
			}
			if got != expected {
				t.Errorf("%s %s as %s: %s (status %d to %q), want %s", route.Method, path, p, got, a.Status, a.Header.Get("Location"), expected)
			}
			if a.Status >= http.StatusInternalServerError && a.Status != http.StatusServiceUnavailable {
				t.Errorf("%s %s as %s: status %d", route.Method, path, p, a.Status)
			}
		}
	}
	for name := range matrix {
		method, pattern, _ := strings.Cut(name, " ")
		if !slices.ContainsFunc(s.server.policy, func(r rule) bool { return r.method == method && r.pattern == pattern }) {
			t.Errorf("the matrix has %s, which is no address", name)
		}
	}
	fmt.Fprintf(t.Output(), "%d cells\n", cells)
	if cells < 200 {
		t.Errorf("only %d cells were visited", cells)
	}
}
