package asyncresult

import (
	"fmt"
	"sync"
	"sync/atomic"

	"asyncresult/internal/native"
)

// Result is what becomes of a task or of a map.  Any number of goroutines may use
// it at once; dropping it changes nothing for the task.
//
// A number is read and what the library has released in one call, by a Get or with its
// completion; other values, and errors, are read when somebody asks.
type Result struct {
	dispatch *dispatch
	call     *call // of a function of Go, or nil
	tag      uint64
	handle   *uintptr    // in a keeper; the handle is 0 once it was released
	read     atomic.Bool // value is there, and does not change
	failed   bool        // the value is an error
	own      bool        // that of a function of Go, which has ended
	calls    bool        // callbacks come before it is ready

	mu       sync.Mutex
	expected bool     // its completion is registered
	came     bool     // its completion did
	closed   bool     // ready was
	done     bool     // of a function of Go: its worker has let go of it
	ready    signal   // closed when it is ready; nil if nobody waited yet
	value    any      // or the error
	after    []func() // what is to be called when it is ready

	sources atomic.Pointer[[]*Result] // what it waits for, if it is made of others
}

var errNoResult = newError(CodeArgument, "expected a result of a submit, found none")

func (r *Result) native() uintptr {
	if r.handle == nil {
		return 0
	}
	return *r.handle
}

// completed is the completion, which has a number or has the rest asked for.
func (r *Result) completed(kind int32, bits uint64) (handle uintptr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.came = true
	if kind >= 0 && !r.read.Load() {
		handle = *r.handle
		r.setLocked(kind, bits)
	}
	r.tellLocked()
	return handle
}

// tellLocked tells those who wait that it is ready.
func (r *Result) tellLocked() {
	if r.ready != nil && !r.closed {
		r.closed = true
		close(r.ready)
	}
	after := r.after
	r.after = nil
	for _, f := range after {
		f()
	}
}

// whenReady has a function called once it is ready, which must not wait or look at the
// result.
func (r *Result) whenReady(f func()) {
	r.mu.Lock()
	ready := r.isReadyLocked()
	if !ready {
		r.after = append(r.after, f)
	}
	r.mu.Unlock()
	if ready {
		f()
	} else {
		r.Done() // which has it told
	}
}

// settle takes the outcome of a function of Go, once the library has it, and says whether
// it does.
func (r *Result) settle() bool {
	if r.read.Load() {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.settleLocked()
}

func (r *Result) settleLocked() bool {
	if r.read.Load() || r.came {
		return true
	}
	if !native.Result_is_ready(r.native()) {
		return false
	}
	var successful bool
	if !r.call.erred.Load() { // asking would count as having read its error
		native.Result_is_successful(r.native(), &successful, nil)
	}
	r.endLocked(successful)
	return true
}

// endLocked is for a result that the library has.  An error is read when somebody asks.
func (r *Result) endLocked(successful bool) {
	c := r.call
	r.came = true
	if c.id != 0 {
		c.lender.calls.take(c.token)
		forget(c.id) // or it would keep the result, whose handle keeps the function
		c.letGo()
	}
	r.sources.Store(nil)
	if successful {
		r.value = c.value
		if err := c.collected(); err != nil {
			r.value, r.failed, r.own = err, true, true
		}
		r.read.Store(true)
	}
	r.tellLocked()
}

// waitsOn is what it waits for, if it is made of others.
func (r *Result) waitsOn() []*Result {
	if sources := r.sources.Load(); sources != nil {
		return *sources
	}
	return nil
}

// ended is settle for who has just done the task, given what became of it.  It gives a
// handle to release, or 0.
func (r *Result) ended(state int64) (handle uintptr) {
	if state == notReady {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.came {
		r.endLocked(state == 0)
	}
	r.done = true
	if r.read.Load() {
		handle = r.giveUpLocked()
	}
	return handle
}

// giveUpLocked gives the handle of a result that was read, unless a worker may still use
// it.
func (r *Result) giveUpLocked() (handle uintptr) {
	if !r.done || r.call.id != 0 {
		return 0
	}
	handle = *r.handle
	*r.handle = 0
	return handle
}

// submitted waits for the submit to be over, and says what came of it.
func (r *Result) submitted() (handle uintptr, calls bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.native(), r.calls
}

// setLocked gives it a number as its value, and takes its handle away.
func (r *Result) setLocked(kind int32, bits uint64) {
	r.value = readValue(0, kind, slot{bits})
	*r.handle = 0
	r.read.Store(true)
}

// Ready says whether the result has a value or an error.  It never blocks.
func (r *Result) Ready() bool {
	if r == nil {
		return false
	}
	if r.read.Load() {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.isReadyLocked()
}

func (r *Result) isReadyLocked() bool {
	if r.call != nil {
		return r.settleLocked()
	}
	return r.read.Load() || r.came || native.Result_is_ready(r.native())
}

// Successful says whether the task completed without an error; ErrNotReady before.
func (r *Result) Successful() (bool, error) {
	if r == nil || r.dispatch == nil {
		return false, errNoResult
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read.Load() {
		return !r.failed, nil
	}
	var successful bool
	var failure uintptr
	err := try(native.Result_is_successful(r.native(), &successful, &failure), &failure)
	return successful, err
}

// Tag is the number given with the option Tag; 0 without one.
func (r *Result) Tag() uint64 {
	return r.tag
}

// OnDone has a function called once the result is ready: at once, in this
// goroutine, if it is; otherwise where callbacks run, in the order of the calls.
func (r *Result) OnDone(f func(*Result)) error {
	if f == nil {
		return newError(CodeArgument, "expected a function, found nil")
	}
	if r == nil || r.dispatch == nil {
		return errNoResult
	}
	callbacks := r.dispatch.callbacks
	if r.Ready() {
		guard(func() { f(r) }, callbacks.report)
		return nil
	}
	e := &entry{dispatch: r.dispatch, done: func() { f(r) }}
	if r.call != nil {
		e.result = r
	}
	tag, err := callbacks.add(e)
	if err != nil {
		return err
	}
	r.mu.Lock()
	handle := native.Result_ref(r.native())
	r.mu.Unlock()
	if handle == 0 { // it was read meanwhile
		callbacks.remove(tag)
		guard(func() { f(r) }, callbacks.report)
		return nil
	}
	defer native.Result_unref(handle)
	var failure uintptr
	err = try(native.Result_notify(handle, callbacks.handle, tag, &failure), &failure)
	if err != nil {
		callbacks.remove(tag)
	}
	return err
}

// outcome reads the value or the error of a ready result, once.
func (r *Result) outcome() (any, error) {
	if r.collect(); !r.read.Load() {
		r.readOutcome()
	}
	if r.failed {
		return nil, r.value.(error)
	}
	return r.value, nil
}

func (r *Result) readOutcome() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read.Load() {
		return
	}
	var value, failure uintptr
	status := native.Result_get(*r.handle, 0, 0, &value, &failure)
	switch {
	case status != 0:
		r.failed = true
		r.own = r.call != nil && native.Error_id(failure) != 0
		r.value = takeError(failure)
	case r.call != nil:
		native.Value_unref(value)
		r.value = r.call.value
	default:
		r.value = takeValue(value)
	}
	r.read.Store(true)
	if r.call != nil {
		native.Result_unref(r.giveUpLocked())
	}
}

// String shows the state, and the value or the error of a ready result.
func (r *Result) String() string {
	if !r.Ready() {
		return "AsyncResult<pending>"
	}
	value, err := r.outcome()
	if err != nil {
		return fmt.Sprintf("AsyncResult<failed, %v>", err)
	}
	return fmt.Sprintf("AsyncResult<ready, %v>", value)
}

// Outcome is what a cancel did.
type Outcome int32

// What a cancel did.
const (
	TooLate  Outcome = 0 // nothing: the task had ended
	Dequeued Outcome = 1 // the task never runs; its error is ErrCancelled
	Asked    Outcome = 2 // the task runs and sees a flag
	Killed   Outcome = 3 // the process that ran it was ended
)

func (o Outcome) String() string {
	names := [...]string{"too late", "dequeued", "asked", "killed"}
	if o < 0 || int(o) >= len(names) {
		return fmt.Sprintf("Outcome(%d)", int32(o))
	}
	return names[o]
}

// Cancel asks for a task not to run, or to stop, and says what came of it.
func (r *Result) Cancel() Outcome {
	if r == nil || r.read.Load() {
		return TooLate
	}
	r.mu.Lock()
	var outcome int32
	native.Result_cancel(r.native(), &outcome, nil)
	r.mu.Unlock()
	if r.call != nil && outcome != int32(TooLate) {
		r.call.lender.cancelled(r.call, Outcome(outcome))
	}
	return Outcome(outcome)
}
