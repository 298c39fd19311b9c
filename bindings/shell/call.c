/*
 * asyncresult call: one call of one function.
 *
 * A call that goes on after a time-out ends with the command.
 */
#include "commands.h"
#include "rows.h"

static asyr_value *arguments_of(const struct options *options)
{
    struct signature signature;
    asyr_value *list = NULL;
    asyr_error *error = NULL;

    signature_init(&signature, options->prototype);
    must(asyr_value_new_list(0, &list, &error), error);
    for (size_t i = 0; options->words[i]; i++) {
        asyr_value *value =
            value_of_word(signature_at(&signature, i), options->words[i]);

        must(asyr_value_append(list, value, &error), error);
        asyr_value_unref(value);
    }
    signature_free(&signature);
    return list;
}

static void run(const struct options *options, struct outcome *outcome)
{
    asyr_pool *pool = open_pool(1);
    asyr_function *function = open_function(options);
    asyr_value *arguments = arguments_of(options);
    asyr_result *result = NULL;
    asyr_status status;

    status = asyr_pool_apply_async(pool, function, arguments, NULL, &result,
                                   &outcome->failure);
    if (status == ASYR_OK)
        asyr_result_get(result, options->timeout_ns, NULL, &outcome->value,
                        &outcome->failure);
    asyr_result_unref(result);
    asyr_value_unref(arguments);
    asyr_function_unref(function);
    end_pool(pool, asyr_error_get_code(outcome->failure) == ASYR_E_TIMEOUT);
}

int call_command(int argc, char **argv)
{
    struct progress no_progress = {0};
    struct outcome outcome = {.item = &(struct item){0}};
    struct options options;
    struct rows rows;

    options_parse_call(&options, argc, argv);
    rows_init(&rows, &options);
    run(&options, &outcome);
    rows_add(&rows, &outcome, &no_progress);
    if (asyr_value_get_type(outcome.value) == ASYR_VALUE_NIL && !options.json &&
        !options.format)
        rows.pending.length = 0; /* a void function has nothing to say */
    rows_flush(&rows, &no_progress);
    asyr_value_unref(outcome.value);
    asyr_error_unref(outcome.failure);
    rows_free(&rows);
    return rows.failed ? STATUS_FAILED : STATUS_FINE;
}
