package server

import (
	"net/http"
	"strings"
)

// Bounds of the body of a request, in bytes.
const (
	maxBody  = 1 << 20  // of a form
	maxFiles = 12 << 20 // of one that may bring files
	// Of a whole worksheet, which may bring several files: what is too much of them is then
	// told beside the text, which would be lost with the request.
	maxSheet = 48 << 20
)

// bodyLimit is how much a request may send, by its address.
func bodyLimit(r *http.Request) int64 {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return maxBody
	}
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, worksheetPrefix) && strings.Count(path, "/") == 4:
		return maxSheet
	case strings.HasPrefix(path, home):
		return maxFiles
	}
	return maxBody
}
