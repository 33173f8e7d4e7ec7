package exchange_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"

	"petajalan/internal/exchange"
)

// benchAgencies makes 2,002 rows: 286 agencies with 7 indicators each that are due.
const benchAgencies = 286

func bigSheet(b *testing.B) (*office, []byte) {
	b.Helper()
	agencies := make([]string, benchAgencies)
	for i := range agencies {
		agencies[i] = fmt.Sprintf("unit-%03d", i)
	}
	o := newOfficeOf(b, agencies...)
	data := change(b, o.download(b, o.clerks, ""), func(f *excelize.File) {
		for i := range benchAgencies * len(rowsOf) {
			row := i + 2
			switch i % len(rowsOf) {
			case 0:
				set(b, f, fmt.Sprint("K", row), 90+i%10)
				set(b, f, fmt.Sprint("L", row), 100)
			case 3:
				set(b, f, fmt.Sprint("J", row), "BB")
			case 5:
				set(b, f, fmt.Sprint("J", row), 40)
			case 6:
				set(b, f, fmt.Sprint("J", row), "ya")
			default:
				set(b, f, fmt.Sprint("J", row), fmt.Sprintf("%d,%d", i%97, i%10))
			}
			set(b, f, fmt.Sprint("N", row), "Permohonan menumpuk menjelang tahun ajaran baru.")
		}
	})
	return o, data
}

// BenchmarkDryRun reads a workbook of 2,002 rows and says what would become of each.
func BenchmarkDryRun(b *testing.B) {
	o, data := bigSheet(b)
	f, _ := o.keep(b, o.clerks, exchange.File{Content: data})
	for b.Loop() {
		d, err := exchange.Try(b.Context(), o.db, o.clerks, f, wib, october)
		if err != nil || len(d.Changes) != benchAgencies*len(rowsOf) {
			b.Fatalf("%d changes, %v", len(d.Changes), err)
		}
	}
}

// BenchmarkImport hands in a workbook of 2,002 rows, reads it and keeps all of them as
// drafts, reading it once more to confirm: at most 3 seconds.
func BenchmarkImport(b *testing.B) {
	o, data := bigSheet(b)
	// Two workbooks in turn, so that every row changes each time; without versions, which
	// would make all but the first a conflict.
	var sheets [2][]byte
	for n := range sheets {
		sheets[n] = change(b, data, func(f *excelize.File) {
			for i := range benchAgencies * len(rowsOf) {
				set(b, f, fmt.Sprint("C", i+2), nil)
				set(b, f, fmt.Sprint("O", i+2), fmt.Sprint("Kendala ", n))
			}
		})
	}
	turn := 0
	for b.Loop() {
		f, d := o.keep(b, o.clerks, exchange.File{Content: sheets[turn%2]})
		result, err := o.confirm(b, o.clerks, f, d)
		if err != nil || result.Saved != benchAgencies*len(rowsOf) {
			b.Fatalf("%+v, %v", result, err)
		}
		turn++
	}
}

// BenchmarkDownload writes the workbook of 2,002 rows.
func BenchmarkDownload(b *testing.B) {
	o, _ := bigSheet(b)
	for b.Loop() {
		var out bytes.Buffer
		if err := exchange.WriteWorksheet(b.Context(), o.db, o.clerks, "", quarter, october, &out); err != nil {
			b.Fatal(err)
		}
	}
}
