package opendata

import (
	"fmt"
	"strings"
)

// kitReadme is what to read first in the kit, in Indonesian. It is the method in words.
func (p *Publication) kitReadme() string {
	var b strings.Builder
	fmt.Fprintf(&b, "HITUNG SENDIRI\nRapor Layanan Kota Blitar, terbitan %d, %s\n\n", p.Number, p.Period.Words())
	if mark := p.mark(); mark != "" {
		fmt.Fprintf(&b, "%s\n\n", mark)
	}
	fmt.Fprintf(&b, `LANGKAH
  1. Buka %s dengan Excel atau LibreOffice.
  2. Halaman Ringkasan menulis SEMUA COCOK bila semua nilai sama dengan terbitan.
  3. Halaman Target berisi masukan dan rumus setiap capaian.
  4. Halaman Instansi, Sasaran, Tujuan, dan Kota berisi nilai gabungan.
  5. Ubah satu masukan, dan lihat nilai kota berubah.

ISI
`, WorkbookName(p.Period))
	for _, info := range p.Periods {
		fmt.Fprintf(&b, "  %-22s lembar kerja %s\n", WorkbookName(info.Period), info.Period.Words())
	}
	fmt.Fprintf(&b, `  capaian.csv            realisasi, target, arah, bobot, dan status tiap target
  target.csv             target semua tahun dengan perubahannya
  tujuan.csv             tujuan, bobotnya, dan sasarannya
  instansi.csv, indikator.csv
  aturan.csv, aturan.json  aturan penilaian sebagai data
  nilai.csv              nilai seperti yang diterbitkan
  %-22s isi terbitan, untuk petajalan verify --file

RUMUS (R realisasi, T target, bawah dan atas batas rentang)
  naik, tahapan, predikat   R / T x 100
  turun                     (2 - R / T) x 100
  tepat                     100 - |R - T| / T x 100
  ya_tidak                  100 bila ya, selain itu 0
  Target rentang: di dalam rentang 100. Di luarnya, T adalah batas yang dilewati.
  Pembagi nol (turun, tepat): R = 0 bernilai 100, selain itu 0.
  Target nol dengan arah naik tidak dinilai.
  Persentase: R = pembilang / penyebut x 100, sampai triwulan ini.
  Cara menggabung: sum menjumlahkan, average merata-ratakan, last nilai terakhir.
  Nilai satu target paling rendah %s dan paling tinggi %s.

NILAI GABUNGAN (w bobot, c nilai)
  Wajib: status dinilai, menunggu_verifikasi, belum_lapor, atau terlambat.
  Instansi   nilai = jumlah(w x c) / jumlah(w yang dinilai)
             terendah = jumlah(w x c) / jumlah(w wajib)
             tertinggi = (jumlah(w x c) + w belum masuk x %s) / jumlah(w wajib)
             data masuk = jumlah(w yang dinilai) / jumlah(w wajib)
  Sasaran dan tujuan: tiap instansi dulu, lalu rata-rata instansi.
             nilai dari instansi yang punya nilai, yang lain dari semua yang wajib.
  Kota       rata-rata tujuan menurut bobot tujuan.
  Kategori disebut hanya bila terendah dan tertinggi ada di kategori yang sama.

PEMBULATAN
  Angka terbitan dihitung dengan pecahan tepat, lalu dibulatkan sekali: 2 desimal,
  tepat di tengah menjauhi nol; data masuk 4 desimal. Lembar kerja memakai bilangan
  biner. Karena itu rumusnya membulatkan ke 10 desimal dulu.

PERIKSA DENGAN PERINTAH
  petajalan verify --file %s
  SHA-256: %s

KUTIP      %s
`, ContentName(p.Number), p.Method.Floor, p.Method.Cap, p.Method.Cap, ContentName(p.Number), p.SHA256, p.Citation())
	return b.String()
}

// kitReadmeEN is kitReadme in English.
func (p *Publication) kitReadmeEN() string {
	var b strings.Builder
	fmt.Fprintf(&b, "COMPUTE IT YOURSELF\nService scorecard of the City of Blitar, Indonesia, publication %d, quarter %d of %d\n\n", p.Number, p.Period.Quarter, p.Period.Year)
	if mark := p.markEN(); mark != "" {
		fmt.Fprintf(&b, "%s\n\n", mark)
	}
	fmt.Fprintf(&b, `STEPS
  1. Open %s in Excel or LibreOffice.
  2. The sheet Ringkasan says SEMUA COCOK when every figure equals the published one.
  3. The sheet Target has the inputs and formulas of every achievement.
  4. The sheets Instansi (agencies), Sasaran (objectives), Tujuan (goals) and Kota (city)
     have the scores. Blue headings are inputs, dark ones formulas, grey ones published
     figures, yellow ones differences.
  5. Change an input and watch the score of the city.

CONTENTS
  hitung-*.xlsx    one workbook per quarter
  capaian.csv      actual, target, direction, weight and state of every target
  target.csv       targets of all years with their revisions
  tujuan.csv       goals with weights, and their objectives
  aturan.csv, aturan.json  the rule set as data
  nilai.csv        scores as published
  %s  the publication, for petajalan verify --file

FORMULAS (R actual, T target, lo and hi the bounds of a range)
  naik (higher is better), tahapan, predikat   R / T x 100
  turun (lower is better)                      (2 - R / T) x 100
  tepat (on target is best)                    100 - |R - T| / T x 100
  ya_tidak (yes or no)                         100 when done, else 0
  Range: 100 inside; outside, T is the bound that was passed.
  Bound 0 (turun, tepat): R = 0 gives 100, anything else 0.
  A target of 0 with naik is not assessed.
  Fractions: R = numerator / denominator x 100, year to date.
  A scored figure is held between %s and %s.

ROLL-UPS (w weight, c scored figure)
  Due: states dinilai, menunggu_verifikasi, belum_lapor and terlambat.
  Agency     score = sum(w c) / sum(w scored);  low = sum(w c) / sum(w due)
             high = (sum(w c) + w missing x %s) / sum(w due)
             coverage = sum(w scored) / sum(w due)
  Objective and goal: each agency first, then the plain mean over agencies.
  City: the mean of the goals by goal weight.
  A rating is claimed only when low and high are in the same band.

ROUNDING
  Published figures are exact fractions rounded once, half away from zero, to 2 decimals
  (coverage: 4). Spreadsheets compute in binary; their formulas round to 10 decimals first.

CHECK BY COMMAND
  petajalan verify --file %s
  SHA-256: %s

CITE AS    %s
`, WorkbookName(p.Period), ContentName(p.Number), p.Method.Floor, p.Method.Cap, p.Method.Cap, ContentName(p.Number), p.SHA256, p.Citation())
	return b.String()
}
