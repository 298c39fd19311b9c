package asyncresult

import (
	"reflect"
	"runtime"

	"asyncresult/internal/native"
)

// memory keeps a native value alive as long as Go refers to it.
type memory struct {
	handle uintptr
}

func newMemory(handle uintptr) *memory {
	m := &memory{handle: handle}
	runtime.SetFinalizer(m, func(m *memory) { native.Value_unref(m.handle) })
	return m
}

// ref is another reference to the value, for the caller to release.
func (m *memory) ref() uintptr {
	handle := native.Value_ref(m.handle)
	runtime.KeepAlive(m)
	return handle
}

// Pointer is an address in memory of C.  What a C function returned stays valid as
// long as the library says; the package never follows it.
type Pointer struct {
	address uintptr
	owner   *memory
}

// PointerTo is a pointer to an address of C, never of Go.
func PointerTo(address uintptr) Pointer {
	return Pointer{address: address}
}

// Address is the address; 0 for a null pointer.
func (p Pointer) Address() uintptr {
	return p.address
}

func newPointer(handle uintptr, s slot) Pointer {
	owner := newMemory(native.Value_ref(handle))
	return Pointer{address: uintptr(s[0]), owner: owner}
}

func (p Pointer) newValue() (handle uintptr, err error) {
	if p.owner != nil {
		return p.owner.ref(), nil
	}
	var failure uintptr
	err = try(native.New_pointer(uint64(p.address), &handle, &failure), &failure)
	return handle, err
}

// Array is a copy of numbers in memory of C, into which a C function may write
// that takes a pointer to its element type.
type Array struct {
	memory *memory
}

// NewArray copies a slice of numbers.
func NewArray(numbers any) (*Array, error) {
	v := reflect.ValueOf(numbers)
	element, ok := elementOf(v)
	if !ok {
		return nil, newError(CodeType, "expected a slice of numbers, found %T", numbers)
	}
	handle, err := newArray(element, v)
	if err != nil {
		return nil, err
	}
	return &Array{memory: newMemory(handle)}, nil
}

// Slice copies the numbers as they are now to a slice of their type.
func (a *Array) Slice() any {
	var s slot
	native.Read(a.memory.handle, &s[0])
	numbers := readNumbers(s)
	runtime.KeepAlive(a.memory)
	return numbers
}

func (a *Array) newValue() (uintptr, error) {
	if a == nil || a.memory == nil {
		return 0, newError(CodeType, "expected an array of NewArray, found none")
	}
	return a.memory.ref(), nil
}
