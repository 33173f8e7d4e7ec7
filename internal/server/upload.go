package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"petajalan/internal/fault"
)

const (
	// uploadTime is how long a body with a file may take to come in, over a slow line, and
	// uploadWork how long the request may take in all.
	uploadTime = 120 * time.Second
	uploadWork = 150 * time.Second
)

// uploadPaths are where files come in: beside a report, and as sheets.
var uploadPaths = []string{home + "laporan/", home + "impor", home + "peta-jalan/"}

// takesFiles reports whether the address, or its pattern, is one where files come in.
func takesFiles(method, path string) bool {
	return method == http.MethodPost && slices.ContainsFunc(uploadPaths, func(p string) bool { return strings.HasPrefix(path, p) })
}

// workTime is how long a page of the workspace may take.
func workTime(method, pattern string) time.Duration {
	if takesFiles(method, pattern) {
		return uploadWork
	}
	return workTimeout
}

// allowUpload gives a signed-in user the time that a file takes to come in.
func allowUpload(w http.ResponseWriter) {
	rc := http.NewResponseController(w)
	// A writer of a test has no deadlines, and needs none.
	_ = rc.SetReadDeadline(time.Now().Add(uploadTime))
	_ = rc.SetWriteDeadline(time.Now().Add(uploadWork))
}

// turns let few uploads be looked into at a time, since a picture takes much memory
// while it is.
type turns chan struct{}

// turnWait is how long an upload waits for its turn.
const turnWait = 30 * time.Second

// enter waits for a turn; leave ends it. Unavailable (fault) when there is none for long.
func (t turns) enter(ctx context.Context) (leave func(), err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, turnWait, errBusy)
	defer cancel()
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), errBusy) {
			return nil, fault.New(fault.Unavailable, "Banyak berkas sedang diunggah. Tunggu sebentar, lalu unggah lagi; isian Anda tidak hilang.")
		}
		return nil, ctx.Err()
	}
}

var errBusy = errors.New("no turn")
