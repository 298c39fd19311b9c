package asyncresult

import (
	"runtime"
	"strconv"
	"sync"
)

// goroutines are those of workers, by their numbers.
var goroutines sync.Map

func enterGoroutine(w *worker) uint64 {
	id := goroutineNumber()
	goroutines.Store(id, w)
	return id
}

func leaveGoroutine(id uint64) {
	goroutines.Delete(id)
}

// taskHere is the task whose function this goroutine runs, or nil.  It is for waits that
// were not given the task's context, and costs too much to be asked always.
func taskHere() *taskContext {
	w, ok := goroutines.Load(goroutineNumber())
	if !ok {
		return nil
	}
	return w.(*worker).current.Load()
}

// goroutineNumber is what a trace of the goroutine begins with.
func goroutineNumber() uint64 {
	var text [64]byte
	digits := text[len("goroutine "):runtime.Stack(text[:], false)]
	end := 0
	for end < len(digits) && digits[end] != ' ' {
		end++
	}
	number, _ := strconv.ParseUint(string(digits[:end]), 10, 64)
	return number
}
