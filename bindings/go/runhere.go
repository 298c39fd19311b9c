package asyncresult

import "asyncresult/internal/native"

// runHere runs a task for the library, which waits for it in a thread that it chose: that
// of a submit which found the queue full.
func runHere(function uint64, task uintptr) {
	w := &worker{task: task}
	switch found := kept(function).(type) {
	case *calls:
		w.call, w.end = found.take(native.Task_argument(task, 0)), 1
	case *call:
		w.call, w.next = found, native.Task_argument(task, 0)
		w.end = w.next + 1
		if found.pieces {
			w.end = native.Task_argument(task, 1)
		}
	}
	if w.call == nil {
		native.Task_answer(task, false, 0, newTaskError(errCancelledEarly))
		return
	}
	if w.do, w.err = w.call.begin(); w.err != nil {
		w.next = w.end
	}
	w.runApart(taskHere())
	w.answerHere()
}

// runApart runs the task on a goroutine, which it may end, and waits for that.
func (w *worker) runApart(outer *taskContext) {
	w.lender = w.call.lender
	w.call.begun.Store(true) // or one who waits would have it claimed
	t := w.call.newContext(w, outer)
	w.current.Store(t)
	w.lender.enterHere(w)
	defer w.lender.leaveHere(w)
	if outer != nil && w.call.result != nil {
		defer enterInner(outer, w.call.result).leave()
	}
	for w.next < w.end {
		over := make(chan struct{})
		go func() {
			defer close(over)
			id := enterGoroutine(w)
			defer leaveGoroutine(id)
			w.run()
		}()
		<-over
	}
	t.finish()
}

func (w *worker) answerHere() {
	var failure uintptr
	if w.err != nil {
		failure = newTaskError(w.err)
	}
	native.Task_answer(w.task, w.call.answers, w.end-1, failure)
}

func init() {
	native.Run = runHere
}
