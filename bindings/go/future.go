package asyncresult

import (
	"context"
	"runtime"

	"asyncresult/internal/native"
)

// background is what a context is where there is none.
var background = context.Background()

// Future is a Result whose value has a type.
type Future[T any] struct {
	*Result
}

// Submit has a worker call a function of Go.
//
// The function gets a context that is that of the submit, and ends also when the task is
// cancelled or the pool is terminated; a task whose context has ended before it begins
// never runs, and is ErrCancelled.  A wait inside the function should be given it.
//
// What the function returns is what Get returns, the value and the error themselves; only
// an *Error that says how a wait ended (ErrTimeout, ErrInterrupted, ...) gets the code
// ErrTask, to be told apart from the end of the wait for this task.  A
// panic is an *Error with the Kind "panic", the stack as its Trace, and what it panicked
// with as its Value and, if that is an error, its Cause; runtime.Goexit is one with the
// Kind "Goexit".
func Submit[T any](ctx context.Context, pool *Pool,
	function func(ctx context.Context) (T, error), options ...TaskOption) (*Future[T], error) {
	if function == nil {
		return nil, errNoFunction
	}
	c := &call{}
	c.do = func(ctx context.Context, _ int64) error {
		value, err := function(ctx)
		c.value = value
		return err
	}
	r, err := pool.submitCall(ctx, c, options)
	if err != nil {
		return nil, err
	}
	return &Future[T]{r}, nil
}

// Call is Submit and Get.  When the context ends first, the task is cancelled.
func Call[T any](ctx context.Context, pool *Pool,
	function func(ctx context.Context) (T, error), options ...TaskOption) (T, error) {
	f, err := Submit(ctx, pool, function, options...)
	if err != nil {
		var none T
		return none, err
	}
	return f.getOrCancel(ctx)
}

var errNoFunction = newError(CodeArgument, "expected a function, found nil")

// As gives the value of a result, that of a C function say, a type.  A value of another
// type is ErrType.
func As[T any](r *Result) *Future[T] {
	return &Future[T]{r}
}

// Get waits for the value or the error, as Result.Get does.
func (f *Future[T]) Get(ctx context.Context) (T, error) {
	r := f.result()
	value, err := r.Get(ctx)
	return typed[T](r, value, err)
}

func (f *Future[T]) getOrCancel(ctx context.Context) (T, error) {
	value, err := f.Result.getOrCancel(ctx)
	return typed[T](f.Result, value, err)
}

func (f *Future[T]) result() *Result {
	if f == nil {
		return nil
	}
	return f.Result
}

// typed is what a function of Go returned beside an error, or the value.
func typed[T any](r *Result, value any, err error) (T, error) {
	if err != nil && r != nil && r.read.Load() && r.own {
		value = r.call.value
	}
	v, ok := value.(T)
	if !ok && err == nil && value != nil {
		err = newError(CodeType, "expected a value of the type %T, found %T", v, value)
	}
	return v, err
}

// submitCall submits a call that runs once.
func (p *Pool) submitCall(ctx context.Context, c *call, options []TaskOption) (*Result, error) {
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	l, err := p.lends()
	if err != nil {
		return nil, err
	}
	c.lender, c.ctx = l, ctx
	r := &c.made
	r.dispatch, r.call, c.result = p.dispatch, c, r
	for {
		space := l.whenFull()
		err = p.submitOnce(r, c, options)
		if !l.isFull(err) {
			break
		}
		t := taskHere()
		if t != nil && t.call.lender == l || p.dispatch.callbacks.isHere() {
			if err = p.submitInside(r, c, newTaskOptions(options), t); err != nil {
				return nil, err
			}
			return r, nil
		}
		if err = l.waitForSpace(ctx, space, t); err != nil {
			return nil, err
		}
	}
	runtime.KeepAlive(p)
	if err != nil {
		return nil, err
	}
	if l.ending.Load() {
		r.settle()
	}
	l.notify()
	return r, nil
}

// submitOnce holds the result's lock until its handle is there: the task may be done
// before.
func (p *Pool) submitOnce(r *Result, c *call, options []TaskOption) error {
	l := c.lender
	c.submitting.Store(true)
	l.calls.add(c)
	r.mu.Lock()
	defer r.mu.Unlock()
	defer c.submitting.Store(false)
	var err error
	switch {
	case c.promise != nil:
		err = p.applyPromise(r, c, newTaskOptions(options))
	case c.chain != nil:
		err = p.applyChain(r, c, newTaskOptions(options))
	case c.pieces:
		err = p.applyPieces(r, c, newTaskOptions(options))
	case len(options) == 0:
		err = p.applyCall(r, c)
	default:
		err = p.applyWith(r, c, newTaskOptions(options))
	}
	if err != nil {
		l.calls.take(c.token)
	}
	return err
}

// applyCall is a submit with default options, in one call of C.
func (p *Pool) applyCall(r *Result, c *call) error {
	q := p.newRequest()
	defer p.requests.Put(q)
	q.slots[0], q.slots[1], q.slots[2] = 1, uint64(typeInt64), uint64(c.token)
	status := native.Apply(c.lender.handle, c.lender.function, &q.slots[0])
	if status != 0 {
		return takeError(uintptr(q.slots[0]))
	}
	r.handle = p.newPlace(q)
	*r.handle = uintptr(q.slots[0])
	return nil
}

func (p *Pool) applyWith(r *Result, c *call, o *taskOptions) error {
	args, err := newArguments([]any{c.token})
	if err != nil {
		return err
	}
	defer native.Value_unref(args)
	return p.submitWith(r, c, o, func(options uintptr, handle, failure *uintptr) int32 {
		return native.Pool_apply_async(c.lender.handle, c.lender.function, args, options,
			handle, failure)
	})
}

// submitWith makes a native call with options for a function of Go.
func (p *Pool) submitWith(r *Result, c *call, o *taskOptions,
	submit func(options uintptr, handle, failure *uintptr) int32) error {
	callbacks := p.dispatch.callbacks
	o.lender = c.lender
	r.tag, r.calls, c.strand = o.tag, o.hasCallbacks(), o.strand
	e := event{kind: int32(native.EVENT_CALLBACK), queue: callbacks.handle}
	var err error
	if r.calls {
		e.tag, err = callbacks.add(&entry{dispatch: r.dispatch, onValue: o.onValue,
			onError: o.onError, result: r})
	}
	var builder, handle, failure uintptr
	if err == nil {
		builder, err = o.build(e)
	}
	if err == nil {
		err = try(submit(builder, &handle, &failure), &failure)
		native.Task_options_free(builder)
	}
	if err != nil {
		callbacks.remove(e.tag)
		return err
	}
	r.handle = newPlace()
	*r.handle = handle
	return nil
}
