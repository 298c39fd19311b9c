package asyncresult

import (
	"context"
	"reflect"
	"sync"

	"asyncresult/internal/native"
)

// Awaitable is a *Result or a *Future.
type Awaitable interface {
	awaited() *Result
}

func (r *Result) awaited() *Result {
	return r
}

func (f *Future[T]) awaited() *Result {
	return f.result()
}

// resultsOf are the results of futures.
func resultsOf[F Awaitable](futures []F) ([]*Result, error) {
	results := make([]*Result, len(futures))
	for i, f := range futures {
		if results[i] = f.awaited(); results[i] == nil || results[i].dispatch == nil {
			return nil, errNoResult
		}
	}
	return results, nil
}

// WaitAny waits until one of the results is ready, whether it has a value or an error, and
// gives its place.
func WaitAny[F Awaitable](ctx context.Context, futures []F) (index int, err error) {
	if err := checkContext(ctx); err != nil {
		return -1, err
	}
	results, err := resultsOf(futures)
	if err == nil && len(results) == 0 {
		err = newError(CodeArgument, "expected at least one result, found none")
	}
	if err != nil {
		return -1, err
	}
	for i, r := range results {
		if r.Ready() {
			return i, nil
		}
	}
	t := taskOf(ctx)
	if t == nil && lenders.Load() > 0 {
		t = taskHere()
	}
	if t == nil {
		return waitAny(ctx, results)
	}
	if t.closesCircle(results) {
		return -1, newError(CodeDeadlock, "none of the results can become ready before "+
			"this task goes on")
	}
	t.block()
	defer t.unblock()
	_, timed := ctx.Deadline()
	for _, r := range results {
		t.helpFor(r, timed)
	}
	return waitAny(ctx, results)
}

// closesCircle says whether all of the results wait for the task.
func (t *taskContext) closesCircle(results []*Result) bool {
	waits.mu.Lock()
	defer waits.mu.Unlock()
	for _, r := range results {
		for _, s := range waits.sleeps {
			s.visited = false
		}
		if !leadsTo(r, t) {
			return false
		}
	}
	return true
}

func waitAny(ctx context.Context, results []*Result) (int, error) {
	cases := make([]reflect.SelectCase, 0, len(results)+1)
	for _, r := range results {
		cases = append(cases, receiveFrom(r.Done()))
	}
	cases = append(cases, receiveFrom(ctx.Done()))
	chosen, _, _ := reflect.Select(cases)
	for i, r := range results {
		if r.Ready() {
			return i, nil
		}
	}
	if chosen == len(results) {
		return -1, waitError(ctx.Err())
	}
	return chosen, nil
}

func receiveFrom(channel <-chan struct{}) reflect.SelectCase {
	return reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(channel)}
}

// WaitAll waits until all of the results are ready, and says nothing of how they went.
func WaitAll[F Awaitable](ctx context.Context, futures []F) error {
	if err := checkContext(ctx); err != nil {
		return err
	}
	results, err := resultsOf(futures)
	if err != nil {
		return err
	}
	for _, r := range results {
		if err := r.Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// AsCompleted gives each of the results once, in the order in which they become ready, and
// closes the channel then, or as soon as the context ends.
func AsCompleted[F Awaitable](ctx context.Context, futures []F) (<-chan F, error) {
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	results, err := resultsOf(futures)
	if err != nil {
		return nil, err
	}
	ready := make(chan F, len(futures))
	completed := make(chan F)
	for i, r := range results {
		f := futures[i]
		r.whenReady(func() { ready <- f })
	}
	go func() {
		defer close(completed)
		for range futures {
			select {
			case f := <-ready:
				select {
				case completed <- f:
				case <-ctx.Done():
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return completed, nil
}

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
	r.sources = []*Result{chain.source}
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
	r.mu.Lock()
	r.sources = results
	r.mu.Unlock()
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
