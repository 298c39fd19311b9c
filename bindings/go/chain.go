package asyncresult

import (
	"context"

	"asyncresult/internal/native"
)

// A chain is what a call waits for before it has its turn.
type chain struct {
	source  *Result
	rescues bool // it is called with an error; else with a value
}

// Then has a worker call a function with the value of a result, once that is ready; what it
// returns is the new result.  An error goes through, and the function never runs.
func Then[T, U any](ctx context.Context, pool *Pool, source *Future[T],
	function func(ctx context.Context, value T) (U, error),
	options ...TaskOption) (*Future[U], error) {
	if function == nil {
		return nil, errNoFunction
	}
	c := &call{chain: &chain{source: source.result()}}
	c.do = func(ctx context.Context, _ int64) error {
		value, err := source.Get(ctx) // it is ready
		if err == nil {
			c.value, err = function(ctx, value)
		}
		return err
	}
	return submitChain[U](ctx, pool, c, options)
}

// Rescue has a worker call a function with the error of a result, once that is ready; what
// it returns is the new result.  A value goes through.
func Rescue[T any](ctx context.Context, pool *Pool, source *Future[T],
	function func(ctx context.Context, err error) (T, error),
	options ...TaskOption) (*Future[T], error) {
	if function == nil {
		return nil, errNoFunction
	}
	c := &call{chain: &chain{source: source.result(), rescues: true}}
	c.do = func(ctx context.Context, _ int64) (err error) {
		_, failure := source.Get(ctx)
		c.value, err = function(ctx, failure)
		return err
	}
	return submitChain[T](ctx, pool, c, options)
}

func submitChain[T any](ctx context.Context, pool *Pool, c *call,
	options []TaskOption) (*Future[T], error) {
	if c.chain.source == nil || c.chain.source.dispatch == nil {
		return nil, errNoResult
	}
	r, err := pool.submitCall(ctx, c, options)
	if err != nil {
		return nil, err
	}
	return &Future[T]{r}, nil
}

// applyChain submits a call that waits for a promise.  The promise stands for the source:
// it is completed from here, so that a worker is told when the call has its turn.
func (p *Pool) applyChain(r *Result, c *call, o *taskOptions) error {
	l := c.lender
	var function, bridge, failure uintptr
	var promise uint64
	err := try(native.New_promise(l.handle, 0, &promise, &bridge, &failure), &failure)
	if err != nil {
		return err
	}
	defer native.Result_unref(bridge)
	c.id = keep(c)
	if err := try(native.New_function(c.id, &function, &failure), &failure); err != nil {
		native.Drop_promise(promise)
		return err
	}
	defer native.Function_unref(function)
	err = p.submitWith(r, c, o, func(options uintptr, handle, failure *uintptr) int32 {
		return native.Chain(bridge, c.chain.rescues, l.handle, function, options, handle,
			failure)
	})
	if err != nil {
		native.Drop_promise(promise)
		return err
	}
	chain := c.chain
	if chain.source == nil {
		native.Complete(promise, 0)
		native.Drop_promise(promise)
		return nil
	}
	r.sources.Store(&[]*Result{chain.source})
	chain.source.whenReady(func() { go c.turn(chain, promise) })
	return nil
}

// turn follows the source of a chain.
func (c *call) turn(chain *chain, promise uint64) {
	value, err := chain.source.outcome()
	var failure uintptr
	c.result.mu.Lock()
	if err != nil && !chain.rescues {
		c.erred.Store(true)
	}
	if err == nil && chain.rescues {
		c.value = value
	}
	c.result.mu.Unlock()
	if err != nil {
		failure = newTaskError(err)
	}
	native.Complete(promise, failure)
	native.Drop_promise(promise)
	c.result.settle()
	c.lender.notify()
}
