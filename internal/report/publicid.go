package report

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// newPublicID makes the identifier under which a file is addressed: a UUID of
// version 7, which begins with the moment and cannot be counted up.
func newPublicID(at time.Time) [16]byte {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16)
	rand.Read(id[6:]) // never fails
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}
