package asyncresult

import (
	"context"
	"math"
	"time"

	"asyncresult/internal/native"
)

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
