package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"petajalan/internal/fault"
)

func TestKindIsFoundThroughWrapping(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("add agency: %w", fault.New(fault.Conflict, "Kode %s sudah dipakai.", "dlh"))
	if got := fault.KindOf(err); got != fault.Conflict {
		t.Errorf("KindOf = %v, want %v", got, fault.Conflict)
	}
	if got, want := fault.MessageOf(err), "Kode dlh sudah dipakai."; got != want {
		t.Errorf("MessageOf = %q, want %q", got, want)
	}
}

func TestErrorWithoutFaultIsInternalAndHasNoMessage(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, io.EOF, fmt.Errorf("read: %w", io.EOF)} {
		if got := fault.KindOf(err); got != fault.Internal {
			t.Errorf("KindOf(%v) = %v, want %v", err, got, fault.Internal)
		}
		if got := fault.MessageOf(err); got != "" {
			t.Errorf("MessageOf(%v) = %q, want none", err, got)
		}
	}
}

func TestCauseIsForTheLogAndNotForTheUser(t *testing.T) {
	t.Parallel()
	err := fault.Wrap(io.EOF, fault.Unavailable, "Basis data sedang tidak dapat dihubungi.")
	if !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
	if got, want := err.Error(), "Basis data sedang tidak dapat dihubungi.: EOF"; got != want {
		t.Errorf("Error = %q, want %q", got, want)
	}
	if got, want := fault.MessageOf(err), "Basis data sedang tidak dapat dihubungi."; got != want {
		t.Errorf("MessageOf = %q, want %q", got, want)
	}
}
