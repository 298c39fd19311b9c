package asyncresult

import (
	"math"
	"unsafe"

	"asyncresult/internal/native"
)

// slot is what native.Read says of a value: bits or address, count, element type.
type slot [3]uint64

// takeValue reads a native value and releases it.
func takeValue(handle uintptr) any {
	var s slot
	kind := native.Read(handle, &s[0])
	defer native.Value_unref(handle)
	return readValue(handle, kind, s)
}

// readValue reads a value that `s` was filled in for.
func readValue(handle uintptr, kind int32, s slot) any {
	switch kind {
	case typeBool:
		return s[0] != 0
	case typeInt64:
		return int64(s[0])
	case typeUint64:
		return s[0]
	case typeDouble:
		return math.Float64frombits(s[0])
	case typeString:
		return string(readArray[byte](s))
	case typeBytes:
		return readArray[byte](s)
	case typeList:
		return readList(handle, s)
	case typeMap:
		return readMap(handle, s)
	case typeError:
		return readError(handle)
	case typePointer:
		return newPointer(handle, s)
	case typeArray:
		return readNumbers(s)
	}
	return nil
}

func readList(handle uintptr, s slot) []any {
	list := make([]any, s[1])
	for i := range list {
		var item uintptr
		kind := native.Read_item(handle, int64(i), &s[0], &item)
		list[i] = readValue(item, kind, s)
		native.Value_unref(item)
	}
	return list
}

// readMap is a map[string]any or, when a key is no string, a map[any]any.
func readMap(handle uintptr, s slot) any {
	texts := make(map[string]any, s[1])
	others := make(map[any]any)
	for i := int64(0); i < int64(s[1]); i++ {
		key, item := readEntry(handle, i)
		if text, ok := key.(string); ok {
			texts[text] = item
		} else {
			others[key] = item
		}
	}
	if len(others) == 0 {
		return texts
	}
	for key, item := range texts {
		others[key] = item
	}
	return others
}

// readEntry reads a key, bytes as a string since Go has no such keys, and its item.
func readEntry(handle uintptr, index int64) (key, item any) {
	var newKey, newItem, failure uintptr
	if try(native.Value_get_entry(handle, index, &newKey, &newItem, &failure), &failure) != nil {
		return nil, nil
	}
	key = takeValue(newKey)
	if data, ok := key.([]byte); ok {
		key = string(data)
	}
	return key, takeValue(newItem)
}

func readError(handle uintptr) any {
	var content, failure uintptr
	if err := try(native.Value_get_error(handle, &content, &failure), &failure); err != nil {
		return err
	}
	return takeError(content)
}

// readNumbers copies an array to a slice of its own element type.
func readNumbers(s slot) any {
	switch int32(s[2]) {
	case int32(native.ELEMENT_INT8):
		return readArray[int8](s)
	case int32(native.ELEMENT_UINT8):
		return readArray[uint8](s)
	case int32(native.ELEMENT_INT16):
		return readArray[int16](s)
	case int32(native.ELEMENT_UINT16):
		return readArray[uint16](s)
	case int32(native.ELEMENT_INT32):
		return readArray[int32](s)
	case int32(native.ELEMENT_UINT32):
		return readArray[uint32](s)
	case int32(native.ELEMENT_INT64):
		return readArray[int64](s)
	case int32(native.ELEMENT_UINT64):
		return readArray[uint64](s)
	case int32(native.ELEMENT_FLOAT):
		return readArray[float32](s)
	}
	return readArray[float64](s)
}

type number interface {
	~int8 | ~uint8 | ~int16 | ~uint16 | ~int32 | ~uint32 | ~int64 | ~uint64 |
		~float32 | ~float64
}

func readArray[T number](s slot) []T {
	numbers := make([]T, s[1])
	if len(numbers) > 0 {
		size := int64(len(numbers)) * int64(unsafe.Sizeof(numbers[0]))
		native.Copy((*byte)(unsafe.Pointer(&numbers[0])), s[0], size)
	}
	return numbers
}
