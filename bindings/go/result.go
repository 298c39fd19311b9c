package asyncresult

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"

	"asyncresult/internal/native"
)

// Result is what becomes of a task or of a map.  Any number of goroutines may use
// it at once; dropping it changes nothing for the task.
type Result struct {
	handle   uintptr
	dispatch *dispatch
	tag      uint64
	calls    bool // callbacks come before it is ready

	mu    sync.Mutex
	ready chan struct{} // closed when it is ready; nil if nobody waited yet

	read  sync.Once
	value any
	err   error
}

func newResult(handle uintptr, d *dispatch, o *taskOptions) *Result {
	r := &Result{handle: handle, dispatch: d, tag: o.tag, calls: o.hasCallbacks()}
	runtime.SetFinalizer(r, func(r *Result) { native.Result_unref(r.handle) })
	return r
}

var errNoResult = newError(CodeArgument, "expected a result of a submit, found none")

func (r *Result) raw() uintptr {
	if r == nil {
		return 0
	}
	return r.handle
}

// Get waits for the result and returns the task's value or its error, the same
// ones however often it is called.  When the context ends first, the error is both
// ErrTimeout and context.DeadlineExceeded, or ErrInterrupted and context.Canceled;
// the task goes on, and a later Get works.  A ready result ignores the context.
func (r *Result) Get(ctx context.Context) (any, error) {
	if err := r.Wait(ctx); err != nil {
		return nil, err
	}
	return r.outcome()
}

// Wait waits until the result is ready and says nothing of how the task went.  Its
// errors are those of a context that ended, and ErrDeadlock inside a callback for a
// result whose own callback has yet to run.
func (r *Result) Wait(ctx context.Context) error {
	if err := checkContext(ctx); err != nil {
		return err
	}
	if r.raw() == 0 {
		return errNoResult
	}
	if r.Ready() {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return waitError(err)
	}
	if r.calls && r.dispatch.callbacks.isHere() {
		return newError(CodeDeadlock, "expected a result that can become ready, "+
			"found one whose callback is due after this one")
	}
	select {
	case <-r.Done():
		return nil
	case <-ctx.Done():
	}
	if r.Ready() {
		return nil
	}
	return waitError(ctx.Err())
}

// Done is a channel that is closed when the result is ready.  The result may be
// dropped meanwhile.
func (r *Result) Done() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ready != nil {
		return r.ready
	}
	r.ready = make(chan struct{})
	if r.Ready() {
		close(r.ready)
	} else if r.notify(r.dispatch.completions, &entry{ready: r.ready}) != nil {
		go r.closeWhenReady()
	}
	return r.ready
}

// closeWhenReady holds a thread: what is left when an event cannot be asked for.
func (r *Result) closeWhenReady() {
	native.Result_wait(r.handle, math.MaxInt64, 0, nil)
	close(r.ready)
	runtime.KeepAlive(r)
}

// notify registers for the event of the result that is ready.
func (r *Result) notify(q *queue, e *entry) error {
	e.dispatch = r.dispatch
	tag, err := q.add(e)
	if err != nil {
		return err
	}
	var failure uintptr
	err = try(native.Result_notify(r.handle, q.handle, tag, &failure), &failure)
	if err != nil {
		q.remove(tag)
	}
	runtime.KeepAlive(r)
	return err
}

// Ready says whether the result has a value or an error.  It never blocks.
func (r *Result) Ready() bool {
	ready := native.Result_is_ready(r.raw())
	runtime.KeepAlive(r)
	return ready
}

// Successful says whether the task completed without an error; ErrNotReady before.
func (r *Result) Successful() (bool, error) {
	var successful bool
	var failure uintptr
	err := try(native.Result_is_successful(r.raw(), &successful, &failure), &failure)
	runtime.KeepAlive(r)
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
	if r.raw() == 0 {
		return errNoResult
	}
	if !r.Ready() {
		return r.notify(r.dispatch.callbacks, &entry{done: func() { f(r) }})
	}
	guard(func() { f(r) }, r.dispatch.callbacks.report)
	return nil
}

// outcome reads the value or the error of a ready result, once.
func (r *Result) outcome() (any, error) {
	r.read.Do(func() {
		var value, failure uintptr
		r.err = try(native.Result_get(r.handle, 0, 0, &value, &failure), &failure)
		if r.err == nil {
			r.value = takeValue(value)
		}
		runtime.KeepAlive(r)
	})
	return r.value, r.err
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
	var outcome int32
	native.Result_cancel(r.raw(), &outcome, nil)
	runtime.KeepAlive(r)
	return Outcome(outcome)
}
