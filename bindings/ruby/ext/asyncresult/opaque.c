/*
 * Opaque values: arrays and pointers, which stay where they are.
 *
 * A TypedArray or Pointer of Ruby holds a reference to the library's value, so
 * an array that a C function fills is read without having been copied.
 */
#include <ruby/encoding.h>

#include "glue.h"

static VALUE array_class = Qnil;
static VALUE pointer_class = Qnil;

static const char *const element_names[] = {
    "int8",   "uint8", "int16",  "uint16", "int32",
    "uint32", "int64", "uint64", "float",  "double",
};

#define ELEMENT_TYPES (int)(sizeof element_names / sizeof *element_names)

static void release_value(void *value)
{
    asyr_value_unref(value);
}

static size_t size_of_value(const void *value)
{
    int32_t type = -1;
    int64_t count = 0;

    asyr_value_get_array(value, &type, NULL, &count, NULL);
    return (size_t)(asyr_element_size(type) * count);
}

static const rb_data_type_t opaque_type = {
    .wrap_struct_name = "asyncresult value",
    .function = {.dfree = release_value, .dsize = size_of_value},
    .flags = RUBY_TYPED_FREE_IMMEDIATELY,
};

void glue_set_opaque_classes(VALUE array, VALUE pointer)
{
    array_class = array;
    pointer_class = pointer;
    rb_gc_register_mark_object(array);
    rb_gc_register_mark_object(pointer);
    rb_undef_alloc_func(array);
    rb_undef_alloc_func(pointer);
}

/* A pointer to a root is the object of Ruby itself. */
static VALUE referred_object(asyr_value *value)
{
    void *address = NULL;

    if (asyr_value_get_type(value) != ASYR_VALUE_POINTER)
        return Qundef;
    asyr_value_get_pointer(value, &address, NULL);
    return glue_root_find(address);
}

VALUE glue_opaque_new(asyr_value *value)
{
    VALUE class =
        asyr_value_get_type(value) == ASYR_VALUE_ARRAY ? array_class : pointer_class;
    VALUE object = referred_object(value);

    if (object != Qundef)
        return object;
    object = TypedData_Wrap_Struct(class, &opaque_type, NULL);

    DATA_PTR(object) = asyr_value_ref(value);
    return object;
}

asyr_value *glue_opaque_get(VALUE object)
{
    if (!rb_typeddata_is_kind_of(object, &opaque_type))
        return NULL;
    return DATA_PTR(object);
}

struct elements {
    int32_t type;
    void *data;
    int64_t count;
};

static struct elements elements_of(VALUE array)
{
    struct elements elements = {-1, NULL, 0};

    asyr_value_get_array(glue_opaque_get(array), &elements.type, &elements.data,
                         &elements.count, NULL);
    return elements;
}

static int32_t element_type_of(VALUE name)
{
    for (int32_t i = 0; SYMBOL_P(name) && i < ELEMENT_TYPES; i++) {
        if (SYM2ID(name) == rb_intern(element_names[i]))
            return i;
    }
    glue_fail(ASYR_E_ARGUMENT,
              "expected an element type from :int8 to :double, found %" PRIsVALUE,
              rb_inspect(name));
}

static void refuse_element(VALUE number, int32_t type, long index)
{
    glue_fail(ASYR_E_TYPE,
              "element at %ld: expected a number that fits %s, found "
              "%" PRIsVALUE,
              index, element_names[type], rb_inspect(number));
}

/* The bounds of an integer type of at most 4 bytes. */
static bool fits(int32_t type, int64_t number)
{
    int bits = (int)asyr_element_size(type) * 8;
    bool is_unsigned = type % 2 == 1;
    int64_t low = is_unsigned ? 0 : -((int64_t)1 << (bits - 1));
    int64_t high =
        is_unsigned ? ((int64_t)1 << bits) - 1 : ((int64_t)1 << (bits - 1)) - 1;

    return number >= low && number <= high;
}

#define STORE(c_type, number) (((c_type *)elements.data)[index] = (c_type)(number))

static bool store_small(struct elements elements, long index, int64_t number)
{
    if (!fits(elements.type, number))
        return false;
    switch (elements.type) {
    case ASYR_ELEMENT_INT8:
    case ASYR_ELEMENT_UINT8:
        STORE(uint8_t, number);
        break;
    case ASYR_ELEMENT_INT16:
    case ASYR_ELEMENT_UINT16:
        STORE(uint16_t, number);
        break;
    default:
        STORE(uint32_t, number);
    }
    return true;
}

static bool store_integer(struct elements elements, long index, VALUE number)
{
    int64_t integer;
    uint64_t natural;

    if (!RB_INTEGER_TYPE_P(number))
        return false;
    if (elements.type == ASYR_ELEMENT_UINT64) {
        if (!glue_integer_to_uint64(number, &natural))
            return false;
        STORE(uint64_t, natural);
        return true;
    }
    if (!glue_integer_to_int64(number, &integer))
        return false;
    if (elements.type != ASYR_ELEMENT_INT64)
        return store_small(elements, index, integer);
    STORE(int64_t, integer);
    return true;
}

static bool store(struct elements elements, long index, VALUE number)
{
    bool is_number = RB_FLOAT_TYPE_P(number) || RB_INTEGER_TYPE_P(number);

    if (elements.type < ASYR_ELEMENT_FLOAT)
        return store_integer(elements, index, number);
    if (!is_number)
        return false;
    if (elements.type == ASYR_ELEMENT_FLOAT)
        STORE(float, NUM2DBL(number));
    else
        STORE(double, NUM2DBL(number));
    return true;
}

VALUE glue_array_new(VALUE element_type, VALUE numbers)
{
    int32_t type = element_type_of(element_type);
    asyr_value *value = NULL;
    asyr_error *error = NULL;
    VALUE array;
    struct elements elements;

    Check_Type(numbers, T_ARRAY);
    asyr_value_new_array(type, NULL, RARRAY_LEN(numbers), &value, &error);
    if (error != NULL)
        glue_raise(error);
    array = glue_opaque_new(value);
    asyr_value_unref(value);
    elements = elements_of(array);
    for (long i = 0; i < elements.count; i++) {
        VALUE number = rb_ary_entry(numbers, i);

        if (!store(elements, i, number))
            refuse_element(number, type, i);
    }
    return array;
}

VALUE glue_array_type(VALUE array)
{
    return ID2SYM(rb_intern(element_names[elements_of(array).type]));
}

VALUE glue_array_count(VALUE array)
{
    return LL2NUM(elements_of(array).count);
}

/* nil outside the bounds. */
VALUE glue_array_get(VALUE array, VALUE index)
{
    asyr_value *item = NULL;
    VALUE number;

    asyr_value_get_item(glue_opaque_get(array), glue_whole(index, "index"), &item,
                        NULL);
    if (item == NULL)
        return Qnil;
    number = glue_value_to_ruby(item);
    asyr_value_unref(item);
    return number;
}

VALUE glue_array_bytes(VALUE array)
{
    struct elements elements = elements_of(array);
    VALUE bytes =
        rb_str_new(elements.data, elements.count * asyr_element_size(elements.type));

    RB_GC_GUARD(array);
    return bytes;
}

VALUE glue_pointer_address(VALUE pointer)
{
    void *address = NULL;

    asyr_value_get_pointer(glue_opaque_get(pointer), &address, NULL);
    return ULL2NUM((uintptr_t)address);
}
