/*
 * Values: from Ruby's objects to the library's, and back.
 *
 * The way in calls nothing of Ruby that may raise, so that no half-made value is
 * lost: each step answers an error of the library, which is raised at the end.
 * The depth is bounded here, for a Ruby array may contain itself.
 */
#include <ruby/encoding.h>

#include "glue.h"

struct converter {
    int depth;
    asyr_error *error;
};

static asyr_value *convert(struct converter *to, VALUE object);

static asyr_value *refuse(struct converter *to, int32_t code, VALUE message)
{
    to->error = asyr_error_new(code, NULL, RSTRING_PTR(message));
    return NULL;
}

static asyr_value *convert_integer(struct converter *to, VALUE integer)
{
    asyr_value *value = NULL;
    int64_t number;
    uint64_t natural;

    if (glue_integer_to_int64(integer, &number))
        asyr_value_new_int64(number, &value, &to->error);
    else if (glue_integer_to_uint64(integer, &natural))
        asyr_value_new_uint64(natural, &value, &to->error);
    else
        refuse(to, ASYR_E_TYPE,
               rb_sprintf("expected an Integer of 64 bits at most, found one of %d "
                          "bits",
                          (int)rb_absint_numwords(integer, 1, NULL)));
    return value;
}

static asyr_value *convert_text(struct converter *to, VALUE string)
{
    asyr_value *value = NULL;
    rb_encoding *encoding = rb_enc_get(string);
    VALUE text = string;

    if (encoding == rb_ascii8bit_encoding())
        asyr_value_new_bytes(RSTRING_PTR(text), RSTRING_LEN(text), &value,
                             &to->error);
    else {
        /* Answers its argument where it cannot convert. */
        text = rb_str_conv_enc(string, encoding, rb_utf8_encoding());
        asyr_value_new_string(RSTRING_PTR(text), RSTRING_LEN(text), &value,
                              &to->error);
    }
    RB_GC_GUARD(text);
    return value;
}

/* Say which item of the outermost container was refused, as calls count: from 1. */
static void name_place(struct converter *to, long index)
{
    asyr_error *inner = to->error;

    if (to->depth > 1)
        return;
    refuse(to, asyr_error_get_code(inner),
           rb_sprintf("item %ld: %s", index + 1, asyr_error_get_message(inner)));
    asyr_error_unref(inner);
}

static void append(struct converter *to, asyr_value *list, VALUE array, long index)
{
    asyr_value *item = convert(to, rb_ary_entry(array, index));

    if (item == NULL)
        name_place(to, index);
    else
        asyr_value_append(list, item, &to->error);
    asyr_value_unref(item);
}

static asyr_value *convert_array(struct converter *to, VALUE array)
{
    asyr_value *list = NULL;

    asyr_value_new_list(RARRAY_LEN(array), &list, &to->error);
    for (long i = 0; to->error == NULL && i < RARRAY_LEN(array); i++)
        append(to, list, array, i);
    return list;
}

struct map_filler {
    struct converter *to;
    asyr_value *map;
};

static int put(VALUE key, VALUE object, VALUE arg)
{
    struct map_filler *filler = (struct map_filler *)arg;
    struct converter *to = filler->to;
    asyr_value *name = convert(to, key);
    asyr_value *item = name == NULL ? NULL : convert(to, object);

    if (item == NULL)
        name_place(to, (long)asyr_value_get_count(filler->map));
    else
        asyr_value_put(filler->map, name, item, &to->error);
    asyr_value_unref(name);
    asyr_value_unref(item);
    return to->error == NULL ? ST_CONTINUE : ST_STOP;
}

static asyr_value *convert_hash(struct converter *to, VALUE hash)
{
    struct map_filler filler = {to, NULL};

    asyr_value_new_map((int64_t)RHASH_SIZE(hash), &filler.map, &to->error);
    if (to->error == NULL)
        rb_hash_foreach(hash, put, (VALUE)&filler);
    return filler.map;
}

static asyr_value *convert_container(struct converter *to, VALUE object)
{
    asyr_value *value;

    if (to->depth == ASYR_MAX_DEPTH)
        return refuse(to, ASYR_E_TYPE,
                      rb_sprintf("expected containers that nest %d deep at most, "
                                 "found deeper ones",
                                 ASYR_MAX_DEPTH));
    to->depth++;
    value = RB_TYPE_P(object, T_ARRAY) ? convert_array(to, object)
                                       : convert_hash(to, object);
    to->depth--;
    return value;
}

static asyr_value *convert_other(struct converter *to, VALUE object)
{
    asyr_value *opaque = glue_opaque_get(object);
    asyr_error *error = glue_error_of(object);
    asyr_value *value = NULL;

    if (opaque != NULL)
        return asyr_value_ref(opaque);
    if (error != NULL) {
        asyr_value_new_error(error, &value, &to->error);
        return value;
    }
    return refuse(to, ASYR_E_TYPE,
                  rb_sprintf("expected nil, true, false, a number, String, Symbol, "
                             "Array, Hash, TypedArray or Pointer, found %s",
                             rb_obj_classname(object)));
}

static asyr_value *convert(struct converter *to, VALUE object)
{
    asyr_value *value = NULL;

    switch (rb_type(object)) {
    case T_NIL:
        asyr_value_new_nil(&value, &to->error);
        break;
    case T_TRUE:
    case T_FALSE:
        asyr_value_new_bool(RTEST(object), &value, &to->error);
        break;
    case T_FIXNUM:
    case T_BIGNUM:
        value = convert_integer(to, object);
        break;
    case T_FLOAT:
        asyr_value_new_double(RFLOAT_VALUE(object), &value, &to->error);
        break;
    case T_STRING:
        value = convert_text(to, object);
        break;
    case T_SYMBOL:
        value = convert_text(to, rb_sym2str(object));
        break;
    case T_ARRAY:
    case T_HASH:
        value = convert_container(to, object);
        break;
    default:
        value = convert_other(to, object);
    }
    if (to->error == NULL)
        return value;
    asyr_value_unref(value);
    return NULL;
}

asyr_value *glue_value_from_ruby(VALUE object)
{
    struct converter to = {0, NULL};
    asyr_value *value = convert(&to, object);

    if (to.error != NULL)
        glue_raise(to.error);
    return value;
}

/* An item of a sequence; what refuses it names its place, from 0. */
asyr_value *glue_item_from_ruby(VALUE object, long place)
{
    struct converter to = {0, NULL};
    asyr_value *value = convert(&to, object);

    if (to.error != NULL) {
        name_place(&to, place);
        glue_raise(to.error);
    }
    return value;
}

/* The arguments of a call or the items of a map; nil for none. */
asyr_value *glue_items_from_ruby(VALUE object)
{
    if (NIL_P(object))
        return NULL;
    if (!RB_TYPE_P(object, T_ARRAY) && glue_opaque_get(object) == NULL)
        glue_fail(ASYR_E_ARGUMENT, "expected an Array or a TypedArray, found %s",
                  rb_obj_classname(object));
    return glue_value_from_ruby(object);
}

static VALUE string_to_ruby(asyr_value *value)
{
    const char *text = NULL;
    int64_t length = 0;

    asyr_value_get_string(value, &text, &length, NULL);
    return rb_utf8_str_new(text, (long)length);
}

static VALUE bytes_to_ruby(asyr_value *value)
{
    const void *data = NULL;
    int64_t length = 0;

    asyr_value_get_bytes(value, &data, &length, NULL);
    return rb_str_new(data, (long)length);
}

static VALUE list_to_ruby(asyr_value *list)
{
    int64_t count = asyr_value_get_count(list);
    VALUE array = rb_ary_new_capa((long)count);

    for (int64_t i = 0; i < count; i++) {
        asyr_value *item = NULL;

        asyr_value_get_item(list, i, &item, NULL);
        rb_ary_push(array, glue_value_to_ruby(item));
        asyr_value_unref(item);
    }
    return array;
}

static VALUE map_to_ruby(asyr_value *map)
{
    int64_t count = asyr_value_get_count(map);
    VALUE hash = rb_hash_new();

    for (int64_t i = 0; i < count; i++) {
        asyr_value *key = NULL;
        asyr_value *item = NULL;

        asyr_value_get_entry(map, i, &key, &item, NULL);
        rb_hash_aset(hash, glue_value_to_ruby(key), glue_value_to_ruby(item));
        asyr_value_unref(key);
        asyr_value_unref(item);
    }
    return hash;
}

static VALUE error_to_ruby(asyr_value *value)
{
    asyr_error *error = NULL;

    asyr_value_get_error(value, &error, NULL);
    return glue_error_to_ruby(error);
}

static VALUE number_to_ruby(asyr_value *value)
{
    int64_t number = 0;
    uint64_t natural = 0;
    double real = 0;

    switch (asyr_value_get_type(value)) {
    case ASYR_VALUE_INT64:
        asyr_value_get_int64(value, &number, NULL);
        return LL2NUM(number);
    case ASYR_VALUE_UINT64:
        asyr_value_get_uint64(value, &natural, NULL);
        return ULL2NUM(natural);
    default:
        asyr_value_get_double(value, &real, NULL);
        return DBL2NUM(real);
    }
}

static VALUE bool_to_ruby(asyr_value *value)
{
    bool truth = false;

    asyr_value_get_bool(value, &truth, NULL);
    return truth ? Qtrue : Qfalse;
}

VALUE glue_value_to_ruby(asyr_value *value)
{
    switch (asyr_value_get_type(value)) {
    case ASYR_VALUE_BOOL:
        return bool_to_ruby(value);
    case ASYR_VALUE_INT64:
    case ASYR_VALUE_UINT64:
    case ASYR_VALUE_DOUBLE:
        return number_to_ruby(value);
    case ASYR_VALUE_STRING:
        return string_to_ruby(value);
    case ASYR_VALUE_BYTES:
        return bytes_to_ruby(value);
    case ASYR_VALUE_LIST:
        return list_to_ruby(value);
    case ASYR_VALUE_MAP:
        return map_to_ruby(value);
    case ASYR_VALUE_ERROR:
        return error_to_ruby(value);
    case ASYR_VALUE_POINTER:
    case ASYR_VALUE_ARRAY:
        return glue_opaque_new(value);
    default:
        return Qnil;
    }
}
