package asyncresult

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"asyncresult/internal/native"
)

// Pool is a set of threads and the tasks that wait for them.  Any number of
// goroutines may use it at once.
//
// A pool that becomes garbage is closed: accepted work completes, and nobody waits.
type Pool struct {
	handle   uintptr
	dispatch *dispatch
	options  poolSettings
	requests sync.Pool     // of *request
	gate     chan struct{} // one submit at a time may wait for a place; nil if none does

	lender  atomic.Pointer[lender] // of functions of Go; nil before the first
	mu      sync.Mutex
	stopped bool          // no new work
	joined  chan struct{} // closed when the workers have ended; nil if nobody asked
	err     error         // of the join, before joined is closed
}

// DefaultWorkers is how many CPUs this process may use, by its affinity and the
// quota of its control group.
func DefaultWorkers() int {
	return int(native.Default_worker_count())
}

// NewPool makes a pool and starts its workers.
func NewPool(workers int, options ...PoolOption) (*Pool, error) {
	o := &poolOptions{ownWorkers: true}
	var builder, failure uintptr
	if err := try(native.Pool_options_new(&builder, &failure), &failure); err != nil {
		return nil, err
	}
	defer native.Pool_options_free(builder)
	o.native = builder
	o.set(func(options uintptr, failure *uintptr) int32 {
		return native.Pool_options_set_workers(options, int64(workers), failure)
	})
	settings := poolSettings(append([]PoolOption(nil), options...))
	settings.apply(o)
	if o.failure != nil {
		return nil, o.failure
	}
	p, err := newPool(o)
	if err != nil {
		return nil, err
	}
	p.options = settings
	return p, nil
}

func newPool(o *poolOptions) (*Pool, error) {
	d, err := newDispatch(o.unread)
	if err != nil {
		return nil, err
	}
	if o.helping == HelpAll {
		if err := d.help(); err != nil {
			return nil, err
		}
	}
	o.set(func(options uintptr, failure *uintptr) int32 {
		return native.Pool_options_set_queue(options, d.callbacks.handle, failure)
	})
	if o.failure != nil {
		return nil, o.failure
	}
	var handle, failure uintptr
	if err := try(native.Pool_new(o.native, &handle, &failure), &failure); err != nil {
		return nil, err
	}
	p := &Pool{handle: handle, dispatch: d}
	if o.blocks {
		p.gate = make(chan struct{}, 1)
	}
	runtime.SetFinalizer(p, func(p *Pool) {
		native.Pool_unref(p.handle)
		if l := p.lender.Load(); l != nil {
			l.close()
		}
	})
	return p, nil
}

// lends is the part of the pool that runs functions of Go.
func (p *Pool) lends() (*lender, error) {
	if p.raw() == 0 {
		return nil, errNoPool
	}
	if l := p.lender.Load(); l != nil {
		return l, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.lender.Load(); l != nil {
		return l, nil
	}
	l, err := newLender(p)
	if err != nil {
		return nil, err
	}
	if p.stopped {
		l.close()
	}
	p.lender.Store(l)
	return l, nil
}

// stop has the part for functions of Go end as well, now or if it is made later.
func (p *Pool) stop(end func(*lender) error) error {
	p.mu.Lock()
	p.stopped = true
	l := p.lender.Load()
	p.mu.Unlock()
	if l == nil {
		return nil
	}
	return end(l)
}

func (p *Pool) raw() uintptr {
	if p == nil {
		return 0
	}
	return p.handle
}

// Workers is the number of workers that the pool was made with.
func (p *Pool) Workers() int {
	workers := native.Pool_get_worker_count(p.raw())
	runtime.KeepAlive(p)
	return int(workers)
}

// Stop takes no new work; accepted work completes.  It does not wait.
func (p *Pool) Stop() error {
	var failure uintptr
	err := try(native.Pool_close(p.raw(), &failure), &failure)
	if err != nil {
		return err
	}
	return p.stop((*lender).close)
}

// Close takes no new work and waits until accepted work has completed and its
// callbacks have run.  Closing twice is fine.  Inside a callback of the pool it
// does not wait, and says so with ErrDeadlock.
func (p *Pool) Close() error {
	if err := p.Stop(); err != nil {
		return err
	}
	return p.Join(context.Background())
}

// Terminate ends the pool: what has not begun never runs, and every result that is
// not ready gets ErrTerminated now.  A task that runs cannot be stopped; Join waits
// for it.
func (p *Pool) Terminate() error {
	var failure uintptr
	err := try(native.Pool_terminate(p.raw(), &failure), &failure)
	if err != nil {
		return err
	}
	return p.stop((*lender).terminate)
}

// Join waits until the workers of a stopped or terminated pool have ended and its
// callbacks have run.  An open pool is ErrPoolRunning.
func (p *Pool) Join(ctx context.Context) error {
	if err := checkContext(ctx); err != nil {
		return err
	}
	if p.raw() != 0 && p.dispatch.callbacks.isHere() {
		return newError(CodeDeadlock, "expected a join outside the pool's callbacks, "+
			"found one inside")
	}
	if p.raw() != 0 && p.runsHere(ctx) {
		return newError(CodeDeadlock, "expected a join outside the pool's tasks, "+
			"found one inside")
	}
	err := p.join(0)
	if errors.Is(err, ErrTimeout) {
		err = p.waitForWorkers(ctx)
	}
	if err != nil {
		return err
	}
	return p.waitForCallbacks(ctx)
}

// runsHere says whether this is inside a task of the pool that is a function of Go.
func (p *Pool) runsHere(ctx context.Context) bool {
	l := p.lender.Load()
	if l == nil {
		return false
	}
	t := taskOf(ctx)
	if t == nil {
		t = taskHere()
	}
	return t != nil && t.call.lender == l
}

// join waits in this thread.
func (p *Pool) join(timeout int64) error {
	var failure uintptr
	err := try(native.Pool_join(p.raw(), timeout, 0, &failure), &failure)
	if l := p.lenderOrNil(); err == nil && l != nil {
		err = try(native.Pool_join(l.handle, timeout, 0, &failure), &failure)
	}
	runtime.KeepAlive(p)
	return err
}

func (p *Pool) lenderOrNil() *lender {
	if p == nil {
		return nil
	}
	return p.lender.Load()
}

func (p *Pool) waitForWorkers(ctx context.Context) error {
	select {
	case <-p.whenJoined():
		return p.err
	case <-ctx.Done():
		return waitError(ctx.Err())
	}
}

// whenJoined is closed when the workers have ended.  One thread waits for them,
// however many goroutines ask.
func (p *Pool) whenJoined() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.joined == nil {
		p.joined = make(chan struct{})
		go func() {
			p.err = p.join(math.MaxInt64)
			close(p.joined)
		}()
	}
	return p.joined
}

func (p *Pool) waitForCallbacks(ctx context.Context) error {
	select {
	case <-p.dispatch.callbacks.whenIdle():
	case <-ctx.Done():
		return waitError(ctx.Err())
	}
	p.dispatch.rest()
	return nil
}
