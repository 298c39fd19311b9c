/*
 * C functions.
 *
 * The prototype is parsed, the symbol looked up and the way of calling chosen once,
 * when the function is made; then it does not change, so that any number of threads
 * may call it at the same time.  Usual signatures are called directly (direct.c),
 * any other one by libffi.  A call checks and converts its arguments in its own
 * frame (marshal.c).
 *
 * An array is mapped to an array without a value for each item: by a loop of its
 * own where no element can be refused, else through one value on the stack, which
 * is checked and converted as an argument of a single call is.
 *
 * libffi widens integers that a function returns to a whole register; the bits
 * beyond the type's own are not looked at.
 */
#include "cfunction.h"

#include <ffi.h>
#include <string.h>

#include "../base/alloc.h"
#include "../core/error.h"
#include "../core/function.h"
#include "../core/value.h"
#include "direct.h"
#include "library.h"
#include "marshal.h"
#include "prototype.h"

struct c_function {
    struct asyr_function head; /* first: an asyr_function is cast to it */
    asyr_library *library;     /* NULL for an address that was given */
    void *address;
    asyri_direct_call *direct; /* NULL where libffi is needed */
    struct asyri_prototype prototype;
    ffi_cif cif;
    ffi_type *types[ASYRI_MAX_PARAMETERS]; /* the cif points here */
};

union returned {
    ffi_arg word;
    union asyri_slot slot;
};

static ffi_type *ffi_type_of(uint8_t kind)
{
    static ffi_type *const types[] = {
        [ASYRI_C_INT8] = &ffi_type_sint8,     [ASYRI_C_UINT8] = &ffi_type_uint8,
        [ASYRI_C_INT16] = &ffi_type_sint16,   [ASYRI_C_UINT16] = &ffi_type_uint16,
        [ASYRI_C_INT32] = &ffi_type_sint32,   [ASYRI_C_UINT32] = &ffi_type_uint32,
        [ASYRI_C_INT64] = &ffi_type_sint64,   [ASYRI_C_UINT64] = &ffi_type_uint64,
        [ASYRI_C_FLOAT] = &ffi_type_float,    [ASYRI_C_DOUBLE] = &ffi_type_double,
        [ASYRI_C_BOOL] = &ffi_type_uint8,     [ASYRI_C_VOID] = &ffi_type_void,
        [ASYRI_C_POINTER] = &ffi_type_pointer};
    return types[kind];
}

static void narrow(union returned *returned, uint8_t kind)
{
    bool is_integer = kind <= ASYRI_C_UINT64 || kind == ASYRI_C_BOOL;
    size_t size = kind == ASYRI_C_BOOL ? 1 : (size_t)asyri_element_size(kind);
    if (is_integer && size < sizeof returned->word)
        asyri_slot_store(&returned->slot, kind, returned->word);
}

static void call_by_libffi(struct c_function *self, union asyri_slot *slots,
                           union asyri_slot *slot)
{
    void *places[ASYRI_MAX_PARAMETERS];
    for (int i = 0; i < self->prototype.count; i++)
        places[i] = &slots[i];
    union returned returned = {.word = 0};
    ffi_call(&self->cif, FFI_FN(self->address), &returned, places);
    narrow(&returned, self->prototype.returns.kind);
    *slot = returned.slot;
}

static asyr_status call_slots(struct c_function *self, asyr_value *const *values,
                              int64_t count, union asyri_slot *returned,
                              asyr_error **error)
{
    struct asyri_arguments arguments;
    asyr_status status = asyri_marshal(&self->prototype, self->head.prototype,
                                       values, count, &arguments, error);
    if (status != ASYR_OK)
        return status;
    if (self->direct)
        self->direct(self->address, arguments.slots, returned);
    else
        call_by_libffi(self, arguments.slots, returned);
    asyri_arguments_clear(&arguments);
    return ASYR_OK;
}

static asyr_value *call(asyr_function *function, asyr_task *task,
                        asyr_value *const *values, int64_t count, asyr_error **error)
{
    (void)task;
    struct c_function *self = (struct c_function *)function;
    union asyri_slot returned;
    if (call_slots(self, values, count, &returned, error) != ASYR_OK)
        return NULL;
    asyr_value *value = asyri_unmarshal(&self->prototype.returns, &returned);
    if (!value)
        asyri_fail_memory(error);
    return value;
}

/* Whatever its type, a number begins where its slot does. */
static void keep(const union asyri_slot *slot, asyr_value *output, int64_t index)
{
    size_t size = (size_t)asyri_element_size(output->element_type);
    memcpy((char *)output->as.block.data + (size_t)index * size, slot, size);
}

static int64_t map_each(struct c_function *self, const asyr_value *input,
                        int64_t begin, int64_t end, asyr_value *output,
                        asyr_error **error)
{
    for (int64_t i = begin; i < end; i++) {
        asyr_value item;
        asyr_value *argument = &item;
        union asyri_slot returned;
        asyri_value_load_element(input, i, &item);
        if (call_slots(self, &argument, 1, &returned, error) != ASYR_OK)
            return i;
        keep(&returned, output, i);
    }
    return end;
}

static int64_t map_array(asyr_function *function, const asyr_value *input,
                         int64_t begin, int64_t end, asyr_value *output,
                         asyr_error **error)
{
    struct c_function *self = (struct c_function *)function;
    asyri_direct_loop *loop =
        asyri_direct_loop_find(&self->prototype, input->element_type);
    if (!loop)
        return map_each(self, input, begin, end, output, error);
    loop(self->address, input->as.block.data, begin, end, output->as.block.data);
    return end;
}

static void destroy(asyr_function *function)
{
    struct c_function *self = (struct c_function *)function;
    asyri_library_unref(self->library);
    asyri_free((char *)function->prototype);
    asyri_free(function->name);
    asyri_free(self);
}

static const struct asyri_function_ops operations = {
    .call = call, .map_array = map_array, .destroy = destroy};

static asyr_status prepare(struct c_function *self, asyr_error **error)
{
    const struct asyri_prototype *prototype = &self->prototype;
    for (int i = 0; i < prototype->count; i++)
        self->types[i] = ffi_type_of(prototype->parameters[i].passed_as);
    ffi_type *returns = ffi_type_of(prototype->returns.kind);
    ffi_status status =
        prototype->is_variadic
            ? ffi_prep_cif_var(&self->cif, FFI_DEFAULT_ABI, prototype->fixed_count,
                               prototype->count, returns, self->types)
            : ffi_prep_cif(&self->cif, FFI_DEFAULT_ABI, prototype->count, returns,
                           self->types);
    if (status != FFI_OK)
        return asyri_fail(error, ASYR_E_PROTOTYPE,
                          "expected a function that libffi can call, found \"%s\", "
                          "which it refuses (status %d)",
                          self->head.name, (int)status);
    return ASYR_OK;
}

static char *copy_name(const char *text, const struct asyri_prototype *prototype)
{
    char *name = asyri_alloc(prototype->name_length + 1u);
    if (!name)
        return NULL;
    memcpy(name, text + prototype->name_begin, prototype->name_length);
    name[prototype->name_length] = '\0';
    return name;
}

static asyr_status describe(struct c_function *self, const char *text,
                            asyr_error **error)
{
    asyr_status status = asyri_prototype_parse(text, &self->prototype, error);
    if (status != ASYR_OK)
        return status;
    uint8_t returns = self->prototype.returns.kind;
    self->head.return_element = asyri_ctype_is_number(returns) ? returns : -1;
    self->head.prototype = asyri_strdup(text);
    self->head.name = copy_name(text, &self->prototype);
    if (!self->head.prototype || !self->head.name)
        return asyri_fail_memory(error);
    self->direct = asyri_direct_call_find(&self->prototype);
    return prepare(self, error);
}

/* A function that lacks nothing but its address; NULL, and why, on failure. */
static struct c_function *new_described(const char *text, asyr_status *status,
                                        asyr_error **error)
{
    struct c_function *self = asyri_alloc_zeroed(1, sizeof *self);
    if (!self) {
        *status = asyri_fail_memory(error);
        return NULL;
    }
    asyri_refcount_init(&self->head.refs);
    self->head.ops = &operations;
    *status = describe(self, text, error);
    if (*status == ASYR_OK)
        return self;
    destroy(&self->head);
    return NULL;
}

asyr_status asyri_cfunction_new(asyr_library *library, const char *prototype,
                                asyr_function **function, asyr_error **error)
{
    *function = NULL;
    asyr_status status;
    struct c_function *self = new_described(prototype, &status, error);
    if (!self)
        return status;
    status = asyri_library_find(library, self->head.name, &self->address, error);
    if (status != ASYR_OK) {
        destroy(&self->head);
        return status;
    }
    self->library = asyri_library_ref(library);
    *function = &self->head;
    return ASYR_OK;
}

asyr_status asyri_cfunction_new_address(void *address, const char *prototype,
                                        asyr_function **function, asyr_error **error)
{
    *function = NULL;
    asyr_status status;
    struct c_function *self = new_described(prototype, &status, error);
    if (!self)
        return status;
    self->address = address;
    *function = &self->head;
    return ASYR_OK;
}
