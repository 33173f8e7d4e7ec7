package steward

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/govalues/decimal"
	"github.com/xuri/excelize/v2"

	"petajalan/internal/exchange"
	"petajalan/internal/fault"
	"petajalan/seeds"
)

// sheetNames are the sheets of a workbook with the whole roadmap.
var sheetNames = map[seeds.Table]string{
	seeds.VersionTable: "Versi", seeds.GoalsTable: "Tujuan", seeds.ObjectivesTable: "Sasaran",
	seeds.IndicatorsTable: "Indikator", seeds.TargetsTable: "Target", seeds.ServicesTable: "Layanan",
}

// SheetName is the sheet that holds a table.
func SheetName(t seeds.Table) string { return sheetNames[t] }

// WriteWorkbook writes a document as a workbook: a sheet per table, a row per row, the labels of the
// columns in the first row. ReadWorkbook reads the same back.
func WriteWorkbook(d *seeds.Document) ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	head, err := f.NewStyle(&excelize.Style{
		Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"0B4D5F"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
	})
	if err != nil {
		return nil, fmt.Errorf("style the workbook: %w", err)
	}
	for i, t := range seeds.Tables {
		if i == 0 {
			err = f.SetSheetName("Sheet1", sheetNames[t])
		} else {
			_, err = f.NewSheet(sheetNames[t])
		}
		if err == nil {
			err = writeTable(f, t, d.Rows(t), head)
		}
		if err != nil {
			return nil, fmt.Errorf("write the sheet %s: %w", sheetNames[t], err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, fmt.Errorf("write the workbook: %w", err)
	}
	return out.Bytes(), nil
}

func writeTable(f *excelize.File, t seeds.Table, rows []seeds.Row, head int) error {
	w, err := f.NewStreamWriter(sheetNames[t])
	if err != nil {
		return err
	}
	columns := seeds.Columns(t)
	titles := make([]any, len(columns))
	for i, c := range columns {
		titles[i] = excelize.Cell{StyleID: head, Value: c.Label}
		width := 16.0
		if c.Long || c.Key == "name" || c.Key == "title" {
			width = 44
		}
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := w.SetRow("A1", titles); err != nil {
		return err
	}
	for n, row := range rows {
		cells := make([]any, len(columns))
		for i, c := range columns {
			cells[i] = cellOf(c, row[c.Key])
		}
		if err := w.SetRow("A"+strconv.Itoa(n+2), cells); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for i, c := range columns {
		if c.Choices == nil {
			continue
		}
		list := excelize.NewDataValidation(true)
		list.SetSqref(exchange.CellName(1, i) + ":" + exchange.CellName(len(rows)+200, i))
		if err := list.SetDropList(slices.DeleteFunc(slices.Clone(c.Choices), func(s string) bool { return s == "" })); err != nil {
			return err
		}
		list.SetError(excelize.DataValidationErrorStyleStop, "Pilihan tidak dikenal", "Pilih salah satu dari daftar.")
		if err := f.AddDataValidation(sheetNames[t], list); err != nil {
			return err
		}
	}
	return nil
}

var shortNumber = regexp.MustCompile(`^[0-9]{1,11}(\.[0-9]{1,4})?$`)

// cellOf is a value for a cell: a number where it is one that a cell keeps exactly.
func cellOf(c seeds.Column, text string) any {
	isNumber := c.Number || c.Key == "target" || c.Key == "decimals" || c.Key == "baseline_value"
	if !isNumber || !shortNumber.MatchString(text) || len(text) > 1 && text[0] == '0' && text[1] != '.' {
		return text
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	n, err := strconv.ParseFloat(text, 64) // a cell knows nothing else; read back it is rounded to what was written
	if err != nil {
		return text
	}
	return n
}

// CellRemark is what is wrong with a cell of a workbook.
type CellRemark struct {
	Sheet, Cell string // Cell is empty when the sheet as a whole is meant
	Message     string
}

// ReadWorkbook reads a workbook as WriteWorkbook makes it. It refuses, as an Invalid fault, what is
// no workbook; what is wrong in single cells comes as remarks, and then the document must not be used.
func ReadWorkbook(data []byte) (*seeds.Document, []CellRemark, error) {
	book, err := exchange.Read(data)
	if err != nil {
		return nil, nil, err
	}
	if book.Format != "xlsx" {
		return nil, nil, fault.New(fault.Invalid, "Peta jalan diunggah sebagai buku kerja .xlsx. Unduh dulu berkasnya, ubah, lalu unggah lagi.")
	}
	d := &seeds.Document{}
	var remarks []CellRemark
	for _, t := range seeds.Tables {
		i := slices.IndexFunc(book.Sheets, func(s *exchange.Sheet) bool { return strings.EqualFold(strings.TrimSpace(s.Name), sheetNames[t]) })
		if i < 0 {
			remarks = append(remarks, CellRemark{Sheet: sheetNames[t], Message: "Lembar ini tidak ada. Unduh peta jalan sebagai contoh susunannya."})
			continue
		}
		rows, wrong := readTable(t, book.Sheets[i])
		remarks = append(remarks, wrong...)
		d.SetRows(t, rows)
	}
	return d, remarks, nil
}

func readTable(t seeds.Table, s *exchange.Sheet) (rows []seeds.Row, remarks []CellRemark) {
	columns := seeds.Columns(t)
	name := sheetNames[t]
	places := make([]int, len(columns)) // of each column in the sheet
	for i, c := range columns {
		places[i] = -1
		for at := range 100 {
			if strings.EqualFold(s.At(0, at).Text, c.Label) {
				places[i] = at
				break
			}
		}
		if places[i] < 0 {
			remarks = append(remarks, CellRemark{Sheet: name, Message: "Kolom “" + c.Label + "” tidak ada pada baris pertama."})
		}
	}
	for _, m := range s.Merged {
		remarks = append(remarks, CellRemark{name, m.String(), "Sel digabung. Pisahkan lagi, satu isian satu sel."})
	}
	if len(remarks) > 0 {
		return nil, remarks
	}
	empty := 0
	for n := 1; n < len(s.Rows); n++ {
		row, filled := seeds.Row{}, false
		for i, c := range columns {
			cell := s.At(n, places[i])
			text, wrong := cellText(c, cell)
			if wrong != "" {
				remarks = append(remarks, CellRemark{name, exchange.CellName(n, places[i]), wrong})
			}
			row[c.Key] = text
			filled = filled || text != "" || wrong != ""
		}
		if !filled {
			empty++
			continue
		}
		if empty > 0 {
			remarks = append(remarks, CellRemark{name, exchange.CellName(n, 0), "Ada baris kosong di atas baris ini. Hapus barisnya."})
			empty = 0
		}
		rows = append(rows, row)
	}
	return rows, remarks
}

// cellText is what a cell says as the checks take it, or why it cannot be taken.
func cellText(c seeds.Column, cell exchange.Cell) (text, wrong string) {
	switch {
	case cell.Formula != "":
		return "", "Sel berisi rumus. Tempel hasilnya sebagai nilai."
	case cell.Cut:
		return "", "Isinya terlalu panjang."
	case cell.Kind == exchange.Failed:
		return "", "Sel berisi galat " + cell.Text + "."
	case cell.Kind == exchange.Boolean:
		return map[string]string{"1": "true", "0": "false"}[cell.Text], ""
	case cell.Kind == exchange.Number && cell.Date:
		return dayOfSerial(cell.Text)
	case cell.Kind == exchange.Number:
		if cell.Percent {
			return "", "Sel berformat persen. Ubah menjadi angka biasa, misalnya 82,5."
		}
		return plainDigits(cell.Text), ""
	}
	text = strings.ReplaceAll(cell.Text, "\r\n", "\n")
	if c.Number || c.Key == "target" || c.Key == "steps" {
		text = PlainNumbers(text)
	}
	return text, ""
}

// dayOfSerial is the day that a spreadsheet counts as so many.
func dayOfSerial(text string) (day, wrong string) {
	whole, _, _ := strings.Cut(text, ".")
	n, err := strconv.Atoi(whole)
	if err != nil || n < 1 || n > 100_000 {
		return "", "Tanggal tidak terbaca. Tulis seperti 2026-12-31."
	}
	return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n).Format(time.DateOnly), ""
}

// plainDigits rounds away what binary fractions add far behind the point ("82.299999999999997").
func plainDigits(text string) string {
	d, err := decimal.Parse(text)
	if err != nil {
		return text
	}
	return d.Round(8).Trim(0).String()
}
