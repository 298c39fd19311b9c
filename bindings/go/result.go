package asyncresult

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

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
	calls    bool        // callbacks come before it is ready

	mu       sync.Mutex
	expected bool      // its completion is registered
	came     bool      // its completion did
	closed   bool      // ready was
	done     bool      // of a function of Go: its worker has let go of it
	ready    signal    // closed when it is ready; nil if nobody waited yet
	value    any       // or the error
	after    []func()  // what is to be called when it is ready
	sources  []*Result // what it waits for, if it is made of others
}

// keeper releases results that have become garbage, all of them: handles that are read
// are not left to it, and a finalizer for each of the others would cost too much.
type keeper struct {
	handles [keptTogether]uintptr
	used    int
}

const keptTogether = 32

// place is one for a handle; nil when there is no room.
func (k *keeper) place() *uintptr {
	if k == nil || k.used == len(k.handles) {
		return nil
	}
	k.used++
	return &k.handles[k.used-1]
}

func newKeeper() *keeper {
	k := &keeper{}
	runtime.SetFinalizer(k, func(k *keeper) {
		for _, handle := range k.handles[:k.used] {
			if handle != 0 {
				native.Result_unref(handle)
			}
		}
	})
	return k
}

// newPlace is the place for a handle that is to be released as soon as it can be.
func newPlace() *uintptr {
	handle := new([2]uintptr) // one word would share its memory with others
	runtime.SetFinalizer(handle, func(handle *[2]uintptr) { native.Result_unref(handle[0]) })
	return &handle[0]
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
		c.do, c.chain = nil, nil
	}
	r.sources = nil
	if successful {
		r.value = c.value
		if err := c.collected(); err != nil {
			r.value, r.failed = err, true
		}
		r.read.Store(true)
	}
	r.tellLocked()
}

// waitsOn is what it waits for, if it is made of others.
func (r *Result) waitsOn() []*Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sources
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

// Get waits for the result and returns the task's value or its error, the same
// ones however often it is called.  When the context ends first, the error is both
// ErrTimeout and context.DeadlineExceeded, or ErrInterrupted and context.Canceled;
// the task goes on, and a later Get works.  A ready result ignores the context.
func (r *Result) Get(ctx context.Context) (any, error) {
	if r == nil || ctx == nil || !r.collect() {
		if err := r.Wait(ctx); err != nil {
			return nil, err
		}
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
	if r == nil || r.dispatch == nil {
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
	if t := taskOf(ctx); t != nil {
		return t.wait(ctx, r)
	}
	if r.call == nil && r.waitHere(ctx) {
		return nil
	}
	return r.sleep(ctx)
}

// patience is how long a wait sleeps before it asks whether it is inside a task.
const patience = 2 * time.Millisecond

// sleep waits on a goroutine that may run a task without having said so: the pool is told
// then, or the wait might never end.
func (r *Result) sleep(ctx context.Context) error {
	var late <-chan time.Time
	if lenders.Load() > 0 {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-r.Done():
		return nil
	case <-ctx.Done():
		return r.unlessReady(ctx)
	case <-late:
	}
	if t := taskHere(); t != nil {
		return t.wait(ctx, r)
	}
	return r.await(ctx)
}

// await waits for the result or the end of the context.
func (r *Result) await(ctx context.Context) error {
	select {
	case <-r.Done():
		return nil
	case <-ctx.Done():
		return r.unlessReady(ctx)
	}
}

func (r *Result) unlessReady(ctx context.Context) error {
	if r.Ready() {
		return nil
	}
	return waitError(ctx.Err())
}

// shortWait is less than what it takes to sleep and to be woken through Go's poller.
const shortWait = 20 * time.Microsecond

// waitHere waits in this thread, but never long: one goroutine at a time looks for a
// while, or runs the task if the pool has that done, unless it has begun.
func (r *Result) waitHere(ctx context.Context) (ready bool) {
	d := r.dispatch
	helps := d.interrupt != 0 && ctx.Done() == nil
	if !helps && !d.looking.CompareAndSwap(false, true) {
		return false
	}
	r.mu.Lock()
	handle := native.Result_ref(r.native())
	r.mu.Unlock()
	if helps {
		native.Wait(handle, math.MaxInt64, d.interrupt)
	} else {
		native.Wait(handle, int64(shortWait), 0)
		d.looking.Store(false)
	}
	return r.Ready()
}

// Done is a channel that is closed when the result is ready.  The result may be
// dropped meanwhile.
func (r *Result) Done() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ready != nil {
		return r.ready
	}
	r.ready = make(signal)
	if r.isReadyLocked() {
		r.tellLocked()
	} else if r.call == nil && !r.expected && r.expectLocked() != nil {
		go r.closeWhenReady(native.Result_ref(*r.handle))
	}
	return r.ready
}

// closeWhenReady holds a thread: what is left when an event cannot be asked for.
func (r *Result) closeWhenReady(handle uintptr) {
	native.Wait(handle, math.MaxInt64, 0)
	r.completed(-1, 0)
}

// expectLocked registers for its completion.
func (r *Result) expectLocked() error {
	queue := r.dispatch.completions
	tag, err := queue.add(r)
	if err == nil {
		err = r.notifyLocked(queue.handle, tag)
		if err != nil {
			queue.remove(tag)
		}
	}
	r.expected = err == nil
	return err
}

func (r *Result) notifyLocked(queue uintptr, tag uint64) error {
	var failure uintptr
	return try(native.Result_notify(*r.handle, queue, tag, &failure), &failure)
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
	err := try(native.Result_get(*r.handle, 0, 0, &value, &failure), &failure)
	if err == nil && r.call != nil {
		native.Value_unref(value)
		r.value = r.call.value
	} else if err == nil {
		r.value = takeValue(value)
	} else {
		r.failed = true
		r.value = err
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
