package asyncresult

import (
	"context"
	"runtime"

	"asyncresult/internal/native"
)

// FullPolicy is what a submit does when the queue is at its limit.
type FullPolicy int32

// The policies for a full queue.
const (
	FullBlock      FullPolicy = 0 // wait for a place
	FullFail       FullPolicy = 1 // fail with ErrQueueFull
	FullCallerRuns FullPolicy = 2 // run the task in the submitting goroutine
)

// ErrorPolicy is what an error of one item does to a map.
type ErrorPolicy int32

// The policies for errors in a map.
const (
	ErrorsFirst    ErrorPolicy = 0 // the first error to arrive
	ErrorsLowest   ErrorPolicy = 1 // the error of the lowest index
	ErrorsCollect  ErrorPolicy = 2 // no failure: errors stand in their items' places
	ErrorsFailFast ErrorPolicy = 3 // the first one, and what has not begun is cancelled
)

// Helping is who runs a task that has not begun while waiting for it.
type Helping int32

// Who helps.
const (
	HelpWorkers Helping = 0 // the pool's own tasks, only
	HelpAll     Helping = 1 // any goroutine that waits with a context that never ends
)

// A PoolOption is an option of NewPool.
type PoolOption func(*poolOptions)

type poolOptions struct {
	native     uintptr // the builder
	ownWorkers bool    // it is for the part that runs C functions
	blocks     bool    // a submit may wait for a place
	limit      int
	spares     int
	// of the part that runs functions of Go:
	goInitializer func(context.Context) error
	helping       Helping
	unread        func(error)
	failure       error // the first
}

// poolSettings are the options of a pool, each of whose parts is made with them.
type poolSettings []PoolOption

func (s poolSettings) apply(o *poolOptions) {
	for _, option := range s {
		if option != nil {
			option(o)
		}
	}
}

func (o *poolOptions) fail(err error) {
	if o.failure == nil {
		o.failure = err
	}
}

// set makes one call to the builder.
func (o *poolOptions) set(call func(options uintptr, failure *uintptr) int32) {
	var failure uintptr
	if err := try(call(o.native, &failure), &failure); err != nil {
		o.fail(err)
	}
}

// WithInitializer has a C function run once in each worker before its first C function.
func WithInitializer(fn *Function, args ...any) PoolOption {
	return func(o *poolOptions) {
		if !o.ownWorkers {
			return
		}
		list, err := newArguments(args)
		if err != nil {
			o.fail(err)
			return
		}
		defer native.Value_unref(list)
		o.set(func(options uintptr, failure *uintptr) int32 {
			return native.Pool_options_set_initializer(options, fn.raw(), list, failure)
		})
		runtime.KeepAlive(fn)
	}
}

// WithGoInitializer has a function run once in each worker before its first function of
// Go.  When it fails or panics, the pool is broken for functions of Go: submits and
// results that wait are ErrBroken.
func WithGoInitializer(initialize func(ctx context.Context) error) PoolOption {
	return func(o *poolOptions) {
		if initialize == nil {
			o.fail(newError(CodeArgument, "expected an initializer, found nil"))
		}
		o.goInitializer = initialize
	}
}

// WithMaxTasksPerWorker has a worker replaced after so many tasks.
func WithMaxTasksPerWorker(tasks int) PoolOption {
	return func(o *poolOptions) {
		o.set(func(options uintptr, failure *uintptr) int32 {
			return native.Pool_options_set_max_tasks_per_worker(options, int64(tasks), failure)
		})
	}
}

// WithQueueLimit bounds how many tasks may wait, and says what a submit does then.
// A map is accepted as a whole when there is one place.  C functions and functions of Go
// have a queue each.  Inside a callback or a task of the pool no submit waits for a place: it
// runs the task itself.
func WithQueueLimit(limit int, policy FullPolicy) PoolOption {
	return func(o *poolOptions) {
		o.blocks = policy == FullBlock
		o.limit = limit
		o.set(func(options uintptr, failure *uintptr) int32 {
			return native.Pool_options_set_queue_limit(options, int64(limit), int32(policy), failure)
		})
	}
}

// WithSpareWorkers bounds how many spare workers stand in for workers that wait.
func WithSpareWorkers(spares int) PoolOption {
	return func(o *poolOptions) {
		o.spares = spares
		o.set(func(options uintptr, failure *uintptr) int32 {
			return native.Pool_options_set_spare_workers(options, int64(spares), failure)
		})
	}
}

// WithHelping sets who runs a task that has not begun while waiting for it.  By default
// all run on workers.  With HelpAll a Get, a Wait or an Apply whose context never ends
// may run the task in its own thread, so that nobody need be woken; it runs no
// initializer there.  Tasks of a strand keep their order and run on workers.
func WithHelping(helping Helping) PoolOption {
	return func(o *poolOptions) {
		o.helping = helping
		o.set(func(options uintptr, failure *uintptr) int32 {
			return native.Pool_options_set_helping(options, int32(helping), failure)
		})
	}
}

// WithName names the pool's threads where the system shows it.
func WithName(name string) PoolOption {
	return func(o *poolOptions) {
		if err := checkText("name", name); err != nil {
			o.fail(err)
			return
		}
		o.set(func(options uintptr, failure *uintptr) int32 {
			return native.Pool_options_set_name(options, name, failure)
		})
	}
}

// WithUnreadError has a function called with each error that nobody read before its
// result was garbage, and with what a done-callback panicked with.  It runs where
// callbacks run.  A function that refers to the pool keeps it from becoming garbage.
func WithUnreadError(hook func(error)) PoolOption {
	return func(o *poolOptions) {
		o.unread = hook
		if hook != nil {
			o.set(native.Report_unread)
		}
	}
}

// A TaskOption is an option of a submit.
type TaskOption func(*taskOptions)

type taskOptions struct {
	onValue    func(any)
	onError    func(error)
	strand     *Strand
	tag        uint64
	policy     ErrorPolicy
	chunkSize  *int
	bufferSize *int
	order      int32 // of the values of a lazy map

	lender        *lender // for a function of Go
	interruptible bool    // the end of a context ends the wait for a place
}

func newTaskOptions(options []TaskOption) *taskOptions {
	o := &taskOptions{}
	for _, option := range options {
		if option != nil {
			option(o)
		}
	}
	return o
}

// OnValue has a function called with the value of a task that succeeds, before its
// result is ready.
func OnValue(callback func(value any)) TaskOption {
	return func(o *taskOptions) { o.onValue = callback }
}

// OnError has a function called with the error of a task that fails, before its
// result is ready.
func OnError(callback func(err error)) TaskOption {
	return func(o *taskOptions) { o.onError = callback }
}

// InStrand has the task run in a strand of the pool.
func InStrand(strand *Strand) TaskOption {
	return func(o *taskOptions) { o.strand = strand }
}

// Tag gives the result a number to know it by.
func Tag(tag uint64) TaskOption {
	return func(o *taskOptions) { o.tag = tag }
}

// ChunkSize sets how many items of a map one worker runs in order.
func ChunkSize(size int) TaskOption {
	return func(o *taskOptions) { o.chunkSize = &size }
}

// BufferSize sets how many items of its input a lazy map may have read and not yet
// handed out.  A chunk is no larger.
func BufferSize(items int) TaskOption {
	return func(o *taskOptions) { o.bufferSize = &items }
}

// Errors sets what an error of one item does to a map.
func Errors(policy ErrorPolicy) TaskOption {
	return func(o *taskOptions) { o.policy = policy }
}

func (o *taskOptions) hasCallbacks() bool {
	return o.onValue != nil || o.onError != nil
}

func (o *taskOptions) areDefault() bool {
	return !o.hasCallbacks() && o.strand == nil && o.policy == 0 && o.chunkSize == nil &&
		o.bufferSize == nil && o.order == 0 && !o.interruptible
}

// An event is what the queue of a submit is told.
type event struct {
	kind  int32
	queue uintptr
	tag   uint64 // 0 for no event
}

// build makes a native builder, which the caller frees; 0 for the defaults.
func (o *taskOptions) build(e event) (options uintptr, err error) {
	if e.tag == 0 && o.areDefault() {
		return 0, nil
	}
	var failure uintptr
	err = try(native.Task_options_new(&options, &failure), &failure)
	if err == nil && e.tag != 0 {
		err = e.build(options)
	}
	if err == nil && o.strand != nil {
		err = o.buildStrand(options)
	}
	if err == nil {
		err = o.buildMap(options)
	}
	if err != nil {
		native.Task_options_free(options)
		return 0, err
	}
	return options, nil
}

func (o *taskOptions) buildStrand(options uintptr) error {
	handle, err := o.strand.of(o.lender)
	if err != nil {
		return err
	}
	var failure uintptr
	err = try(native.Task_options_set_strand(options, handle, &failure), &failure)
	runtime.KeepAlive(o.strand)
	return err
}

func (e event) build(options uintptr) error {
	var failure uintptr
	err := try(native.Task_options_set_event(options, e.kind, &failure), &failure)
	if err == nil {
		err = try(native.Task_options_set_queue(options, e.queue, &failure), &failure)
	}
	if err == nil {
		err = try(native.Task_options_set_tag(options, e.tag, &failure), &failure)
	}
	return err
}

func (o *taskOptions) buildMap(options uintptr) error {
	var failure uintptr
	err := setSize(native.Task_options_set_chunk_size, options, o.chunkSize)
	if err == nil {
		err = setSize(native.Task_options_set_buffer_size, options, o.bufferSize)
	}
	if err == nil {
		policy := int32(o.policy)
		err = try(native.Task_options_set_error_policy(options, policy, &failure), &failure)
	}
	if err == nil {
		err = try(native.Task_options_set_order(options, o.order, &failure), &failure)
	}
	return err
}

// setSize leaves the default where there is no size.
func setSize(set func(options uintptr, size int64, failure *uintptr) int32,
	options uintptr, size *int) error {
	if size == nil {
		return nil
	}
	var failure uintptr
	return try(set(options, int64(*size), &failure), &failure)
}
