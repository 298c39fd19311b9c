package asyncresult

import (
	"context"
	"sync"
)

// All is a result of the values of others, in their order.  What an error does is the
// option Errors: by default, all are waited for, and the error is the first to arrive;
// with ErrorsFailFast it fails at once; with ErrorsCollect the error is a *MapError.
func All[T any](ctx context.Context, pool *Pool, futures []*Future[T],
	options ...TaskOption) (*Future[[]T], error) {
	values := make([]T, len(futures))
	g := &gathering{policy: newTaskOptions(options).policy, left: len(futures),
		failures: &MapError{Errors: make([]error, len(futures))}}
	g.value = func() any { return values }
	g.take = func(index int) (err error) {
		values[index], err = futures[index].Get(background)
		return err
	}
	r, err := gather(ctx, pool, futures, g, options)
	if err != nil {
		return nil, err
	}
	return &Future[[]T]{r}, nil
}

// Any is a result of the first value of several.  When all have failed, its error is a
// *MapError; of none at all, too.
func Any[T any](ctx context.Context, pool *Pool, futures []*Future[T],
	options ...TaskOption) (*Future[T], error) {
	var value T
	g := &gathering{any: true, left: len(futures),
		failures: &MapError{Errors: make([]error, len(futures))}}
	g.value = func() any { return value }
	g.take = func(index int) error {
		found, err := futures[index].Get(background)
		if err == nil && !g.over {
			value = found
		}
		return err
	}
	r, err := gather(ctx, pool, futures, g, options)
	if err != nil {
		return nil, err
	}
	return &Future[T]{r}, nil
}

// A gathering is what All and Any have heard of their results.
type gathering struct {
	call   *call
	any    bool
	policy ErrorPolicy
	take   func(index int) error
	value  func() any

	mu       sync.Mutex
	left     int
	over     bool
	first    error // to arrive
	failures *MapError
}

func gather[F Awaitable](ctx context.Context, pool *Pool, futures []F, g *gathering,
	options []TaskOption) (*Result, error) {
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	results, err := resultsOf(futures)
	if err != nil {
		return nil, err
	}
	g.call = &call{}
	r, err := pool.newPromise(ctx, g.call, options)
	if err != nil {
		return nil, err
	}
	g.call.promise.gives = func() {
		g.call.complete(nil, newError(CodeCancelled, "the result was cancelled"))
	}
	r.sources.Store(&results)
	for i, source := range results {
		i := i
		source.whenReady(func() { go g.came(i) })
	}
	if len(results) == 0 {
		g.call.complete(g.outcomeLocked())
	}
	return r, nil
}

// came takes what became of one of the results.
func (g *gathering) came(index int) {
	g.mu.Lock()
	err := g.take(index)
	g.left--
	if err != nil {
		g.failures.add(index, err)
	}
	if g.first == nil {
		g.first = err
	}
	completes := !g.over && (g.left == 0 || g.any && err == nil ||
		!g.any && err != nil && g.policy == ErrorsFailFast)
	g.over = g.over || completes
	value, failure := g.outcomeLocked()
	g.mu.Unlock()
	if completes {
		g.call.complete(value, failure)
	}
}

// outcomeLocked has no value while others may still add to it.
func (g *gathering) outcomeLocked() (value any, failure error) {
	if g.left == 0 || g.any {
		value = g.value()
	}
	return value, g.failure()
}

// failure is the error of the whole, or nil.
func (g *gathering) failure() error {
	_, lowest := g.failures.first()
	switch {
	case g.any && (lowest == nil || g.failures.count < len(g.failures.Errors)):
		if len(g.failures.Errors) > 0 {
			return nil
		}
		return g.failures
	case g.any || lowest != nil && g.policy == ErrorsCollect:
		return g.failures
	case g.policy == ErrorsLowest:
		return lowest
	}
	return g.first
}
