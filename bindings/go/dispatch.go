package asyncresult

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"

	"asyncresult/internal/native"
)

// A pool's completions and callbacks come through two queues: a slow callback must
// not hold back the results that have none.  The pool, its results and whatever is
// registered refer to the dispatch, the queues' goroutines do not; so the goroutines
// end when nobody can wait any more.
type dispatch struct {
	completions *completions
	callbacks   *callbacks
	looking     atomic.Bool // a goroutine waits in its thread for a moment
	interrupt   uintptr     // triggered, where who waits runs the task; else 0
}

func newDispatch(unread func(error)) (*dispatch, error) {
	completions, err := newCompletions()
	if err != nil {
		return nil, err
	}
	callbacks, err := newCallbacks(unread)
	if err != nil {
		completions.free()
		return nil, err
	}
	d := &dispatch{completions: completions, callbacks: callbacks}
	runtime.SetFinalizer(d, func(d *dispatch) {
		d.completions.free()
		d.callbacks.free()
		native.Interrupt_unref(d.interrupt)
	})
	return d, nil
}

// help has who waits run the task: the triggered interrupt ends the wait for one that
// has begun.
func (d *dispatch) help() error {
	var interrupt, failure uintptr
	if err := try(native.Interrupt_new(&interrupt, &failure), &failure); err != nil {
		return err
	}
	native.Interrupt_trigger(interrupt)
	d.interrupt = interrupt
	return nil
}

// rest ends the goroutines of a pool that has ended; a later use starts them again.
func (d *dispatch) rest() {
	d.completions.rest()
	if d.callbacks.unread == nil {
		d.callbacks.rest()
	}
}

// entry is what somebody registered for an event.
type entry struct {
	dispatch *dispatch
	// of a callback event:
	onValue func(any)
	onError func(error)
	result  *Result // of a function of Go, or nil
	// of a done event:
	done func()
}

// called runs the callback for how a task went.
func (e *entry) called(event uintptr) {
	var value, failure uintptr
	if e.onError == nil {
		if native.Event_get_outcome(event, &value, nil) == 0 {
			e.onValue(e.value(value))
		}
		return
	}
	err := try(native.Event_get_outcome(event, &value, &failure), &failure)
	switch {
	case err != nil:
		e.onError(err)
	case e.onValue != nil:
		e.onValue(e.value(value))
	default:
		native.Value_unref(value)
	}
}

// value is what the task returned; the native value is released.
func (e *entry) value(handle uintptr) any {
	value := takeValue(handle)
	if e.result == nil {
		return value
	}
	e.result.mu.Lock()
	defer e.result.mu.Unlock()
	return e.result.call.value
}

// callbackError is what a callback failed with, given what it panicked with.
func callbackError(panicked any) *Error {
	e := &Error{Code: CodeTask, Kind: "panic", Message: fmt.Sprint(panicked), Origin: "Go"}
	if cause, ok := panicked.(error); ok {
		copied := *describeError(cause)
		e = &copied
	}
	e.Trace = string(debug.Stack())
	return e
}

// errGoexit is what a callback failed with that neither returned nor panicked.
var errGoexit = &Error{Code: CodeTask, Kind: "Goexit", Origin: "Go",
	Message: "the callback ended by runtime.Goexit or panic(nil)"}

// guard runs a function of the user and tells how it ended, also when it takes the
// goroutine with it.
func guard(run func(), ended func(failure *Error)) {
	failure := errGoexit
	defer func() {
		if panicked := recover(); panicked != nil {
			failure = callbackError(panicked)
		}
		ended(failure)
	}()
	run()
	failure = nil
}
