package asyncresult

import (
	"context"
	"reflect"
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
