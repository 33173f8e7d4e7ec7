// Package opendata makes the files of the open data of a publication: tables in CSV, JSON
// and XLSX, their dictionary and schema, a catalogue, an archive of everything, and the kit
// with which anybody recomputes every score (kit "hitung sendiri").
//
// What a table has is declared once, in the sets: the columns with type, unit and meaning in
// two languages. Files, dictionary, schema and catalogue all follow from that declaration.
// The same publication always gives the same bytes; there is no clock and no database here.
package opendata
