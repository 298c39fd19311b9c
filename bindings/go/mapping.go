package asyncresult

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"asyncresult/internal/native"
)

// Map calls a function of Go with each item of a slice, on the workers of a pool, and
// waits for the slice of what it returned, in the order of the items.  When the context
// ends first, what has not begun is cancelled.
//
// An item that fails skips the rest of its chunk, and the error is that of the option
// Errors.  With ErrorsCollect all items are tried, and the error is a *MapError.  The
// slice has what was returned before, and zero values elsewhere; there is none when the
// pool was terminated, while items may still be under way.
func Map[T, U any](ctx context.Context, pool *Pool, items []T,
	function func(ctx context.Context, item T) (U, error), options ...TaskOption) ([]U, error) {
	f, err := MapAsync(ctx, pool, items, function, options...)
	if err != nil {
		return nil, err
	}
	return f.getOrCancel(ctx)
}

// MapAsync is Map without the wait.  The items are not copied.
func MapAsync[T, U any](ctx context.Context, pool *Pool, items []T,
	function func(ctx context.Context, item T) (U, error),
	options ...TaskOption) (*Future[[]U], error) {
	if function == nil {
		return nil, errNoFunction
	}
	values := make([]U, len(items))
	c := &call{pieces: true, count: len(items), value: values}
	c.do = func(ctx context.Context, index int64) (err error) {
		if ctx.Err() != nil {
			return newError(CodeCancelled, "the map was cancelled")
		}
		values[index], err = function(ctx, items[index])
		return err
	}
	r, err := pool.submitCall(ctx, c, options)
	if err != nil {
		return nil, err
	}
	return &Future[[]U]{r}, nil
}

// applyPieces submits a map: a range of indexes, cut in chunks.
func (p *Pool) applyPieces(r *Result, c *call, o *taskOptions) error {
	if o.chunkSize == nil && c.count > 0 {
		size := c.chunkSize(o)
		o.chunkSize = &size
	}
	if o.policy == ErrorsCollect {
		o.policy = ErrorsFirst // the library sees none
		c.errors = &MapError{Errors: make([]error, c.count)}
	}
	var function, failure uintptr
	c.id = keep(c)
	err := try(native.New_function(c.id, &function, &failure), &failure)
	if err != nil {
		return err
	}
	defer native.Function_unref(function)
	return p.submitWith(r, c, o, func(options uintptr, handle, failure *uintptr) int32 {
		return native.Pieces(c.lender.handle, function, int64(c.count), options, handle,
			failure)
	})
}

// chunkSize is how many items are called together.
func (c *call) chunkSize(o *taskOptions) int {
	if o.chunkSize != nil {
		return *o.chunkSize
	}
	chunks := 4 * c.lender.workers
	return (c.count + chunks - 1) / chunks
}

// MapError is what a map with ErrorsCollect fails with.
type MapError struct {
	Errors []error // of each item; nil where it did not fail

	mu    sync.Mutex
	count int
}

func (e *MapError) add(index int, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.Errors[index] = err
	e.count++
}

// first is where the first error stands.
func (e *MapError) first() (index int, err error) {
	for i, err := range e.Errors {
		if err != nil {
			return i, err
		}
	}
	return -1, nil
}

func (e *MapError) Error() string {
	index, err := e.first()
	return fmt.Sprintf("%d of %d items failed, the first at [%d]: %v", e.count,
		len(e.Errors), index, err)
}

// Unwrap is the error of the lowest index.
func (e *MapError) Unwrap() error {
	_, err := e.first()
	return err
}

// Is says whether the error of any item is the target.
func (e *MapError) Is(target error) bool {
	for _, err := range e.Errors {
		if err != nil && errors.Is(err, target) {
			return true
		}
	}
	return false
}

// As finds the first error that can be assigned to the target.
func (e *MapError) As(target any) bool {
	for _, err := range e.Errors {
		if err != nil && errors.As(err, target) {
			return true
		}
	}
	return false
}

// collected is the error of a map that went on after errors.
func (c *call) collected() error {
	if c.errors == nil || c.errors.count == 0 {
		return nil
	}
	return c.errors
}
