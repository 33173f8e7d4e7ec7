package opendata

import (
	"fmt"
	"strings"
)

// licenceText goes with every archive.
const licenceText = `Creative Commons Attribution 4.0 International (CC BY 4.0)

Anda boleh menyalin, membagikan, mengubah, dan memakai data ini untuk tujuan apa pun,
juga komersial. Syaratnya: sebutkan sumbernya, cantumkan lisensi ini, dan katakan bila
Anda mengubah datanya. Teks hukum lengkap:
https://creativecommons.org/licenses/by/4.0/legalcode.id

You may copy, share, adapt and use these data for any purpose, even commercially,
provided that you name the source, name this licence, and say whether you changed
anything. Full legal text:
https://creativecommons.org/licenses/by/4.0/legalcode.en
`

// readme is what to read first, in Indonesian.
func (p *Publication) readme() string {
	var b strings.Builder
	fmt.Fprintf(&b, "DATA TERBUKA RAPOR LAYANAN KOTA BLITAR\nTerbitan %d, %s\n\n", p.Number, p.Period.Words())
	if mark := p.mark(); mark != "" {
		fmt.Fprintf(&b, "%s\n\n", mark)
	}
	b.WriteString("ISI\n")
	for _, s := range Sets {
		fmt.Fprintf(&b, "  %-18s %s\n", s.Name, s.About)
	}
	fmt.Fprintf(&b, `
Tiap tabel ada dalam CSV dan JSON. Arti setiap kolom ada di kamus.csv.
Berkas csv-metadata.json menjelaskan kolom yang sama untuk program (CSVW).

CARA MEMBACA CSV
  - UTF-8, pemisah koma, baris pertama nama kolom.
  - Angka memakai titik sebagai tanda desimal, tanpa pemisah ribuan.
  - Sel kosong berarti tidak ada nilai, bukan nol.
  - Daftar dalam satu sel dipisah dengan " | ".
  - Teks yang diawali = + - @ didahului tanda petik tunggal ('),
    supaya tidak dijalankan sebagai rumus.
  - Kolom publication_status di tiap baris menyebut kedudukan data: %s.
  - Di Excel berbahasa Indonesia, buka lewat Data > Dari Teks/CSV, atau pakai XLSX.

SIDIK JARI
  SHA-256 isi terbitan: %s
  Isi terbitan: %s

PENERBIT   %s
LISENSI    %s, %s
KUTIP      %s
`, p.Status(), p.SHA256, p.contentURL(), Publisher, Licence, LicenceURL, p.Citation())
	return b.String()
}

// readmeEN is readme in English.
func (p *Publication) readmeEN() string {
	var b strings.Builder
	fmt.Fprintf(&b, "OPEN DATA OF THE SERVICE SCORECARD OF THE CITY OF BLITAR, INDONESIA\nPublication %d, quarter %d of %d\n\n", p.Number, p.Period.Quarter, p.Period.Year)
	if mark := p.markEN(); mark != "" {
		fmt.Fprintf(&b, "%s\n\n", mark)
	}
	b.WriteString("CONTENTS\n")
	for _, s := range Sets {
		fmt.Fprintf(&b, "  %-18s %s\n", s.Name, s.AboutEN)
	}
	fmt.Fprintf(&b, `
Every table comes as CSV and as JSON. kamus.csv is the data dictionary;
csv-metadata.json says the same to programs (CSV on the Web).

HOW TO READ THE CSV FILES
  - UTF-8, commas, the first line holds the names of the columns.
  - The decimal mark is a point; there are no thousands separators.
  - An empty cell means that there is no value. It does not mean zero.
  - Lists within one cell are joined with " | ".
  - Texts that begin with = + - @ have an apostrophe (') before them,
    so that no spreadsheet runs them as formulas.
  - publication_status in every row says what the data are worth: %s.

HASH
  SHA-256 of the publication: %s
  The publication: %s

PUBLISHER  %s
LICENCE    %s, %s
CITE AS    %s
`, p.Status(), p.SHA256, p.contentURL(), publisherEN, Licence, LicenceURL, p.Citation())
	return b.String()
}
