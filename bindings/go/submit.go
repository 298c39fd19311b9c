package asyncresult

import (
	"context"
	"errors"
	"runtime"

	"asyncresult/internal/native"
)

// Apply has a worker call a function and waits for its value.  When the context
// ends first, the task is cancelled if it has not begun.
func (p *Pool) Apply(ctx context.Context, fn *Function, args ...any) (any, error) {
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	r, err := p.applyAsync(ctx, fn, args)
	if err != nil {
		return nil, err
	}
	return r.getOrCancel(ctx)
}

// ApplyAsync has a worker call a function.
func (p *Pool) ApplyAsync(fn *Function, args ...any) (*Result, error) {
	return p.applyAsync(context.Background(), fn, args)
}

func (p *Pool) applyAsync(ctx context.Context, fn *Function, args []any) (*Result, error) {
	if p != nil && p.gate == nil {
		return p.apply(fn, args)
	}
	values, err := newArguments(args)
	if err != nil {
		return nil, err
	}
	return p.submit(ctx, native.Pool_apply_async, fn, values, nil)
}

// Submit is ApplyAsync with options.
func (p *Pool) Submit(fn *Function, args []any, options ...TaskOption) (*Result, error) {
	values, err := newArguments(args)
	if err != nil {
		return nil, err
	}
	return p.submit(context.Background(), native.Pool_apply_async, fn, values, options)
}

// Map calls a function with each item of a slice and waits for the slice of its
// values, in the order of the items: []any or, of a slice of numbers and a function
// that returns a number, a slice of those.
func (p *Pool) Map(ctx context.Context, fn *Function, items any,
	options ...TaskOption) (any, error) {
	values, err := newItems(items)
	if err != nil {
		return nil, err
	}
	return p.finish(ctx, native.Pool_map_async, fn, values, options)
}

// MapAsync is Map without the wait.
func (p *Pool) MapAsync(fn *Function, items any, options ...TaskOption) (*Result, error) {
	values, err := newItems(items)
	if err != nil {
		return nil, err
	}
	return p.submit(context.Background(), native.Pool_map_async, fn, values, options)
}

// Starmap is Map with each item a slice of arguments.
func (p *Pool) Starmap(ctx context.Context, fn *Function, items any,
	options ...TaskOption) (any, error) {
	values, err := newStarItems(items)
	if err != nil {
		return nil, err
	}
	return p.finish(ctx, native.Pool_starmap_async, fn, values, options)
}

// StarmapAsync is Starmap without the wait.
func (p *Pool) StarmapAsync(fn *Function, items any, options ...TaskOption) (*Result, error) {
	values, err := newStarItems(items)
	if err != nil {
		return nil, err
	}
	return p.submit(context.Background(), native.Pool_starmap_async, fn, values, options)
}

// A submitter is one of the native calls that submit.
type submitter func(pool, function, values, options uintptr, result, failure *uintptr) int32

// finish submits and waits; nobody has the result when the context ends first, so
// that the task is cancelled.
func (p *Pool) finish(ctx context.Context, call submitter, fn *Function, values uintptr,
	options []TaskOption) (any, error) {
	if err := checkContext(ctx); err != nil {
		native.Value_unref(values)
		return nil, err
	}
	r, err := p.submit(ctx, call, fn, values, options)
	if err != nil {
		return nil, err
	}
	return r.getOrCancel(ctx)
}

func (r *Result) getOrCancel(ctx context.Context) (any, error) {
	if err := r.Wait(ctx); err != nil {
		r.Cancel()
		return nil, err
	}
	return r.outcome()
}

// submit releases `values`.
func (p *Pool) submit(ctx context.Context, call submitter, fn *Function, values uintptr,
	options []TaskOption) (*Result, error) {
	defer native.Value_unref(values)
	if p.raw() == 0 {
		return nil, errNoPool
	}
	o := newTaskOptions(options)
	if err := p.enter(ctx); err != nil {
		return nil, err
	}
	defer p.leave()
	r := &Result{dispatch: p.dispatch, tag: o.tag, calls: o.hasCallbacks()}
	callbacks := p.dispatch.callbacks
	e := event{kind: int32(native.EVENT_CALLBACK), queue: callbacks.handle}
	if r.calls { // they may be due at once
		var err error
		e.tag, err = callbacks.add(&entry{dispatch: r.dispatch, onValue: o.onValue,
			onError: o.onError})
		if err != nil {
			return nil, err
		}
	}
	var handle uintptr
	err := p.call(ctx, o, e, func(builder uintptr, failure *uintptr) int32 {
		return call(p.handle, fn.raw(), values, builder, &handle, failure)
	})
	runtime.KeepAlive(fn)
	if err != nil {
		callbacks.remove(e.tag)
		return nil, err
	}
	r.handle = newPlace()
	*r.handle = handle
	return r, nil
}

var errNoPool = newError(CodeArgument, "expected a pool of NewPool, found none")

// call makes a native call with options, whose wait for a place the context ends.
func (p *Pool) call(ctx context.Context, o *taskOptions, e event,
	call func(builder uintptr, failure *uintptr) int32) error {
	o.interruptible = p.gate != nil && ctx.Done() != nil
	builder, err := o.build(e)
	if err != nil {
		return err
	}
	defer native.Task_options_free(builder)
	if o.interruptible {
		release, err := endWith(ctx, builder)
		if err != nil {
			return err
		}
		defer release()
	}
	var failure uintptr
	err = try(call(builder, &failure), &failure)
	runtime.KeepAlive(p)
	if errors.Is(err, ErrInterrupted) && ctx.Err() != nil {
		return waitError(ctx.Err())
	}
	return err
}

// endWith has the end of the context interrupt a submit that waits for a place.  The
// submit's end is told through the function that it answers.
func endWith(ctx context.Context, options uintptr) (release func(), err error) {
	var interrupt, failure uintptr
	if err := try(native.Interrupt_new(&interrupt, &failure), &failure); err != nil {
		return nil, err
	}
	err = try(native.Task_options_set_interrupt(options, interrupt, &failure), &failure)
	if err != nil {
		native.Interrupt_unref(interrupt)
		return nil, err
	}
	over, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-ctx.Done():
			native.Interrupt_trigger(interrupt)
		case <-over:
		}
	}()
	return func() {
		close(over)
		<-watched
		native.Interrupt_unref(interrupt)
	}, nil
}

// enter keeps all but one goroutine from waiting for a place inside the library,
// where each would take a thread.
func (p *Pool) enter(ctx context.Context) error {
	if p.gate == nil || p.dispatch.callbacks.isHere() {
		return nil
	}
	select {
	case p.gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return waitError(ctx.Err())
	}
}

func (p *Pool) leave() {
	if p.gate != nil && !p.dispatch.callbacks.isHere() {
		<-p.gate
	}
}
