/*
 * Fuzzing of C prototypes: whatever the text is, it is either parsed, and then its
 * parts parse again to the same, or refused with a message that names a place in
 * it.  What was parsed is prepared for libffi, and values of all kinds are tried as
 * its arguments.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/cfunction.h"
#include "call/marshal.h"
#include "call/prototype.h"
#include "core/error.h"
#include "core/function.h"
#include "core/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition, const char *rule, const char *text)
{
    if (condition)
        return;
    fprintf(stderr, "broken rule: %s\nprototype: %s\n", rule, text);
    abort();
}

static void check_message(const char *text, asyr_error *error)
{
    require(error && asyri_error_code(error) == ASYR_E_PROTOTYPE,
            "a refused text leaves a Prototype error", text);
    const char *message = asyri_error_message(error);
    require(!strchr(message, '\n'), "a message is one line", text);
    require(asyri_utf8_is_valid(message, (int64_t)strlen(message)),
            "a message is UTF-8", text);
    size_t column;
    if (strlen(text) > ASYRI_MAX_PROTOTYPE)
        return;
    require(sscanf(message, "column %zu of ", &column) == 1 && column >= 1 &&
                column <= strlen(text) + 1,
            "a message names a column of the text", text);
}

#define BUILT_SIZE ((size_t)2 * ASYRI_MAX_PROTOTYPE)

static void append(char *built, const char *text, int length)
{
    size_t used = strlen(built);
    snprintf(built + used, BUILT_SIZE - used, "%.*s", length, text);
}

static void append_type(char *built, const char *text,
                        const struct asyri_ctype *type)
{
    append(built, text + type->begin, type->length);
}

/* The prototype put together again from the texts of its parts. */
static char *rebuild(const char *text, const struct asyri_prototype *prototype)
{
    char *built = calloc(1, BUILT_SIZE);
    append_type(built, text, &prototype->returns);
    append(built, " ", 1);
    append(built, text + prototype->name_begin, prototype->name_length);
    append(built, "(", 1);
    for (int i = 0; i < prototype->count; i++) {
        append(built, ", ", i > 0 ? 2 : 0);
        append(built, "..., ", i == prototype->fixed_count ? 5 : 0);
        append_type(built, text, &prototype->parameters[i]);
    }
    if (prototype->is_variadic && prototype->count == prototype->fixed_count)
        append(built, ", ...", 5);
    append(built, "void)", prototype->count == 0 ? 5 : 0);
    append(built, ")", prototype->count == 0 ? 0 : 1);
    return built;
}

static bool is_same_type(const struct asyri_ctype *a, const struct asyri_ctype *b)
{
    return a->kind == b->kind && a->passed_as == b->passed_as &&
           a->pointee == b->pointee && a->pointee_is_const == b->pointee_is_const &&
           a->pointee_is_char == b->pointee_is_char;
}

static void check_parts(const char *text, const struct asyri_prototype *prototype)
{
    char *built = rebuild(text, prototype);
    if (strlen(built) <= ASYRI_MAX_PROTOTYPE) {
        struct asyri_prototype again;
        require(asyri_prototype_parse(built, &again, NULL) == ASYR_OK,
                "the parts parse again", text);
        require(again.count == prototype->count &&
                    again.fixed_count == prototype->fixed_count &&
                    again.is_variadic == prototype->is_variadic,
                "the parts have the same parameters", text);
        require(is_same_type(&again.returns, &prototype->returns),
                "the parts return the same", text);
        for (int i = 0; i < again.count; i++)
            require(is_same_type(&again.parameters[i], &prototype->parameters[i]),
                    "the parts have the same types", text);
    }
    free(built);
}

#define VALUE_COUNT 14

static void make_values(asyr_value **values)
{
    static double numbers[2] = {1, 2};
    asyr_value *made[VALUE_COUNT] = {
        asyri_value_nil(),
        asyri_value_bool(true),
        asyri_value_int64(-1),
        asyri_value_int64(300),
        asyri_value_uint64(UINT64_MAX),
        asyri_value_double(2.5),
        asyri_value_double(-1e300),
        asyri_value_text("text", -1),
        asyri_value_bytes("by\0tes", 6),
        asyri_value_bytes_view("view", 2, NULL, NULL),
        asyri_value_list(0),
        asyri_value_pointer(values, NULL),
        asyri_value_array(ASYR_ELEMENT_UINT8, "ab", 3),
        asyri_value_array_view(ASYR_ELEMENT_DOUBLE, numbers, 2, NULL, NULL)};
    memcpy(values, made, sizeof made);
}

/* Give parameter i the value i + first; a misfit has a message of its own. */
static void check_arguments(const char *text,
                            const struct asyri_prototype *prototype,
                            asyr_value *const *values, int first)
{
    asyr_value *chosen[ASYRI_MAX_PARAMETERS];
    for (int i = 0; i < prototype->count; i++)
        chosen[i] = values[(i + first) % VALUE_COUNT];
    struct asyri_arguments arguments;
    asyr_error *error = NULL;
    asyr_status status =
        asyri_marshal(prototype, text, chosen, prototype->count, &arguments, &error);
    if (status == ASYR_OK) {
        asyri_arguments_clear(&arguments);
        return;
    }
    require(status == ASYR_E_TYPE &&
                strncmp(asyri_error_message(error), "argument ", 9) == 0,
            "a misfit names its argument", text);
    asyri_error_unref(error);
}

static void check_calls(const char *text, const struct asyri_prototype *prototype)
{
    asyr_function *function = NULL;
    require(asyri_cfunction_new_address(&function, text, &function, NULL) == ASYR_OK,
            "libffi takes what was parsed", text);
    asyri_function_unref(function);
    asyr_value *values[VALUE_COUNT];
    make_values(values);
    for (int first = 0; first < VALUE_COUNT; first++)
        check_arguments(text, prototype, values, first);
    for (int i = 0; i < VALUE_COUNT; i++)
        asyri_value_unref(values[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Of just that size, so that a checker sees every byte beyond it. */
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    struct asyri_prototype prototype;
    asyr_error *error = NULL;
    if (asyri_prototype_parse(text, &prototype, &error) == ASYR_OK) {
        require(!error, "what parses leaves no error", text);
        check_parts(text, &prototype);
        check_calls(text, &prototype);
    } else {
        check_message(text, error);
    }
    asyri_error_unref(error);
    free(text);
    return 0;
}
