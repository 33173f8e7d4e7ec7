package opendata

import (
	"fmt"
	"strconv"

	"petajalan/internal/scoring"
)

// WorkbookName is the name of the workbook of a period in the kit: "hitung-2026-TW3.xlsx".
func WorkbookName(p scoring.Period) string { return "hitung-" + p.String() + ".xlsx" }

// coverSheet counts how many of the computed figures are the published ones.
const coverSheet = "Ringkasan"

// sameFigure is how near two figures of at most four decimals are when they are the same.
const sameFigure = "0.000001"

// Workbook writes the workbook of a period: its formulas compute every achievement and
// every score from the inputs, and compare them with what was published.
func Workbook(p *Publication, period scoring.Period) ([]byte, error) {
	k := newKitSheets(p, period)
	return makeBook(p, "Hitung sendiri, "+period.Words(), func(b *book) error {
		if err := k.cover(b); err != nil {
			return err
		}
		for _, g := range k.all() {
			if err := g.write(b); err != nil {
				return err
			}
		}
		if err := k.rules.write(b); err != nil {
			return err
		}
		if err := b.about(p, "Hitung sendiri semua nilai "+period.Words()+"."); err != nil {
			return err
		}
		whole := true
		return b.file.SetCalcProps(calcNow(&whole))
	})
}

// cover is the first sheet: are all figures the same?
func (k *kitSheets) cover(b *book) error {
	s, err := b.sheet(coverSheet, 0, 34, 22, 14, 14, 60)
	if err != nil {
		return err
	}
	title := func(text string) cell { return textCell(b.big, text) }
	s.add(title("Hitung sendiri, " + k.period.Words()))
	s.add(textCell(0, fmt.Sprintf("Rapor Layanan Kota Blitar, terbitan %d. Lisensi %s.", k.p.Number, Licence)))
	s.add(textCell(0, k.p.mark()))
	s.add()
	const firstRow = 8
	var compared []*grid
	for _, g := range k.all() {
		if _, cells := g.differences(); cells > 0 {
			compared = append(compared, g)
		}
	}
	total := strconv.Itoa(firstRow + len(compared))
	s.add(cell{cellFormula, `IF(D` + total + `=0,"SEMUA COCOK","ADA YANG BEDA: "&D` + total + `)`, b.big})
	s.add(textCell(0, "Dihitung dari rumus di halaman lain, dibandingkan dengan angka terbitan sampai desimal terakhir."))
	s.add(b.heads("halaman", "angka dibandingkan", "cocok", "beda", "isi")...)
	about := map[string]string{
		"Target": "Capaian setiap target, terhadap target sekarang dan janji pertama.", "Instansi": "Nilai instansi: rata-rata menurut bobot target.",
		"Sasaran": "Nilai sasaran: rata-rata instansi, satu instansi satu suara.", "Tujuan": "Nilai tujuan: rata-rata instansi, satu instansi satu suara.",
		"Kota": "Nilai kota: rata-rata tujuan menurut bobotnya.",
	}
	for i, g := range compared {
		row := strconv.Itoa(firstRow + i)
		block, cells := g.differences()
		s.add(textCell(0, g.name), numberCell(0, strconv.Itoa(cells)), formulaCell(0, `COUNTIF(`+block+`,"<`+sameFigure+`")`), formulaCell(0, "B"+row+"-C"+row), textCell(b.wrap, about[g.name]))
	}
	last := strconv.Itoa(firstRow + len(compared) - 1)
	sum := func(column string) cell {
		return formulaCell(0, "SUM("+column+strconv.Itoa(firstRow)+":"+column+last+")")
	}
	s.add(textCell(0, "Jumlah"), sum("B"), sum("C"), sum("D"))
	s.add()
	s.add(textCell(0, "Warna judul kolom"))
	for _, line := range []struct {
		role  gridRole
		words string
	}{
		{roleInput, "Masukan: laporan yang sudah diverifikasi, target, arah, dan bobot."},
		{roleFormula, "Rumus: dihitung di sini. Klik selnya untuk membaca rumusnya."},
		{rolePublished, "Terbitan: angka yang diterbitkan."},
		{roleDifference, "Beda: jarak antara keduanya. Nol berarti sama."},
	} {
		s.add(textCell(b.roles[line.role], ""), textCell(0, line.words))
	}
	s.add()
	for _, line := range []string{
		"Halaman SasaranInstansi dan TujuanInstansi adalah langkah antara: tiap instansi menurut targetnya dalam sasaran atau tujuan itu.",
		"Terendah: yang belum dilaporkan dihitung 0. Tertinggi: yang belum dilaporkan dihitung batas atas.",
		"Ubah satu masukan, lalu lihat apa yang ikut berubah. Angka terbitan tidak berubah.",
	} {
		s.add(textCell(0, line))
	}
	return nil
}
