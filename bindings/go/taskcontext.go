package asyncresult

import (
	"context"
	"sync"
)

// A taskContext is the context of a task: that of its submit, which also ends when the
// task is cancelled, its pool is terminated, or the task has ended.  What a context of
// the standard library costs is only paid by a task that looks at its channel.
type taskContext struct {
	context.Context
	worker *worker
	call   *call
	outer  *taskContext // inside which a submit runs it; else nil

	mu        sync.Mutex
	cancelled bool
	inner     context.Context // made when somebody asks for the channel
	end       context.CancelFunc
	over      bool // the task has ended
	blocks    int  // how many of its goroutines wait
	blocked   bool // and the library knows
}

// taskKey is how a context is asked for the task that it belongs to.
type taskKey struct{}

// taskOf is the task that a context belongs to, or nil.
func taskOf(ctx context.Context) *taskContext {
	t, _ := ctx.Value(taskKey{}).(*taskContext)
	return t
}

func (t *taskContext) Value(key any) any {
	if key == (taskKey{}) {
		return t
	}
	t.mu.Lock()
	inner := t.inner
	t.mu.Unlock()
	if inner != nil {
		return inner.Value(key)
	}
	return t.Context.Value(key)
}

func (t *taskContext) Done() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inner == nil {
		t.inner, t.end = context.WithCancel(t.Context)
		if t.cancelled {
			t.end()
		}
	}
	return t.inner.Done()
}

func (t *taskContext) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.inner != nil {
		return t.inner.Err()
	}
	if err := t.Context.Err(); err != nil {
		return err
	}
	if t.cancelled {
		return context.Canceled
	}
	return nil
}

func (t *taskContext) cancel() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cancelLocked()
}

func (t *taskContext) cancelLocked() {
	t.cancelled = true
	if t.end != nil {
		t.end()
	}
}

// finish is the end of the task, which ends its context.
func (t *taskContext) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	t.unblockLocked()
	t.cancelLocked()
}
