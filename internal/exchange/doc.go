// Package exchange takes figures in and out of the program as files: the sheet of an
// agency as a workbook that can be filled in and handed back, the files of other systems,
// and the quarters before the first publication.
//
// A file is never believed. It is read within limits into a Book of plain cells; a dry run
// says cell by cell what was read and what is wrong; how numbers are written is decided
// for a whole column and said, never guessed for one cell; and nothing is kept until the
// person who sent it confirms, in one transaction.
package exchange

import "petajalan/internal/fault"

// Limits of a file. A sheet of the city has 788 rows and 25 columns.
const (
	MaxFile     = 12 << 20 // bytes of a file
	maxUnpacked = 64 << 20 // bytes of all that a workbook unpacks to
	maxPart     = 16 << 20 // bytes that one part of a workbook unpacks to
	maxParts    = 1000     // files in a workbook
	maxSheets   = 30
	maxRows     = 20_000 // of one sheet, the last one with something in it
	maxColumns  = 100
	maxCells    = 800_000 // of a whole book, empty ones before the last of a row included
	maxText     = 4000    // characters of one cell; more is cut and told
)

// errUnreadable is said of a file that claims to be a workbook and is none.
func errUnreadable(cause error) error {
	return fault.Wrap(cause, fault.Invalid, "Berkas ini tidak dapat dibaca sebagai buku kerja Excel. Buka di Excel atau LibreOffice, simpan lagi sebagai .xlsx, lalu unggah yang baru.")
}

func errTooLarge() error {
	return fault.New(fault.Invalid, "Isi berkas ini terlalu besar. Unduh lembar dari halaman ini dan isi di sana, tanpa gambar atau lembar lain.")
}
