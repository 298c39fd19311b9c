// Package asyncresult runs C functions of any shared library in a pool of
// threads and gives results to wait for, time out on, cancel or be called back by.
//
//	cos, err := asyncresult.CFunction("libm.so.6", "double cos(double)")
//	pool, err := asyncresult.NewPool(4)
//	defer pool.Close()
//	value, err := pool.Apply(ctx, cos, 0.5)
//
// The pool bounds how many threads C calls may take.  A goroutine that waits for
// a result takes none: completions come through one descriptor per pool, which Go
// polls, and close a channel.
//
// # Values
//
// Arguments may be nil, a bool, any integer or float, a string (UTF-8), a []byte,
// an error, a Pointer, an *Array, a slice or a map of such; a slice of fixed-size
// numbers ([]float64, []int32, ...) crosses as one typed array.  What comes back is
// nil, bool, int64, uint64 (above the range of int64), float64, string, []byte,
// []any, map[string]any (map[any]any where a key is no string), *Error, Pointer or
// a slice of numbers.
//
// # Lazy maps
//
// Pool.Imap calls a function with each item of a slice, a channel or a function, and
// gives an iterator over the values, which reads only as far ahead as BufferSize says:
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
// Every error of the package is an *Error.  Its code is compared with errors.Is:
//
//	errors.Is(err, asyncresult.ErrTimeout)
//
// # Callbacks
//
// Callbacks run on one goroutine per pool, one at a time, before their result is
// ready.  One that panics or calls runtime.Goexit fails its result and nothing
// else.
package asyncresult
