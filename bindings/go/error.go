package asyncresult

import (
	"context"
	"errors"
	"fmt"

	"asyncresult/internal/native"
)

// Error is what a task, a wait or a call failed with.
type Error struct {
	Code    Code   // what failed, as the library numbers it
	Kind    string // the name of the error's class where it was raised
	Message string // one line
	Trace   string // where it was raised, if known
	Origin  string // the language in which it was raised
	Cause   error  // what led to it, or nil
	Value   any    // what was attached to it, or nil
}

// The errors to compare with by errors.Is: one per code.
var (
	ErrArgument    error = CodeArgument
	ErrMemory      error = CodeMemory
	ErrTimeout     error = CodeTimeout
	ErrNotReady    error = CodeNotReady
	ErrPoolClosed  error = CodePoolClosed
	ErrPoolRunning error = CodePoolRunning
	ErrCancelled   error = CodeCancelled
	ErrTerminated  error = CodeTerminated
	ErrTask        error = CodeTask
	ErrWorkerLost  error = CodeWorkerLost
	ErrBroken      error = CodeBroken
	ErrQueueFull   error = CodeQueueFull
	ErrDeadlock    error = CodeDeadlock
	ErrForked      error = CodeForked
	ErrInterrupted error = CodeInterrupted
	ErrStop        error = CodeStop
	ErrLibrary     error = CodeLibrary
	ErrSymbol      error = CodeSymbol
	ErrPrototype   error = CodePrototype
	ErrType        error = CodeType
	ErrUnsendable  error = CodeUnsendable
	ErrTimeLimit   error = CodeTimeLimit
	ErrState       error = CodeState
	ErrSystem      error = CodeSystem
	ErrUnsupported error = CodeUnsupported
)

// Error says what the code means.
func (c Code) Error() string {
	if meaning := native.Code_get_meaning(int32(c)); meaning != "" {
		return meaning
	}
	return fmt.Sprintf("unknown code %d", int32(c))
}

// String is the error kind that belongs to the code.
func (c Code) String() string {
	if kind, known := codeKinds[c]; known {
		return kind
	}
	return fmt.Sprintf("Code(%d)", int32(c))
}

func (e *Error) Error() string {
	return e.Kind + ": " + e.Message
}

// Unwrap is the error that led to this one.
func (e *Error) Unwrap() error {
	return e.Cause
}

// Is compares with a Code, such as ErrTimeout.
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == e.Code
}

// try is the outcome of a native call.
func try(status int32, failure *uintptr) error {
	if status == 0 {
		return nil
	}
	return takeError(*failure)
}

// takeError reads a native error and releases it.  One that stands for an error of Go is
// that one.
func takeError(handle uintptr) error {
	defer native.Error_unref(handle)
	origin := native.Error_get_origin(handle)
	if origin == "Go" {
		if err := originalError(handle); err != nil {
			return err
		}
	}
	e := &Error{
		Code:    Code(native.Error_get_code(handle)),
		Kind:    native.Error_get_kind(handle),
		Message: native.Error_get_message(handle),
		Trace:   native.Error_get_trace(handle),
		Origin:  origin,
	}
	if cause := native.Error_get_cause(handle); cause != 0 {
		e.Cause = takeError(cause)
	}
	if value := native.Error_get_value(handle); value != 0 {
		e.Value = takeValue(value)
	}
	return e
}

// newError is an error of the package itself.
func newError(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Kind: code.String(), Origin: "Go",
		Message: fmt.Sprintf(format, args...)}
}

// waitError is what a wait fails with that its context ended.
func waitError(cause error) *Error {
	e := newError(CodeInterrupted, "the context was cancelled before the wait was over")
	if errors.Is(cause, context.DeadlineExceeded) {
		e = newError(CodeTimeout, "the context's deadline passed before the wait was over")
	}
	e.Cause = cause
	return e
}

// checkContext answers a context that no wait can use.
func checkContext(ctx context.Context) error {
	if ctx == nil {
		return newError(CodeArgument, "expected a context, found nil")
	}
	return nil
}

// describeError is any error in the form of an Error, also one whose methods panic.
func describeError(err error) (e *Error) {
	if e, ok := err.(*Error); ok && e != nil {
		return e
	}
	e = &Error{Code: CodeTask, Kind: fmt.Sprintf("%T", err), Message: fmt.Sprint(err),
		Origin: "Go"}
	defer func() { recover() }()
	e.Cause = errors.Unwrap(err)
	return e
}

// errorOfTask is what a task failed with, but for the code of an error which says how a
// wait ended: nobody is to take it for that of a wait for the task.
func errorOfTask(err error) error {
	if code, ok := err.(Code); ok {
		err = &Error{Code: code, Kind: code.String(), Message: code.Error(), Origin: "Go"}
	}
	e, ok := err.(*Error)
	if !ok || e == nil {
		return err
	}
	switch e.Code {
	case CodeTimeout, CodeNotReady, CodeInterrupted, CodeStop:
		copied := *e
		copied.Code = CodeTask
		return &copied
	}
	return e
}

// maxCauses bounds a chain of causes and values, which Go lets be endless.
const maxCauses = 100

// newNativeError makes a native error; the caller owns it.
func newNativeError(err error, depth int) uintptr {
	e := describeError(err)
	handle := native.Error_new(int32(e.Code), e.Kind, e.Message)
	native.Error_set_trace(handle, e.Trace, nil)
	native.Error_set_origin(handle, e.Origin, nil)
	if e.Cause != nil && depth < maxCauses {
		cause := newNativeError(e.Cause, depth+1)
		native.Error_set_cause(handle, cause, nil)
		native.Error_unref(cause)
	}
	if e.Value != nil && depth < maxCauses {
		attachValue(handle, e.Value, depth+1)
	}
	return handle
}

// attachValue leaves out what cannot cross: the error matters more.
func attachValue(handle uintptr, v any, depth int) {
	value, err := newValue(v, depth)
	if err != nil {
		return
	}
	native.Error_set_value(handle, value, nil)
	native.Value_unref(value)
}
