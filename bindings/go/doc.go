// Package asyncresult runs functions of Go, and C functions of any shared library, in a
// pool of bounded size and gives results to wait for, time out on, cancel, chain or be
// called back by.
//
//	pool, err := asyncresult.NewPool(4)
//	defer pool.Close()
//	lengths, err := asyncresult.Map(ctx, pool, paths, countLines)
//
//	cos, err := asyncresult.CFunction("libm.so.6", "double cos(double)")
//	value, err := pool.Apply(ctx, cos, 0.5)
//
// The pool bounds how many functions of Go run at once and, apart from these, how many
// threads C calls may take.  A goroutine that waits for a result takes no thread.
//
// # Functions of Go
//
// Submit, Call, Map and Imap take functions of Go; what these return comes back itself, with
// its type.  The context of the submit reaches the function, and ends also when the task is
// cancelled or its pool is terminated.  A panic and runtime.Goexit are errors of the task,
// with the stack.  Inside a task, a wait that is given the task's context lets another
// worker take its place, so that tasks may wait for tasks.
//
// Then and Rescue follow a result with another call; All and Any make one result of many;
// WaitAny, WaitAll and AsCompleted wait for several; a Promise is completed by hand.
//
// # C functions
//
// CFunction and Library.Function find a C function by its prototype, and the methods of Pool
// call it.  As gives what it returns a type.
//
// # Values
//
// Arguments of C functions may be nil, a bool, any integer or float, a string (UTF-8), a
// []byte, an error, a Pointer, an *Array, a slice or a map of such; a slice of fixed-size
// numbers ([]float64, []int32, ...) crosses as one typed array.  What comes back is
// nil, bool, int64, uint64 (above the range of int64), float64, string, []byte,
// []any, map[string]any (map[any]any where a key is no string), *Error, Pointer or
// a slice of numbers.
//
// # Lazy maps
//
// Imap, for functions of Go, and Pool.Imap call a function with each item of a slice, a
// channel or a function, and give an iterator over the values, which reads only as far
// ahead as BufferSize says:
//
//	it, err := pool.Imap(ctx, fn, items)
//	defer it.Close()
//	for it.Scan(ctx) {
//		use(it.Value())
//	}
//	err = it.Err()
//
// # Errors
//
// Every error of the package and of C is an *Error; a function of Go fails with what it
// returned.  The code of an *Error is compared with errors.Is:
//
//	errors.Is(err, asyncresult.ErrTimeout)
//
// # Callbacks
//
// Callbacks run on one goroutine per pool, one at a time, before their result is
// ready.  One that panics or calls runtime.Goexit fails its result and nothing
// else.
package asyncresult
