// Package fault gives errors a kind, so that the layers agree on what went
// wrong without knowing how the others work.
//
// A fault is made where the meaning is known: where the rule is, or where the
// constraint is named. It carries one Indonesian sentence for the user. Every
// other error is a bug or an outage; its text stays in the log.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what went wrong, in the few ways that a caller treats differently.
type Kind uint8

const (
	Internal    Kind = iota // a bug; the message stays in the log
	Invalid                 // the request must be corrected
	NotFound                // no such thing, or not visible to this user
	Conflict                // it clashes with the present state
	Forbidden               // this user may not do it
	Unavailable             // the database is away for now; the same request may work later
)

// String is the word for the log.
func (k Kind) String() string {
	switch k {
	case Internal:
		return "internal"
	case Invalid:
		return "invalid"
	case NotFound:
		return "not found"
	case Conflict:
		return "conflict"
	case Forbidden:
		return "forbidden"
	case Unavailable:
		return "unavailable"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Error is an error with a kind and a sentence that the user may read.
type Error struct {
	Kind    Kind
	Message string // Indonesian, for the user
	Err     error  // the cause, for the log only; nil when there is none
}

// New makes a fault with a sentence for the user, formatted as by fmt.Sprintf.
// The arguments end up on the user's screen, so none of them may be an error
// of the database.
func New(kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Wrap is New with a cause, which errors.Is and errors.As find and only the
// log shows.
func Wrap(err error, kind Kind, format string, args ...any) error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...), Err: err}
}

// Error is the text for the log: the sentence, then the cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap gives the cause, or nil.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of the outermost fault in err's chain. An error without
// one, and nil, are Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// MessageOf is the sentence of the outermost fault in err's chain, or "" when
// there is none and the user must be told something general.
func MessageOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return ""
}
