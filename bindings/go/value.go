package asyncresult

import (
	"fmt"
	"math"
	"reflect"
	"runtime"
	"sort"
	"unsafe"

	"asyncresult/internal/native"
)

// The types of native values.
var (
	typeNil     = int32(native.VALUE_NIL)
	typeBool    = int32(native.VALUE_BOOL)
	typeInt64   = int32(native.VALUE_INT64)
	typeUint64  = int32(native.VALUE_UINT64)
	typeDouble  = int32(native.VALUE_DOUBLE)
	typeString  = int32(native.VALUE_STRING)
	typeBytes   = int32(native.VALUE_BYTES)
	typeList    = int32(native.VALUE_LIST)
	typeMap     = int32(native.VALUE_MAP)
	typeError   = int32(native.VALUE_ERROR)
	typePointer = int32(native.VALUE_POINTER)
	typeArray   = int32(native.VALUE_ARRAY)
)

// unfit is why a value cannot cross to C, and where it stands.
type unfit struct {
	path  string
	cause error
}

func (u *unfit) Error() string {
	return u.path + ": " + u.cause.Error()
}

// at says in which part of a container a value failed.
func at(err error, format string, args ...any) error {
	inner, ok := err.(*unfit)
	if !ok {
		inner = &unfit{cause: err}
	}
	return &unfit{path: fmt.Sprintf(format, args...) + inner.path, cause: inner.cause}
}

// fit gives such an error the form of every other one.
func fit(err error) error {
	u, ok := err.(*unfit)
	if !ok {
		return err
	}
	e := *describeError(u.cause)
	e.Message = u.path + ": " + e.Message
	return &e
}

// scalar is a value that is nothing but its bits.
func scalar(v any) (kind int32, bits uint64, ok bool) {
	switch v := v.(type) {
	case nil:
		return typeNil, 0, true
	case int:
		return typeInt64, uint64(v), true
	case int64:
		return typeInt64, uint64(v), true
	case float64:
		return typeDouble, math.Float64bits(v), true
	case string, []byte, error, Pointer, *Array:
		return 0, 0, false
	}
	return scalarOf(reflect.ValueOf(v))
}

func scalarOf(v reflect.Value) (kind int32, bits uint64, ok bool) {
	switch {
	case v.Kind() == reflect.Bool && v.Bool():
		return typeBool, 1, true
	case v.Kind() == reflect.Bool:
		return typeBool, 0, true
	case v.CanInt():
		return typeInt64, uint64(v.Int()), true
	case v.CanUint():
		return typeUint64, v.Uint(), true
	case v.CanFloat():
		return typeDouble, math.Float64bits(v.Float()), true
	}
	return 0, 0, false
}

// newValue makes a native value, which the caller releases.
func newValue(v any, depth int) (handle uintptr, err error) {
	var failure uintptr
	if kind, bits, ok := scalar(v); ok {
		err = try(native.New_scalar(kind, bits, &handle, &failure), &failure)
		return handle, err
	}
	switch v := v.(type) {
	case string:
		err = try(native.Value_new_string(v, &handle, &failure), &failure)
	case []byte:
		err = try(native.Value_new_bytes(first(v), int64(len(v)), &handle, &failure), &failure)
	case error:
		content := newNativeError(v, depth+1)
		err = try(native.Value_new_error(content, &handle, &failure), &failure)
		native.Error_unref(content)
	case Pointer:
		return v.newValue()
	case *Array:
		return v.newValue()
	default:
		return newContainer(reflect.ValueOf(v), depth)
	}
	return handle, err
}

func newContainer(v reflect.Value, depth int) (uintptr, error) {
	switch v.Kind() {
	case reflect.String:
		return newValue(v.String(), depth)
	case reflect.Slice, reflect.Array:
		if element, ok := elementOf(v); ok {
			return newArray(element, v)
		}
		return newList(v, depth+1, appendItem)
	case reflect.Map:
		return newMap(v, depth+1)
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return newValue(nil, depth)
		}
	}
	return 0, newError(CodeType, "expected nil, a bool, a number, text, bytes, an error, "+
		"a pointer of C, or a slice or map of these, found %s", v.Type())
}

// checkDepth keeps a container that contains itself from never ending.
func checkDepth(depth int) error {
	if depth > native.MAX_DEPTH {
		return newError(CodeType, "expected containers at most %d deep, found deeper ones",
			native.MAX_DEPTH)
	}
	return nil
}

// newList makes a list, to which `add` appends each element.
func newList(v reflect.Value, depth int,
	add func(list uintptr, v any, depth int) error) (list uintptr, err error) {
	if err = checkDepth(depth); err != nil {
		return 0, err
	}
	var failure uintptr
	err = try(native.Value_new_list(int64(v.Len()), &list, &failure), &failure)
	for i := 0; err == nil && i < v.Len(); i++ {
		if err = add(list, v.Index(i).Interface(), depth); err != nil {
			err = at(err, "[%d]", i)
		}
	}
	return keepIf(err, list)
}

func appendItem(list uintptr, v any, depth int) error {
	var failure uintptr
	if kind, bits, ok := scalar(v); ok {
		return try(native.Append_scalar(list, kind, bits, &failure), &failure)
	}
	made, err := newValue(v, depth)
	if err != nil {
		return err
	}
	return try(native.Append(list, made, &failure), &failure)
}

// keepIf releases a value whose making failed.
func keepIf(err error, handle uintptr) (uintptr, error) {
	if err != nil {
		native.Value_unref(handle)
		return 0, err
	}
	return handle, nil
}

func newMap(v reflect.Value, depth int) (made uintptr, err error) {
	if err = checkDepth(depth); err != nil {
		return 0, err
	}
	var failure uintptr
	err = try(native.Value_new_map(int64(v.Len()), &made, &failure), &failure)
	for _, key := range sortedKeys(v) {
		if err != nil {
			break
		}
		if err = putEntry(made, key.Interface(), v.MapIndex(key).Interface(), depth); err != nil {
			err = at(err, "[%#v]", key)
		}
	}
	return keepIf(err, made)
}

// sortedKeys gives text keys an order that does not change.
func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	if v.Type().Key().Kind() == reflect.String {
		sort.Slice(keys, func(i, j int) bool { return keys[i].String() < keys[j].String() })
	}
	return keys
}

func putEntry(table uintptr, key, item any, depth int) error {
	newKey, err := newValue(key, depth)
	if err != nil {
		return err
	}
	defer native.Value_unref(newKey)
	newItem, err := newValue(item, depth)
	if err != nil {
		return err
	}
	defer native.Value_unref(newItem)
	var failure uintptr
	return try(native.Value_put(table, newKey, newItem, &failure), &failure)
}

// elementTypes are those of arrays, by the kind of a slice's elements.  A slice of
// int or uint is one too, in its width.
var elementTypes = map[reflect.Kind]int32{
	reflect.Int8:    int32(native.ELEMENT_INT8),
	reflect.Uint8:   int32(native.ELEMENT_UINT8),
	reflect.Int16:   int32(native.ELEMENT_INT16),
	reflect.Uint16:  int32(native.ELEMENT_UINT16),
	reflect.Int32:   int32(native.ELEMENT_INT32),
	reflect.Uint32:  int32(native.ELEMENT_UINT32),
	reflect.Int64:   int32(native.ELEMENT_INT64),
	reflect.Uint64:  int32(native.ELEMENT_UINT64),
	reflect.Float32: int32(native.ELEMENT_FLOAT),
	reflect.Float64: int32(native.ELEMENT_DOUBLE),
}

func init() {
	elementTypes[reflect.Int] = elementTypes[reflect.Int64]
	elementTypes[reflect.Uint] = elementTypes[reflect.Uint64]
	if unsafe.Sizeof(int(0)) == 4 {
		elementTypes[reflect.Int] = elementTypes[reflect.Int32]
		elementTypes[reflect.Uint] = elementTypes[reflect.Uint32]
	}
}

// elementOf is the element type of a slice of numbers.
func elementOf(v reflect.Value) (element int32, ok bool) {
	if v.Kind() != reflect.Slice {
		return 0, false
	}
	element, ok = elementTypes[v.Type().Elem().Kind()]
	return element, ok
}

// newArray copies a slice of numbers.
func newArray(element int32, v reflect.Value) (made uintptr, err error) {
	var failure uintptr
	var data *byte
	if v.Len() > 0 {
		data = (*byte)(v.UnsafePointer())
	}
	err = try(native.Value_new_array(element, data, int64(v.Len()), &made, &failure), &failure)
	runtime.KeepAlive(v)
	return made, err
}

// first is where the memory of a slice begins.
func first(data []byte) *byte {
	if len(data) == 0 {
		return nil
	}
	return &data[0]
}

// newArguments makes the list of a call's arguments.
func newArguments(args []any) (list uintptr, err error) {
	var failure uintptr
	err = try(native.Value_new_list(int64(len(args)), &list, &failure), &failure)
	for i := 0; err == nil && i < len(args); i++ {
		if err = appendItem(list, args[i], 1); err != nil {
			err = at(err, "argument %d", i+1)
		}
	}
	list, err = keepIf(err, list)
	return list, fit(err)
}

// newItems makes what a map goes over: a list or, of numbers, an array.
func newItems(items any) (uintptr, error) {
	v := reflect.ValueOf(items)
	if array, ok := items.(*Array); ok {
		return array.newValue()
	}
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return 0, newError(CodeType, "expected a slice of items, found %T", items)
	}
	if element, ok := elementOf(v); ok {
		return newArray(element, v)
	}
	made, err := newList(v, 1, appendItem)
	if err != nil {
		err = fit(at(err, "items"))
	}
	return made, err
}

// newStarItems makes a list of lists of arguments.
func newStarItems(items any) (uintptr, error) {
	v := reflect.ValueOf(items)
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return 0, newError(CodeType, "expected a slice of argument slices, found %T", items)
	}
	made, err := newList(v, 1, appendArguments)
	if err != nil {
		err = fit(at(err, "items"))
	}
	return made, err
}

// appendArguments appends a slice as a list, also one of numbers.
func appendArguments(list uintptr, args any, depth int) error {
	v := reflect.ValueOf(args)
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return newError(CodeType, "expected a slice of arguments, found %T", args)
	}
	made, err := newList(v, depth+1, appendItem)
	if err != nil {
		return err
	}
	var failure uintptr
	return try(native.Append(list, made, &failure), &failure)
}
