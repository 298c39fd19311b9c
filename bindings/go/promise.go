package asyncresult

import (
	"context"
	"runtime"
	"sync"

	"asyncresult/internal/native"
)

// Promise is a Future that is completed by hand, once: for what no pool runs, such as the
// answer to a request.  It belongs to a pool for its callbacks, and ends with it when that
// is terminated.  One that becomes garbage is ErrCancelled, so that nobody waits for ever.
type Promise[T any] struct {
	future *Future[T]
}

// promise is the part of a Promise that has no type, and of a result made of others.
type promise struct {
	native uint64
	ctx    context.Context
	end    context.CancelFunc
	gives  func() // what a cancel does; nil if its holder is only asked

	mu sync.Mutex // guards the handle, which is 0 once it was released
}

// NewPromise makes a promise.
func NewPromise[T any](ctx context.Context, pool *Pool, options ...TaskOption) (*Promise[T], error) {
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	r, err := pool.newPromise(ctx, &call{}, options)
	if err != nil {
		return nil, err
	}
	p := &Promise[T]{future: &Future[T]{r}}
	runtime.SetFinalizer(p, func(p *Promise[T]) { p.future.call.drop() })
	return p, nil
}

func (p *Pool) newPromise(ctx context.Context, c *call, options []TaskOption) (*Result, error) {
	life, end := context.WithCancel(ctx)
	c.promise = &promise{ctx: life, end: end}
	r, err := p.submitCall(ctx, c, options)
	if err != nil {
		end()
		return nil, err
	}
	return r, nil
}

func (p *Pool) applyPromise(r *Result, c *call, o *taskOptions) error {
	return p.submitWith(r, c, o, func(options uintptr, handle, failure *uintptr) int32 {
		var made uint64
		status := native.New_promise(c.lender.handle, options, &made, handle, failure)
		c.promise.native = made
		return status
	})
}

// Future is the result.
func (p *Promise[T]) Future() *Future[T] {
	if p == nil {
		return nil
	}
	return p.future
}

// Context ends when the result is cancelled, its pool is terminated, or the promise is
// completed.
func (p *Promise[T]) Context() context.Context {
	return p.future.call.promise.ctx
}

// SetValue completes the promise; ErrState when it was completed before.
func (p *Promise[T]) SetValue(value T) error {
	return p.complete(value, nil)
}

// SetError completes the promise with an error, which Get returns as it is.
func (p *Promise[T]) SetError(err error) error {
	if err == nil {
		return newError(CodeArgument, "expected an error, found nil")
	}
	return p.complete(nil, err)
}

func (p *Promise[T]) complete(value any, err error) error {
	if p == nil || p.future == nil {
		return newError(CodeArgument, "expected a promise of NewPromise, found none")
	}
	if !p.future.call.complete(value, err) {
		return newError(CodeState, "expected a promise that waits, "+
			"found one that was completed or ended")
	}
	runtime.KeepAlive(p)
	return nil
}

// complete completes the promise of a call; false if it has an outcome.
func (c *call) complete(value any, err error) bool {
	p, r := c.promise, c.result
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.native == 0 {
		return false
	}
	var failure uintptr
	if err != nil {
		c.erred.Store(true)
		failure = newTaskError(err)
	}
	r.mu.Lock()
	c.value = value
	r.mu.Unlock()
	completed := native.Complete(p.native, failure)
	native.Drop_promise(p.native)
	p.native = 0
	c.over()
	return completed
}

// drop completes a promise that nobody will complete.
func (c *call) drop() {
	p := c.promise
	p.mu.Lock()
	defer p.mu.Unlock()
	native.Drop_promise(p.native)
	p.native = 0
	c.over()
}

// over follows the end of a promise.
func (c *call) over() {
	c.promise.end()
	c.result.settle()
	c.lender.calls.discard(c)
}

// cancelled tells the holder, or ends what has none.
func (p *promise) cancelled() {
	p.end()
	if p.gives != nil {
		p.gives()
	}
}
